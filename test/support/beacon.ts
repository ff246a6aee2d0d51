/** A small application whose datastores are to survive the loss of a server. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Application } from "../../components/application.ts";
import type { Plan } from "../../config/plan.ts";
import { resolve } from "../../config/resolve.ts";
import type { ApplicationFile } from "../../config/schema.ts";
import { type Registration, record } from "./mocks.ts";
import { cloudWith, passwordOf } from "./pybase.ts";

const resources = { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "200m", memory: "256Mi" } };

export const beacon = {
  name: "beacon",
  datastores: {
    db: {
      engine: "postgres",
      version: "16",
      storage: "10Gi",
      volumes: { wal: "2Gi" },
      servers: 3,
      settings: { max_connections: 200, shared_preload_libraries: "pg_stat_statements, auto_explain" },
    },
    queue: {
      engine: "redis",
      storage: "1Gi",
      servers: 3,
      exporter: true,
      settings: { "maxmemory-policy": "allkeys-lru" },
    },
  },
  volumes: { backups: { storage: "5Gi", accessMode: "ReadWriteOnce", storageClass: "fast" } },
  backup: { to: { volume: "backups" } },
  tiers: {
    web: {
      kind: "web",
      image: "beacon/web:1.0.0",
      port: 8080,
      route: "/",
      migrate: ["beacon", "migrate"],
      uses: ["db", "queue"],
      env: { DATABASE_URL: { from: "db", field: "url" }, REDIS_URL: { from: "queue", field: "url" } },
      replicas: 2,
      resources,
    },
    keeper: {
      kind: "worker",
      image: "beacon/keeper:1.0.0",
      uses: ["db", "queue"],
      resources,
      events: {
        min: 1,
        max: 3,
        triggers: [
          { redisList: { from: "queue", list: "lamps", length: 5 } },
          { postgresql: { from: "db", query: "SELECT count(*) FROM lamps", target: 20 } },
        ],
      },
    },
  },
  monitoring: {
    alerts: {
      DatastoreDown: { kind: "datastoreDown" },
      DatastoreMemory: { kind: "datastoreMemory" },
      DatastoreConnections: { kind: "datastoreConnections" },
      DatastoreStorage: { kind: "datastoreStorage" },
    },
  },
} satisfies ApplicationFile;

/** What its stack says in any case. */
export const BEACON_SETTINGS = {
  profile: "production",
  edge: { kind: "ingress", host: "beacon.example.com", tls: { secretName: "beacon-tls" } },
  monitoring: { namespace: "monitoring" },
};

/** Where copies go to a bucket, the log does too. */
export const ARCHIVED = {
  backup: {
    to: {
      endpoint: "https://s3.example.com",
      region: "eu-west-1",
      bucket: "copies",
      accessKeyId: "beacon",
      cidrs: ["192.0.2.0/24"],
    },
  },
};

// biome-ignore lint/suspicious/noExplicitAny: tests put mistakes into it
type Loose = any;

/** Its plan after `change`; `settings` over what every stack has to say. */
export function beaconPlan(settings: object = {}, change: (app: Loose) => void = () => {}): Plan {
  const application = structuredClone(beacon);
  change(application);
  return resolve({
    application,
    source: "apps/beacon.ts",
    settings: { ...BEACON_SETTINGS, cluster: { provider: "kubeconfig", context: "test" }, ...settings },
    secrets: { stackSecretLength: 44, names: "backup" in settings ? ["backup"] : [] },
    stack: "test",
  });
}

/** Everything that lands for the plan. */
export function landBeacon(plan: Plan): Promise<Registration[]> {
  const secrets = Object.fromEntries(plan.secrets.map(({ name }) => [name, pulumi.secret(passwordOf(name))]));
  return record(() => {
    const provider = new k8s.Provider("cluster", { clusterIdentifier: "the-cluster" });
    const cloud = cloudWith(provider);
    new Application(plan.application, { plan, secrets, cloud }, { providers: [provider] });
  });
}
