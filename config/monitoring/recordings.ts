import type { Scene } from "./components.ts";
import { measure } from "./figures.ts";
import { fillIn } from "./promql.ts";

export interface RecordingPlan {
  record: string;
  expr: string;
  labels: Record<string, string>;
}

export function resolveRecordings(scene: Scene): RecordingPlan[] {
  const { application, source } = scene.layers;
  const owner = { namespace: scene.namespace, application: application.name };
  return Object.entries(application.monitoring?.recordings ?? {}).flatMap(([record, recording]) => {
    const path = `${source}: monitoring.recordings.${record}`;
    if (recording.kind === "promql") {
      return [{ record, expr: fillIn(scene, `${path}.expr`, recording.expr), labels: owner }];
    }
    return measure(scene, path, recording).map(({ component, labels, expr }) => ({
      record,
      expr,
      labels: { ...owner, component: component.name, ...labels },
    }));
  });
}
