/**
 * `npm test`: two runs of mocha side by side, for each waits half of its time for a cluster. Ends with one line that
 * machines read, `N passed, N failed`, and with 1 where anything failed.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** About as long as each other. */
const LANES = [
  ["test/apiserver/**/*.test.ts"],
  [
    "cluster",
    "components",
    "emulators",
    "monitoring",
    "preview",
    "properties",
    "rehearsal",
    "render",
    "servers",
    "start",
    "toolchain",
    "unit",
  ].map((folder) => `test/${folder}/**/*.test.ts`),
];
const CLOSING = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/;

interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
}

/** Lets mocha's report through, but for its closing line. */
async function runLane(files: readonly string[]): Promise<Outcome> {
  const child = spawn("mocha", files, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  let outcome: Outcome | undefined;
  for await (const line of createInterface(child.stdout)) {
    const [closing, ...counts] = CLOSING.exec(line) ?? [];
    if (closing === undefined) console.log(line);
    else {
      const [passed = 0, failed = 0, skipped = 0] = counts.map((count) => Number(count ?? 0));
      outcome = { passed, failed, skipped };
    }
  }
  const code = await ended;
  if (outcome && (code === 0 || outcome.failed > 0)) return outcome;
  console.log(`mocha ended with ${code} on ${files.join(", ")}`);
  return { passed: outcome?.passed ?? 0, failed: 1, skipped: outcome?.skipped ?? 0 };
}

const outcomes = await Promise.all(LANES.map(runLane));
const sum = (key: keyof Outcome) => outcomes.reduce((total, outcome) => total + outcome[key], 0);
const skipped = sum("skipped");
console.log(`${sum("passed")} passed, ${sum("failed")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = sum("failed") > 0 ? 1 : 0;
