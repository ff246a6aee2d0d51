/** Add-ons, which are charts of others, in the words of whoever installs them. */
import { UserError } from "../command.ts";
import type { Registration } from "./registrations.ts";
import { partsOf } from "./sentinels.ts";

export interface Release {
  name: string;
  namespace: string;
  /** A name in the repository, an oci: address, or a path. */
  chart: string;
  repository?: string;
  version: string;
  values: Record<string, unknown>;
  /** Paths of values that are secret, and the secret that stands there. */
  secretValues: Record<string, string>;
  stage: number;
}

/** Who installs add-ons: Argo CD's Application, Flux's HelmRelease, or somebody with `helm`. */
export const INSTALLERS = ["argocd", "flux"] as const;
export type Installer = (typeof INSTALLERS)[number];

export function releaseOf({ inputs }: Registration, stage: number): Release {
  const {
    name,
    namespace,
    chart,
    version,
    repositoryOpts,
    values = {},
  } = inputs as {
    name: string;
    namespace: string;
    chart: string;
    version: string;
    repositoryOpts?: { repo?: string };
    values?: Record<string, unknown>;
  };
  const secretValues: Record<string, string> = {};
  const open = withoutSecrets(values, [], secretValues) as Record<string, unknown>;
  return { name, namespace, chart, version, repository: repositoryOpts?.repo, values: open, secretValues, stage };
}

function withoutSecrets(value: unknown, path: string[], found: Record<string, string>): unknown {
  if (Array.isArray(value)) return value.map((inner, index) => withoutSecrets(inner, [...path, String(index)], found));
  if (typeof value === "string") {
    const secret = partsOf(value).find((part) => typeof part !== "string");
    if (secret === undefined || typeof secret === "string") return value;
    found[path.join(".")] = secret.secret;
    return undefined;
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(
    ([key, inner]) => [key, withoutSecrets(inner, [...path, key], found)] as const,
  );
  return Object.fromEntries(entries.filter(([, inner]) => inner !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The command that installs it by hand. @param file with its values */
export function helmCommand({ name, namespace, chart, repository, version }: Release, file: string): string {
  const from = repository ? ` --repo ${repository}` : "";
  return `helm upgrade --install ${name} ${chart}${from} --version ${version} --namespace ${namespace} --create-namespace --values ${file} --wait`;
}

/** Objects by which the installer has it. */
export function installedBy(installer: Installer, release: Release): object[] {
  return installer === "argocd" ? [application(release)] : [source(release), helmRelease(release)];
}

/** https://argo-cd.readthedocs.io/en/stable/user-guide/helm/ */
function application({ name, namespace, chart, repository, version, values, stage }: Release): object {
  const [repoURL, wanted] = isOci(chart) ? splitOci(chart) : [repository, chart];
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: {
      name,
      namespace: "argocd",
      annotations: { "argocd.argoproj.io/sync-wave": String(stage) },
      finalizers: ["resources-finalizer.argocd.argoproj.io"],
    },
    spec: {
      project: "default",
      destination: { server: "https://kubernetes.default.svc", namespace },
      source: { repoURL, chart: wanted, targetRevision: version, helm: { releaseName: name, valuesObject: values } },
      syncPolicy: { automated: {}, syncOptions: ["ServerSideApply=true"] },
    },
  };
}

/** https://fluxcd.io/flux/components/source/helmrepositories/ */
function source({ name, namespace, chart, repository }: Release): object {
  const oci = isOci(chart);
  return {
    apiVersion: "source.toolkit.fluxcd.io/v1",
    kind: "HelmRepository",
    metadata: { name, namespace },
    spec: { ...(oci ? { type: "oci" } : {}), interval: "1h", url: oci ? `oci://${splitOci(chart)[0]}` : repository },
  };
}

/** https://fluxcd.io/flux/components/helm/helmreleases/ */
function helmRelease({ name, namespace, chart, version, values, secretValues }: Release): object {
  const valuesFrom = Object.keys(secretValues).map((targetPath) => ({
    kind: "Secret",
    name: `${name}-values`,
    valuesKey: targetPath,
    targetPath,
  }));
  return {
    apiVersion: "helm.toolkit.fluxcd.io/v2",
    kind: "HelmRelease",
    metadata: { name, namespace },
    spec: {
      interval: "1h",
      releaseName: name,
      chart: {
        spec: {
          chart: isOci(chart) ? splitOci(chart)[1] : chart,
          version,
          sourceRef: { kind: "HelmRepository", name },
        },
      },
      install: { crds: "Create" },
      upgrade: { crds: "CreateReplace" },
      values,
      ...(valuesFrom.length > 0 ? { valuesFrom } : {}),
    },
  };
}

function isOci(chart: string): boolean {
  return chart.startsWith("oci://");
}

/** Registry and path, and the chart's own name. */
function splitOci(chart: string): [string, string] {
  const parts = chart.replace("oci://", "").split("/");
  return [parts.slice(0, -1).join("/"), parts.at(-1) as string];
}

/** @throws UserError where a chart is a file or folder of this machine, which an installer in the cluster cannot reach. */
export function refuseLocal(releases: readonly Release[], installer: Installer): void {
  const local = releases.filter(({ chart, repository }) => repository === undefined && !isOci(chart));
  if (local.length === 0) return;
  throw new UserError(
    `--addons ${installer}: ${local.map(({ name, chart }) => `${name} (${chart})`).join(", ")} cannot be reached from the cluster.\n` +
      "  fix      push the charts to a registry and name it: landfall:addons.mirror: oci://…; or leave --addons out",
  );
}
