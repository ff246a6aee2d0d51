/** Real database servers as processes on 127.0.0.1, and the engines' own commands run against them as pods run them. */
import assert from "node:assert/strict";
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { Engine } from "../../components/datastores/engine.ts";
import { escapeForUrl } from "../../components/secrets/secret-text.ts";
import { terminalProgress } from "../../local/progress.ts";
import { ensureWheels, lacksServers } from "../../local/toolchain/toolchain.ts";

export const execute = promisify(execFile);

/** An account that no server refuses to be run by, as PostgreSQL refuses root. */
const NOBODY = 65534;
const START_SECONDS = 60;

export interface Side {
  port: number;
  username?: string;
  password?: string;
  database?: string;
  buckets?: string;
}

function identity(): { uid?: number; gid?: number } {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
}

/** What one test file has running. */
export class Harbour {
  readonly path = mkdtempSync(join(tmpdir(), "landfall-servers-"));
  readonly #running: ChildProcess[] = [];
  /** Folders that the engines' commands find their tools in. */
  tools: string[] = [join(this.path, "bin")];

  constructor() {
    chmodSync(this.path, 0o755);
    mkdirSync(join(this.path, "bin"));
    mkdirSync(join(this.path, "home"));
  }

  /** Gives a tool the name that it has in the engine's image. */
  name(tool: string, executable: string): void {
    symlinkSync(executable, join(this.path, "bin", tool));
  }

  /** The same files where every account may run them: by links, which take no room. */
  share(installed: string): string {
    const target = join(this.path, "installed");
    try {
      execFileSync("cp", ["-al", installed, target], { stdio: "pipe" });
    } catch {
      execFileSync("cp", ["-a", installed, target]); // another file system
    }
    return target;
  }

  /** A folder for a server's files; it is nobody's, who may use it as well as root. */
  folder(name: string): string {
    const folder = join(this.path, name);
    mkdirSync(folder, { recursive: true });
    const { uid, gid } = identity();
    if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
    return folder;
  }

  /** A certificate for 127.0.0.1 that is its own authority, in a folder of nobody's, and its key. */
  async certificate(name: string): Promise<{ certificate: string; key: string }> {
    const [certificate, key] = ["cert.pem", "key.pem"].map((file) => join(this.folder(name), file)) as [string, string];
    const algorithm = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"];
    const subject = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1"];
    await this.once(name, ["openssl", "req", "-x509", ...algorithm, ...subject, "-keyout", key, "-out", certificate]);
    return { certificate, key };
  }

  /** Runs a command to its end, as nobody. */
  async once(name: string, command: readonly string[]): Promise<void> {
    const [file, ...args] = command as [string, ...string[]];
    await execute(file, args, { cwd: this.folder(name), ...identity() });
  }

  /** Starts a server and waits until it answers. */
  async start(
    name: string,
    command: readonly string[],
    ready: () => Promise<unknown>,
    { env = {}, asNobody = false } = {},
  ): Promise<ChildProcess> {
    const logPath = join(this.path, `${name}.log`);
    const log = openSync(logPath, "a");
    const [file, ...args] = command as [string, ...string[]];
    const cwd = this.folder(name);
    const environment = { PATH: process.env.PATH, HOME: cwd, LC_ALL: "C", ...env };
    const child = spawn(file, args, {
      cwd,
      env: environment,
      stdio: ["ignore", log, log],
      ...(asNobody ? identity() : {}),
    });
    this.#running.push(child);
    let broken: Error | undefined;
    child.once("error", (error) => {
      broken = error;
    });
    const deadline = Date.now() + START_SECONDS * 1000;
    for (;;) {
      try {
        await ready();
        return child;
      } catch (error) {
        if (broken || child.exitCode !== null || Date.now() > deadline) {
          throw new Error(`${name} did not start: ${broken ?? error}\n${readFileSync(logPath, "utf8").slice(-2000)}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  /** Runs an engine's commands, and returns how they ended and all that they printed. */
  async run(script: string, variables: NodeJS.ProcessEnv): Promise<{ code: number; output: string; printed: string }> {
    const home = mkdtempSync(join(this.path, "home", "run-"));
    const PATH = [...this.tools, process.env.PATH].join(delimiter);
    const env = { PATH, HOME: home, LANG: "C.UTF-8", ...variables };
    const options = { env, cwd: home, maxBuffer: 64 << 20 };
    return new Promise((resolve) => {
      execFile("sh", ["-euc", script], options, (error, stdout, stderr) => {
        rmSync(home, { recursive: true, force: true });
        const code = error ? (typeof error.code === "number" ? error.code : 1) : 0;
        resolve({ code, output: stdout + stderr, printed: stdout });
      });
    });
  }

  /** Runs them where they have to end well, and returns what they printed. */
  async succeed(script: string, variables: NodeJS.ProcessEnv): Promise<string> {
    const { code, output, printed } = await this.run(script, variables);
    assert.equal(code, 0, output);
    return printed;
  }

  /** Runs them where they have to fail, and returns what they said. */
  async fail(script: string, variables: NodeJS.ProcessEnv): Promise<string> {
    const { code, output } = await this.run(script, variables);
    assert.notEqual(code, 0, `it should have failed, and said: ${output}`);
    for (const side of ["FROM", "TO"]) {
      const password = variables[`${side}_PASSWORD`];
      if (password) assert.ok(!output.includes(password), "a password is in the output");
    }
    return output;
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.map((child) => stop(child)));
    rmSync(this.path, { recursive: true, force: true });
  }
}

export async function stop(child: ChildProcess, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await ended;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The environment that transfers and restores find. */
export function variables(from: Side | undefined, to: Side): Record<string, string> {
  return { ...(from ? sideVariables("FROM", from) : {}), ...sideVariables("TO", to) };
}

function sideVariables(name: string, side: Side): Record<string, string> {
  const { port, username = "", password = "", database = "", buckets = "" } = side;
  const values = {
    HOST: "127.0.0.1",
    PORT: String(port),
    USERNAME: username,
    PASSWORD: password,
    DATABASE: database,
    TLS: "false",
    CA: "",
    BUCKETS: buckets,
    REGION: "",
  };
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${name}_${key}`, value]));
}

/** Folder of the servers' wheels. Skips the tests on a machine that cannot have them, but not in CI. */
export async function wheels(context: Mocha.Context): Promise<string> {
  const reason = lacksServers();
  if (reason !== undefined) {
    if (process.env.CI) throw new Error(reason);
    console.log(`      skipped: ${reason}`);
    context.skip();
  }
  return ensureWheels(terminalProgress());
}

/** What is known of a server, for a test to say otherwise. */
export function sideOf({ port, username, password, database, buckets }: Side): Side {
  return { port, username, password, database, buckets };
}

/** What a client of the store has in its environment, as a trial finds it. */
export function trialVariables(engine: Engine, side: Side): Record<string, string> {
  const { port, username = "", password = "", database = "", buckets = "" } = side;
  const endpoint = { host: "127.0.0.1", port, username, database, buckets: buckets.split(" "), tls: false };
  return {
    STORE_URL: engine.url(endpoint, escapeForUrl(password)),
    STORE_USERNAME: username,
    STORE_PASSWORD: password,
    STORE_BUCKET: endpoint.buckets[0] ?? "",
    MARK: randomBytes(8).toString("hex"),
  };
}
