/** What a stack may say of an AKS cluster. */
import { z } from "zod";
import { nodePool, nodePools } from "../../config/schema/nodes.ts";
import { cidr, name } from "../../config/schema/primitives.ts";
import { storageFields } from "../../config/schema/storage.ts";

const guid = (what: string) =>
  z
    .string()
    .regex(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/, `${what} such as 0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f`);
const resourceId = (type: string, what: string) =>
  z.string().regex(new RegExp(`^/subscriptions/[0-9a-f-]{36}/resourceGroups/[^/]+/providers/${type}/[^/]+$`), what);

const subscription = guid("a subscription's id");
const virtualNetworkId = resourceId("Microsoft\\.Network/virtualNetworks", "the resource id of a virtual network");
const subnet = z.strictObject({ name: z.string().min(1), cidr: z.cidrv4() });

/** Domains of private endpoints: https://learn.microsoft.com/azure/private-link/private-endpoint-dns */
const PRIVATE_DOMAINS = [
  "privatelink.redis.azure.net",
  "privatelink.mongocluster.cosmos.azure.com",
  "privatelink.blob.core.windows.net",
] as const;

/** Where Azure runs datastores for a cluster that is not this stack's. */
export const azureSite = z.strictObject({
  provider: z.literal("azure"),
  subscription,
  /** Region of the network, by Azure's name, such as westeurope. */
  location: z.string(),
  virtualNetworkId,
  subnets: z.strictObject({
    /** Delegated to Microsoft.DBforPostgreSQL/flexibleServers. */
    postgres: subnet,
    /** Of the private endpoints. */
    endpoints: subnet,
  }),
  /** Private DNS zones that the network is linked to already, by domain. @default each is made and linked when a store needs it */
  privateZoneIds: z
    .partialRecord(
      z.enum(PRIVATE_DOMAINS),
      resourceId("Microsoft\\.Network/privateDnsZones", "the resource id of a private DNS zone"),
    )
    .optional(),
  /**
   * URL of the cluster's OIDC issuer, which Entra can read, if the cluster has the webhook of Workload Identity. Blob
   * Storage needs it, for it knows no passwords. @default none
   */
  oidcIssuer: z.url({ protocol: /^https$/, error: "an address such as https://oidc.example.com/cluster/" }).optional(),
  /** Whether datastores keep their backups in the paired region too. @default false */
  geoRedundantBackups: z.boolean().optional(),
});

const secretName = z.string().regex(/^[0-9A-Za-z-]{1,127}$/, "the name of a key vault's secret");
const account = z.strictObject({
  vaultId: resourceId("Microsoft\\.KeyVault/vaults", "the resource id of a key vault"),
  /** Names of the secrets that have them. */
  username: secretName,
  password: secretName,
});

/** A network that the stack makes. */
const newNetwork = z.strictObject({
  /** A /16 to /20; machines take a quarter of it. @default 10.0.0.0/16 */
  cidr: z.cidrv4().optional(),
  /**
   * How machines reach the internet. A load balancer's addresses are in all zones; a NAT gateway has more ports, and is
   * in one zone. @default loadBalancer in production, else natGateway
   */
  outbound: z.enum(["natGateway", "loadBalancer"]).optional(),
});
/** A network that is there already, such as a spoke of a hub with a firewall. */
const existingNetwork = z.strictObject({
  virtualNetworkId,
  /** Address range of the network. */
  cidr: z.cidrv4(),
  subnets: z.strictObject({
    /** Of the machines; pods have addresses of their own. */
    nodes: subnet,
    /** Delegated to Microsoft.ContainerService/managedClusters, a /28 or larger. */
    apiServer: subnet,
    /** Delegated to Microsoft.DBforPostgreSQL/flexibleServers. */
    postgres: subnet,
    /** Of the private endpoints. */
    endpoints: subnet,
  }),
  /** How machines reach the internet: through routes of yours to a firewall, or a NAT gateway on the subnet. */
  outbound: z.enum(["userDefinedRouting", "natGateway", "loadBalancer"]),
});

