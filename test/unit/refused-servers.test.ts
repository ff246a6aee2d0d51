import { refuses } from "../support/shop.ts";

const sizes = { mode: "off", max: { cpu: "1", memory: "1Gi" } };

describe("Datastores of several servers are refused:", () => {
  refuses([
    [
      "two of Redis, which could not agree",
      ({ app }) => (app.datastores.queue.servers = 2),
      {
        path: "apps/shop.ts: datastores.queue.servers",
        got: 2,
        problem: "2 servers cannot agree once one of them is gone",
        allowed: "1, or 3 or more",
        fix: "use 3",
      },
    ],
    [
      "more of them by an autoscaler, which would take no work off the one that leads",
      ({ app }) => Object.assign(app.datastores.db, { servers: 3, autoscale: { max: 5, cpu: 70 } }),
      {
        path: "apps/shop.ts: datastores.db.autoscale",
        problem: "one of the servers leads and the others copy it: more of them take no work off it",
        allowed: "false",
        fix: "remove it, and raise resources where the store is too slow",
      },
    ],
    [
      "the same of Redis",
      ({ app, stack }) => {
        app.datastores.queue.servers = 3;
        stack.datastores = { queue: { autoscale: { max: 5, cpu: 70 } } };
      },
      {
        path: "landfall:datastores.queue.autoscale",
        problem: "one of the servers leads and the others copy it: more of them take no work off it",
        allowed: "false",
        fix: "remove it, and raise resources where the store is too slow",
      },
    ],
    [
      "pods that an operator makes and a vertical autoscaler would size",
      ({ app }) => Object.assign(app.datastores.db, { servers: 3, verticalAutoscale: sizes }),
      {
        path: "apps/shop.ts: datastores.db.verticalAutoscale",
        problem: "CloudNativePG runs the servers, and its Cluster does not tell an autoscaler which pods are its own",
        allowed: "false",
        fix: "remove it, and set resources",
      },
    ],
    [
      "settings that the operator decides",
      ({ app, stack }) => {
        app.datastores.db.servers = 3;
        stack.datastores = { db: { settings: { listen_addresses: "*" } } };
      },
      {
        path: "landfall:datastores.db.settings.listen_addresses",
        problem: "CloudNativePG decides it by itself",
        fix: "remove it",
      },
    ],
    [
      "an operator's namespace where no operator runs the store",
      ({ stack }) => (stack.datastores = { db: { operatorNamespace: "databases" } }),
      {
        path: "landfall:datastores.db.operatorNamespace",
        got: "databases",
        problem: "no operator runs this datastore",
        allowed: "with servers: 2 or more",
        fix: "remove it",
      },
    ],
    [
      "an operator outside the mesh, which strict mutual TLS keeps out",
      ({ app, stack }) => {
        app.datastores.db.servers = 3;
        stack.edge.kind = "istio";
      },
      {
        path: "apps/shop.ts: datastores.db.servers",
        got: 3,
        problem: "CloudNativePG could not reach the servers that it runs inside Istio's mesh",
        allowed: "1, or an edge of kind ingress or gateway",
        fix: "use 1, an external store, or another kind of edge",
      },
    ],
    [
      "a proxy under the name of a tier",
      ({ app }) => {
        app.datastores.queue.servers = 3;
        app.tiers["queue-proxy"] = app.tiers.clock;
      },
      {
        path: "apps/shop.ts: datastores.queue.servers",
        problem: 'its proxy would be called "queue-proxy", a name that is taken',
        fix: "rename one of the two",
      },
    ],
    [
      "a secret of the servers under the name of the application's own",
      ({ app }) => {
        app.datastores.queue.servers = 3;
        app.secrets.push("queue-peers");
      },
      {
        path: "apps/shop.ts: datastores.queue.servers",
        problem: 'its secret would be called "queue-peers", a name that is taken',
        fix: "rename one of the two",
      },
    ],
    [
      "a volume that neither the engine nor its operator has",
      ({ app }) => Object.assign(app.datastores.db, { servers: 3, volumes: { logs: "1Gi" } }),
      {
        path: "apps/shop.ts: datastores.db.volumes.logs",
        got: "logs",
        problem: 'there is no postgres volume "logs"',
        allowed: "wal",
        fix: "use one of these, or remove it",
      },
    ],
  ]);
});
