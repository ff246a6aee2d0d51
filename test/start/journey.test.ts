/** What a newcomer does, in a checkout of his own: npm start, again, a tuning edit, an update that is killed, npm stop. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { endProcesses, processesOf } from "../../local/cluster/processes.ts";
import { LOCAL_PLUGINS } from "../../local/stack.ts";
import { killTree } from "../../local/system-processes.ts";
import { sharedCluster } from "../support/cluster.ts";
import { clientsFor, eventually, readNamespace, the } from "../support/read.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));

describe("npm start and npm stop", function () {
  this.timeout("20m");
  const root = mkdtempSync(join(tmpdir(), "landfall-journey-"));
  const home = join(root, ".landfall", "cluster", "clusters", "landfall");
  const kubeconfig = join(root, ".landfall", "kubeconfig");

  before("a checkout", () => checkOut(root));

  after(async () => {
    await endProcesses(home, "SIGKILL");
    rmSync(root, { recursive: true, force: true });
  });

  const start = (...args: string[]) => run(root, process.execPath, ["local/bootstrap.mjs", "start", ...args]);
  it("brings PyBase up from nothing, and says what stands where and what to do next", async () => {
    const { code, output } = await start();
    assert.equal(code, 0, output);
    assert.match(output, /\+ 76 created/);
    assert.match(
      output,
      /Namespace pybase on context landfall of \.landfall\/kubeconfig, at https:\/\/pybase\.localhost/,
    );
    for (const row of [/^ {2}api +\d\/\d +2 to 10 /m, /^ {2}postgres +1\/1 /m]) assert.match(output, row);
    assert.match(
      output,
      /export PULUMI_CONFIG_PASSPHRASE_FILE=\.landfall\/passphrase KUBECONFIG=\.landfall\/kubeconfig PULUMI_DISABLE/,
    );
    assert.equal(statSync(join(root, ".landfall", "passphrase")).mode & 0o777, 0o600);
  });

  it("changes nothing the second time", async () => {
    const { code, output, printed } = await start("--json");
    assert.equal(code, 0, output);
    assert.match(output, /\n {4}76 unchanged\n/);
    const { stack, namespace, url, isLocal, workloads } = JSON.parse(printed);
    assert.deepEqual([stack, namespace, url, isLocal], ["dev", "pybase", "https://pybase.localhost", true]);
    const api = workloads.find(({ name }: { name: string }) => name === "api");
    assert.deepEqual([api.ready, api.autoscaled], [api.replicas, [2, 10]]);
  });

  it("leaves a stack that npm run doctor and npm run smoke find in order", async () => {
    for (const [command, said] of [
      ["doctor", /✓ Secrets: the passphrase of \.landfall\/passphrase opens them/],
      ["smoke", /✓ Deployment api: 2 of 2 pods are ready[\s\S]*\? Datastore postgres: its machines are simulated/],
    ] as const) {
      const { code, output } = await run(root, process.execPath, ["local/bootstrap.mjs", command, "dev"]);
      assert.equal(code, 0, output);
      assert.match(output, said);
    }
  });

  it("leaves a stack that plain pulumi works with, by the README's commands", async () => {
    const commands = readmeCommands("export PULUMI_CONFIG_PASSPHRASE_FILE=");
    assert.equal(commands.pop(), "npm stop");
    const { code, output } = await run(root, "sh", ["-ec", commands.join("\n")]);
    assert.equal(code, 0, output);
    const outcomes = [/ {4}76 unchanged\n/, / {4}~ 1 updated\n {4}75 unchanged\n/, / {4}- 76 deleted\n/];
    for (const outcome of outcomes) assert.match(output, outcome);
  });

  it("goes on from an update that was killed", async () => {
    const killed = command(root, "pulumi", ["up", "--stack", "dev", "--yes", "--skip-preview"], {
      PULUMI_CONFIG_PASSPHRASE_FILE: ".landfall/passphrase",
    });
    const clients = clientsFor(kubeconfig);
    // Its claims, which the API server completes, are what Pulumi refuses to create again by itself.
    await eventually(
      async () => (await readNamespace(clients, "pybase")).statefulSets.length,
      (servers) => servers > 0,
    );
    killTree(killed);
    const { code, output } = await start();
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, /pending operations/);
    const { deployments } = await readNamespace(clients, "pybase");
    assert.equal(the(deployments, "api").status?.readyReplicas !== undefined, true);
  });

  it("brings up three tiers of one's own, and what is tuned of them, by the README's commands", async () => {
    const [make, land, preview, again, smoke, ...rest] = readmeCommands("npm run new -- shop --tier");
    assert.deepEqual(rest, []);
    const does = async (line: string | undefined, said: RegExp) => {
      const { code, output } = await run(root, "sh", ["-ec", line as string]);
      assert.equal(code, 0, output);
      assert.match(output, said);
    };
    await does(make, /shop\.yaml and Pulumi\.shop-dev\.yaml are written/);
    await does(land, /\+ \d+ created[\s\S]*\n {2}web +1\/1 [\s\S]*\n {2}postgres +1\/1 /);
    const file = join(root, "shop.yaml");
    const shop = readFileSync(file, "utf8");
    writeFileSync(file, shop.replace("    kind: worker\n", "    kind: worker\n    replicas: 3\n"));
    await does(
      preview,
      /shop-dev: nothing that anybody would notice[\s\S]*shop-worker-deployment {2}\[spec\.replicas\]/,
    );
    await does(again, /\n {2}worker +\d\/3 /);
    await does(smoke, /✓ Deployment web: 1 of 1[\s\S]*✓ Deployment worker: 3 of 3/);
  });

  it("says what is wrong when the passphrase has gone, and does not make up another", async () => {
    const file = join(root, ".landfall", "passphrase");
    const passphrase = readFileSync(file);
    rmSync(file);
    const { code, output } = await start();
    assert.equal(code, 1);
    assert.match(output, /secrets in Pulumi\.dev\.yaml are encrypted with a passphrase that is not here/);
    writeFileSync(file, passphrase, { mode: 0o600 });
  });

  it("takes all of it down, twice if asked", async () => {
    for (const gone of [["dev", "shop-dev"], []]) {
      const { code, output, printed } = await run(root, process.execPath, ["local/bootstrap.mjs", "stop", "--json"]);
      assert.equal(code, 0, output);
      assert.deepEqual(JSON.parse(printed), { gone });
    }
    assert.equal(processesOf(home).size, 0);
    assert.deepEqual([existsSync(kubeconfig), existsSync(join(root, ".landfall", "cluster"))], [false, false]);
  });
});

describe("npm start on a cluster that is there", function () {
  this.timeout("20m");
  const root = mkdtempSync(join(tmpdir(), "landfall-journey-"));

  after(() => rmSync(root, { recursive: true, force: true }));

  it("uses it, makes none, and npm stop leaves it as it was", async () => {
    const cluster = await sharedCluster();
    checkOut(root);
    const stackFile = join(root, "Pulumi.dev.yaml");
    const local = /path: .*\n(\s+)context: .*/;
    const settings = readFileSync(stackFile, "utf8");
    assert.match(settings, local);
    const { kubeconfig, context } = cluster;
    writeFileSync(stackFile, settings.replace(local, `path: ${kubeconfig}\n$1context: ${context}`));

    const started = await run(root, process.execPath, ["local/bootstrap.mjs", "start"]);
    assert.equal(started.code, 0, started.output);
    assert.match(started.output, new RegExp(`Namespace pybase on context ${context} of ${kubeconfig}`));
    assert.doesNotMatch(started.output, /simulated/);
    assert.equal(existsSync(join(root, ".landfall", "cluster")), false);

    const unasked = await run(root, process.execPath, ["local/bootstrap.mjs", "stop"]);
    assert.notEqual(unasked.code, 0, "nobody said yes");
    const stopped = await run(root, process.execPath, ["local/bootstrap.mjs", "stop", "--yes"]);
    assert.equal(stopped.code, 0, stopped.output);
    const { items } = await cluster.clients.core.listNamespace();
    assert.equal(
      items.some(({ metadata }) => metadata?.name === "pybase"),
      false,
    );
    assert.ok(existsSync(kubeconfig));
  });
});

