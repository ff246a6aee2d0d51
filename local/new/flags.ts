/** An application from what the command line or the answers say. */
import { type EngineName, engines } from "../../components/datastores/engines.ts";
import { unknownName } from "../../config/mistakes.ts";
import type { Field } from "../../config/schema/tier.ts";
import { UserError } from "../command.ts";

export interface Wanted {
  name: string;
  image?: string;
  /** Text of a number. */
  port?: string;
  /** Path that answers 200. */
  health?: string;
  /** NAME=IMAGE[:PORT] */
  tiers: readonly string[];
  /** ENGINE, or NAME=ENGINE */
  datastores: readonly string[];
  host?: string;
}

/** Serves a page of its own, as any user and with a read-only root. */
export const SOME_IMAGE = "docker.io/nginxinc/nginx-unprivileged:1.29.4-alpine3.23";
const RESOURCES = { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "500m", memory: "256Mi" } };

/** Variables that programs usually read, by the parts of a connection. */
const VARIABLES: Readonly<Record<EngineName, Readonly<Record<string, Field>>>> = {
  chromadb: { CHROMA_URL: "url" },
  meilisearch: { MEILISEARCH_URL: "url", MEILISEARCH_API_KEY: "password" },
  mongodb: { MONGODB_URL: "url" },
  neo4j: { NEO4J_URL: "url", NEO4J_USERNAME: "username", NEO4J_PASSWORD: "password" },
  objectstore: {
    S3_ENDPOINT_URL: "url",
    S3_ACCESS_KEY: "username",
    S3_SECRET_KEY: "password",
    S3_BUCKET_NAME: "bucket",
  },
  postgres: { DATABASE_URL: "url" },
  qdrant: { QDRANT_URL: "url", QDRANT_API_KEY: "password" },
  redis: { REDIS_URL: "url" },
};

/** @throws UserError that names the option, what it has and what it may have */
export function fromFlags({ name, image, port, health, tiers, datastores }: Wanted): Record<string, unknown> {
  const stores = datastores.map(storeCalled);
  const common = {
    ...(stores.length > 0
      ? { uses: stores.map(({ name }) => name), env: Object.assign({}, ...stores.map((store) => envOf(store, stores))) }
      : {}),
    resources: RESOURCES,
  };
  const probe = { http: health ?? "/" };
  const others = tiers.map(tierCalled);
  return {
    name,
    ...(stores.length > 0 ? { datastores: Object.fromEntries(stores.map(declared)) } : {}),
    tiers: {
      web: {
        kind: "web",
        image: image ?? SOME_IMAGE,
        port: portOf("--port", port ?? "8080"),
        route: "/",
        readiness: probe,
        liveness: probe,
        ...common,
      },
      ...Object.fromEntries(
        others.map(({ name, image, port }) => [
          name,
          port === undefined
            ? { kind: "worker", image, ...common }
            : { kind: "web", image, port, route: `/${name}`, readiness: probe, liveness: probe, ...common },
        ]),
      ),
    },
  };

  /** A bucket is the application's. */
  function declared({ name: store, engine }: Store): [string, object] {
    const buckets = engine === "objectstore" ? { buckets: [`${name}-files`] } : {};
    return [store, { engine, storage: engines[engine].defaults.storage, ...buckets }];
  }
}

interface Store {
  name: string;
  engine: EngineName;
}

function storeCalled(asked: string): Store {
  const [first = "", second] = asked.split("=");
  const engine = second ?? first;
  if (!(engine in engines)) {
    const { problem, allowed, fix } = unknownName("--datastore", engine, Object.keys(engines), "engine");
    throw new UserError(`--datastore ${asked}: ${problem}\n  allowed  ${allowed}\n  fix      ${fix}`);
  }
  return { name: first, engine: engine as EngineName };
}

/** Of several of one engine, each has variables by its name. */
function envOf({ name, engine }: Store, all: readonly Store[]): Record<string, object> {
  const isOnly = all.filter((store) => store.engine === engine).length === 1;
  const prefix = isOnly ? "" : `${name.toUpperCase().replaceAll("-", "_")}_`;
  return Object.fromEntries(
    Object.entries(VARIABLES[engine]).map(([variable, field]) => [prefix + variable, { from: name, field }]),
  );
}

function tierCalled(asked: string): { name: string; image: string; port?: number } {
  const [, name, image, port] = /^([^=]+)=(.+?(?::[\w][\w.-]*|@sha256:[0-9a-f]{64}))(?::(\d+))?$/.exec(asked) ?? [];
  if (name === undefined || image === undefined || name === "web") {
    throw new UserError(
      `--tier ${asked}: ${name === "web" ? "web is the tier of --image" : "is not of the form NAME=IMAGE[:PORT]"}\n  allowed  a name, and an image with its tag, such as worker=${SOME_IMAGE} or api=${SOME_IMAGE}:8080\n  fix      write it in that form`,
    );
  }
  return { name, image, ...(port === undefined ? {} : { port: portOf("--tier", port) }) };
}

function portOf(option: string, text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new UserError(
    `${option} ${text}: is no port\n  allowed  1 to 65535\n  fix      name the port that the containers listen on`,
  );
}
