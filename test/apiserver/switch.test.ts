/** A PostgreSQL that moves to a server elsewhere and back, with data: what the jobs of each stage run, against real servers. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { addApplication } from "../support/application.ts";
import { clusterConfig, sharedCluster, type TestCluster } from "../support/cluster.ts";
import { environmentOf, scriptOf } from "../support/containers.ts";
import { PostgresServer } from "../support/postgres.ts";
import { type NamespaceContents, readNamespace, the } from "../support/read.ts";
import { Harbour, wheels } from "../support/servers.ts";
import { TestStack } from "../support/stack.ts";

const namespace = "ledger";
const ELSEWHERE = "10.9.0.7";
const application = {
  name: "ledger",
  datastores: { db: { engine: "postgres", version: "16", storage: "1Gi" } },
  tiers: {
    api: {
      kind: "worker",
      image: "ledger/api:1.0.0",
      uses: ["db"],
      env: { DATABASE_HOST: { from: "db", field: "host" } },
      replicas: 2,
      resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "200m", memory: "256Mi" } },
      terminationGracePeriodSeconds: 1,
    },
  },
};

describe("A PostgreSQL with data, switched", function () {
  this.timeout("10m");
  let cluster: TestCluster;
  let stack: TestStack;
  let harbour: Harbour;
  let bundled: PostgresServer;
  let elsewhere: PostgresServer;
  let seen: NamespaceContents;
  let volume: string | undefined;

  before(async function () {
    const wheel = await wheels(this);
    harbour = new Harbour();
    const installation = join(harbour.share(wheel), "pgserver", "pginstall");
    harbour.tools.push(join(installation, "bin"));
    bundled = await new PostgresServer(harbour, "bundled", installation).create();
    elsewhere = await new PostgresServer(harbour, "elsewhere", installation).create();
    cluster = await sharedCluster();
    stack = new TestStack("dev", {
      "landfall:app": "ledger",
      "landfall:profile": "dev",
      "landfall:cluster": clusterConfig(cluster),
      "landfall:edge": { kind: "ingress", host: "ledger.localhost", tls: { secretName: "tls" } },
    });
    addApplication(stack, "ledger", application);
    await stack.create();
    await land({});
    volume = the(seen.claims, "db").metadata?.uid;
    await stack.succeed("config", "set", "--secret", "--path", "landfall:secrets.db", elsewhere.password);
    for (const server of [bundled, elsewhere]) {
      await server.administer("CREATE DATABASE ledger OWNER app");
      server.database = "ledger";
    }
    await bundled.sql("CREATE TABLE entries (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, cents bigint)");
    await write(bundled, 1000);
  });
  after(async () => {
    await stack?.destroy();
    stack?.remove();
    await harbour?.close();
  });

  async function land(db: object): Promise<void> {
    stack.configure({ "landfall:datastores": { db } });
    await stack.up();
    seen = await readNamespace(cluster.clients, namespace);
  }
  const write = (server: PostgresServer, rows: number) =>
    server.sql(`INSERT INTO entries (cents) SELECT i * 7 FROM generate_series(1, ${rows}) i`);
  const contents = (server: PostgresServer) =>
    server.sql("SELECT count(*), sum(id), sum(cents), md5(string_agg(cents::text, ',' ORDER BY id)) FROM entries");
  const host = () =>
    environmentOf(seen, the(seen.deployments, "api").spec?.template.spec?.containers[0] ?? {}).DATABASE_HOST;
  const replicas = () => the(seen.deployments, "api").spec?.replicas;
  const outside = (moveStage: string) => ({ mode: "external", host: ELSEWHERE, moveFrom: "bundled", moveStage });
  const inside = (moveStage: string) => ({
    mode: "bundled",
    moveFrom: { mode: "external", host: ELSEWHERE },
    moveStage,
  });

  /** What the job's container would run; the servers' addresses are this machine's. */
  async function runs(job: string): Promise<string> {
    const [container] = seen.jobs.find(({ metadata }) => metadata?.name === job)?.spec?.template.spec?.containers ?? [];
    assert.ok(container, `there is no job ${job}`);
    const { HOME, ...found } = environmentOf(seen, container);
    for (const side of ["FROM", "TO"]) {
      const server = found[`${side}_HOST`] === "db" ? bundled : elsewhere;
      assert.ok(["db", ELSEWHERE].includes(found[`${side}_HOST`] ?? ""));
      await server.administer(`ALTER ROLE app PASSWORD $$${found[`${side}_PASSWORD`]}$$`);
      server.password = found[`${side}_PASSWORD`] as string;
      Object.assign(found, {
        [`${side}_HOST`]: "127.0.0.1",
        [`${side}_PORT`]: String(server.port),
        [`${side}_TLS`]: "false",
      });
    }
    return harbour.succeed(scriptOf(container), found);
  }
  async function fails(job: string): Promise<void> {
    await assert.rejects(runs(job), /The copy differs/);
  }

  it("is copied while it is written to, and what was written since is found missing", async () => {
    await land(outside("copy"));
    assert.deepEqual([host(), replicas()], ["db", 2]);
    await runs("db-move-copy-copy");
    assert.match(await runs("db-move-copy-verify"), /^table public\.entries: 1000 rows/m);
    await write(bundled, 10);
    await fails("db-move-copy-verify");
  });

  it("is copied again once nobody writes, and is equal", async () => {
    await land(outside("freeze"));
    assert.deepEqual([host(), replicas()], ["db", 0]);
    await runs("db-move-freeze-copy");
    assert.match(await runs("db-move-freeze-verify"), /^table public\.entries: 1010 rows/m);
    assert.equal(await contents(elsewhere), await contents(bundled));
  });

  it("is used elsewhere then, and the old one keeps its volume and what it had", async () => {
    const before = await contents(bundled);
    await land(outside("switch"));
    assert.deepEqual([host(), replicas()], [ELSEWHERE, 2]);
    await write(elsewhere, 5);
    assert.equal(await contents(bundled), before);
    assert.equal(the(seen.claims, "db").metadata?.uid, volume);
    assert.ok(the(seen.statefulSets, "db"));
  });

  it("comes back in the same way, with what was written elsewhere", async () => {
    await land(inside("copy"));
    await runs("db-move-copy-copy");
    await runs("db-move-copy-verify");
    await land(inside("freeze"));
    await runs("db-move-freeze-copy");
    assert.match(await runs("db-move-freeze-verify"), /^table public\.entries: 1015 rows/m);
    await land(inside("switch"));
    assert.deepEqual([host(), replicas()], ["db", 2]);
    assert.equal(await contents(bundled), await contents(elsewhere));
    assert.equal(the(seen.claims, "db").metadata?.uid, volume);
  });
});
