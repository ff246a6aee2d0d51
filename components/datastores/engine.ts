import type { types } from "@pulumi/kubernetes";
import type { Resources } from "../../config/schema/primitives.ts";
import type { Field } from "../../config/schema/tier.ts";

/** Where a store answers and as whom: all that a client needs but the password. */
export interface Endpoint {
  host: string;
  port: number;
  username: string;
  database: string;
  buckets: readonly string[];
  tls: boolean;
}

/** What a bundled server needs to know of itself. */
export interface ServerSettings {
  endpoint: Endpoint;
  /** Directory that the volume is mounted at. */
  dataDirectory: string;
  /** Name of the Secret whose key `password` holds the password. */
  passwordSecret: types.input.core.v1.SecretKeySelector;
}

/** The part of a container that an engine decides; image, resources, security and volume are the same for all. */
export type ServerContainer = Pick<
  types.input.core.v1.Container,
  "command" | "args" | "env" | "lifecycle" | "readinessProbe" | "livenessProbe" | "startupProbe"
>;

/**
 * One kind of datastore, whoever runs it. A new engine is one file that exports one of these and one line in
 * `engines.ts`. It is plain data and pure functions, so the plan can use it before any resource exists.
 */
export interface Engine {
  /** Ports by name; the first is the one that clients dial. */
  ports: Readonly<Record<string, number>>;
  /** Where the server or the exporter beside it shows metrics. @default path /metrics */
  metrics?: { port: number; path?: string };
  /** Images of the bundled server by version; the first is the default. */
  images: Readonly<Record<string, string>>;
  /** User and group that the image runs as. */
  uid: number;
  gid: number;
  dataDirectory: string;
  /** Directories beside the data that the server writes to. */
  writable: readonly string[];
  defaults: { storage: string; resources: Resources; username: string };
  /** Length of a derived password, in characters. */
  passwordLength: number;
  /** How long the server may take to stop cleanly, in seconds. */
  terminationGracePeriodSeconds: number;
  /** Fields that a tier's environment may take from a connection. */
  fields: readonly Field[];
  /** Whether `url` contains the password, and so belongs into a Secret. */
  urlHoldsPassword: boolean;
  /** `password` is left out where the URL holds none; `database` is the tier's own choice over the endpoint's. */
  url(endpoint: Endpoint, password: string, database?: string): string;
  server(settings: ServerSettings): ServerContainer;
}
