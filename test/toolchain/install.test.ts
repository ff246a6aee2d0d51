/** Tools are there whole or not at all, whoever asks, however it goes wrong. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Step, silentProgress } from "../../local/progress.ts";
import { go } from "../../local/toolchain/build.ts";
import { installOnce } from "../../local/toolchain/cache.ts";
import { fetchAll } from "../../local/toolchain/download.ts";
import { ensureTools, ToolError } from "../../local/toolchain/toolchain.ts";
import { PULUMI_VERSION } from "../../local/toolchain/versions.ts";
import { eventually } from "../support/read.ts";

const step: Step = silentProgress.step("");
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "landfall-install-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("An installation", function () {
  this.timeout(60_000);

  const fillWith = (text: string) => async (scratch: string) => {
    writeFileSync(join(scratch, "tool"), text);
    return "done";
  };

  it("is made once, however many ask", async () => {
    let fills = 0;
    const install = () =>
      installOnce(
        join(root, "tool"),
        () => step,
        async (scratch) => {
          fills++;
          return fillWith("whole")(scratch);
        },
      );
    await Promise.all([install(), install(), install()]);
    assert.equal(fills, 1);
    assert.equal(readFileSync(join(root, "tool", "tool"), "utf8"), "whole");
  });

  it("that fails leaves nothing to be found, and the next one succeeds", async () => {
    const directory = join(root, "tool");
    const fails = installOnce(
      directory,
      () => step,
      async (scratch) => {
        writeFileSync(join(scratch, "tool"), "half");
        throw new Error("disk full");
      },
    );
    await assert.rejects(fails, /disk full/);
    assert.equal(existsSync(directory), false);
    await installOnce(directory, () => step, fillWith("whole"));
    assert.deepEqual(readdirSync(root), ["tool"]);
  });

  it("that is killed leaves nothing to be found, and the next one sweeps up", async () => {
    const directory = join(root, "tool");
    const program = `
      import { writeFileSync } from "node:fs";
      import { installOnce } from ${JSON.stringify(new URL("../../local/toolchain/cache.ts", import.meta.url).href)};
      const step = { update() {}, done() {}, failed() {} };
      await installOnce(${JSON.stringify(directory)}, () => step, async (scratch) => {
        writeFileSync(scratch + "/tool", "half");
        await new Promise((resolve) => setTimeout(resolve, 600_000));
      });`;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", program], { stdio: "inherit" });
    await eventually(
      async () => readdirSync(root),
      (entries) => entries.some((entry) => entry.includes(".partial-")),
    );
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("close", resolve));
    assert.equal(existsSync(directory), false);
    await installOnce(directory, () => step, fillWith("whole"));
    assert.deepEqual(readdirSync(root), ["tool"]);
    assert.equal(readFileSync(join(directory, "tool"), "utf8"), "whole");
  });
});

describe("A download", () => {
  const files = new Map<string, Buffer>();
  let server: Server;
  let asked: string[];
  let broken: string;
  let url: string;

  before(async () => {
    server = createServer((request, response) => {
      asked.push(request.url as string);
      const content = files.get(request.url as string);
      if (!content) return void response.writeHead(404).end();
      response.writeHead(200, { "content-length": content.length });
      if (request.url === broken) return void response.write(content.subarray(0, 2), () => response.destroy());
      response.end(content);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());
  beforeEach(() => {
    asked = [];
    broken = "";
    files.clear();
  });

  /** Offers a file with its sum as publishers do. */
  function offer(path: string, content: Buffer | string, sumOf: Buffer | string = content): void {
    files.set(path, Buffer.from(content));
    const sum = createHash("sha256").update(sumOf).digest("hex");
    files.set(`${path}.sha256`, Buffer.from(`${sum}  ${path.slice(1)}\n`));
  }

  const fetch = (path: string, names: readonly string[]) =>
    fetchAll([{ url: url + path, checksums: `${url}${path}.sha256`, files: names }], root, step);

  it("with the published sum becomes an executable", async () => {
    offer("/kwok-linux-amd64", "#!/bin/sh\n");
    assert.equal(await fetch("/kwok-linux-amd64", ["kwok"]), true);
    assert.deepEqual(readdirSync(root), ["kwok"]);
    assert.equal(statSync(join(root, "kwok")).mode & 0o777, 0o755);
  });

  it("that is an archive gives its executables", async () => {
    mkdirSync(join(root, "pulumi"));
    for (const name of ["pulumi", "pulumi-language-nodejs", "README"]) writeFileSync(join(root, "pulumi", name), name);
    const archive = execFileSync("tar", ["-cz", "-C", root, "pulumi"]);
    rmSync(join(root, "pulumi"), { recursive: true });
    offer("/pulumi.tar.gz", archive);
    assert.equal(await fetch("/pulumi.tar.gz", ["pulumi-language-nodejs"]), true);
    assert.equal(readFileSync(join(root, "pulumi-language-nodejs"), "utf8"), "pulumi-language-nodejs");
  });

  it("with another sum is thrown away", async () => {
    offer("/kwok", "tampered", "genuine");
    assert.equal(await fetch("/kwok", ["kwok"]), false);
    assert.deepEqual(readdirSync(root), []);
  });

  it("without a published sum is not made", async () => {
    files.set("/kwok", Buffer.from("unknown"));
    assert.equal(await fetch("/kwok", ["kwok"]), false);
    assert.deepEqual(asked, ["/kwok.sha256"]);
  });

  for (const path of ["/kwok", "/kwok.sha256"]) {
    it(`of which ${path} breaks off leaves nothing`, async () => {
      broken = path;
      offer("/kwok", "whole");
      assert.equal(await fetch("/kwok", ["kwok"]), false);
      assert.deepEqual(readdirSync(root), []);
    });
  }

  it("from a host that cannot be reached falls through, and is not tried again", async () => {
    const nowhere = "http://127.0.0.1:1";
    const download = { url: `${nowhere}/kwok`, checksums: `${nowhere}/kwok.sha256`, files: ["kwok"] };
    assert.equal(await fetchAll([download, download], root, step), false);
  });

  it("of nothing is no download", async () => {
    assert.equal(await fetchAll([], root, step), false);
  });
});