export const aksSettings = z.strictObject({
  provider: z.literal("aks"),
  subscription,
  /** Region by Azure's name, such as westeurope. */
  location: z.string(),
  /** Groups of Microsoft Entra, by object id, that may do everything in the cluster. Whoever runs Pulumi is in one. */
  administrators: z.array(guid("the object id of a group")).min(1),
  /** How kubelogin gets a token for whoever runs Pulumi. @default azurecli, which `az login` has logged in */
  login: z.enum(["azurecli", "azd", "workloadidentity", "spn", "msi"]).optional(),
  /** @default <application>-<profile> */
  name: name.optional(),
  /** Kubernetes. @default the newest that AKS and Landfall know */
  version: z.coerce.string().optional(),
  /** New machine images as Azure brings them out. @default NodeImage: weekly, in the maintenance window */
  nodeOsUpgrade: z.enum(["NodeImage", "SecurityPatch", "None"]).optional(),
  /** How an upgrade replaces the machines of a pool; those of the spot market have no surge. */
  nodeUpgrade: z
    .strictObject({
      /** Machines that are added before others go, as a number or in percent. @default 33% */
      maxSurge: z
        .string()
        .regex(/^[1-9]\d*%?$/, "a number such as 2, or a percentage such as 33%")
        .optional(),
      /** How long pods may hold a machine up by their disruption budgets, in minutes. @default 30 */
      drainTimeoutMinutes: z.int().min(1).max(1440).optional(),
    })
    .optional(),
  /** Day on which AKS may patch, at 02:00 UTC and for 4 hours. @default Sunday */
  maintenanceDay: z.enum(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]).optional(),
  /** Availability zones. @default all three */
  zones: z
    .array(z.enum(["1", "2", "3"]))
    .min(2)
    .optional(),
  network: z
    .union([newNetwork, existingNetwork], "{ cidr, outbound }, or { virtualNetworkId, cidr, subnets, outbound }")
    .optional(),
  /** Address ranges that may reach the API server from outside the network. @default none: it is private */
  publicAccess: z.array(cidr).optional(),
  /** Machines of AKS' own pods. @default Standard_D4s_v5, 3 of them; in dev 1 */
  systemPool: nodePool.pick({ machine: true, min: true, max: true, diskGiB: true }).optional(),
  nodePools: nodePools.optional(),
  /**
   * A registry of the stack's own, which may be reached by the network only (Premium), or one that is there, by resource
   * id. @default none; new with imageCache
   */
  containerRegistry: z
    .union(
      [
        z.literal(["new", "private"]),
        resourceId("Microsoft\\.ContainerRegistry/registries", "the resource id of a registry"),
      ],
      "new, private, or the resource id of a registry",
    )
    .optional(),
  /**
   * Whether the registry keeps copies of public images, which machines then pull. Registries that want an account have
   * theirs in a key vault, in two secrets; docker.io wants one. @default false
   */
  imageCache: z
    .union(
      [z.boolean(), z.strictObject({ "docker.io": account.optional(), "ghcr.io": account.optional() })],
      "true, or { docker.io, ghcr.io }",
    )
    .optional(),
  /** Whether Azure Monitor collects Prometheus metrics of machines and pods, and what containers write. @default false */
  azureMonitor: z
    .union(
      [z.boolean(), z.strictObject({ metrics: z.boolean().optional(), logs: z.boolean().optional() })],
      "true, or { metrics, logs }",
    )
    .optional(),
  /** Whether pods may mount secrets of a key vault; new: of one of the stack's own. @default false */
  keyVaultSecrets: z.union([z.boolean(), z.literal("new")], "true, false or new").optional(),
  /** A key that Secrets are encrypted with in etcd, beside Azure's own encryption. @default none */
  secretsKey: z
    .strictObject({
      /** With its version. */
      keyId: z.string().regex(/^https:\/\/[a-z0-9-]+\.vault\.azure\.net\/keys\/[\w-]+\/[0-9a-f]{32}$/, "a key's id"),
      vaultId: resourceId("Microsoft\\.KeyVault/vaults", "the resource id of a key vault"),
      /** Private: by a private endpoint of the vault in the network. @default Private */
      vaultAccess: z.enum(["Private", "Public"]).optional(),
    })
    .optional(),
  /** Whether managed datastores keep their backups in the paired region too. @default false */
  geoRedundantBackups: z.boolean().optional(),
  /** Whether Azure refuses to delete the cluster. @default true in production */
  deletionProtection: z.boolean().optional(),
  ...storageFields,
});

export type AzureSite = z.output<typeof azureSite>;
export type AksSettings = z.output<typeof aksSettings>;
