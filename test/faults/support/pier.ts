/** A small application: a database, who migrates it, who serves and who works. */
const resources = { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "200m", memory: "256Mi" } };
const tier = { uses: ["db"], resources, terminationGracePeriodSeconds: 1 };

export const pier = {
  name: "pier",
  datastores: { db: { engine: "postgres", version: "16", storage: "1Gi" } },
  tiers: {
    crane: { ...tier, kind: "worker", image: "pier/crane:1.0.0", env: { HOOKS: "2" }, replicas: 2 },
  },
};
