/** What gives the account on a volume with data the password of its Secret, before the server starts. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Engine, ServerSettings } from "../../components/datastores/engine.ts";
import { mongodb } from "../../components/datastores/mongodb.ts";
import { neo4j } from "../../components/datastores/neo4j.ts";
import { MongoServer, mongoTools } from "../support/mongodb.ts";
import { freePort, Harbour } from "../support/servers.ts";

const NEW = `new it's "$HOME" \\ \\u0041 ; %s ü #1`;

/** One engine's script, with executables in the place of those that its image has. */
class Rotation {
  readonly harbour = new Harbour();
  readonly calls = join(this.harbour.path, "calls");
  readonly data = this.harbour.folder("data");
  readonly #home = this.harbour.folder("home");
  readonly #bin = this.harbour.folder("stand-ins");

  standIn(name: string, script: string): void {
    const file = join(this.#bin, name);
    writeFileSync(file, `#!/bin/sh\necho "${name} $*" >> "${this.calls}"\n${script}\n`);
    chmodSync(file, 0o755);
  }

  script(engine: Engine, port = 0): string {
    const endpoint = {
      host: "db",
      port,
      username: engine.defaults.username,
      database: "shop",
      buckets: [],
      tls: false,
    };
    const server: ServerSettings = { endpoint, dataDirectory: this.data, settings: {}, servers: ["db"] };
    const script = engine.setPassword?.(server);
    assert.ok(script);
    return script;
  }

  async run(script: string, variables: Record<string, string>): Promise<{ code: number; output: string }> {
    writeFileSync(this.calls, "");
    const PATH = [this.#bin, ...this.harbour.tools, process.env.PATH].join(delimiter);
    const ended = await this.harbour.run(script, { PATH, HOME: this.#home, TMPDIR: this.#home, ...variables });
    assert.ok(![ended.output, this.called, ...written(this.#home)].some((text) => text.includes("new it")));
    return ended;
  }

  get called(): string {
    return readFileSync(this.calls, "utf8");
  }

  /** The executables that were started, in order. */
  get started(): string[] {
    return this.called.split("\n").flatMap((line) => line.split(" ", 2).join(" ") || []);
  }
}

/** What is in the files of a folder. */
function written(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
}

describe("The password of a MongoDB", function () {
  this.timeout(120_000);
  let rotation: Rotation;
  let server: MongoServer;
  const variables = () => ({ MONGO_INITDB_ROOT_USERNAME: "app", MONGO_INITDB_ROOT_PASSWORD: NEW });

  before(async function () {
    this.timeout(1_800_000); // they may have to be built
    rotation = new Rotation();
    const ferretdb = await mongoTools(rotation.harbour);
    server = await new MongoServer(rotation.harbour, "db", ferretdb).start();
    // FerretDB lets nobody in without an account: this one is the shell's.
    await server.evaluate(`client.getDB("admin").createUser({ user: "keeper", pwd: "keeper", roles: [] })`);
    await server.kill();
    const shell = join(rotation.harbour.tools.at(-1) as string, "mongosh");
    rotation.standIn(
      "mongosh",
      `[ "$FAILS" != mongosh ] || exit 3
exec "${shell}" "mongodb://keeper:keeper@127.0.0.1:${server.port}/?authSource=admin" "$@"`,
    );
    const open = `bash -c ': < /dev/tcp/127.0.0.1/${server.port}' 2> /dev/null`;
    const pid = join(rotation.harbour.path, "pid");
    rotation.standIn(
      "mongod",
      `[ "$FAILS" != mongod ] || { echo "no space left" > "$HOME/password.log"; exit 14; }
if [ "$1" = --fork ]; then
  ${server.command.join(" ")} > /dev/null 2>&1 &
  echo $! > "${pid}"
  until ${open}; do sleep 0.1; done
else
  kill "$(cat "${pid}")"
  while ${open}; do sleep 0.1; done
fi`,
    );
  });
  after(() => rotation?.harbour.close());

  const run = (FAILS = "", script = rotation.script(mongodb)) => rotation.run(script, { ...variables(), FAILS });

  it("is left to the first start where there is no data", async () => {
    assert.equal((await run()).code, 0);
    assert.deepEqual(rotation.started, []);
  });

  it("is the Secret's after a start, by a server that only its own container reaches", async () => {
    writeFileSync(join(rotation.data, "WiredTiger"), "");
    const { code, output } = await run();
    assert.equal(code, 0, output);
    assert.deepEqual(rotation.started, ["mongod --fork", "mongosh --quiet", "mongod --shutdown"]);
    assert.match(rotation.called, / --bind_ip 127\.0\.0\.1 --nounixsocket /);
    server.password = NEW;
    assert.equal(await asApp(), "app");
  });

  it("stays the same where it is that already", async () => {
    assert.equal((await run()).code, 0);
    assert.equal(await asApp(), "app");
  });

  it("comes with the account where a first start was cut off", async () => {
    await server.start();
    await server.evaluate(`client.getDB("admin").dropUser("app")`);
    await server.kill();
    // FerretDB knows no roles.
    const { code, output } = await run("", rotation.script(mongodb).replace('roles: ["root"]', "roles: []"));
    assert.equal(code, 0, output);
    assert.equal(await asApp(), "app");
  });

  it("is not the Secret's where the shell fails: the server stops, and the pod's does not start", async () => {
    const { code, output } = await run("mongosh");
    assert.equal(code, 3);
    assert.match(output, /MongoDB did not take the password of its Secret/);
    assert.deepEqual(rotation.started, ["mongod --fork", "mongosh --quiet", "mongod --shutdown"]);
  });

  it("is not asked for where the server does not start, which says why", async () => {
    const { code, output } = await run("mongod");
    assert.equal(code, 1);
    assert.match(output, /no space left/);
    assert.deepEqual(rotation.started, ["mongod --fork"]);
  });

  async function asApp(): Promise<string> {
    await server.start();
    try {
      const status = `client.getDB("admin").runCommand({ connectionStatus: 1 }).authInfo.authenticatedUsers[0].user`;
      return await server.evaluate(`print(${status})`);
    } finally {
      await server.kill();
    }
  }
});

describe("The password of a Neo4j", function () {
  this.timeout(30_000);
  let rotation: Rotation;
  let port: number;
  const statements = () => readFileSync(join(rotation.harbour.path, "statements"), "utf8").split("\n");
  const configuration = () => readFileSync(join(rotation.harbour.path, "neo4j.conf"), "utf8").split("\n");

  before(async () => {
    rotation = new Rotation();
    port = await freePort();
    const server = join(rotation.harbour.path, "server.mjs");
    writeFileSync(server, SERVER);
    rotation.standIn("neo4j", `echo "'${process.execPath}' '${server}' ${port} '${rotation.calls}'"`);
    rotation.standIn(
      "cypher-shell",
      `cp "$NEO4J_CONF/neo4j.conf" "${rotation.harbour.path}/neo4j.conf"
cat > "${rotation.harbour.path}/statements"
[ "$FAILS" != cypher-shell ] || exit 3`,
    );
    rotation.standIn("jq", `exec '${process.execPath}' -p '${QUOTED}'`);
  });
  after(() => rotation?.harbour.close());

  const run = (FAILS = "") => rotation.run(rotation.script(neo4j, port), { PASSWORD: NEW, FAILS });

  it("is left to the first start where there is no data", async () => {
    assert.equal((await run()).code, 0);
    assert.deepEqual(rotation.started, []);
  });

  it("is the Secret's after a start, by way of one that nobody knows", async () => {
    mkdirSync(join(rotation.data, "databases", "system"), { recursive: true });
    const { code, output } = await run();
    assert.equal(code, 0, output);
    assert.deepEqual(rotation.started, [
      "jq --null-input",
      "neo4j console",
      "cypher-shell --non-interactive",
      "stopped",
    ]);
    const [first, second, ...rest] = statements();
    assert.match(first ?? "", /^ALTER USER neo4j SET PLAINTEXT PASSWORD '[0-9a-f-]{36}' CHANGE NOT REQUIRED;$/);
    const quoted = `"new it's \\"$HOME\\" \\\\ \\\\u0041 ; %s \\u00fc #1"`;
    assert.equal(second, `ALTER USER neo4j SET PLAINTEXT PASSWORD ${quoted} CHANGE NOT REQUIRED;`);
    assert.deepEqual(rest, [""]);
  });

  it("is asked for by nobody but the shell beside the server", () => {
    assert.match(rotation.called, new RegExp(`--address bolt://127\\.0\\.0\\.1:${port} --database system`));
    for (const line of [
      "dbms.security.auth_enabled=false",
      "server.default_listen_address=127.0.0.1",
      `server.bolt.listen_address=127.0.0.1:${port}`,
      "server.http.enabled=false",
      "server.backup.enabled=false",
      `server.directories.data=${rotation.data}`,
    ]) {
      assert.ok(configuration().includes(line), line);
    }
    assert.ok(!configuration().some((line) => line.includes("0.0.0.0")));
  });

  it("is not the Secret's where the shell fails: the server stops, and the pod's does not start", async () => {
    const { code, output } = await run("cypher-shell");
    assert.equal(code, 3);
    assert.match(output, /Neo4j did not take the password of its Secret/);
    assert.equal(rotation.started.at(-1), "stopped");
  });

  it("is not the Secret's where the server does not stop well", async () => {
    assert.equal((await run("stop")).code, 4);
  });

  it("is not asked for where the server does not start", async () => {
    const { code, output } = await run("neo4j");
    assert.equal(code, 1);
    assert.match(output, /Neo4j did not start to take the password of its Secret/);
    assert.ok(!rotation.started.some((call) => call.startsWith("cypher-shell")));
  });
});

/** What stands in for the server: it listens until it is told to stop. */
const SERVER = `
import { appendFileSync } from "node:fs";
import { createServer } from "node:net";
const [port, calls] = process.argv.slice(2);
if (process.env.FAILS === "neo4j") process.exit(5);
createServer((socket) => socket.destroy()).listen(Number(port), "127.0.0.1");
process.on("SIGTERM", () => {
  appendFileSync(calls, "stopped\\n");
  process.exit(process.env.FAILS === "stop" ? 4 : 0);
});
`;

/** What \`jq --null-input --ascii-output\` prints of the variable. */
const QUOTED =
  'JSON.stringify(process.env.PASSWORD).replace(/[^ -~]/g, (it) => "\\\\u" + it.charCodeAt().toString(16).padStart(4, "0"))';
