/** AKS. Rules by https://learn.microsoft.com/azure/aks/ and the REST reference of ManagedClusters. */
import { badPattern, failures, notOneOf } from "../checks.ts";
import type { Context, Entity, Rules, Values } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { badNetwork, checkGround } from "./aks-network.ts";
import { arm, guid } from "./arm.ts";
import { IDENTITY, TENANT } from "./identity.ts";
import { checkAgent } from "./monitoring.ts";
import { SUBNET } from "./network.ts";
import { badPool, checkVersion, FIXED, type Pool, place } from "./pools.ts";
import { aksObjects } from "./storage-classes.ts";

export const CLUSTER = "azure-native:containerservice:ManagedCluster";
const POOL = "azure-native:containerservice:AgentPool";

/** In support on 2026-11-21, the oldest first: https://learn.microsoft.com/azure/aks/supported-kubernetes-versions */
const VERSIONS = ["1.34", "1.35", "1.36"];
const WINDOWS = ["default", "aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule"];

export interface Cluster extends Values {
  resourceName: string;
  kubernetesVersion?: string;
  agentPoolProfiles?: (Pool & { name: string })[];
  networkProfile?: Record<string, string>;
  apiServerAccessProfile?: {
    enablePrivateCluster?: boolean;
    enableVnetIntegration?: boolean;
    subnetId?: string;
    authorizedIPRanges?: string[];
  };
  aadProfile?: { managed?: boolean };
  disableLocalAccounts?: boolean;
  identity?: { type?: string; userAssignedIdentities?: string[] };
  identityProfile?: { kubeletidentity?: { resourceId: string; objectId: string } };
  securityProfile?: { workloadIdentity?: { enabled?: boolean } };
  oidcIssuerProfile?: { enabled?: boolean };
}

export const aks: Record<string, Rules> = {
  [CLUSTER]: arm("Microsoft.ContainerService/managedClusters/{resourceName}", {
    immutable: ["dnsPrefix", "nodeResourceGroup"],
    fixed: [
      ...["networkProfile.networkPlugin", "networkProfile.podCidr", "networkProfile.serviceCidr"],
      ...["networkProfile.dnsServiceIP", "apiServerAccessProfile.subnetId"],
    ],
    references: {
      "identity.userAssignedIdentities": { to: IDENTITY },
      "identityProfile.kubeletidentity.resourceId": { to: IDENTITY },
      "apiServerAccessProfile.subnetId": { to: SUBNET },
      "agentPoolProfiles.vnetSubnetID": { to: SUBNET },
    },
    check: (inputs) => badCluster(inputs as Cluster),
    async outputs(inputs, context, id) {
      const cluster = inputs as Cluster;
      checkGround(cluster, context);
      checkAgent(inputs.addonProfiles, context.world);
      const name = cluster.resourceName;
      await context.controlPlanes.create(name, { objects: aksObjects, customObjects: [] });
      const issuer = `https://${context.settings.location}.oic.prod-aks.azure.com/${TENANT}/${guid(context)}/`;
      const outputs = {
        name,
        id,
        fqdn: `${cluster.dnsPrefix}-${context.world.unique(8)}.hcp.${context.settings.location}.azmk8s.io`,
        resourceUID: context.world.unique(16),
        currentKubernetesVersion: `${cluster.kubernetesVersion}.0`,
        oidcIssuerProfile: { ...cluster.oidcIssuerProfile, issuerURL: issuer },
        ...addonsOf(inputs, context),
      };
      for (const pool of cluster.agentPoolProfiles ?? []) {
        await place({ type: CLUSTER, id, inputs, outputs }, pool.name, pool, context);
      }
      return outputs;
    },
    changed: (inputs, context, { outputs }) => addonsOf(inputs, context, outputs),
    checkChange(before, inputs, { world }) {
      checkAgent(inputs.addonProfiles, world);
      const [old, wanted] = [before as Cluster, inputs as Cluster];
      const [from, to] = [old, wanted].map(({ kubernetesVersion }) => VERSIONS.indexOf(kubernetesVersion ?? ""));
      if ((to as number) < (from as number) || (to as number) > (from as number) + 1) {
        throw new CloudError(
          `OperationNotAllowed: upgrading Kubernetes version ${old.kubernetesVersion} to ${wanted.kubernetesVersion} is not allowed; one minor version after the other is`,
        );
      }
      for (const pool of wanted.agentPoolProfiles ?? []) {
        const was = old.agentPoolProfiles?.find(({ name }) => name === pool.name);
        const changed = FIXED.find((key) => was && JSON.stringify(was[key]) !== JSON.stringify(pool[key]));
        if (changed) {
          throw new CloudError(`PropertyChangeNotAllowed: changing property '${changed}' of agent pool ${pool.name}`);
        }
      }
    },
    async remove({ outputs }, { controlPlanes }) {
      await controlPlanes.remove(outputs.name as string);
    },
  }),

  [POOL]: arm(
    "Microsoft.ContainerService/managedClusters/{resourceName}/agentPools/{agentPoolName}",
    {
      autoname: { property: "agentPoolName", maxLength: 12 },
      fixed: FIXED,
      references: { vnetSubnetID: { to: SUBNET } },
      check: (inputs) => badPool(inputs as Pool, inputs.agentPoolName, ""),
      async done(inputs, context) {
        const pool = inputs as Pool;
        const cluster = clusterOf(inputs, context);
        checkVersion(pool.orchestratorVersion, (cluster.inputs as Cluster).kubernetesVersion);
        await place(cluster, inputs.agentPoolName as string, pool, context);
      },
      async remove({ inputs }, { controlPlanes }) {
        await controlPlanes.setNodes(inputs.resourceName as string, inputs.agentPoolName as string, []);
      },
    },
    { resourceName: CLUSTER },
  ),

  "azure-native:containerservice:MaintenanceConfiguration": arm(
    "Microsoft.ContainerService/managedClusters/{resourceName}/maintenanceConfigurations/{configName}",
    {
      check: ({ configName, maintenanceWindow }) => {
        const { durationHours, startTime } = (maintenanceWindow ?? {}) as Values;
        return failures(
          notOneOf("configName", configName, WINDOWS),
          badPattern("maintenanceWindow.startTime", startTime, /^([01]\d|2[0-3]):[0-5]\d$/),
          typeof durationHours === "number" &&
            (durationHours < 4 || durationHours > 24) && {
              property: "maintenanceWindow.durationHours",
              reason: `${durationHours} is not between 4 and 24`,
            },
        );
      },
    },
    { resourceName: CLUSTER },
  ),
};

