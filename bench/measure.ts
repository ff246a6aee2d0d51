/** Runs of two things in turn, A B A B, so that a machine whose speed drifts is as fast for the one as for the other. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** Linux counts in these. */
const TICKS_PER_SECOND = 100;

export interface Sample {
  /** On the wall's clock. */
  seconds: number;
  /** Of processes that have ended; undefined where the system does not say. */
  cpuSeconds?: number;
}

export interface Spread {
  min: number;
  median: number;
  max: number;
}

export interface Pair {
  runs: number;
  ours: Spread;
  theirs: Spread;
  /** Ours over theirs, run by run. */
  ratio: Spread;
  /** The same of processor time, which other work on the machine hardly changes. */
  cpuRatio?: Spread;
  /** Our least processor time over their least: noise adds to some runs, and takes from none. */
  leastCpuRatio?: number;
}

export type Work = () => Promise<unknown>;

export async function sampleOf(work: Work): Promise<Sample> {
  const cpu = cpuOfChildren();
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1000;
  const after = cpuOfChildren();
  return { seconds, cpuSeconds: cpu === undefined || after === undefined ? undefined : after - cpu };
}

/** Each once before it counts. */
export async function pairOf(runs: number, ours: Work, theirs: Work): Promise<Pair> {
  await ours();
  await theirs();
  const samples: [Sample, Sample][] = [];
  for (let run = 0; run < runs; run++) samples.push([await sampleOf(ours), await sampleOf(theirs)]);
  return pairFrom(samples);
}

/** @param samples ours and theirs of each run */
export function pairFrom(samples: readonly (readonly [Sample, Sample])[]): Pair {
  const cpu = samples.flatMap(([{ cpuSeconds: ours }, { cpuSeconds: theirs }]) =>
    ours && theirs ? [[ours, theirs] as const] : [],
  );
  const ofCpu = cpu.length === samples.length ? pairOfValues(cpu) : undefined;
  return {
    ...pairOfValues(samples.map(([ours, theirs]) => [ours.seconds, theirs.seconds])),
    cpuRatio: ofCpu?.ratio,
    leastCpuRatio: ofCpu && ofCpu.ours.min / ofCpu.theirs.min,
  };
}

/** @param values ours and theirs of each run, in any unit */
export function pairOfValues(values: readonly (readonly [number, number])[]): Pair {
  return {
    runs: values.length,
    ours: spreadOf(values.map(([ours]) => ours)),
    theirs: spreadOf(values.map(([, theirs]) => theirs)),
    ratio: spreadOf(values.map(([ours, theirs]) => ours / theirs)),
  };
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const at = (index: number) => sorted[index] as number;
  return {
    min: at(0),
    median: sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2,
    max: at(sorted.length - 1),
  };
}

/** @throws Error with all that it printed where it ends with another code than `code` */
export async function command(file: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const child = spawn(file, args, { cwd: options.cwd, env: options.env, stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(options.input);
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      printed += text;
    });
  }
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code !== (options.code ?? 0)) throw new Error(`${file} ${args.join(" ")} ended with ${code}:\n${printed}`);
  return printed;
}

export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  input?: string;
  /** @default 0 */
  code?: number;
}

/** Of all processes below this one that have ended and were waited for. */
function cpuOfChildren(): number | undefined {
  if (process.platform !== "linux") return undefined;
  const stat = readFileSync("/proc/self/stat", "utf8");
  // cutime and cstime are the 16th and 17th field; the 2nd is a name in brackets, which may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}
