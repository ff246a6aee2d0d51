/** `npm run test:faults`: everything that can go wrong, at every write; what came of it goes into docs/reliability.md. */
import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { deleteCluster, ensureCluster } from "../../local/cluster/cluster.ts";
import { run, UserError } from "../../local/command.ts";
import { terminalProgress } from "../../local/progress.ts";
import { clientsFor } from "../support/read.ts";
import { Ground } from "./support/ground.ts";
import { measuredTable, withMeasured } from "./support/page.ts";
import { landWhole, STRIKES, type Strike, type Struck, spread, strike } from "./support/sweep.ts";

const USAGE = `npm run test:faults [-- --strikes ${Object.keys(STRIKES).join(",")}] [--minutes N] [--parallel N] [--sweep-only]

  --strikes     what goes wrong at every write. @default all
  --minutes     begins no strike after that long; the next run goes on from there
  --parallel    so many strikes at a time. @default one for each of the machine's processors
  --sweep-only  without the other faults

Goes on where an earlier run of the same program was ended. Needs most of two hours on 2 cores.`;

const repository = fileURLToPath(new URL("../..", import.meta.url));
const PAGE = join(repository, "docs", "reliability.md");
const DIRECTORY = join(repository, ".landfall", "faults");
/** What a strike depends on. */
const PROGRAM = [
  "index.ts",
  "apps",
  "cloud",
  "components",
  "config",
  "local/recover",
  "local/recover.ts",
  "local/teardown",
];

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      strikes: { type: "string", default: Object.keys(STRIKES).join(",") },
      minutes: { type: "string", default: "1000" },
      parallel: { type: "string", default: String(availableParallelism()) },
      "sweep-only": { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new UserError(`--minutes ${values.minutes}: is no number of minutes`);
  const parallel = Number(values.parallel);
  if (!(parallel >= 1)) throw new UserError(`--parallel ${values.parallel}: is no number from 1`);
  const kinds = values.strikes.split(",").map(strikeCalled);

  /** Short hash of the last commit that changed the program. */
  const commit = git("log", "-1", "--format=%h", "--", ...PROGRAM);
  const struck = await sweep(commit, kinds, Date.now() + minutes * 60_000, parallel);
  const text = measuredTable({ struck, commit, date: new Date().toISOString().slice(0, 10) });
  writeFileSync(PAGE, withMeasured(readFileSync(PAGE, "utf8"), text));
  console.log(`\n${text}`);
  const tests = values["sweep-only"] ? 0 : await mocha();
  return tests === 0 && struck.every(({ wrong }) => wrong.length === 0) ? 0 : 1;
}

function strikeCalled(name: string): Strike {
  if (Object.hasOwn(STRIKES, name)) return name as Strike;
  throw new UserError(`--strikes ${name}: there is no such strike\n  allowed  ${Object.keys(STRIKES).join(", ")}`);
}

async function sweep(commit: string, kinds: readonly Strike[], deadline: number, parallel: number): Promise<Struck[]> {
  mkdirSync(DIRECTORY, { recursive: true });
  const file = join(DIRECTORY, `${commit}.jsonl`);
  const done = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").filter(Boolean).map(parseStruck) : [];
  const place = { directory: join(DIRECTORY, "cluster"), name: "faults" };
  const kubeconfig = join(DIRECTORY, "kubeconfig");
  const context = "faults";
  await ensureCluster({ ...place, context, kubeconfig, progress: terminalProgress() });
  const grounds: Ground[] = [];
  try {
    const cluster = { kubeconfig, context, clients: clientsFor(kubeconfig) };
    while (grounds.length < parallel) grounds.push(await Ground.open(cluster));
    const { whole, writes } = await landWhole(grounds[0] as Ground, "pybase-whole");
    const left = kinds.flatMap((kind) =>
      spread(writes).flatMap((write) =>
        done.some((it) => it.strike === kind && it.write === write) ? [] : [[kind, write] as const],
      ),
    );
    const waiting = left.entries();
    const worker = async (ground: Ground) => {
      for (const [index, [kind, write]] of waiting) {
        if (Date.now() > deadline) return;
        const one = { ...(await strike(ground, whole, kind, write)), writes };
        appendFileSync(file, `${JSON.stringify(one)}\n`);
        done.push(one);
        const wrong = one.wrong.map((it) => `\n  ${it}`).join("");
        console.log(
          `${index + 1} of ${left.length}: ${kind} at write ${write}, ${one.what} (${one.seconds} s)${wrong}`,
        );
      }
    };
    await Promise.all(grounds.map(worker));
  } finally {
    for (const ground of grounds) await ground.close();
    await deleteCluster(place);
  }
  return done;
}

function parseStruck(line: string): Struck {
  return JSON.parse(line) as Struck;
}

function mocha(): Promise<number> {
  const environment = { ...process.env, LANDFALL_TEST: "all" };
  const child = spawn("mocha", ["test/faults/**/*.test.ts"], { cwd: repository, env: environment, stdio: "inherit" });
  return new Promise((resolve) => child.on("close", (code) => resolve(code ?? 1)));
}

function git(...args: string[]): string {
  return spawnSync("git", args, { cwd: repository, encoding: "utf8" }).stdout.trim();
}

await run(main);
