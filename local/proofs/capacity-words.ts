/** Why the scheduler has found no machine for a pod. */

/** What is looked at of a pod. */
export interface Pod {
  metadata: { name: string; namespace: string };
  spec: { nodeName?: string };
  status?: { conditions?: { type: string; status: string; reason?: string; message?: string }[] };
}

/** Said of every machine that is not the trial's. */
const OF_OTHERS = /node affinity\/selector|untolerated taint|were unschedulable/;

/**
 * Why the scheduler found no room, in its own words but for the counts, which are of all machines of the cluster:
 * those that it says of machines beside the trial are left out where it says something else too.
 */
export function wordsOf({ status }: Pod): string | undefined {
  const said = status?.conditions?.find(({ type, reason }) => type === "PodScheduled" && reason === "Unschedulable");
  if (!said) return undefined;
  const [, reasons = ""] =
    /nodes are available: (.*?)(?:\. no new claims|\. preemption|\.?$)/.exec(said.message ?? "") ?? [];
  const all = reasons.split(", ").map((reason) => reason.replace(/^\d+ /, ""));
  const own = all.filter((reason) => !OF_OTHERS.test(reason));
  return [...new Set(own.length > 0 ? own : all)].join(", ");
}
