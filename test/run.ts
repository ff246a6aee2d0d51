/**
 * `npm test`: two runs of mocha side by side, for each waits half of its time for a cluster. Ends with one line that
 * machines read, `N passed, N failed`, and with 1 where anything failed.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs, stripVTControlCharacters } from "node:util";
import { run } from "../local/command.ts";

const USAGE = `npm test

Checks the code, then runs every test; npm run test:all lands every application in every profile, too. One file:
npx mocha test/unit/plan.test.ts. Ends with a line "N passed, N failed", and with 1 where anything failed.`;

/** About as long as each other. */
const LANES = [
  ["test/apiserver/**/*.test.ts", "test/faults/**/*.test.ts"],
  [
    "bench",
    "cluster",
    "components",
    "emulators",
    "judges",
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
/** For hundreds of programs that start, with nothing left of them elsewhere. */
const COMPILE_CACHE = join(process.cwd(), ".landfall", "compile-cache");
/** Where mocha goes through the failures, after all else. */
const FAILURES = /^ {2}\d+ failing$/;

interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
  /** As mocha tells of them at its end. */
  failures: string[];
}

/** Lets mocha's report through, but for what comes after all tests: the failures and the closing line. */
async function runLane(files: readonly string[]): Promise<Outcome> {
  const child = spawn("mocha", files, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const failures: string[] = [];
  let outcome: Outcome | undefined;
  for await (const line of createInterface(child.stdout)) {
    const plain = stripVTControlCharacters(line);
    const [closing, ...counts] = CLOSING.exec(plain) ?? [];
    if (closing !== undefined) {
      const [passed = 0, failed = 0, skipped = 0] = counts.map((count) => Number(count ?? 0));
      outcome = { passed, failed, skipped, failures };
    } else if (failures.length > 0 || FAILURES.test(plain)) failures.push(line);
    else console.log(line);
  }
  const code = await ended;
  if (outcome && (code === 0 || outcome.failed > 0)) return outcome;
  failures.push(`mocha ended with ${code} on ${files.join(", ")}`);
  return { passed: outcome?.passed ?? 0, failed: 1, skipped: outcome?.skipped ?? 0, failures };
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { help: { type: "boolean", short: "h" } } });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const outcomes = await Promise.all(LANES.map(runLane));
  const sum = (key: "passed" | "failed" | "skipped") => outcomes.reduce((total, outcome) => total + outcome[key], 0);
  const skipped = sum("skipped");
  for (const line of outcomes.flatMap(({ failures }) => failures)) console.log(line);
  console.log(`${sum("passed")} passed, ${sum("failed")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  return sum("failed") > 0 ? 1 : 0;
}

await run(main);