/** The repository's files as git would clone them, those not committed yet included. */
function checkOut(root: string): void {
  const listing = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const files = execFileSync("git", listing, { cwd: repository }).toString().split("\0");
  for (const file of files.filter((name) => name && existsSync(join(repository, name)))) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    cpSync(join(repository, file), join(root, file));
  }
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
}

/** As a shell runs it that knows of no other stack. */
function command(root: string, name: string, args: readonly string[], variables: NodeJS.ProcessEnv = {}) {
  const env = {
    ...process.env,
    ...LOCAL_PLUGINS,
    PULUMI_BACKEND_URL: undefined,
    PULUMI_CONFIG_PASSPHRASE: undefined,
    ...variables,
  };
  return spawn(name, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
}

async function run(root: string, name: string, args: readonly string[], variables: NodeJS.ProcessEnv = {}) {
  const child = command(root, name, args, variables);
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [output, complaint, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, output: output + complaint, printed: output };
}

/** The README's block of commands that begins so. */
function readmeCommands(beginning: string): string[] {
  const readme = readFileSync(join(repository, "README.md"), "utf8");
  const blocks = Array.from(readme.matchAll(/```sh\n([\s\S]*?)\n```/g), ([, block]) => block as string);
  const block = blocks.find((text) => text.startsWith(beginning));
  assert.ok(block);
  return block.split("\n");
}
