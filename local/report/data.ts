/** What a rehearsal leaves for its report. */
import type { Drill } from "../drills/drill.ts";
import type { Finding, Proof } from "../proofs/proof.ts";
import type { Changes } from "../rehearsal/changes.ts";
import type { Picture } from "./picture.ts";

export interface ReportData {
  stack: string;
  application: string;
  /** Of the cluster. */
  provider?: string;
  /** ISO 8601. */
  when?: string;
  acts?: ActData[];
  proofs: Proof[];
  drills?: Drill[];
  /** How many resources there were of each type. */
  kinds?: Record<string, number>;
  /** Left out: drawn from what the proof of reachability found. */
  picture?: Picture;
}

/** Something that the rehearsal did. */
export interface ActData {
  title: string;
  changes: Changes;
  seconds?: number;
}

/** A finding, and where it is from. */
export interface Told extends Finding {
  proof: Proof;
  /** What it is linked by. */
  id: string;
}

export function proofCalled<Detail>({ proofs }: ReportData, name: string): Proof<Detail> | undefined {
  return proofs.find((proof) => proof.name === name) as Proof<Detail> | undefined;
}
