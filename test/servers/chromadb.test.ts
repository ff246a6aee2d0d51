/** What Chroma is copied and compared by, between Chroma's own servers. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { chromadb } from "../../components/datastores/chromadb.ts";
import type { Transfer } from "../../components/datastores/engine.ts";
import type { Trial } from "../../components/datastores/trials/trial.ts";
import { freePort, Harbour, type Side, sideOf, stop, trialVariables, variables, wheels } from "../support/servers.ts";

const transfer = chromadb.transfer as Transfer;
const SERVER = "import sys, chromadb_rust_bindings; chromadb_rust_bindings.cli(['chroma', *sys.argv[1:]])";

describe("Chroma", function () {
  this.timeout(120_000);
  let harbour: Harbour;
  let from: Server;
  let to: Server;
  const sides = () => variables(from, to);

  class Server implements Side {
    port = 0;
    readonly #name: string;
    #process: ChildProcess | undefined;

    constructor(name: string) {
      this.#name = name;
    }

    get pid(): number {
      return this.#process?.pid ?? 0;
    }

    async start(): Promise<this> {
      this.port ||= await freePort();
      const flags = [
        "--path",
        harbour.folder(`${this.#name}-data`),
        "--host",
        "127.0.0.1",
        "--port",
        String(this.port),
      ];
      const ready = () => this.ask("GET", "/api/v2/heartbeat");
      const env = { PYTHONPATH: join(harbour.path, "modules") };
      this.#process = await harbour.start(this.#name, ["python3", "-c", SERVER, "run", ...flags], ready, { env });
      return this;
    }

    async kill(): Promise<void> {
      if (this.#process) await stop(this.#process);
    }

    async ask(method: string, path: string, body?: object): Promise<{ id: string }> {
      const headers = { "content-type": "application/json" };
      const response = await fetch(`http://127.0.0.1:${this.port}${path}`, {
        method,
        headers,
        body: JSON.stringify(body),
      });
      assert.ok(response.ok, `${method} ${path}: ${response.status} ${await response.clone().text()}`);
      return (await response.json()) as { id: string };
    }
  }

  const databases = "/api/v2/tenants/default_tenant/databases";
  const collections = `${databases}/default_database/collections`;
  let docs: string;

  before(async function () {
    const wheel = await wheels(this);
    harbour = new Harbour();
    // Of Python only what the server is: the client beside it wants a dozen packages.
    harbour.folder("modules");
    symlinkSync(join(wheel, "chromadb_rust_bindings"), join(harbour.path, "modules", "chromadb_rust_bindings"));
    from = await new Server("from").start();
    to = await new Server("to").start();
    const made = await from.ask("POST", collections, { name: "docs", metadata: { about: "tests", level: 3 } });
    docs = made.id;
    const ids = [...Array(250).keys()];
    await from.ask("POST", `${collections}/${docs}/add`, {
      ids: ids.map((id) => `id ${id} "ü"`),
      embeddings: ids.map((id) => [id / 7, -id, 0.1]),
      documents: ids.map((id) => (id % 2 ? `text ${id}\n` : null)),
      metadatas: ids.map((id) => (id % 3 ? { id, half: id / 2, odd: id % 2 === 1 } : null)),
    });
    await from.ask("POST", collections, { name: "empty" });
    await from.ask("POST", databases, { name: "second" });
    await from.ask("POST", `${databases}/second/collections`, { name: "docs" });
  });
  after(() => harbour?.close());

  it("takes a value from a client, gives it back, and keeps nothing of it", async () => {
    const { script } = chromadb.trial as Trial;
    await harbour.succeed(script, trialVariables(chromadb, to));

    const nobody = await freePort();
    await harbour.fail(script, trialVariables(chromadb, { ...sideOf(to), port: nobody }));
  });

  it("is copied with all databases, collections and records", async () => {
    await harbour.succeed(transfer.copy, sides());
    const printed = await harbour.succeed(transfer.verify, sides());
    assert.match(printed, /^default_database\/docs: 250 records, checksum [0-9a-f]{16}, settings [0-9a-f]{16}$/m);
    assert.match(printed, /^default_database\/empty: 0 records/m);
    assert.match(printed, /^second\/docs: 0 records/m);
  });

  it("is found to differ by a record, and is the same again after another copy", async () => {
    await from.ask("POST", `${collections}/${docs}/delete`, { ids: ['id 7 "ü"'] });
    await from.ask("POST", `${collections}/${docs}/update`, { ids: ['id 8 "ü"'], embeddings: [[1, 2, 3]] });
    await to.ask("POST", collections, { name: "stray" });
    const said = await harbour.fail(transfer.verify, sides());
    assert.match(said, /^-default_database\/docs: 249 records/m);
    assert.match(said, /^\+default_database\/stray: 0 records/m);
    await harbour.succeed(transfer.copy, sides());
    await harbour.succeed(transfer.verify, sides());
  });

  it("is refused where FROM and TO are one", async () => {
    assert.match(await harbour.fail(transfer.copy, variables(from, from)), /the same store/);
    await harbour.succeed(transfer.verify, sides());
  });

  for (const side of ["from", "to"] as const) {
    it(`fails where ${side.toUpperCase()} stops halfway`, async () => {
      const server = side === "from" ? from : to;
      // The server goes while the first collection is being made.
      const stopping = `process.kill(Number(process.env.VICTIM), "SIGKILL");\n    const made = await`;
      const script = transfer.copy.replace("const made = await", stopping);
      assert.match(await harbour.fail(script, { ...sides(), VICTIM: String(server.pid) }), /fetch failed/);
      await server.start();
      await harbour.succeed(transfer.copy, sides());
      await harbour.succeed(transfer.verify, sides());
    });
  }
});
