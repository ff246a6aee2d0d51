/** The commands of docs/render.md and docs/explain.md, run. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const ask = promisify(execFile);

/** Lines that need neither a pipe nor the state of a stack that is up. */
function commandsOf(document: string): { command: string; args: string[] }[] {
  const lines = readFileSync(new URL(`../../${document}`, import.meta.url), "utf8").matchAll(
    /^npm run (render|explain) -- ([^|#\n]*)/gm,
  );
  return Array.from(lines, ([, command, args]) => ({
    command: command as string,
    args: (args as string).trim().split(/\s+/),
  }));
}

describe("Commands of the documents", function () {
  this.timeout(120_000);
  const directory = mkdtempSync(join(tmpdir(), "landfall-commands-"));
  after(() => rmSync(directory, { recursive: true }));

  for (const document of ["docs/render.md", "docs/explain.md", "README.md"]) {
    for (const { command, args } of commandsOf(document)) {
      it(`${document}: npm run ${command} -- ${args.join(" ")}`, async () => {
        const out = args.indexOf("--out") + 1;
        const placed = out > 0 ? args.with(out, join(directory, args[out] as string)) : args;
        const { stdout } = await ask(process.execPath, [`local/${command}.ts`, ...placed], {
          maxBuffer: 64 * 1024 ** 2,
        });
        assert.ok(stdout !== "" || out > 0);
      });
    }
  }

  for (const command of ["render", "explain", "schema"]) {
    it(`npm run ${command} -- --help says how it is used`, async () => {
      const { stdout } = await ask(process.execPath, [`local/${command}.ts`, "--help"]);
      assert.match(stdout, new RegExp(`^npm run ${command}`));
    });
  }

  it("ends with 1 and words, without a stack trace, where a stack or an option is not there", async () => {
    for (const args of [
      ["render.ts", "nowhere", "--out", "x"],
      ["render.ts", "dev", "--out", "x", "--format", "tar"],
      ["explain.ts", "nowhere"],
    ]) {
      await assert.rejects(
        ask(process.execPath, [`local/${args[0]}`, ...args.slice(1)]),
        (error: { code?: number; stderr?: string }) => {
          assert.equal(error.code, 1);
          assert.match(error.stderr as string, /\n {2}fix {6}/);
          assert.doesNotMatch(error.stderr as string, /\n {4}at /);
          return true;
        },
      );
    }
  });
});
