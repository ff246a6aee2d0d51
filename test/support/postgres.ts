/** A PostgreSQL server with the database `shop`, which the role `app` owns. */
import type { ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execute, freePort, type Harbour, type Side, stop } from "./servers.ts";

/** As awkward as a password may be. */
export const PASSWORD = `it's "$HOME" \\ #1`;

export class PostgresServer implements Side {
  readonly username = "app";
  password = PASSWORD;
  database = "shop";
  port = 0;
  readonly #harbour: Harbour;
  readonly #name: string;
  readonly #bin: string;
  readonly #data: string;
  #process: ChildProcess | undefined;

  /** @param installation folder that has `bin` and `lib` */
  constructor(harbour: Harbour, name: string, installation: string) {
    this.#harbour = harbour;
    this.#name = name;
    this.#data = join(harbour.folder(name), "data");
    this.#bin = join(installation, "bin");
  }

  async create(): Promise<this> {
    this.port = await freePort();
    const password = join(this.#harbour.path, "password");
    writeFileSync(password, PASSWORD, { mode: 0o644 });
    const options = [
      "--username=admin",
      `--pwfile=${password}`,
      "--auth=scram-sha-256",
      "--no-sync",
      "--locale=C.UTF-8",
    ];
    await this.#harbour.once(this.#name, [join(this.#bin, "initdb"), "-D", this.#data, ...options]);
    await this.start();
    await this.administer(`CREATE ROLE app LOGIN PASSWORD $$${PASSWORD}$$`, "CREATE DATABASE shop OWNER app");
    return this;
  }

  /** @param settings of the server, for this start only */
  async start(...settings: string[]): Promise<void> {
    const own = settings.flatMap((setting) => ["-c", setting]);
    const flags = ["-D", this.#data, "-p", String(this.port), "-h", "127.0.0.1", "-k", "", "-F"];
    const ready = () => this.administer("SELECT 1");
    this.#process = await this.#harbour.start(this.#name, [join(this.#bin, "postgres"), ...flags, ...own], ready, {
      asNobody: true,
    });
  }

  /** As a machine that loses power. */
  async kill(): Promise<void> {
    if (this.#process) await stop(this.#process, "SIGQUIT");
  }

  administer(...statements: string[]): Promise<string> {
    return this.#psql("admin", "postgres", statements);
  }

  sql(...statements: string[]): Promise<string> {
    return this.#psql("app", this.database, statements);
  }

  /** The tables of the application are as a new database has them. */
  async empty(): Promise<void> {
    await this.administer("DROP DATABASE shop WITH (FORCE)", "CREATE DATABASE shop OWNER app");
  }

  async #psql(user: string, database: string, statements: readonly string[]): Promise<string> {
    const env = {
      PGHOST: "127.0.0.1",
      PGPORT: String(this.port),
      PGUSER: user,
      PGPASSWORD: user === "app" ? this.password : PASSWORD,
      PGDATABASE: database,
    };
    const commands = statements.flatMap((statement) => ["-c", statement]);
    const { stdout } = await execute(join(this.#bin, "psql"), ["-XqAt", "-v", "ON_ERROR_STOP=1", ...commands], { env });
    return stdout.trim();
  }
}
