/** FerretDB, which speaks MongoDB's protocol, and MongoDB's own tools. */
import type { ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { terminalProgress } from "../../local/progress.ts";
import { ensureMongosh, ensureTools } from "../../local/toolchain/toolchain.ts";
import { freePort, type Harbour, type Side, stop } from "./servers.ts";

/** Puts the tools, which may have to be built, where commands find them. @returns the server's executable */
export async function mongoTools(harbour: Harbour): Promise<string> {
  const { mongodump, ferretdb } = await ensureTools(["mongodump", "mongorestore", "ferretdb"], terminalProgress());
  harbour.tools.push(dirname(mongodump), await ensureMongosh(terminalProgress()));
  return ferretdb;
}

export class MongoServer implements Side {
  readonly username = "app";
  password: string;
  port = 0;
  readonly #harbour: Harbour;
  readonly #name: string;
  readonly #ferretdb: string;
  #process: ChildProcess | undefined;

  constructor(harbour: Harbour, name: string, ferretdb: string) {
    this.#harbour = harbour;
    this.#name = name;
    this.#ferretdb = ferretdb;
    this.password = `${name} it's "$HOME" \\ #1`;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** What starts it by itself, once there is a port. */
  get command(): string[] {
    const folder = this.#harbour.folder(`${this.#name}-data`);
    const flags = ["--handler=sqlite", `--sqlite-url=file:${folder}/`, `--state-dir=${folder}`, "--telemetry=disable"];
    const quiet = ["--debug-addr=-", "--log-level=warn", "--test-enable-new-auth"];
    return [this.#ferretdb, ...flags, `--listen-addr=127.0.0.1:${this.port}`, ...quiet];
  }

  /** The account is made where there is no database yet. */
  async start(): Promise<this> {
    this.port ||= await freePort();
    const account = ["--setup-database=admin", "--setup-username=app", `--setup-password=${this.password}`];
    const ready = () => reached(this.port);
    this.#process = await this.#harbour.start(this.#name, [...this.command, ...account], ready);
    return this;
  }

  async kill(): Promise<void> {
    if (this.#process) await stop(this.#process);
  }

  async evaluate(script: string): Promise<string> {
    const file = join(this.#harbour.path, `${this.#name}.js`);
    const account = `app:${encodeURIComponent(this.password)}`;
    writeFileSync(
      file,
      `const client = new Mongo("mongodb://${account}@127.0.0.1:${this.port}/?authSource=admin");\n${script}`,
    );
    return (await this.#harbour.succeed(`mongosh --nodb --norc --quiet "${file}"`, {})).trim();
  }
}

async function reached(port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", reject);
  });
}
