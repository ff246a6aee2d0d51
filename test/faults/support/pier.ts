/** A small application: a database, and who works with it. */
const resources = { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "200m", memory: "256Mi" } };
const tier = { uses: ["db"], resources, terminationGracePeriodSeconds: 1 };

export const pier = {
  name: "pier",
  datastores: { db: { engine: "postgres", version: "16", storage: "1Gi" } },
  tiers: {
    crane: { ...tier, kind: "worker", image: "pier/crane:1.0.0", env: { HOOKS: "2" }, replicas: 2 },
  },
};

/** The same, with somebody who watches it. */
export const watchedPier = {
  ...pier,
  datastores: { db: { ...pier.datastores.db, exporter: true } },
  monitoring: { alerts: { DatabaseDown: { kind: "datastoreDown" } } },
};
export const WATCHED = { "landfall:monitoring": { namespace: "monitoring" } };
