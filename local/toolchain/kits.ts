import type { Build } from "./build.ts";
import type { Download } from "./download.ts";
import {
  ALERTMANAGER_VERSION,
  CYCLONUS_VERSION,
  ETCD_VERSION,
  FERRETDB_VERSION,
  HELM_VERSION,
  KUBERNETES_PROVIDER_VERSION,
  KUBERNETES_VERSION,
  KUSTOMIZE_VERSION,
  KWOK_VERSION,
  METRICS_SERVER_VERSION,
  MONGO_TOOLS_VERSION,
  PROMETHEUS_VERSION,
  PULUMI_VERSION,
  RCLONE_VERSION,
} from "./versions.ts";

/** Tools that come together: one download or one build. */
export interface Kit {
  /** For people. */
  title: string;
  version: string;
  /** Executables that it brings. */
  tools: readonly string[];
  downloads: readonly Download[];
  builds: readonly [Build, ...Build[]];
  /** Files of a built kit's own Go modules that belong beside the executables. */
  besides?: { folder: string; module: string; file: string };
  /** Tools that a built kit serves from one executable, which goes by its caller's name. */
  multiCall?: string;
}

const os = process.platform;
const arch = process.arch === "x64" ? "amd64" : process.arch;
const github = (repository: string, version: string, file: string) =>
  `https://github.com/${repository}/releases/download/${version}/${file}`;

const kubernetesBinary = (name: string): Download => {
  const url = `https://dl.k8s.io/${KUBERNETES_VERSION}/bin/${os}/${arch}/${name}`;
  return { url, checksums: `${url}.sha256`, files: [name] };
};

const kwokBinary = (name: string): Download => {
  const url = github("kubernetes-sigs/kwok", KWOK_VERSION, `${name}-${os}-${arch}`);
  return { url, checksums: `${url}.sha256`, files: [name] };
};

const [major, minor] = KUBERNETES_VERSION.slice(1).split(".") as [string, string];
const kubernetesVersion = {
  "k8s.io/component-base/version.gitVersion": KUBERNETES_VERSION,
  "k8s.io/component-base/version.gitMajor": major,
  "k8s.io/component-base/version.gitMinor": minor,
};

const pulumi: Kit = {
  title: `Pulumi ${PULUMI_VERSION}`,
  version: PULUMI_VERSION,
  tools: ["pulumi", "pulumi-language-nodejs"],
  downloads: [
    {
      url: github("pulumi/pulumi", `v${PULUMI_VERSION}`, `pulumi-v${PULUMI_VERSION}-${os}-${process.arch}.tar.gz`),
      checksums: github("pulumi/pulumi", `v${PULUMI_VERSION}`, `pulumi-${PULUMI_VERSION}-checksums.txt`),
      files: ["pulumi", "pulumi-language-nodejs"],
    },
  ],
  builds: [
    {
      folder: "pulumi",
      packages: ["github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"],
      variables: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": `v${PULUMI_VERSION}` },
    },
    {
      folder: "pulumi",
      packages: ["./language-host"],
      output: "pulumi-language-nodejs",
      variables: { "main.version": PULUMI_VERSION },
    },
  ],
};

const kubernetesProvider: Kit = {
  title: `Kubernetes provider ${KUBERNETES_PROVIDER_VERSION}`,
  version: KUBERNETES_PROVIDER_VERSION,
  tools: ["pulumi-resource-kubernetes"],
  downloads: [
    {
      url: github(
        "pulumi/pulumi-kubernetes",
        `v${KUBERNETES_PROVIDER_VERSION}`,
        `pulumi-resource-kubernetes-v${KUBERNETES_PROVIDER_VERSION}-${os}-${arch}.tar.gz`,
      ),
      checksums: github(
        "pulumi/pulumi-kubernetes",
        `v${KUBERNETES_PROVIDER_VERSION}`,
        `pulumi-kubernetes_${KUBERNETES_PROVIDER_VERSION}_checksums.txt`,
      ),
      files: ["pulumi-resource-kubernetes"],
    },
  ],
  builds: [
    {
      folder: "provider-kubernetes",
      packages: ["."],
      output: "pulumi-resource-kubernetes",
      variables: { "main.version": KUBERNETES_PROVIDER_VERSION },
    },
  ],
  besides: {
    folder: "provider-kubernetes",
    module: "github.com/pulumi/pulumi-kubernetes/provider/v4",
    file: "cmd/pulumi-resource-kubernetes/schema.json",
  },
};

const controlPlane: Kit = {
  title: `Kubernetes ${KUBERNETES_VERSION} control plane`,
  version: KUBERNETES_VERSION,
  tools: ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"],
  downloads: [
    ...["kube-apiserver", "kube-controller-manager", "kube-scheduler"].map(kubernetesBinary),
    {
      url: github("etcd-io/etcd", ETCD_VERSION, `etcd-${ETCD_VERSION}-${os}-${arch}.tar.gz`),
      checksums: github("etcd-io/etcd", ETCD_VERSION, "SHA256SUMS"),
      files: ["etcd"],
    },
  ],
  builds: [{ folder: "kubernetes", packages: ["."], output: "control-plane", variables: kubernetesVersion }],
  multiCall: "control-plane",
};

const kwok: Kit = {
  title: `kwok ${KWOK_VERSION}`,
  version: KWOK_VERSION,
  tools: ["kwok", "kwokctl"],
  downloads: ["kwok", "kwokctl"].map(kwokBinary),
  builds: [
    {
      folder: "kubernetes",
      packages: ["sigs.k8s.io/kwok/cmd/kwok", "sigs.k8s.io/kwok/cmd/kwokctl"],
      variables: { "sigs.k8s.io/kwok/pkg/consts.Version": KWOK_VERSION },
    },
  ],
};

