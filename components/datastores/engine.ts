import type { types } from "@pulumi/kubernetes";
import type { Resources } from "../../config/schema/primitives.ts";
import type { Field } from "../../config/schema/tier.ts";
import type { UrlText } from "../secrets/secret-text.ts";
import type { Cluster } from "./cluster.ts";
import type { Trial } from "./trials/trial.ts";

/** Where a store answers and as whom: all that a client needs but the password. */
export interface Endpoint {
  host: string;
  port: number;
  username: string;
  database: string;
  buckets: readonly string[];
  tls: boolean;
  /** What its URL says to clients beside what the engine's always do. */
  options?: Readonly<Record<string, string>>;
  /** Whether clients ask DNS for the servers behind `host`. @default false */
  srv?: boolean;
  /** Whether it has one database where the engine has several by number. @default false */
  oneDatabase?: boolean;
  /** File of clients' containers that has the authority of its certificates; left out for one that is known. */
  certificates?: string;
}

/** Folder of clients' containers with the authorities of their stores. */
export const CERTIFICATES = "/etc/landfall/certificates";

export function certificatesPath(store: string): string {
  return `${CERTIFICATES}/${store}.pem`;
}

/** `?a=b&c=d`; nothing for nothing. */
export function queryOf(parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const pairs = given.map(([key, value]) => `${key}=${value.split("/").map(encodeURIComponent).join("/")}`);
  return pairs.length > 0 ? `?${pairs.join("&")}` : "";
}

/** What a bundled server needs to know of itself. */
export interface ServerSettings {
  endpoint: Endpoint;
  /** Directory that the data volume is mounted at. */
  dataDirectory: string;
  /** Name of the Secret whose key `password` holds the password; the field is left out where the engine has none. */
  passwordSecret?: types.input.core.v1.SecretKeySelector;
  /** The same for the password that servers know each other by, where one of them leads. */
  peersSecret?: types.input.core.v1.SecretKeySelector;
  /** The server's own settings, as the application and the stack have them. */
  settings: Readonly<Record<string, string>>;
  /** Host names of all servers, the first one first; one where there is one. */
  servers: readonly string[];
}

/** The part of a container that an engine decides; image, resources, security and volumes are the same for all. */
export type ServerContainer = Pick<
  types.input.core.v1.Container,
  "command" | "args" | "env" | "lifecycle" | "readinessProbe" | "livenessProbe" | "startupProbe"
>;

/** An image and the user and group that it runs as. */
export interface Image {
  reference: string;
  uid: number;
  gid: number;
}

/** A container beside the server that tells Prometheus how it fares. */
export interface Exporter {
  image: string;
  port: number;
  resources: Resources;
  /** @param queues lists of a redis whose length is wanted, as `db1=name` */
  env(settings: ServerSettings, queues: readonly string[]): types.input.core.v1.EnvVar[];
}

/** How a running server is copied. */
export interface BackupCommand {
  /** @default the server's own */
  image?: Image;
  /** A version that cannot be copied while it runs. */
  except?: string;
  /** @default the port that clients dial */
  port?: number;
  /** Variable that the tools take the password from. */
  passwordVariable?: string;
  env?(endpoint: Endpoint): Record<string, string>;
  /** Whether each server is copied rather than one that knows all. @default false */
  ofEachServer?: boolean;
  /**
   * Shell commands that put the copy into the folder `unfinished`, and beside it the file `manifest`: what the copy has.
   * `$HOSTS` has the servers' names.
   */
  script: string;
  /**
   * Shell commands that put the copy in the folder `$COPY` into an empty server, TO_* as in a transfer. Left out, with
   * `manifest`, where only a server at rest takes one.
   */
  restore?: string;
  /** Shell commands that print what TO_* has, in the words of the copy's `manifest`: equal after a restore. */
  manifest?: string;
}

/**
 * How all of an engine's data gets from one store to another. The commands are for any POSIX shell under `-eu`. They
 * find FROM_HOST, FROM_PORT, FROM_USERNAME, FROM_PASSWORD, FROM_DATABASE, FROM_TLS (`true` or `false`), FROM_CA (path of
 * a PEM file, or empty), FROM_BUCKETS (with spaces between) and FROM_REGION, and the same with TO_; what they write lies
 * in `$HOME`.
 */
export interface Transfer {
  /** Tools of both sides. @default the server's own image; of the newer version where they differ */
  image?: Image;
  /** Copies everything from FROM to TO, whatever TO had. Run again, it ends in the same place. */
  copy: string;
  /** Prints what FROM has (counts, checksums), and fails with what differs in TO. */
  verify: string;
  /** Keeps clients from writing to FROM while the last copy is made; left out where tiers being stopped has to do. */
  freeze?: string;
  /** Lets clients write to FROM again. */
  thaw?: string;
}

/**
 * One kind of datastore, whoever runs it. A new engine is one file that exports one of these and one line in
 * `engines.ts`. It is plain data and pure functions, so the plan can use it before any resource exists.
 */
export interface Engine {
  /** Ports by name; the first is the one that clients dial. */
  ports: Readonly<Record<string, number>>;
  /** Where the server itself shows metrics, but for a version that does not. */
  metrics?: { port: number; except?: string };
  /** Images of the bundled server by version; the first is the default. */
  images: Readonly<Record<string, Image>>;
  dataDirectory: string;
  /** Volumes beside the data, by name. */
  volumes?: Readonly<Record<string, { directory: string; storage: string }>>;
  /** Directories beside the volumes that the server writes to. */
  writable: readonly string[];
  defaults: { storage: string; resources: Resources; username: string };
  /** Names of settings that `server` passes on; left out where there are none. */
  settings?: RegExp;
  /** How it runs as several servers; left out where it does not. */
  cluster?: Cluster;
  exporter?: Exporter;
  backup?: BackupCommand;
  /** Left out where nothing copies all of it. */
  transfer?: Transfer;
  /** Left out where nothing here speaks to it. */
  trial?: Trial;
  /** Length of a derived password, in characters; left out where it has no passwords. */
  passwordLength?: number;
  /** How long the server may take to stop cleanly, in seconds. */
  terminationGracePeriodSeconds: number;
  /** Fields that a tier's environment may take from a connection. */
  fields: readonly Field[];
  /** Whether `url` contains the password, and so belongs into a Secret. */
  urlHoldsPassword: boolean;
  /** `password` is escaped already; `database` is the tier's own choice over the endpoint's. */
  url(endpoint: Endpoint, password: UrlText, database?: string): string;
  server(settings: ServerSettings): ServerContainer;
  /**
   * Shell commands, under `-eu`, that give the account on a volume with data the password of the Secret. They run before
   * each start of a pod's server, with its environment. Left out where it takes the password at every start, or none.
   */
  setPassword?(settings: ServerSettings): string | undefined;
}

/** Probes of a server that answers within seconds, and has five minutes to start. */
export function probedBy(
  check: Pick<types.input.core.v1.Probe, "httpGet" | "exec">,
): Pick<ServerContainer, "readinessProbe" | "livenessProbe" | "startupProbe"> {
  const probe = { ...check, periodSeconds: 10, timeoutSeconds: 5 };
  return {
    readinessProbe: probe,
    livenessProbe: { ...probe, failureThreshold: 6 },
    startupProbe: { ...probe, periodSeconds: 5, failureThreshold: 60 },
  };
}
