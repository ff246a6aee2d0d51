/** Charts in the place of those that a rehearsal would have to download. */
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { type AddonName, catalogue } from "../../config/addons/catalogue.ts";
import { ingressOf } from "../../config/edge-plan.ts";
import type { Plan } from "../../config/plan.ts";

/**
 * A folder of charts of the names and versions that the plan asks for: the real ones as far as the local tools have
 * them, else their classes only, by which the way in goes. Custom resources are known to the rehearsal's cluster already.
 *
 * @param real folder of unpacked charts
 */
export function makeCharts(directory: string, plan: Plan, real: string): void {
  for (const { name, version } of plan.addons.list) {
    const { chart } = catalogue[name];
    const folder = join(directory, chart);
    if (existsSync(join(real, chart))) {
      cpSync(join(real, chart), folder, { recursive: true });
      continue;
    }
    mkdirSync(join(folder, "templates"), { recursive: true });
    writeFileSync(join(folder, "Chart.yaml"), stringify({ apiVersion: "v2", name: chart, version }));
    const objects = classesOf(name, plan).map((object) => stringify(object));
    writeFileSync(join(folder, "templates", "classes.yaml"), objects.join("---\n"));
  }
}

/** A cluster that is there already has them. */
function classesOf(name: AddonName, { edge, cluster }: Plan): object[] {
  if (cluster.provider === "kubeconfig" || cluster.provider === "stack") return [];
  const { controller, implementation } = catalogue[name];
  const ingress = ingressOf(edge);
  return [
    ...(controller && ingress?.controller === controller
      ? [
          {
            apiVersion: "networking.k8s.io/v1",
            kind: "IngressClass",
            metadata: { name: ingress.class },
            spec: { controller: `landfall.local/${controller}` },
          },
        ]
      : []),
    ...(implementation && edge.kind === "gateway" && edge.implementation === implementation
      ? [
          {
            apiVersion: "gateway.networking.k8s.io/v1",
            kind: "GatewayClass",
            metadata: { name: edge.gatewayClass },
            spec: { controllerName: `landfall.local/${implementation}` },
          },
        ]
      : []),
  ];
}
