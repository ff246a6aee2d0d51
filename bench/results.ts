/** What was measured, for readers and for machines. */
import { availableParallelism, cpus, totalmem } from "node:os";
import type { Spread } from "./measure.ts";
import type { Row } from "./row.ts";

const GIBIBYTE = 1024 ** 3;

export interface Results {
  /** Day of the run. */
  date: string;
  /** Of the program, as git knows it. */
  commit: string;
  machine: string;
  /** By bench. */
  rows: Record<string, Row[]>;
}

export function thisMachine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / GIBIBYTE);
  return `${availableParallelism()} cores (${cpu?.model.trim() ?? process.arch}), ${memory} GiB, Node ${process.versions.node}`;
}

export function markdown({ date, commit, machine, rows }: Results): string {
  const all = Object.values(rows).flat();
  return `# What it costs to run

Measured on ${date} at ${commit} by \`npm run bench\`, on ${machine}: each against its floor or a peer, in turn, so that
the ratio holds where the machine's speed does not. Minimum, **median**, maximum. [Where the time goes, and why an aim is
missed](../docs/performance.md).

| what | against | ratio | aim | ours | theirs | of processor time |
|---|---|---|---|---|---|---|
${all.flatMap((row) => ("pair" in row ? [compared(row)] : [])).join("\n")}

| what | seconds | aim |
|---|---|---|
${all.flatMap((row) => ("pair" in row ? [] : [`| ${row.what} | ${spread(row.seconds)} | ≤ ${row.aimSeconds} |`])).join("\n")}
${notes(all)}`;
}

function compared({ what, against, aim, pair, unit = "s" }: Extract<Row, { pair: object }>): string {
  const { ratio, ours, theirs, cpuRatio } = pair;
  const cells = [
    what,
    against,
    spread(ratio),
    aim === undefined ? "" : `≤ ${aim}`,
    `${figure(ours.median)} ${unit}`,
    `${figure(theirs.median)} ${unit}`,
    cpuRatio ? figure(cpuRatio.median) : "",
  ];
  return `| ${cells.join(" | ")} |`;
}

function notes(rows: readonly Row[]): string {
  const told = rows.flatMap((row) => ("note" in row && row.note ? [`- ${row.what}: ${row.note}.`] : []));
  return told.length > 0 ? `\n${told.join("\n")}\n` : "";
}

function spread({ min, median, max }: Spread): string {
  return `${figure(min)} · **${figure(median)}** · ${figure(max)}`;
}

/** With three digits that count. */
function figure(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(3);
}