/** Each add-on that is on has an identity, by its name, which it keeps. */
function addonsOf({ addonProfiles = {} }: Values, context: Context, before: Values = {}): Values {
  const identities = (before.addonIdentities ?? {}) as Record<string, Values>;
  const addons = Object.entries(addonProfiles as Record<string, Values>).map(([name, addon]): [string, Values] => {
    if (addon.enabled !== true) return [name, addon];
    identities[name] ??= { objectId: guid(context), clientId: guid(context) };
    return [name, { ...addon, identity: identities[name] }];
  });
  return { addonProfiles: Object.fromEntries(addons), addonIdentities: identities };
}

/** The kubeconfig that `az aks get-credentials` gets. */
export async function listUserCredentials(given: Values, context: Context): Promise<Values> {
  const cluster = clusterOf(given, context);
  const name = String(cluster.outputs.name);
  const { endpoint, certificateAuthority } = await context.controlPlanes.start(name);
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: endpoint, "certificate-authority-data": certificateAuthority } }],
  };
  return { kubeconfigs: [{ name: "clusterUser", value: Buffer.from(JSON.stringify(kubeconfig)).toString("base64") }] };
}

function clusterOf({ resourceName }: Values, { world }: Context): Entity {
  const cluster = world.all(CLUSTER).find(({ outputs }) => outputs.name === resourceName);
  if (!cluster) throw new CloudError(`ResourceNotFound: there is no managed cluster ${resourceName}`);
  return cluster;
}

function badCluster(cluster: Cluster) {
  const { resourceName, dnsPrefix, kubernetesVersion, agentPoolProfiles = [], apiServerAccessProfile = {} } = cluster;
  const systems = agentPoolProfiles.filter(({ mode }) => mode === "System");
  return [
    ...failures(
      badPattern("resourceName", resourceName, /^[A-Za-z0-9]([\w-]{0,61}[A-Za-z0-9])?$/),
      badPattern("dnsPrefix", dnsPrefix, /^[A-Za-z0-9]([A-Za-z0-9-]{0,52}[A-Za-z0-9])?$/),
      badPattern("nodeResourceGroup", cluster.nodeResourceGroup, /^[-\w.()]{0,79}[-\w()]$/),
      notOneOf("kubernetesVersion", kubernetesVersion, VERSIONS),
      systems.length === 0 && { property: "agentPoolProfiles", reason: "has no pool of mode System" },
      cluster.disableLocalAccounts === true &&
        cluster.aadProfile?.managed !== true && {
          property: "disableLocalAccounts",
          reason: "would leave nobody to enter: aadProfile.managed is off",
        },
      cluster.securityProfile?.workloadIdentity?.enabled === true &&
        cluster.oidcIssuerProfile?.enabled !== true && {
          property: "securityProfile.workloadIdentity",
          reason: "needs oidcIssuerProfile.enabled",
        },
      apiServerAccessProfile.enablePrivateCluster === true &&
        apiServerAccessProfile.authorizedIPRanges !== undefined && {
          property: "apiServerAccessProfile.authorizedIPRanges",
          reason: "a private cluster has none",
        },
      cluster.identityProfile !== undefined &&
        cluster.identity?.type !== "UserAssigned" && {
          property: "identityProfile",
          reason: "a kubelet identity needs a user-assigned identity of the control plane",
        },
    ),
    ...agentPoolProfiles.flatMap((pool, index) => badPool(pool, pool.name, `agentPoolProfiles[${index}]`)),
    ...badNetwork(cluster),
  ];
}