describe("A tool", function () {
  this.timeout(60_000);
  const environment = { ...process.env };
  afterEach(() => {
    process.env = { ...environment };
  });

  it("that is there officially is left as it is", async () => {
    process.env.PULUMI_HOME = root;
    const directory = join(root, "versions", PULUMI_VERSION, "bin");
    mkdirSync(directory, { recursive: true });
    for (const name of ["pulumi", "pulumi-language-nodejs"]) writeFileSync(join(directory, name), "official");
    const { pulumi } = await ensureTools(["pulumi"], silentProgress);
    assert.equal(pulumi, join(directory, "pulumi"));
    assert.equal(readFileSync(pulumi, "utf8"), "official");
  });

  it("is put where Pulumi looks for it, from the cache", async () => {
    process.env.PULUMI_HOME = root;
    const { pulumi } = await ensureTools(["pulumi"], silentProgress);
    assert.equal(pulumi, join(root, "versions", PULUMI_VERSION, "bin", "pulumi"));
    assert.equal(execFileSync(pulumi, ["version"], { encoding: "utf8" }).trim(), `v${PULUMI_VERSION}`);
    assert.ok(existsSync(join(root, "versions", PULUMI_VERSION, "bin", "pulumi-language-nodejs")));
  });

  it("that cannot be had without Go says so, and what to install", async () => {
    process.env.PATH = root;
    process.env.XDG_CACHE_HOME = root;
    await assert.rejects(go("kwok v0.8.0", ["version"], "kubernetes"), (error) => {
      assert.ok(error instanceof ToolError);
      assert.match(
        error.message,
        /^kwok v0\.8\.0 could not be downloaded, and building it needs Go, which is not installed/,
      );
      assert.match(error.message, /fix {6}install Go 1\.26 or newer/);
      return true;
    });
  });

  it("whose build fails says why, and where the whole log is", async () => {
    process.env.PATH = `${root}:${process.env.PATH}`;
    process.env.XDG_CACHE_HOME = root;
    writeFileSync(join(root, "go"), "#!/bin/sh\necho 'no space left on device' >&2\nexit 1\n");
    chmodSync(join(root, "go"), 0o755);
    await assert.rejects(go("kwok v0.8.0", ["build"], "kubernetes"), (error) => {
      assert.ok(error instanceof ToolError);
      assert.match(error.message, /building it failed \(go build: 1\)\.\n {4}no space left on device\n/);
      const [, log] = /log {6}(.*)/.exec(error.message) ?? [];
      assert.equal(readFileSync(log as string, "utf8"), "no space left on device\n");
      return true;
    });
  });
});
