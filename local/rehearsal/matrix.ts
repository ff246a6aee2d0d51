/** Every application on every kind of cluster, in every profile, with its datastores in every place. */
import { applicationNames } from "../../config/application.ts";
import { ConfigurationError, type Mistake } from "../../config/mistakes.ts";
import { type ApplicationFile, PROFILES, type ProfileName } from "../../config/schema.ts";
import { planOf, type Settings } from "./stack-file.ts";

const MODES = ["bundled", "managed", "external"] as const;
type Mode = (typeof MODES)[number];

export interface Cell {
  application: string;
  /** Of the cluster, and of the datastores beside it. */
  provider: ClusterKind;
  profile: ProfileName;
  mode: Mode;
}

const SUBSCRIPTION = "0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f";
const KUBECONFIG = {
  provider: "kubeconfig",
  context: "rehearsal",
  storageClasses: { fast: "fast", shared: "shared" },
};

/** A cluster of each kind that needs no more than the rehearsal has. */
const CLUSTERS = {
  kubeconfig: KUBECONFIG,
  eks: { provider: "eks", region: "eu-west-1" },
  gke: { provider: "gke", project: "my-project-123456", region: "europe-west4" },
  aks: {
    provider: "aks",
    subscription: SUBSCRIPTION,
    location: "westeurope",
    administrators: ["0a1b2c3d-0000-4000-8000-00000000ad31"],
  },
} satisfies Record<string, Settings>;

/** Somebody else's cluster with datastores that a cloud runs beside it, in a network that is there. */
const CLUSTERS_BESIDE_A_CLOUD = {
  "kubeconfig-aws": {
    ...KUBECONFIG,
    cloud: {
      provider: "aws",
      region: "eu-west-1",
      vpcId: "vpc-0a1b2c3d4e5f60718",
      subnetIds: ["subnet-0a1b2c3d4e5f60718", "subnet-0b2c3d4e5f6071829"],
      cidrs: ["10.8.0.0/22"],
      clients: { cidrs: ["192.168.0.0/16"] },
    },
  },
  "kubeconfig-gcp": {
    ...KUBECONFIG,
    cloud: {
      provider: "gcp",
      project: "my-project-123456",
      region: "europe-west4",
      network: "theirs",
      privateServices: { range: "managed", cidr: "10.8.0.0/20" },
    },
  },
  "kubeconfig-azure": {
    ...KUBECONFIG,
    cloud: {
      provider: "azure",
      subscription: SUBSCRIPTION,
      location: "westeurope",
      virtualNetworkId: `/subscriptions/${SUBSCRIPTION}/resourceGroups/theirs/providers/Microsoft.Network/virtualNetworks/theirs`,
      subnets: {
        postgres: { name: "databases", cidr: "10.8.0.0/24" },
        endpoints: { name: "endpoints", cidr: "10.8.1.0/24" },
      },
      oidcIssuer: "https://oidc.example.com/theirs/",
    },
  },
} satisfies Record<string, Settings>;

const ALL_CLUSTERS: Record<ClusterKind, Settings> = { ...CLUSTERS, ...CLUSTERS_BESIDE_A_CLOUD };
type ClusterKind = keyof typeof CLUSTERS | keyof typeof CLUSTERS_BESIDE_A_CLOUD;

export function allCells(): Cell[] {
  return applicationNames().flatMap((application) =>
    (Object.keys(ALL_CLUSTERS) as ClusterKind[]).flatMap((provider) =>
      PROFILES.flatMap((profile) => modesOn(provider).map((mode) => ({ application, provider, profile, mode }))),
    ),
  );
}

/** Only managed datastores see the cloud beside a cluster. */
function modesOn(provider: ClusterKind): readonly Mode[] {
  return provider in CLUSTERS_BESIDE_A_CLOUD ? ["managed"] : MODES;
}

export function nameOf({ application, provider, profile, mode }: Cell): string {
  return `${application}/${provider}/${profile}/${mode}`;
}

/** What became of the plan of a cell. */
export type Planned =
  | { kind: "possible"; settings: Settings; note?: string }
  /** Nobody runs any of its datastores there, which the plan says by name. */
  | { kind: "refused"; because: string };

/**
 * The stack file of a cell. Datastores that the cloud does not run stay in the cluster, once the plan has refused to
 * have them managed.
 *
 * @throws ConfigurationError where the plan refuses anything else
 */
export async function settingsOf(cell: Cell): Promise<Planned> {
  const engines = await enginesOf(cell.application);
  const stores = Object.keys(engines);
  const settings = (managed: readonly string[]): Settings => ({
    app: cell.application,
    profile: cell.profile,
    cluster: ALL_CLUSTERS[cell.provider],
    monitoring: { namespace: "monitoring" },
    edge: { kind: "ingress", host: `${cell.application}.example.com`, tls: { secretName: "tls" } },
    datastores: Object.fromEntries(stores.flatMap((name) => placement(name, engines[name] as string, cell, managed))),
  });
  if (cell.mode !== "managed") return { kind: "possible", settings: settings([]) };
  const refusals = await refusalsOf(settings(stores), cell.profile);
  const unmanaged = refusals.map(({ path }) => path.split(".").at(-2) as string);
  if (unmanaged.length === stores.length) {
    return { kind: "refused", because: [...new Set(refusals.map(({ problem }) => problem))].join("; ") };
  }
  const managed = stores.filter((name) => !unmanaged.includes(name));
  const note = unmanaged.length > 0 ? `in the cluster: ${unmanaged.join(", ")}` : undefined;
  return { kind: "possible", settings: settings(managed), note };
}

/** Engines of the application's datastores, by name. */
async function enginesOf(application: string): Promise<Record<string, string>> {
  const { default: declared } = (await import(`../../apps/${application}.ts`)) as { default: ApplicationFile };
  return Object.fromEntries(Object.entries(declared.datastores ?? {}).map(([name, { engine }]) => [name, engine]));
}

function placement(
  name: string,
  engine: string,
  { mode, provider }: Cell,
  managed: readonly string[],
): [string, Settings][] {
  if (mode === "external") {
    return [[name, { mode, host: `${name}.example.com`, cidrs: ["192.0.2.0/24"] }]];
  }
  if (!managed.includes(name)) return [];
  // Azure's has to be said: it is no S3.
  const isAzure = provider === "aks" || provider === "kubeconfig-azure";
  const protocol = isAzure && engine === "objectstore" ? "blob" : undefined;
  return [[name, { mode, protocol }]];
}

/** What the plan says against having the datastores managed. */
async function refusalsOf(settings: Settings, stack: string): Promise<readonly Mistake[]> {
  try {
    await planOf(settings, stack);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const others = error.mistakes.filter(({ got, allowed }) => got !== "managed" || allowed !== "bundled, external");
    if (others.length > 0) throw error;
    return error.mistakes;
  }
}
