import type { Plan } from "../../config/plan.ts";
import type { CustomObject } from "./capabilities.ts";
import { certificateObjects } from "./certificates.ts";
import { gatewayObjects } from "./gateway.ts";
import { contextOf, type IngressObject, resolveIngresses } from "./ingresses.ts";
import { istioObjects } from "./istio.ts";

/** All objects of the way in, as plain data: the components make them, the preflight asks whether there could be any. */
export function edgeObjects(plan: Plan): { ingresses: IngressObject[]; objects: CustomObject[] } {
  const { edge } = plan;
  const context = contextOf(plan);
  const { ingresses, objects } = resolveIngresses(plan, context);
  const certificates = certificateObjects(plan, ingresses.length);
  switch (edge.kind) {
    case "ingress":
      return { ingresses, objects: [...certificates, ...objects] };
    case "gateway":
      return { ingresses, objects: [...certificates, ...gatewayObjects(plan, edge, context), ...objects] };
    case "istio":
      return { ingresses, objects: [...certificates, ...istioObjects(plan, edge)] };
  }
}
