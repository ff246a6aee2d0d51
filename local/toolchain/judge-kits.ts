/** Tools that we did not write, which tests hold what we make against. */
import { arch, github, type Kit, os } from "./kit.ts";
import {
  ALERTMANAGER_VERSION,
  CYCLONUS_VERSION,
  GITLEAKS_VERSION,
  HELM_VERSION,
  KUBE_SCORE_VERSION,
  KUBECONFORM_VERSION,
  KUSTOMIZE_VERSION,
  PROMETHEUS_VERSION,
  TRIVY_VERSION,
} from "./versions.ts";

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

const cyclonus: Kit = {
  title: `Cyclonus ${CYCLONUS_VERSION}`,
  version: CYCLONUS_VERSION,
  tools: ["cyclonus"],
  downloads: [], // a command of ours around its evaluator
  builds: [{ folder: "cyclonus", packages: ["."], output: "cyclonus" }],
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

const kubeconform: Kit = {
  title: `kubeconform ${KUBECONFORM_VERSION}`,
  version: KUBECONFORM_VERSION,
  tools: ["kubeconform"],
  downloads: [
    {
      url: github("yannh/kubeconform", KUBECONFORM_VERSION, `kubeconform-${os}-${arch}.tar.gz`),
      checksums: github("yannh/kubeconform", KUBECONFORM_VERSION, "CHECKSUMS"),
      files: ["kubeconform"],
    },
  ],
  builds: [
    {
      folder: "judges",
      packages: ["github.com/yannh/kubeconform/cmd/kubeconform"],
      variables: { "main.version": KUBECONFORM_VERSION },
    },
  ],
};

const kubeScore: Kit = {
  title: `kube-score ${KUBE_SCORE_VERSION}`,
  version: KUBE_SCORE_VERSION,
  tools: ["kube-score"],
  downloads: [
    {
      url: github(
        "zegl/kube-score",
        KUBE_SCORE_VERSION,
        `kube-score_${KUBE_SCORE_VERSION.slice(1)}_${os}_${arch}.tar.gz`,
      ),
      checksums: github("zegl/kube-score", KUBE_SCORE_VERSION, "checksums.txt"),
      files: ["kube-score"],
    },
  ],
  builds: [
    {
      folder: "judges",
      packages: ["github.com/zegl/kube-score/cmd/kube-score"],
      variables: { "main.version": KUBE_SCORE_VERSION },
    },
  ],
};

const gitleaks: Kit = {
  title: `gitleaks ${GITLEAKS_VERSION}`,
  version: GITLEAKS_VERSION,
  tools: ["gitleaks"],
  downloads: [
    {
      url: github(
        "gitleaks/gitleaks",
        GITLEAKS_VERSION,
        `gitleaks_${GITLEAKS_VERSION.slice(1)}_${os}_${process.arch}.tar.gz`,
      ),
      checksums: github("gitleaks/gitleaks", GITLEAKS_VERSION, `gitleaks_${GITLEAKS_VERSION.slice(1)}_checksums.txt`),
      files: ["gitleaks"],
    },
  ],
  builds: [
    {
      folder: "judges",
      packages: ["github.com/zricethezav/gitleaks/v8"],
      output: "gitleaks",
      tags: ["gore2regex"], // as its releases are built
      variables: { "github.com/zricethezav/gitleaks/v8/version.Version": GITLEAKS_VERSION.slice(1) },
    },
  ],
};

const trivy: Kit = {
  title: `Trivy's checks ${TRIVY_VERSION}`,
  version: TRIVY_VERSION,
  tools: ["trivy"],
  downloads: [], // a command of ours around its scanner of manifests: the whole of it takes five minutes to build
  builds: [{ folder: "trivy", packages: ["."], output: "trivy", experiments: ["jsonv2"] }],
};

export const judgeKits = {
  promtool,
  amtool,
  cyclonus,
  helm,
  kustomize,
  kubeconform,
  kubeScore,
  gitleaks,
  trivy,
} satisfies Record<string, Kit>;
