import { openApiServer } from "../cloud/api-server.ts";
import { kubeconfigFiles, readContext } from "../cloud/kubeconfig-file.ts";
import { type clusterOf, hasOwnPassphrase, LOCAL_PLUGINS, PASSPHRASE_FILE } from "./stack.ts";

interface Workload {
  metadata: { name: string; labels: { [name: string]: string } };
  spec: { replicas: number; template: { spec: { containers: { image: string }[] } } };
  status: { readyReplicas?: number };
}

interface Autoscaler {
  spec: { minReplicas: number; maxReplicas: number; scaleTargetRef: { name: string } };
}

const NAME = "app.kubernetes.io/name";

/** What stands after `npm start`, as the cluster itself tells. */
export interface Standing {
  stack: string;
  namespace: string;
  url: unknown;
  /** Of the kubeconfig. */
  context: string;
  /** Path of the kubeconfig; left out for the user's own. */
  kubeconfig?: string;
  /** Whether the cluster is the local one, whose machines are simulated. */
  isLocal: boolean;
  workloads: {
    name: string;
    ready: number;
    replicas: number;
    autoscaled?: [min: number, max: number];
    images: string[];
  }[];
}

export async function look(
  stack: string,
  { path, context: name, isLocal }: ReturnType<typeof clusterOf>,
  { namespace, url }: { [name: string]: unknown },
): Promise<Standing> {
  const context = readContext(kubeconfigFiles(path), name);
  const { ask, close } = await openApiServer(context);
  try {
    const list = async <T>(path: string) => (await ask<{ items: T[] }>(`/apis/${path}`))?.items ?? [];
    const [deployments, statefulSets, autoscalers] = await Promise.all([
      list<Workload>(`apps/v1/namespaces/${namespace}/deployments`),
      list<Workload>(`apps/v1/namespaces/${namespace}/statefulsets`),
      list<Autoscaler>(`autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`),
    ]);
    const workloads = [...deployments, ...statefulSets].map((workload) => workloadOf(workload, autoscalers));
    const place = { context: context.name, ...(path ? { kubeconfig: path } : {}), isLocal };
    return { stack, namespace: String(namespace), url, ...place, workloads };
  } finally {
    close();
  }
}

function workloadOf(
  { metadata, spec, status }: Workload,
  autoscalers: readonly Autoscaler[],
): Standing["workloads"][number] {
  const autoscaler = autoscalers.find(({ spec }) => spec.scaleTargetRef.name === metadata.name)?.spec;
  return {
    name: metadata.labels[NAME] ?? metadata.name,
    ready: status.readyReplicas ?? 0,
    replicas: spec.replicas,
    ...(autoscaler ? { autoscaled: [autoscaler.minReplicas, autoscaler.maxReplicas] } : {}),
    images: spec.template.spec.containers.map(({ image }) => image),
  };
}

/** What stands, and what to do next. */
export function summary(standing: Standing): string {
  const { namespace, url, context, kubeconfig, isLocal, workloads } = standing;
  const rows = workloads.map(({ name, ready, replicas, autoscaled, images }) => [
    name,
    `${ready}/${replicas}`,
    autoscaled ? autoscaled.join(" to ") : "",
    images.join(", "),
  ]);
  return [
    "",
    `Namespace ${namespace} on context ${context}${kubeconfig ? ` of ${kubeconfig}` : ""}, at ${url}`,
    "",
    ...table([["", "ready", "autoscaled", "image"], ...rows]),
    "",
    ...(isLocal ? [SIMULATED, ""] : []),
    "Next:",
    ...next(standing).map((command) => `  ${command}`),
    "",
  ].join("\n");
}

const SIMULATED = `The local cluster has a real API server, scheduler and controllers; its machines are simulated, so
containers do not run and the address does not answer. Everything else is as on any cluster.`;

function table(rows: readonly string[][]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd());
}

function next({ stack, namespace, kubeconfig, isLocal, workloads: [first] }: Standing): string[] {
  const variables = [
    ...(hasOwnPassphrase() ? [] : [`PULUMI_CONFIG_PASSPHRASE_FILE=${PASSPHRASE_FILE}`]),
    ...(kubeconfig ? [`KUBECONFIG=${kubeconfig}`] : []),
    ...(isLocal ? Object.entries(LOCAL_PLUGINS).map(([name, value]) => `${name}=${value}`) : []),
  ];
  return [
    ...(variables.length > 0 ? [`export ${variables.join(" ")}`] : []),
    `kubectl --namespace ${namespace} get pods`,
    `npx pulumi config set --stack ${stack} --path 'landfall:tiers.${first?.name}.replicas' 3`,
    `npm run preview -- ${stack}        # what that means`,
    `npx pulumi up --stack ${stack}`,
    isLocal ? "npm stop        # takes all of it down" : "npm stop        # takes the stack down",
  ];
}
