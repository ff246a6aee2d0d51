import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const toolchainDirectory = fileURLToPath(new URL(".", import.meta.url));

const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

/** Every version has one home: package.json, or the go.mod that builds the tool. */
export const PULUMI_VERSION = manifest.devDependencies.pulumi as string;
export const KUBERNETES_PROVIDER_VERSION = manifest.dependencies["@pulumi/kubernetes"] as string;
export const KUBERNETES_VERSION = pinned("kubernetes", "k8s.io/kubernetes");
export const ETCD_VERSION = pinned("kubernetes", "go.etcd.io/etcd/server/v3");
export const KWOK_VERSION = pinned("kubernetes", "sigs.k8s.io/kwok");
export const METRICS_SERVER_VERSION = pinned("metrics-server", "sigs.k8s.io/metrics-server");
/** Prometheus 3.15.0 is the Go module v0.315.0. */
export const PROMETHEUS_VERSION = pinned("prometheus", "github.com/prometheus/prometheus").replace(
  /^v0\.(\d)(\d\d)\./,
  (_, major, minor) => `v${major}.${Number(minor)}.`,
);
export const ALERTMANAGER_VERSION = pinned("prometheus", "github.com/prometheus/alertmanager");
export const RCLONE_VERSION = pinned("rclone", "github.com/rclone/rclone");
export const HELM_VERSION = pinned("helm", "helm.sh/helm/v4");
export const KUSTOMIZE_VERSION = pinned("helm", "sigs.k8s.io/kustomize/kustomize/v5");
export const CYCLONUS_VERSION = pinned("cyclonus", "github.com/mattfenwick/cyclonus");
export const KUBECONFORM_VERSION = pinned("judges", "github.com/yannh/kubeconform");
export const KUBE_SCORE_VERSION = pinned("judges", "github.com/zegl/kube-score");
export const GITLEAKS_VERSION = pinned("judges", "github.com/zricethezav/gitleaks/v8");
export const TRIVY_VERSION = pinned("trivy", "github.com/aquasecurity/trivy");
export const MONGO_TOOLS_VERSION = pinned("mongodb", "github.com/mongodb/mongo-tools");
/** The last that keeps data in SQLite. */
export const FERRETDB_VERSION = pinned("mongodb", "github.com/FerretDB/FerretDB");

/** Modules that a go.mod asks for itself, with their versions. */
export function requirements(folder: string): Map<string, string> {
  const text = readFileSync(`${toolchainDirectory}${folder}/go.mod`, "utf8");
  const lines = text.matchAll(/^\s*(?:require\s+)?([\w.-]+\.[\w./-]+) (v\S+)$/gm);
  return new Map(Array.from(lines, ([, module, version]) => [module as string, version as string]));
}

function pinned(folder: string, module: string): string {
  const version = requirements(folder).get(module);
  if (!version) throw new Error(`local/toolchain/${folder}/go.mod does not require ${module}`);
  return version;
}
