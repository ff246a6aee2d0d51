import { createHash } from "node:crypto";
import { cpSync, mkdirSync } from "node:fs";
import { basename, extname, join } from "node:path";
import type { Progress } from "../progress.ts";
import { go } from "./build.ts";
import { cacheDirectory, installOnce } from "./cache.ts";
import { requirements } from "./versions.ts";

/** Folders of YAML that local clusters are made with. */
export interface Manifests {
  /** Custom resource definitions, a subfolder for each project. */
  customResourceDefinitions: string;
  /** Helm charts, unpacked, each by its name. */
  charts: string;
  /** kwok's `kustomize`. */
  kwok: string;
}

/** Folders or files with the definitions inside each Go module of crds/go.mod. */
const DEFINITIONS: Readonly<Record<string, readonly string[]>> = {
  "github.com/cert-manager/cert-manager": ["deploy/crds"],
  "sigs.k8s.io/gateway-api": ["config/crd/experimental"],
  "github.com/envoyproxy/gateway": ["backendtrafficpolicies", "clienttrafficpolicies", "securitypolicies"].map(
    (policy) => `charts/gateway-helm/crds/generated/gateway.envoyproxy.io_${policy}.yaml`,
  ),
  "github.com/traefik/traefik/v3": ["middlewares", "serverstransports"].map(
    (kind) => `docs/content/reference/dynamic-configuration/traefik.io_${kind}.yaml`,
  ),
  "github.com/kedacore/keda/v2": ["config/crd/bases"],
  "istio.io/api": ["kubernetes"],
  "github.com/prometheus-operator/prometheus-operator": ["example/prometheus-operator-crd"],
  "k8s.io/autoscaler/vertical-pod-autoscaler": ["deploy/vpa-v1-crd-gen.yaml"],
  "github.com/kubernetes-csi/external-snapshotter/client/v8": ["config/crd"],
  "github.com/vmware-tanzu/velero": ["config/crd/v1/bases"],
  "github.com/cloudnative-pg/cloudnative-pg": ["config/crd/bases"],
  "github.com/cloudnative-pg/plugin-barman-cloud": ["config/crd/bases"],
  "github.com/external-secrets/external-secrets": ["config/crds/bases"],
  "github.com/bitnami-labs/sealed-secrets": ["helm/sealed-secrets/crds"],
};

/** Helm charts for the tests of add-ons, by the Go module that they lie in; the home is the folder that pins it. */
const CHARTS: readonly { home: string; module: string; folder: string }[] = [
  { home: "crds", module: "go.universe.tf/metallb", folder: "charts/metallb" },
  { home: "metrics-server", module: "sigs.k8s.io/metrics-server", folder: "charts/metrics-server" },
];

/** @throws ToolError where Go or its module proxy is missing. */
export async function ensureManifests(progress: Progress): Promise<Manifests> {
  const sources = [
    ...Object.entries(DEFINITIONS).map(([module, folders]) => ({
      home: "crds",
      module,
      folders,
      to: `crds/${projectOf(module)}`,
    })),
    ...CHARTS.map(({ home, module, folder }) => ({
      home,
      module,
      folders: [folder],
      to: `charts/${basename(folder)}`,
    })),
    { home: "kubernetes", module: "sigs.k8s.io/kwok", folders: ["kustomize"], to: "" },
  ].map((source) => ({ ...source, version: requirements(source.home).get(source.module) as string }));

  const key = createHash("sha256").update(JSON.stringify(sources)).digest("hex").slice(0, 12);
  const directory = join(cacheDirectory(), "manifests", key);
  await installOnce(
    directory,
    () => progress.step("Kubernetes manifests"),
    async (scratch) => {
      for (const { home, module, folders, to, version } of sources) {
        const answer = await go("Kubernetes manifests", ["mod", "download", "-json", `${module}@${version}`], home);
        const root = (JSON.parse(answer) as { Dir: string }).Dir;
        const target = join(scratch, to || module);
        mkdirSync(target, { recursive: true });
        for (const folder of folders) {
          const within = to ? (extname(folder) ? basename(folder) : "") : folder;
          cpSync(join(root, folder), join(target, within), { recursive: true });
        }
      }
      return "Kubernetes manifests";
    },
  );
  return {
    customResourceDefinitions: join(directory, "crds"),
    charts: join(directory, "charts"),
    kwok: join(directory, "sigs.k8s.io/kwok/kustomize"),
  };
}

function projectOf(module: string): string {
  return module.replaceAll("/", "-");
}