const metricsServer: Kit = {
  title: `metrics-server ${METRICS_SERVER_VERSION}`,
  version: METRICS_SERVER_VERSION,
  tools: ["metrics-server"],
  downloads: [], // published as an image only
  builds: [{ folder: "metrics-server", packages: ["sigs.k8s.io/metrics-server/cmd/metrics-server"] }],
};

const kubectl: Kit = {
  title: `kubectl ${KUBERNETES_VERSION}`,
  version: KUBERNETES_VERSION,
  tools: ["kubectl"],
  downloads: [kubernetesBinary("kubectl")],
  builds: [{ folder: "kubernetes", packages: ["k8s.io/kubernetes/cmd/kubectl"], variables: kubernetesVersion }],
};

/** The one tool that is wanted of a project of Prometheus; the release has its server too. */
const judge = (title: string, project: string, version: string, tool: string): Kit => {
  const plain = version.slice(1);
  return {
    title: `${title} ${version}`,
    version,
    tools: [tool],
    downloads: [
      {
        url: github(`prometheus/${project}`, version, `${project}-${plain}.${os}-${arch}.tar.gz`),
        checksums: github(`prometheus/${project}`, version, "sha256sums.txt"),
        files: [tool],
      },
    ],
    builds: [
      {
        folder: "prometheus",
        packages: [`github.com/prometheus/${project}/cmd/${tool}`],
        // Judging takes no discovery of targets, and so none of the clouds' libraries.
        tags: ["remove_all_sd"],
        variables: { "github.com/prometheus/common/version.Version": plain },
      },
    ],
  };
};

const promtool = judge("Prometheus' promtool", "prometheus", PROMETHEUS_VERSION, "promtool");
const amtool = judge("Alertmanager's amtool", "alertmanager", ALERTMANAGER_VERSION, "amtool");

const rclone: Kit = {
  title: `rclone ${RCLONE_VERSION}`,
  version: RCLONE_VERSION,
  tools: ["rclone"],
  downloads: [], // published as .zip only
  builds: [
    {
      folder: "rclone",
      packages: ["."],
      output: "rclone",
      variables: { "github.com/rclone/rclone/fs.Version": RCLONE_VERSION },
    },
  ],
};

const cyclonus: Kit = {
  title: `Cyclonus ${CYCLONUS_VERSION}`,
  version: CYCLONUS_VERSION,
  tools: ["cyclonus"],
  downloads: [], // a command of ours around its evaluator
  builds: [{ folder: "cyclonus", packages: ["."], output: "cyclonus" }],
};

const mongodbTool = (tool: string): Build => ({
  folder: "mongodb",
  packages: [`github.com/mongodb/mongo-tools/${tool}/main`],
  output: tool,
});

const mongodbTools: Kit = {
  title: `MongoDB's tools ${MONGO_TOOLS_VERSION}`,
  version: MONGO_TOOLS_VERSION,
  tools: ["mongodump", "mongorestore"],
  downloads: [], // published for some distributions only
  builds: [mongodbTool("mongodump"), mongodbTool("mongorestore")],
};

const ferretdb: Kit = {
  title: `FerretDB ${FERRETDB_VERSION}`,
  version: FERRETDB_VERSION,
  tools: ["ferretdb"],
  downloads: [], // published without checksums
  builds: [
    {
      folder: "mongodb",
      within: {
        module: "github.com/FerretDB/FerretDB",
        file: "build/version/version.txt",
        content: FERRETDB_VERSION,
      },
      packages: ["./cmd/ferretdb"],
    },
  ],
};

const helm: Kit = {
  title: `Helm ${HELM_VERSION}`,
  version: HELM_VERSION,
  tools: ["helm"],
  downloads: [
    {
      url: `https://get.helm.sh/helm-${HELM_VERSION}-${os}-${arch}.tar.gz`,
      checksums: `https://get.helm.sh/helm-${HELM_VERSION}-${os}-${arch}.tar.gz.sha256sum`,
      files: ["helm"],
    },
  ],
  builds: [
    {
      folder: "helm",
      packages: ["helm.sh/helm/v4/cmd/helm"],
      variables: { "helm.sh/helm/v4/internal/version.version": HELM_VERSION },
    },
  ],
};

const kustomize: Kit = {
  title: `Kustomize ${KUSTOMIZE_VERSION}`,
  version: KUSTOMIZE_VERSION,
  tools: ["kustomize"],
  downloads: [
    {
      url: github(
        "kubernetes-sigs/kustomize",
        `kustomize%2F${KUSTOMIZE_VERSION}`,
        `kustomize_${KUSTOMIZE_VERSION}_${os}_${arch}.tar.gz`,
      ),
      checksums: github("kubernetes-sigs/kustomize", `kustomize%2F${KUSTOMIZE_VERSION}`, "checksums.txt"),
      files: ["kustomize"],
    },
  ],
  builds: [
    {
      folder: "helm",
      packages: ["sigs.k8s.io/kustomize/kustomize/v5"],
      output: "kustomize",
      variables: { "sigs.k8s.io/kustomize/api/provenance.version": KUSTOMIZE_VERSION },
    },
  ],
};

/** In the order in which they are wanted. */
export const kits = {
  pulumi,
  kubernetesProvider,
  controlPlane,
  kwok,
  metricsServer,
  kubectl,
  promtool,
  amtool,
  rclone,
  cyclonus,
  mongodbTools,
  ferretdb,
  helm,
  kustomize,
} satisfies Record<string, Kit>;
