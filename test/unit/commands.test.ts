/** Every command of package.json says how it is used, and refuses what it does not know. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { COMMANDS } from "../../local/bootstrap.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };
/** Biome's and the compiler's own. */
const OTHERS = ["lint", "format"];

/** npm gives a script's last command the arguments; without what leads to the same file but asks npm first. */
function commandOf(script: string): string {
  const last = (scripts[script] as string).split("&&").pop() as string;
  return last.trim().replace(/^LANDFALL_TEST=all npm test$/, "node test/run.ts");
}

function call(script: string, ...args: string[]): Promise<{ code: number; output: string; complaint: string }> {
  const env = { ...process.env, PATH: [join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter) };
  return new Promise((resolve) => {
    execFile("sh", ["-c", `${commandOf(script)} "$@"`, "sh", ...args], { cwd: root, env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, output: stdout, complaint: stderr }),
    );
  });
}

describe("npm run", function () {
  this.timeout(60_000);

  for (const script of Object.keys(scripts)) {
    it(`${script} -- --help says how it is used`, async () => {
      const { code, output } = await call(script, "--help");
      assert.equal(code, 0, output);
      if (OTHERS.includes(script)) return;
      const npm = ["start", "stop", "test"].includes(script) ? "npm" : "npm run";
      assert.match(output, script === "test:all" ? /^npm test/ : new RegExp(`^${npm} ${script}\\b`));
      for (const line of output.split("\n")) assert.ok(line.length <= 140, line);
    });

    it(`${script} refuses an option that it does not know`, async () => {
      const { code, output, complaint } = await call(script, "--no-such-option");
      assert.equal(code, 1, output + complaint);
      if (OTHERS.includes(script)) return;
      assert.match(complaint, /Unknown option '--no-such-option'\.\n {2}fix {6}--help says what there is/);
      assert.doesNotMatch(complaint, /\n {4}at /);
      assert.equal(output, "");
    });
  }

  it("has every command that begins in the bootstrap, and no other", () => {
    const begun = Object.values(scripts).flatMap((command) => /bootstrap\.mjs (\S+)/.exec(command)?.[1] ?? []);
    assert.deepEqual(begun.sort(), [...COMMANDS].sort());
  });

  it("says of a command that is not there which there are, before anything is installed", async () => {
    const { code, complaint } = await new Promise<{ code: unknown; complaint: string }>((resolve) =>
      execFile(process.execPath, [join(root, "local/bootstrap.mjs"), "launch"], (error, _, stderr) =>
        resolve({ code: error?.code, complaint: stderr }),
      ),
    );
    assert.equal(code, 1);
    assert.match(complaint, /There is no command "launch"\.\n {2}allowed {2}start, stop, /);
  });
});
