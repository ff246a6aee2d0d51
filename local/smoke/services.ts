/** Whether pods that are ready stand behind every Service, volumes are bound, and autoscalers see figures. */
import { type Check, failure, ok, warning } from "../checks.ts";
import { latest, reasonOf, shortened } from "./reasons.ts";
import type { Autoscaler, Claim, Seen, Service } from "./seen.ts";

/** Of a Service: `kubernetes.io/service-name` on each of its EndpointSlices. */
const SERVICE_NAME = "kubernetes.io/service-name";

export function checkServices(seen: Seen): Check[] {
  return seen.services
    .filter(({ spec }) => spec.type !== "ExternalName" && Object.keys(spec.selector ?? {}).length > 0)
    .map((service) => checkService(seen, service));
}

function checkService(seen: Seen, { metadata, spec }: Service): Check {
  const what = `Service ${metadata.name}`;
  const endpoints = seen.slices
    .filter(({ metadata: { labels } }) => labels?.[SERVICE_NAME] === metadata.name)
    .flatMap(({ endpoints }) => endpoints ?? []);
  // No word of it is a yes: https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#ready
  const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false).flatMap(({ addresses }) => addresses);
  const number = new Set(ready).size;
  if (number > 0) return ok(what, `${number} ${number === 1 ? "endpoint" : "endpoints"}`);
  const wanted = Object.entries(spec.selector ?? {});
  const isMeant = (labels: Record<string, string> = {}) => wanted.every(([key, value]) => labels[key] === value);
  const behind = [...seen.deployments, ...seen.statefulSets].filter((it) => isMeant(it.spec.template.metadata?.labels));
  if (behind.length > 0 && behind.every((it) => it.spec.replicas === 0)) {
    return warning(what, `nobody answers: ${behind.map((it) => it.metadata.name).join(", ")} is asked for no replicas`);
  }
  const pods = seen.pods.filter(({ metadata: { labels } }) => isMeant(labels));
  const selector = wanted.map((pair) => pair.join("=")).join(",");
  const why = pods.length > 0 ? reasonOf(seen, pods, []) : `no pod has the labels ${selector}`;
  return failure(what, `nobody answers behind it: ${why}`, `kubectl -n ${seen.namespace} get pods -l ${selector}`);
}

export function checkClaims(seen: Seen): Check[] {
  return seen.claims.map((claim) => checkClaim(seen, claim));
}

function checkClaim(seen: Seen, { metadata, spec, status }: Claim): Check {
  const what = `PersistentVolumeClaim ${metadata.name}`;
  if (status?.phase === "Bound") return ok(what, `bound, ${status.capacity?.storage ?? "of a size that nobody says"}`);
  const event = latest(seen, [metadata.uid]);
  const why = event ? `: ${event.reason}: ${shortened(event.message ?? "")}` : "";
  const storageClass = spec.storageClassName ? `its class is ${spec.storageClassName}` : "it names no class";
  return failure(
    what,
    `${status?.phase ?? "Pending"}, and ${storageClass}${why}`,
    `kubectl -n ${seen.namespace} describe pvc ${metadata.name}; npm run doctor says which classes there are`,
  );
}

export function checkAutoscalers(seen: Seen): Check[] {
  return seen.autoscalers.map((autoscaler) => checkAutoscaler(seen, autoscaler));
}

/** https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale-walkthrough/#appendix-horizontal-pod-autoscaler-status-conditions */
function checkAutoscaler(seen: Seen, { metadata, spec, status }: Autoscaler): Check {
  const what = `HorizontalPodAutoscaler ${metadata.name}`;
  const conditions = status?.conditions ?? [];
  const ill = conditions.find(
    ({ type, status, reason }) =>
      (type === "ScalingActive" || type === "AbleToScale") && status === "False" && reason !== "ScalingDisabled",
  );
  if (ill) {
    return failure(
      what,
      `it does not scale: ${ill.reason}: ${shortened(ill.message ?? "")}`,
      `kubectl -n ${seen.namespace} describe hpa ${metadata.name}; npm run doctor says who serves figures`,
    );
  }
  if (conditions.length === 0)
    return failure(what, "it has looked at nothing yet", "see that the controller manager runs");
  const { minReplicas = 1, maxReplicas } = spec;
  const limited = conditions.find(({ type, status }) => type === "ScalingLimited" && status === "True");
  const at = `${status?.currentReplicas ?? 0} of ${minReplicas} to ${maxReplicas}`;
  if (limited?.reason === "TooManyReplicas" && maxReplicas > minReplicas)
    return warning(what, `${at}: it wants more than it may have`, "raise autoscale.max, or see what takes the load");
  return ok(what, `${at}, and it sees its figures`);
}
