/** A Redis, or a Valkey, with a password. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { execute, freePort, type Harbour, type Side, stop } from "./servers.ts";

export class RedisServer implements Side {
  readonly username = "default";
  password = `it's "$HOME" #1`;
  port = 0;
  #process: ChildProcess | undefined;
  readonly #harbour: Harbour;
  readonly #name: string;
  readonly #server: string;
  readonly #client: string;

  /** @param server executable, as is `client` */
  constructor(harbour: Harbour, name: string, server: string, client: string) {
    this.#harbour = harbour;
    this.#name = name;
    this.#server = server;
    this.#client = client;
  }

  /** @param options of the server; what is not saved is gone when it stops */
  async start(...options: string[]): Promise<this> {
    this.port ||= await freePort();
    const flags = [
      "--port",
      String(this.port),
      "--bind",
      "127.0.0.1",
      "--requirepass",
      this.password,
      "--save",
      "",
      ...options,
    ];
    const ready = async () => assert.equal(await this.ask("PING"), "PONG");
    this.#process = await this.#harbour.start(this.#name, [this.#server, ...flags], ready);
    return this;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  async kill(): Promise<void> {
    if (this.#process) await stop(this.#process);
  }

  async ask(...words: string[]): Promise<string> {
    const env = { REDISCLI_AUTH: this.password };
    return (await execute(this.#client, ["-p", String(this.port), ...words], { env })).stdout.trimEnd();
  }

  /** Several commands in one go, as the server's own scripts. */
  async script(text: string, ...words: string[]): Promise<string> {
    const answer = await this.ask("EVAL", text, "0", ...words);
    assert.doesNotMatch(answer, /^ERR/);
    return answer;
  }

  async give(password: string): Promise<void> {
    await this.ask("CONFIG", "SET", "requirepass", password);
    this.password = password;
  }
}
