/** Datastores of several servers, through the real engine and provider on a real API server. */
import assert from "node:assert/strict";
import { addApplication } from "../support/application.ts";
import { ARCHIVED, BEACON_SETTINGS, beacon } from "../support/beacon.ts";
import { clusterConfig, sharedCluster, type TestCluster } from "../support/cluster.ts";
import { eventually, type NamespaceContents, readCustomObjects, readNamespace, the } from "../support/read.ts";
import { TestStack } from "../support/stack.ts";

const NAMESPACE = "beacon";
const BUCKET_KEY = "the-key-of-the-bucket";
const ARCHIVE = {
  ...ARCHIVED.backup,
  archive: { schedule: "30 1 * * *", retentionDays: 14 },
};

describe("an application whose datastores are of several servers", function () {
  this.timeout(300_000);
  let cluster: TestCluster;
  let stack: TestStack;
  let seen: NamespaceContents;
  let created: number;

  before(async () => {
    cluster = await sharedCluster();
    const { edge, monitoring } = BEACON_SETTINGS;
    const config = {
      "landfall:app": "beacon",
      "landfall:profile": "staging",
      "landfall:cluster": clusterConfig(cluster),
      "landfall:edge": edge,
      "landfall:monitoring": monitoring,
      "landfall:autoscaling": { kedaNamespace: "keda-system" },
    };
    stack = new TestStack("dev", config);
    addApplication(stack, "beacon", beacon);
    await stack.create();
    const changes = await stack.up();
    assert.deepEqual(Object.keys(changes), ["created"]);
    created = changes.created as number;
    seen = await readNamespace(cluster.clients, NAMESPACE);
  });

  after(() => stack?.remove());

  const custom = (group: string, plural: string) =>
    readCustomObjects(cluster.clients, { group, version: "v1", namespace: NAMESPACE, plural });
  const postgres = async () => the(await custom("postgresql.cnpg.io", "clusters"), "db");

  it("has a Cluster of CloudNativePG that is ready, and no server of Postgres beside it", async () => {
    const { metadata, spec, status } = await postgres();
    assert.equal(metadata?.name, "db");
    assert.equal(spec.instances, 3);
    assert.equal(status?.phase, "Cluster in healthy state");
    assert.equal(status?.readyInstances, 3);
    assert.ok(status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True"));
    assert.ok(!seen.statefulSets.some((it) => it.metadata?.name === "db"));
    assert.ok(!seen.claims.some((it) => it.metadata?.labels?.["app.kubernetes.io/name"] === "db"));
  });

  it("tells it user and password by a Secret of the type that it reads", async () => {
    const { spec } = await postgres();
    const { name } = spec.bootstrap.initdb.secret;
    const secret = seen.secrets.find(({ metadata }) => metadata?.name === name);
    assert.equal(secret?.type, "kubernetes.io/basic-auth");
    assert.deepEqual(Object.keys(secret?.data ?? {}).sort(), ["password", "username"]);
    const password = Buffer.from(secret?.data?.password ?? "", "base64").toString();
    const url = Buffer.from(
      seen.secrets.find(({ data }) => data?.DATABASE_URL !== undefined)?.data?.DATABASE_URL ?? "",
      "base64",
    ).toString();
    assert.equal(url, `postgresql://app:${password}@db-rw:5432/beacon?sslmode=require`);
    assert.ok(!(await stack.state()).includes(password), "the password stands in the state");
  });

  it("has three servers of Redis in three zones, with sentinels, and two proxies, all ready", async () => {
    const servers = the(seen.statefulSets, "queue");
    assert.equal(servers.status?.readyReplicas, 3);
    assert.equal(the(seen.deployments, "queue-proxy").status?.readyReplicas, 2);
    const pods = seen.pods.filter(({ metadata }) => metadata?.labels?.["app.kubernetes.io/name"] === "queue");
    assert.deepEqual(
      pods.map(({ spec }) => spec?.containers.map(({ name }) => name)),
      Array(3).fill(["queue", "sentinel", "exporter"]),
    );
    const { items } = await cluster.clients.core.listNode();
    const zoneOf = (node = "") =>
      items.find(({ metadata }) => metadata?.name === node)?.metadata?.labels?.["topology.kubernetes.io/zone"];
    assert.equal(new Set(pods.map(({ spec }) => zoneOf(spec?.nodeName))).size, 3);
  });

  it("leads clients of Redis to the proxies, by the store's own name", () => {
    const service = seen.services.find(({ metadata }) => metadata?.name === "queue");
    assert.equal(service?.spec?.selector?.["app.kubernetes.io/name"], "queue-proxy");
    const budgets = seen.disruptionBudgets.map(({ metadata }) => metadata?.labels?.["app.kubernetes.io/name"]);
    assert.deepEqual(budgets.filter((name) => name?.startsWith("queue")).sort(), ["queue", "queue-proxy"]);
  });

  it("lets CloudNativePG's operator in where its servers tell how they fare, and nowhere else", () => {
    const inlets = seen.networkPolicies.flatMap(({ spec }) =>
      (spec?.ingress ?? []).flatMap(({ _from = [], ports = [] }) =>
        _from
          .filter(({ namespaceSelector: from }) => from?.matchLabels?.["kubernetes.io/metadata.name"] === "cnpg-system")
          .flatMap(() => ports.map(({ port }) => [spec?.podSelector?.matchLabels, port])),
      ),
    );
    assert.deepEqual(inlets, [[{ "cnpg.io/cluster": "db" }, 8000]]);
  });

  it("changes nothing the second time, and has not drifted", async () => {
    assert.deepEqual(await stack.up(), { unchanged: created });
    assert.deepEqual(await stack.preview("--refresh", "--expect-no-changes"), { unchanged: created });
  });

  it("is tuned in place", async () => {
    const before = await postgres();
    stack.configure({ "landfall:datastores": { db: { servers: 4, settings: { max_connections: 300 } } } });
    const { replaced, deleted, ...changes } = await stack.up();
    assert.deepEqual([replaced, deleted], [undefined, undefined]);
    assert.ok((changes.updated as number) >= 1);
    const after = await eventually(postgres, ({ status }) => status?.readyInstances === 4);
    assert.equal(after.metadata?.uid, before.metadata?.uid);
    assert.equal(after.spec.postgresql.parameters.max_connections, "300");
  });

  it("rotates a password by another Secret, which the same Cluster is told of", async () => {
    const before = await postgres();
    stack.configure({ "landfall:secretVersions": { db: 2 } });
    await stack.up();
    const after = await postgres();
    assert.equal(after.metadata?.uid, before.metadata?.uid);
    const { name } = after.spec.bootstrap.initdb.secret;
    assert.notEqual(name, before.spec.bootstrap.initdb.secret.name);
    const { secrets } = await readNamespace(cluster.clients, NAMESPACE);
    assert.deepEqual(
      secrets.filter(({ type }) => type === "kubernetes.io/basic-auth").map(({ metadata }) => metadata?.name),
      [name],
    );
  });

  it("is not turned into one server, which would begin without the data", async () => {
    stack.configure({ "landfall:datastores": { db: { servers: 1 } } });
    const { code, output } = await stack.run("up", "--yes", "--skip-preview", "--stack", "dev");
    assert.notEqual(code, 0);
    assert.match(output, /datastores\.db\.servers: 1 would leave the data of the Cluster "db" behind/);
    assert.equal((await postgres()).spec.instances, 4);
    stack.configure({ "landfall:datastores": { db: { servers: 3 } } });
  });

  it("has its log archived once copies go to a bucket: ObjectStore, whole copies, and the servers' word for it", async () => {
    stack.configure({ "landfall:backup": ARCHIVE });
    await stack.succeed("config", "set", "--secret", "--path", "landfall:secrets.backup", BUCKET_KEY);
    const { replaced, ...changes } = await stack.up();
    assert.equal(replaced, undefined, JSON.stringify(changes));
    const store = the(await custom("barmancloud.cnpg.io", "objectstores"), "db");
    const { configuration, retentionPolicy } = store.spec;
    assert.equal(configuration.destinationPath, "s3://copies/beacon/archive");
    assert.equal(retentionPolicy, "14d");
    const { secrets } = await readNamespace(cluster.clients, NAMESPACE);
    const { name, key } = configuration.s3Credentials.secretAccessKey;
    const keys = secrets.find(({ metadata }) => metadata?.name === name);
    assert.equal(Buffer.from(keys?.data?.[key] ?? "", "base64").toString(), BUCKET_KEY);
    const [scheduled] = await custom("postgresql.cnpg.io", "scheduledbackups");
    assert.deepEqual([scheduled?.spec.schedule, scheduled?.spec.method], ["0 30 1 * * *", "plugin"]);
    assert.equal(scheduled?.spec.pluginConfiguration.name, "barman-cloud.cloudnative-pg.io");
    const { spec } = await postgres();
    assert.deepEqual(
      spec.plugins.map(({ isWALArchiver, parameters }: Record<string, unknown>) => [isWALArchiver, parameters]),
      [[true, { barmanObjectName: "db" }]],
    );
    assert.ok(!(await stack.state()).includes(BUCKET_KEY), "the bucket's key stands in the state");
  });

  it("has a moment of it back by servers that go when that is done; the store's own stay", async () => {
    const before = await postgres();
    const at = new Date(Math.floor(Date.now() / 1000) * 1000 - 3_600_000).toISOString();
    stack.configure({ "landfall:datastores": { db: { restore: { at: at.replace(/[-:]|\.000/g, "") } } } });
    await stack.up();
    const recovered = (await custom("postgresql.cnpg.io", "clusters")).find(({ spec }) => spec.bootstrap.recovery);
    assert.equal(recovered?.spec.bootstrap.recovery.recoveryTarget.targetTime, at);
    assert.equal(recovered?.spec.externalClusters[0].plugin.parameters.serverName, "db");
    const seen = await readNamespace(cluster.clients, NAMESPACE);
    assert.equal(the(seen.deployments, "web").spec?.replicas, 0);
    for (const job of ["db-restore-restore-copy", "db-restore-restore-verify"]) {
      const found = seen.jobs.find(({ metadata }) => metadata?.name === job);
      assert.equal(found?.status?.succeeded, 1, job);
    }
    const { code, output } = await stack.runCommand("local/restore.ts", "dev", "db", "--yes");
    assert.equal(code, 0, output);
    assert.match(output, /A restore of db was cut short, or failed\. It goes on\./);
    assert.match(output, new RegExp(`db is restored to ${at}`));
    const clusters = await custom("postgresql.cnpg.io", "clusters");
    assert.deepEqual(
      clusters.map(({ metadata }) => [metadata?.name, metadata?.uid]),
      [["db", before.metadata?.uid]],
    );
    assert.equal(the((await readNamespace(cluster.clients, NAMESPACE)).deployments, "web").spec?.replicas, 2);
  });

  it("is given up where the engine was killed over it, and leaves no server that it was making", async () => {
    const recovered = async () =>
      (await custom("postgresql.cnpg.io", "clusters")).filter(({ spec }) => spec.bootstrap.recovery);
    const at = new Date(Date.now() - 3_600_000).toISOString().replace(/[-:]|\.\d+/g, "");
    stack.configure({ "landfall:datastores": { db: { restore: { at } } } });
    await stack.kill(["up", "--yes", "--skip-preview", "--stack", "dev"], () =>
      eventually(recovered, (clusters) => clusters.length > 0),
    );
    const { code, output } = await stack.runCommand("local/restore.ts", "dev", "db", "--give-up", "--yes");
    assert.equal(code, 0, output);
    await eventually(recovered, (clusters) => clusters.length === 0);
    assert.equal(the((await readNamespace(cluster.clients, NAMESPACE)).deployments, "web").spec?.replicas, 2);
    const { unchanged, ...changed } = await stack.preview("--expect-no-changes");
    assert.deepEqual(changed, {});
  });

  it("destroy leaves nothing behind", async () => {
    await stack.destroy();
    const { items } = await cluster.clients.core.listNamespace();
    assert.ok(!items.some(({ metadata }) => metadata?.name === NAMESPACE));
  });
});
