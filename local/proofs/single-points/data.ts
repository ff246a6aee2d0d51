/** What would be lost with a pod, a node or a volume. */
import type { Plan } from "../../../config/plan.ts";
import { SNAPSHOTS } from "../../../config/snapshots.ts";
import type { Finding } from "../proof.ts";
import type { Snapshot } from "../snapshot.ts";
import { workloadsOf } from "../workloads.ts";
import type { Subject } from "./subject.ts";

interface Volume {
  name: string;
  hostPath?: { path: string };
  emptyDir?: object;
  persistentVolumeClaim?: object;
}

export function volumes({ title, object, template }: Subject): Finding[] {
  const all: Volume[] = template.spec.volumes ?? [];
  const onNode = all.flatMap(({ hostPath }) => (hostPath ? [hostPath.path] : []));
  const findings: Finding[] = onNode.map((path) => ({
    severity: "failure",
    subject: title,
    sentence: `It uses ${path} of its node: what it writes stays there when its pod moves, and it sees what others have there.`,
    fix: "use a volume claim, or emptyDir for what may go",
  }));
  const claimed = (object.spec.volumeClaimTemplates ?? []).length > 0 || all.some((one) => one.persistentVolumeClaim);
  if (object.kind === "StatefulSet" && !claimed) {
    findings.push({
      severity: "failure",
      subject: title,
      sentence: "It claims no volume: its data is gone with its pod.",
      fix: "give it a volumeClaimTemplate",
    });
  }
  return findings;
}

export function backups(plan: Plan, snapshot: Snapshot): Finding[] {
  const schedules = workloadsOf(snapshot, plan.namespace).filter(({ object }) => object.kind === "CronJob");
  const runs = (name: string) =>
    schedules.some(({ component, object }) => component === name && object.spec.suspend !== true);
  return plan.datastores.flatMap((store): Finding[] => {
    if (store.mode !== "bundled") return [];
    const declared = [
      ...plan.backups.filter(({ datastore }) => datastore.name === store.name).map(({ name }) => name),
      ...(plan.snapshots?.datastores.includes(store.name) ? [SNAPSHOTS] : []),
    ];
    const idle = declared.filter((name) => !runs(name));
    const subject = `datastore ${store.declared}`;
    if (declared.length === 0) {
      const sentence = "No copy of its data is taken: with its volume it is gone.";
      const fix = "set landfall:backup, or backup in the application; nothing to do where it is only a cache";
      return [{ severity: "warning", subject, sentence, fix }];
    }
    return idle.map((name) => ({
      severity: "failure",
      subject,
      sentence: `CronJob ${name}, which is declared to copy its data, is not there or is suspended.`,
      fix: "bring it back with pulumi up --refresh",
    }));
  });
}
