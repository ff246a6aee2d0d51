/** One rehearsal, told step by step, with a report of it. */
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import { drillStack } from "../drills/drills.ts";
import type { Progress, Step } from "../progress.ts";
import type { Proof } from "../proofs/proof.ts";
import type { ActData, ReportData } from "../report/data.ts";
import { pictureOf } from "../report/picture.ts";
import { writeReport } from "../report/write.ts";
import { describeProof, proveStack, proveWhole } from "./proving.ts";
import { Rehearsal, type RehearsalOptions } from "./rehearsal.ts";
import { type Act, describeChanges, type Rehearsed, rehearse } from "./sequence.ts";

export interface One extends RehearsalOptions {
  /** For its report. */
  application: string;
  drills: readonly string[];
  /** Path of the report, without its ending; left out for proofs by the objects alone, and no report. */
  report?: string;
  /** Whether it stays up. @default false */
  keep?: boolean;
}

/** How it went, and where its report lies. */
export interface Told extends Rehearsed {
  acts: ActData[];
  report?: string;
}

/** @throws UserError where it does not go as it must; ConfigurationError where the program would */
export async function rehearseOne(one: One, progress: Progress): Promise<Told> {
  const { stack, application, drills, report, keep } = one;
  const acts: ActData[] = [];
  const act: Act = async (title, work) => {
    const started = Date.now();
    return stepOf(progress.step(title), async (step) => {
      const changes = await work();
      acts.push({ title, changes, seconds: (Date.now() - started) / 1000 });
      step.done(`${title}: ${describeChanges(changes)}`);
      return changes;
    });
  };
  const prove = async (rehearsal: Rehearsal) => {
    const proofs = await (report === undefined ? proveStack : proveWhole)(rehearsal);
    for (const proof of proofs) tell(progress.step(proof.title), proof);
    return proofs;
  };
  const drill = (rehearsal: Rehearsal) =>
    drillStack(rehearsal, drills, (name, hold) =>
      stepOf(progress.step(`drill ${name}`), async (step) => {
        const held = await hold();
        tell(step, held);
        return held;
      }),
    );
  const rehearsal = await Rehearsal.prepare(one);
  const when = new Date().toISOString();
  const rehearsed = await rehearse(rehearsal, { act, prove, drill }, keep);
  if (report === undefined) return { ...rehearsed, acts };
  const { proofs, drills: held, kinds } = rehearsed;
  const { provider } = rehearsal.plan.cluster;
  const picture = pictureOf(rehearsal.plan);
  const data: ReportData = { stack, application, provider, when, acts, proofs, drills: held, kinds, picture };
  const file = `${report}.report.json`;
  writeFileSync(file, JSON.stringify(data, undefined, 2));
  return { ...rehearsed, acts, report: relative(process.cwd(), writeReport(file)) };
}

async function stepOf<T>(step: Step, work: (step: Step) => Promise<T>): Promise<T> {
  try {
    return await work(step);
  } catch (error) {
    step.failed();
    throw error;
  }
}

function tell(step: Step, proof: Proof): void {
  if (proof.outcome === "failed") step.failed(describeProof(proof));
  else step.done(describeProof(proof));
}
