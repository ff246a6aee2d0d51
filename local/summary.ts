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

/** What stands after `npm start`, as the cluster itself tells, and what to do next. */
export async function summary(
  stack: string,
  cluster: ReturnType<typeof clusterOf>,
  { namespace, url }: { [name: string]: unknown },
): Promise<string> {
  const context = readContext(kubeconfigFiles(cluster.path), cluster.context);
  const { ask, close } = await openApiServer(context);
  try {
    const list = async <T>(path: string) => (await ask<{ items: T[] }>(`/apis/${path}`))?.items ?? [];
    const [deployments, statefulSets, autoscalers] = await Promise.all([
      list<Workload>(`apps/v1/namespaces/${namespace}/deployments`),
      list<Workload>(`apps/v1/namespaces/${namespace}/statefulsets`),
      list<Autoscaler>(`autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`),
    ]);
    const rows = [...deployments, ...statefulSets].map((workload) => rowOf(workload, autoscalers));
    return [
      "",
      `Namespace ${namespace} on context ${context.name}${cluster.path ? ` of ${cluster.path}` : ""}, at ${url}`,
      "",
      ...table([["", "ready", "autoscaled", "image"], ...rows]),
      "",
      ...(cluster.isLocal ? [SIMULATED, ""] : []),
      "Next:",
      ...next(stack, cluster, String(namespace), rows[0]?.[0] ?? "").map((command) => `  ${command}`),
      "",
    ].join("\n");
  } finally {
    close();
  }
}

const SIMULATED = `The local cluster has a real API server, scheduler and controllers; its machines are simulated, so
containers do not run and the address does not answer. Everything else is as on any cluster.`;

function rowOf({ metadata, spec, status }: Workload, autoscalers: readonly Autoscaler[]): string[] {
  const autoscaler = autoscalers.find(({ spec }) => spec.scaleTargetRef.name === metadata.name)?.spec;
  return [
    metadata.labels[NAME] ?? metadata.name,
    `${status.readyReplicas ?? 0}/${spec.replicas}`,
    autoscaler ? `${autoscaler.minReplicas} to ${autoscaler.maxReplicas}` : "",
    spec.template.spec.containers.map(({ image }) => image).join(", "),
  ];
}

function table(rows: readonly string[][]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd());
}

function next(
  stack: string,
  { path, isLocal }: ReturnType<typeof clusterOf>,
  namespace: string,
  tier: string,
): string[] {
  const variables = [
    ...(hasOwnPassphrase() ? [] : [`PULUMI_CONFIG_PASSPHRASE_FILE=${PASSPHRASE_FILE}`]),
    ...(path ? [`KUBECONFIG=${path}`] : []),
    ...(isLocal ? Object.entries(LOCAL_PLUGINS).map(([name, value]) => `${name}=${value}`) : []),
  ];
  return [
    ...(variables.length > 0 ? [`export ${variables.join(" ")}`] : []),
    `kubectl --namespace ${namespace} get pods`,
    `npx pulumi config set --stack ${stack} --path 'landfall:tiers.${tier}.replicas' 3`,
    `npm run preview -- ${stack}        # what that means`,
    `npx pulumi up --stack ${stack}`,
    isLocal ? "npm stop        # takes all of it down" : "npm stop        # takes the stack down",
  ];
}
