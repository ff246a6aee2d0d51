/** Whether the cluster that a stack names can be reached, and has what the plan asks of it. */
import { type Ask, openApiServer } from "../../cloud/api-server.ts";
import { type Network, networkOf } from "../../cloud/distribution-checks.ts";
import { ClusterError, type Context, kubeconfigFiles, readContext } from "../../cloud/kubeconfig-file.ts";
import { PREFLIGHT } from "../../cloud/preflight.ts";
import type { Plan } from "../../config/plan.ts";
import type { KubeconfigCluster } from "../../config/schema/cluster.ts";
import { type Check, failure, ok, unknown, warning } from "../checks.ts";
import { SIMULATED } from "../smoke/seen.ts";
import { KUBERNETES_VERSION } from "../toolchain/toolchain.ts";
import { checkPermissions } from "./permissions.ts";

export async function checkCluster(plan: Plan): Promise<Check[]> {
  switch (plan.cluster.provider) {
    case "kubeconfig":
      return inWords("Cluster", () => checkKubeconfig(plan, plan.cluster as KubeconfigCluster));
    case "stack":
      return [unknown("Cluster", `it is that of stack ${plan.cluster.ref}, which pulumi preview asks`)];
    case "eks":
    case "gke":
    case "aks":
      return [ok("Cluster", "the stack makes its own; pulumi preview asks the cloud")];
  }
}

async function inWords(what: string, work: () => Promise<Check[]>): Promise<Check[]> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return [failure(what, oneLine(error.problem), error.fix)];
  }
}

async function checkKubeconfig(plan: Plan, cluster: KubeconfigCluster): Promise<Check[]> {
  const context = readContext(kubeconfigFiles(cluster.path), cluster.context);
  const { ask, send, close } = await openApiServer(context);
  try {
    const reached = await checkVersion(ask, context);
    const network = await networkOf(ask);
    const asked = await Promise.all([
      ...PREFLIGHT.map(({ what, check }) => preflight(what, (warn) => check(ask, plan, warn, context))),
      checkMachines(ask),
      checkNetwork(network),
      checkLoadBalancers(ask, plan, network),
      checkDefaultClass(ask),
      checkPermissions({ ask, send }, plan),
    ]);
    return [reached, ...asked.flat()];
  } finally {
    close();
  }
}

async function preflight(what: string, check: (warn: (message: string) => void) => Promise<void>): Promise<Check[]> {
  const warnings: string[] = [];
  const found = await inWords(what, async () => {
    await check((message) => warnings.push(message));
    return [];
  });
  if (found.length > 0) return found;
  if (warnings.length === 0) return [ok(what, "has what the plan asks for")];
  return warnings.map((message) => warning(what, message));
}

async function checkVersion(ask: Ask, { name, server }: Context): Promise<Check> {
  const version = await ask<{ gitVersion: string; minor: string }>("/version");
  const said = `context ${name} at ${server}`;
  if (!version) return warning("Cluster", `${said}; its version is hidden from these credentials`);
  const newest = Number(/^v1\.(\d+)/.exec(KUBERNETES_VERSION)?.[1]);
  if (Number.parseInt(version.minor, 10) <= newest) return ok("Cluster", `${said}, Kubernetes ${version.gitVersion}`);
  return warning(
    "Cluster",
    `${said}, Kubernetes ${version.gitVersion}: newer than ${KUBERNETES_VERSION}, which Landfall is tested with`,
  );
}

interface Node {
  metadata: { annotations?: Record<string, string> };
  spec?: { unschedulable?: boolean };
  status?: { conditions?: { type: string; status: string }[] };
}

async function checkMachines(ask: Ask): Promise<Check[]> {
  const what = "Machines";
  const nodes = (await ask<{ items: Node[] }>("/api/v1/nodes?limit=500"))?.items;
  if (!nodes) return [unknown(what, "hidden from these credentials")];
  const ready = nodes.filter(
    ({ spec, status }) =>
      !spec?.unschedulable && status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True"),
  );
  const said = `${ready.length} of ${nodes.length} are ready`;
  if (ready.length === 0) return [failure(what, said, "kubectl describe nodes says why")];
  const isSimulated = nodes.every(({ metadata }) => SIMULATED in (metadata.annotations ?? {}));
  return [ok(what, isSimulated ? `${said}; they are simulated, and run no containers` : said)];
}

function checkNetwork(network: Network | undefined): Check[] {
  const what = "NetworkPolicies";
  if (!network) return [unknown(what, "the network's DaemonSets are hidden from these credentials")];
  // What is known not to enforce them, the preflight has said already.
  if (network.enforcesPolicies === false) return [];
  if (network.enforcesPolicies) return [ok(what, `${network.name} enforces them`)];
  return [
    unknown(
      what,
      "whether anybody enforces them cannot be told by what runs here: no network is recognised",
      "docs/bare-metal.md has networks that do",
    ),
  ];
}

interface Service {
  metadata: { namespace: string; name: string };
  spec: { type?: string };
  status?: { loadBalancer?: { ingress?: object[] } };
}

/** Only who has given an address shows that it does. */
async function checkLoadBalancers(ask: Ask, { addons }: Plan, network: Network | undefined): Promise<Check[]> {
  const what = "Load balancers";
  if (addons.list.some(({ name }) => name === "metallb")) return [ok(what, "the stack brings MetalLB")];
  const services = (await ask<{ items: Service[] }>("/api/v1/services?limit=500"))?.items;
  if (!services) return [unknown(what, "Services are hidden from these credentials")];
  const wanting = services.filter(({ spec }) => spec.type === "LoadBalancer");
  const without = wanting.find(({ status }) => (status?.loadBalancer?.ingress ?? []).length === 0);
  if (without) {
    const { namespace, name } = without.metadata;
    const fix =
      "set landfall:addons.metallb, or see docs/bare-metal.md; a cloud's own says why in kubectl describe service";
    return [warning(what, `Service ${namespace}/${name} waits for an address`, fix)];
  }
  if (wanting.length > 0)
    return [ok(what, `${wanting.length} of ${wanting.length} Services that ask for an address have one`)];
  if (network?.hasServiceLb) return [ok(what, "k3s' ServiceLB gives Services their addresses")];
  return [unknown(what, "no Service asks for an address, so nobody has shown that he gives any", "docs/bare-metal.md")];
}

interface Named {
  metadata: { name: string; annotations?: Record<string, string> };
}

async function checkDefaultClass(ask: Ask): Promise<Check[]> {
  const what = "Default storage class";
  const classes = (await ask<{ items: Named[] }>("/apis/storage.k8s.io/v1/storageclasses"))?.items;
  if (!classes) return [unknown(what, "classes are hidden from these credentials")];
  const defaults = classes.filter(
    ({ metadata }) => metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true",
  );
  const [first, second] = defaults.map(({ metadata }) => metadata.name);
  if (first === undefined)
    return [warning(what, "there is none: volumes have to name a class", "set landfall:cluster.storageClass")];
  // The newest is taken: https://kubernetes.io/docs/concepts/storage/storage-classes/#default-storageclass
  if (second !== undefined)
    return [
      warning(
        what,
        `${defaults.length} classes say that they are it: ${first}, ${second}`,
        "take the mark from all but one",
      ),
    ];
  return [ok(what, first)];
}

function oneLine(words: string): string {
  return words.replaceAll(/\s*\n\s*/g, "; ");
}
