/** Somebody changes the cluster by hand. */
import { proved } from "../proofs/proof.ts";
import type { ClusterObject } from "../proofs/snapshot.ts";
import { type Drill, notPutRight } from "./drill.ts";
import { changed, lostOrDoubled, takeInventory } from "./inventory.ts";
import { reasonOf } from "./reasons.ts";
import { detailOf, type Stage } from "./stage.ts";

const NAME = "drift";
const TITLE = "Changes by hand are found, and taken back";
const PLAYED = "Changes as `kubectl` makes them, then one `pulumi up --refresh`.";

/** What people do by hand, by what the API server is asked. */
interface Deed {
  what: string;
  method: "DELETE" | "PATCH";
  path: string;
  body?: object;
}

export async function drillDrift(stage: Stage): Promise<Drill> {
  const { api, plan, rehearsal, ready, machines, mark, parts } = stage;
  const before = await takeInventory(api, plan.namespace);
  const deeds = await deedsOn(stage);
  for (const { what, method, path, body } of deeds) {
    await api.request(
      method,
      `${path}?fieldManager=kubectl-edit`,
      body && JSON.stringify(body),
      "application/merge-patch+json",
    );
    mark(what);
  }
  const { code, everything } = await rehearsal.tryUp("--refresh");
  mark(code === 0 ? "pulumi up --refresh has taken them back" : "pulumi up --refresh failed");
  if (code === 0) await machines.settle(ready, parts);
  const after = await takeInventory(api, plan.namespace);
  const wrong = [
    ...(code === 0 ? [] : [`It could not be taken back: ${reasonOf(everything)}.`]),
    ...lostOrDoubled(before, after),
    ...changed(before, after).map((what) => `${what} is not as it was.`),
  ];
  const findings = notPutRight("pulumi up --refresh", wrong, "see what differs by kubectl diff");
  const summary = `${deeds.length} changes by hand, taken back by one \`pulumi up --refresh\``;
  return proved({ name: NAME, title: TITLE, summary }, findings, detailOf(stage, PLAYED));
}

async function deedsOn({ api, plan: { namespace }, parts }: Stage): Promise<Deed[]> {
  const [deployment] = parts.filter(({ object }) => object.kind === "Deployment");
  const policies = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;
  const budgets = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
  const services = `/api/v1/namespaces/${namespace}/services`;
  const [allPolicies, [budget], [service]] = await Promise.all([
    api.list<ClusterObject>(policies),
    api.list<ClusterObject>(budgets).then(names),
    api.list<ClusterObject>(services).then(names),
  ]);
  const [wide, gone] = names(allPolicies.filter(({ spec }) => spec.policyTypes.includes("Ingress")));
  const inDeployments = `/apis/apps/v1/namespaces/${namespace}/deployments/${deployment?.object.metadata.name}`;
  const [container] = deployment?.object.spec.template.spec.containers ?? [];
  const bySet = { spec: { template: { metadata: { annotations: { "example.com/by-hand": "yes" } } } } };
  const byImage = { spec: { template: { spec: { containers: [{ ...container, image: "by-hand:1.0.0" }] } } } };
  return [
    ...(container ? [deed("PATCH", `another image for ${deployment?.name}`, inDeployments, byImage)] : []),
    ...(container ? [deed("PATCH", `an annotation on the pods of ${deployment?.name}`, inDeployments, bySet)] : []),
    ...(wide
      ? [deed("PATCH", `NetworkPolicy ${wide} lets everybody in`, `${policies}/${wide}`, { spec: { ingress: [{}] } })]
      : []),
    ...(gone ? [deed("DELETE", `NetworkPolicy ${gone} deleted`, `${policies}/${gone}`)] : []),
    ...(budget ? [deed("DELETE", `PodDisruptionBudget ${budget} deleted`, `${budgets}/${budget}`)] : []),
    ...(service ? [deed("DELETE", `Service ${service} deleted`, `${services}/${service}`)] : []),
  ];
}

function deed(method: Deed["method"], what: string, path: string, body?: object): Deed {
  return { what, method, path, body };
}

function names(objects: readonly ClusterObject[]): string[] {
  return objects.map(({ metadata }) => metadata.name);
}
