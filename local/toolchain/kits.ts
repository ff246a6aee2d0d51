import type { Build } from "./build.ts";
import type { Download } from "./download.ts";
import { judgeKits } from "./judge-kits.ts";
import { arch, github, type Kit, os } from "./kit.ts";
import {
  ETCD_VERSION,
  FERRETDB_VERSION,
  KUBERNETES_PROVIDER_VERSION,
  KUBERNETES_VERSION,
  KWOK_VERSION,
  METRICS_SERVER_VERSION,
  MONGO_TOOLS_VERSION,
  PULUMI_VERSION,
  RCLONE_VERSION,
} from "./versions.ts";

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

/** In the order in which they are wanted. */
export const kits = {
  pulumi,
  kubernetesProvider,
  controlPlane,
  kwok,
  metricsServer,
  kubectl,
  rclone,
  mongodbTools,
  ferretdb,
  ...judgeKits,
} satisfies Record<string, Kit>;
