import assert from "node:assert/strict";
import { engines } from "../../components/datastores/engines.ts";
import { beaconPlan } from "../support/beacon.ts";
import { planOf } from "../support/shop.ts";

const stores = (plan = beaconPlan()) =>
  plan.datastores.flatMap((datastore) => (datastore.mode === "bundled" ? [datastore] : []));
const store = (name: string, plan = beaconPlan()) => {
  const found = stores(plan).find((datastore) => datastore.name === name);
  return found ?? assert.fail(`there is no ${name}`);
};
/** Who may reach whom, `from to ports`. */
const linksTo = (component: string, plan = beaconPlan()) =>
  plan.links.flatMap(({ from, to, ports }) =>
    to.kind === "pods" && to.component === component
      ? [`${from.kind === "pods" ? from.component : from.kind} ${ports.join(" ")}`]
      : [],
  );

describe("Postgres of several servers", () => {
  it("is run by CloudNativePG, from its image of the same version", () => {
    const { operator, image, servers } = store("db");
    assert.deepEqual(operator, { name: "CloudNativePG", namespace: "cnpg-system" });
    assert.equal(image, "ghcr.io/cloudnative-pg/postgresql:16.11-standard-trixie");
    assert.deepEqual(servers, ["db-1", "db-2", "db-3"]);
    const mirrored = store("db", beaconPlan({ registry: "mirror.example.com" }));
    assert.equal(mirrored.image, "mirror.example.com/cloudnative-pg/postgresql:16.11-standard-trixie");
  });

  it("has an image of the operator's for each version that there is of one server", () => {
    for (const { images, cluster } of Object.values(engines)) {
      if (cluster?.kind === "operated") assert.deepEqual(Object.keys(cluster.images), Object.keys(images));
    }
  });

  it("is dialled where its operator leads to the server that takes writes, encrypted", () => {
    const { host, port, tls } = store("db").endpoint;
    assert.deepEqual({ host, port, tls }, { host: "db-rw", port: 5432, tls: true });
  });

  it("may be two servers, and is a StatefulSet as one, whatever else it asks for", () => {
    const two = planOf(({ app }) => Object.assign(app.datastores.db, { servers: 2 }));
    assert.deepEqual(store("db", two).servers, ["db-1", "db-2"]);
    const one = store("db", beaconPlan({ datastores: { db: { servers: 1 } } }));
    assert.equal(one.operator, undefined);
    assert.equal(one.endpoint.host, "db");
    assert.deepEqual(
      one.volumes.map(({ name }) => name),
      ["data"],
    );
  });

  it("is reached by its clients, by each other, by its operator, and by nobody else", () => {
    const elsewhere = beaconPlan({ datastores: { db: { operatorNamespace: "databases" } } });
    assert.deepEqual(linksTo("db"), [
      "web 5432",
      "web-migrate 5432",
      "keeper 5432",
      "db 5432 8000",
      "operator 8000",
      "keda 5432",
      "db-backup 5432",
      "monitoring 9187",
    ]);
    assert.ok(elsewhere.links.some(({ from }) => from.kind === "operator" && from.namespace === "databases"));
  });

  it("has room in the quota for its servers, their volumes, and the job that prepares one", () => {
    const with3 = beaconPlan().quota;
    const with4 = beaconPlan({ datastores: { db: { servers: 4 } } }).quota;
    const with1 = beaconPlan({ datastores: { db: { servers: 1 } } }).quota;
    assert.equal(with4.pods - with3.pods, 1);
    assert.equal(with3.pods - with1.pods, 3);
    assert.deepEqual([with1.storage, with3.storage, with4.storage], ["29Gi", "55Gi", "67Gi"]);
  });

  it("is watched by the metrics of its own servers, whose pods are not named after it", () => {
    const { targets, alerts } = beaconPlan().monitoring ?? assert.fail("nothing is watched");
    assert.deepEqual(targets[0], { component: "db", path: "/metrics", port: 9187, hasService: false });
    const exprs = Object.fromEntries(
      alerts
        .filter(({ name, labels }) => labels.component === "db" && name.startsWith("Datastore"))
        .map(({ name, expr }) => [name, expr]),
    );
    const pods = 'namespace="beacon",container="postgres",pod=~"db-[0-9]+"';
    const own = 'namespace="beacon",job="db"';
    const claims = 'namespace="beacon",persistentvolumeclaim=~"db-[0-9]+(-wal)?"';
    assert.deepEqual(exprs, {
      DatastoreDown: `min((sum(kube_pod_container_status_ready{${pods}}) or 0 * sum(kube_namespace_status_phase{namespace="beacon"})) / 3 or cnpg_collector_up{${own}}) < 1`,
      DatastoreMemory: `max by (pod) (container_memory_working_set_bytes{${pods}}) / max by (pod) (kube_pod_container_resource_limits{${pods},resource="memory"}) > 0.9`,
      DatastoreConnections: `sum by (instance) (cnpg_backends_total{${own}}) / max by (instance) (cnpg_pg_settings_setting{${own},name="max_connections"}) > 0.8`,
      DatastoreStorage: `max by (persistentvolumeclaim) (kubelet_volume_stats_used_bytes{${claims}}) / max by (persistentvolumeclaim) (kubelet_volume_stats_capacity_bytes{${claims}}) > 0.85`,
    });
  });
});

describe("Redis of several servers", () => {
  it("is one server that leads, others that follow, and a proxy that clients dial by the store's own name", () => {
    const { endpoint, servers, failover, operator } = store("queue");
    assert.equal(endpoint.host, "queue");
    assert.deepEqual(servers, ["queue-0", "queue-1", "queue-2"]);
    assert.equal(operator, undefined);
    assert.equal(failover?.proxy.name, "queue-proxy");
    assert.equal(failover?.proxy.image.reference, "docker.io/library/haproxy:3.2.23-alpine");
    const mirrored = store("queue", beaconPlan({ registry: "mirror.example.com" }));
    assert.equal(mirrored.failover?.proxy.image.reference, "mirror.example.com/library/haproxy:3.2.23-alpine");
  });

  it("is reached by clients through its proxy alone", () => {
    assert.deepEqual(linksTo("queue-proxy"), [
      "web 6379",
      "web-migrate 6379",
      "keeper 6379",
      "keda 6379",
      "queue-backup 6379",
    ]);
    assert.deepEqual(linksTo("queue"), ["queue 6379 26379", "queue-proxy 6379 26379", "monitoring 9121"]);
  });

  it("has a second password, which its servers know each other by, and which is versioned by itself", () => {
    const plan = beaconPlan({ secretVersions: { "queue-peers": 2 } });
    assert.deepEqual(
      plan.secrets.map(({ name, version, length }) => [name, version, length]),
      [
        ["db", 1, 32],
        ["queue", 1, 32],
        ["queue-peers", 2, 32],
      ],
    );
    const one = beaconPlan({ datastores: { queue: { servers: 1 } } });
    assert.ok(!one.secrets.some(({ name }) => name === "queue-peers"));
  });

  it("has room in the quota for sentinels and proxies, one of them more while updating", () => {
    const three = beaconPlan().quota;
    const one = beaconPlan({ datastores: { queue: { servers: 1 } } }).quota;
    assert.equal(three.pods - one.pods, 2 + 3);
  });

  it("is watched by each server's exporter, which no Service leads to", () => {
    const { targets = [] } = beaconPlan().monitoring ?? {};
    assert.deepEqual(targets[1], { component: "queue", path: "/metrics", port: 9121, hasService: false });
  });
});
