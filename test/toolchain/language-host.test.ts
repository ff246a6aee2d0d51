import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const MINUTE = 60_000;

describe("The language host that is built where the official one can't be had", () => {
  it("passes its own tests", function () {
    this.timeout(10 * MINUTE);
    if (spawnSync("go", ["version"]).status !== 0) this.skip();
    const { status, stdout, stderr } = spawnSync("go", ["test", "-mod=readonly", "./language-host/..."], {
      cwd: join(repository, "local", "toolchain", "pulumi"),
      env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" },
      encoding: "utf8",
    });
    assert.equal(status, 0, stdout + stderr);
  });
});

describe("The language host that is installed", function () {
  this.timeout(2 * MINUTE);
  let project: Project;

  beforeEach(async () => {
    project = new Project();
    await project.succeed("stack", "init", "dev");
  });

  afterEach(() => project.remove());

  it("runs a program and hands over its outputs", async () => {
    project.write(`export const greeting: string = ["hello", pulumi.getProject(), pulumi.getStack()].join(" ");`);
    await project.succeed(...UP);
    assert.deepEqual(await project.outputs(), { greeting: "hello tiny dev" });
  });

  it("starts Node.js with the arguments that Pulumi.yaml asks for, split as a shell does", async () => {
    project.configure({ nodeargs: `--title="two words" --stack-trace-limit=7` });
    project.write("export const title = process.title, limit = Error.stackTraceLimit;");
    await project.succeed(...UP);
    assert.deepEqual(await project.outputs(), { title: "two words", limit: 7 });
  });

  it("passes secret config on as secret", async () => {
    await project.succeed("config", "set", "--secret", "password", "<correct> horse");
    await project.succeed("config", "set", "name", "plain");
    project.write(`
      const config = new pulumi.Config();
      export const password = config.requireSecret("password");
      export const name = config.require("name");
    `);
    const output = await project.succeed(...UP);
    const state = await project.succeed("stack", "export");
    assert.doesNotMatch(output + state, /horse/);
    assert.deepEqual(await project.outputs("--show-secrets"), { password: "<correct> horse", name: "plain" });
  });

  it("knows which Node.js a program gets, and which plugins its packages need", async () => {
    project.write("");
    const { runtime } = JSON.parse(await project.succeed("about", "--json"));
    assert.equal(runtime.executable, join(repository, "node_modules", ".bin", "node"));
    assert.ok(runtime.version.endsWith(process.versions.node), runtime.version);
    const plugins: { name: string }[] = JSON.parse(await project.succeed("plugin", "ls", "--project", "--json"));
    assert.ok(plugins.some(({ name }) => name === "kubernetes"));
  });

  describe("where a program fails", () => {
    const KEPT = `new pulumi.ComponentResource("test:index:Thing", "kept");`;

    beforeEach(async () => {
      project.write(KEPT);
      await project.succeed(...UP);
    });

    it("says what was thrown, and leaves the resources alone", async () => {
      project.write(`throw new Error("boom");`);
      assert.match(await project.fail(...UP), /failed with an unhandled exception.*Error: boom/s);
      assert.match(await project.succeed("stack", "export"), /test:index:Thing::kept/);
    });

    it("says with which code it ended, and leaves the resources alone", async () => {
      project.write("process.exit(3);");
      assert.match(await project.fail(...UP), /Program exited with non-zero exit code: 3/);
      assert.match(await project.succeed("stack", "export"), /test:index:Thing::kept/);
    });

    it("says nothing but the message of a RunError", async () => {
      project.write(`throw new pulumi.RunError("the bucket is full");`);
      const output = await project.fail(...UP);
      assert.match(output, /error: the bucket is full/);
      assert.doesNotMatch(output, /unhandled|exit code|index\.ts/);
    });

    it("says what to do where its dependencies are not installed", async () => {
      rmSync(join(project.directory, "node_modules"));
      assert.match(await project.fail(...UP), /(@pulumi\/pulumi|Pulumi SDK).*npm (ci|install)/s);
    });
  });

  it("leaves no process behind when a program that hangs is interrupted", async () => {
    const pidFile = join(project.directory, "pid");
    project.write(`
      import { renameSync, writeFileSync } from "node:fs";
      writeFileSync("pid.new", String(process.pid));
      renameSync("pid.new", "pid");
      setInterval(() => {}, 1000);
    `);
    const up = project.start(...UP);
    const outcome = ended(up);
    while (!existsSync(pidFile)) {
      assert.equal(up.exitCode, null, "pulumi ended before the program had started");
      await sleep(50);
    }
    const pid = Number(readFileSync(pidFile, "utf8"));
    assert.ok(isAlive(pid));
    process.kill(-(up.pid as number), "SIGINT"); // as a terminal does on ^C
    assert.match((await outcome).output, /cancel/);
    for (let attempt = 0; attempt < 100 && isAlive(pid); attempt++) await sleep(50);
    assert.ok(!isAlive(pid));
  });
});

const UP = ["up", "--yes", "--skip-preview", "--stack", "dev"];

/** A project in a folder of its own, with the repository's packages. */
class Project {
  readonly directory = mkdtempSync(join(tmpdir(), "landfall-program-"));

  constructor() {
    symlinkSync(join(repository, "node_modules"), join(this.directory, "node_modules"));
    writeFileSync(join(this.directory, "package.json"), JSON.stringify({ name: "tiny", type: "module" }));
    this.configure({});
  }

  configure(options: Record<string, unknown>): void {
    const runtime = { name: "nodejs", options: { typescript: false, ...options } };
    writeFileSync(join(this.directory, "Pulumi.yaml"), stringify({ name: "tiny", runtime, main: "index.ts" }));
  }

  write(program: string): void {
    writeFileSync(join(this.directory, "index.ts"), `import * as pulumi from "@pulumi/pulumi";\n${program}\n`);
  }

  /** Starts `pulumi` in a process group of its own, as a shell does. */
  start(...args: string[]): ChildProcess {
    const commands = join(repository, "node_modules", ".bin");
    return spawn(join(commands, "pulumi"), ["--non-interactive", ...args], {
      cwd: this.directory,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        PATH: [commands, process.env.PATH].join(delimiter),
        PULUMI_BACKEND_URL: `file://${this.directory}/state?create_dir=true`,
        PULUMI_CONFIG_PASSPHRASE: "x",
        PULUMI_SKIP_UPDATE_CHECK: "1",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        NO_COLOR: "1",
      },
    });
  }

  async succeed(...args: string[]): Promise<string> {
    const { code, stdout, output } = await ended(this.start(...args));
    assert.equal(code, 0, output);
    return stdout;
  }

  async fail(...args: string[]): Promise<string> {
    const { code, output } = await ended(this.start(...args));
    assert.notEqual(code, 0, output);
    return output;
  }

  async outputs(...options: string[]): Promise<unknown> {
    return JSON.parse(await this.succeed("stack", "output", "--stack", "dev", "--json", ...options));
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

async function ended(child: ChildProcess): Promise<{ code: number | null; stdout: string; output: string }> {
  let stdout = "";
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text) => {
    stdout += text;
    output += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    output += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  return { code, stdout, output };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
