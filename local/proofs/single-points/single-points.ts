/** What the whole application, or a part of it, hangs by. */
import type { Plan } from "../../../config/plan.ts";
import { ZONE_LABEL } from "../capacity-workloads.ts";
import { type Proof, proved } from "../proof.ts";
import type { Snapshot } from "../snapshot.ts";
import { budgets, onlyOne, readiness, zones } from "./availability.ts";
import { backups, volumes } from "./data.ts";
import { type Subject, subjectsOf } from "./subject.ts";
import { certificates, images } from "./supply.ts";

export interface SinglePoints {
  components: { name: string; kind: string; fewest: number; most: number; zones: string[] }[];
}

export async function proveSinglePoints(plan: Plan, snapshot: Snapshot): Promise<Proof<SinglePoints>> {
  const subjects = subjectsOf(plan, snapshot);
  const findings = [
    ...[onlyOne, budgets, zones, readiness, volumes].flatMap((check) => subjects.flatMap(check)),
    ...[backups, certificates, images].flatMap((check) => check(plan, snapshot)),
  ];
  const components = subjects.map((subject) => ({
    name: subject.component,
    kind: subject.object.kind,
    fewest: subject.replicas.min,
    most: subject.replicas.max,
    zones: zonesOf(subject),
  }));
  const failures = findings.filter(({ severity }) => severity === "failure").length;
  const told = `${findings.length - failures} risks to know of`;
  const summary = [`${components.length} components`, told, ...(failures > 0 ? [`${failures} to mend`] : [])].join(
    ", ",
  );
  const title = "No pod, node, zone, volume or certificate takes the application along when it goes";
  return proved({ name: "single-points", title, summary }, findings, { components });
}

/** Where its pods are now. */
function zonesOf({ snapshot, plan, template }: Subject): string[] {
  const nodes = new Map(snapshot.of("Node").map(({ metadata }) => [metadata.name, metadata.labels ?? {}]));
  const labels = Object.entries(template.metadata?.labels ?? {});
  const pods = snapshot
    .of("Pod", plan.namespace)
    .filter(({ metadata }) => labels.every(([key, value]) => metadata.labels?.[key] === value));
  const zones = pods.flatMap(({ spec }) => nodes.get(spec.nodeName)?.[ZONE_LABEL] ?? []);
  return [...new Set(zones)].sort();
}
