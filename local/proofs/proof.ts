/** What a rehearsal finds out about a stack from the objects that stand in its cluster. */
export interface Proof<Detail = unknown> {
  /** Word that reports and tests go by, such as `reachability`. */
  name: string;
  /** For people: what is proved, in one sentence. */
  title: string;
  /** `skipped` only where it cannot be had on this machine or for this stack; `because` says why. */
  outcome: "passed" | "failed" | "skipped";
  because?: string;
  /** What was looked at, in figures. */
  summary?: string;
  findings: Finding[];
  /** What the report draws, as plain data. */
  detail: Detail;
}

export interface Finding {
  /** Failures end the rehearsal with an exit code that is not 0; warnings are told. */
  severity: "failure" | "warning";
  /** Object, tier or datastore that it is about, such as `Deployment/api`. */
  subject: string;
  /** What is so, and why it matters, in a sentence. */
  sentence: string;
  /** The edit that mends it. */
  fix: string;
}

/** A proof passes where no finding of it is a failure. */
export function proved<Detail>(
  { name, title, summary }: Pick<Proof, "name" | "title" | "summary">,
  findings: readonly Finding[],
  detail: Detail,
): Proof<Detail> {
  const outcome = findings.some(({ severity }) => severity === "failure") ? "failed" : "passed";
  return { name, title, outcome, summary, findings: [...findings], detail };
}
