/** Azure Database for PostgreSQL. Rules by https://learn.microsoft.com/azure/postgresql/ and its REST reference. */
import { badPattern, failures, notOneOf, outside } from "../checks.ts";
import type { Entity, Rules, Values } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { arm } from "./arm.ts";
import { delegateOf, NETWORK, SUBNET } from "./network.ts";
import { badPassword } from "./passwords.ts";
import { LINK, ZONE } from "./private-link.ts";

const SERVER = "azure-native:dbforpostgresql:Server";
const DELEGATE = "Microsoft.DBforPostgreSQL/flexibleServers";
const DOMAIN = ".postgres.database.azure.com";
/** 11 to 13 are out of support and no longer made. */
const VERSIONS = ["14", "15", "16", "17", "18"];
const VOLUMES_GIB = [32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_767];
const RESERVED_USERS = ["azure_superuser", "azure_pg_admin", "admin", "administrator", "root", "guest", "public"];
const TIERS: Readonly<Record<string, RegExp>> = {
  Burstable: /^Standard_B\d+m?s$/,
  GeneralPurpose: /^Standard_D\d+[a-z]*s_v\d$/,
  MemoryOptimized: /^Standard_E\d+[a-z]*s_v\d$/,
};

interface Server extends Values {
  serverName: string;
  version: string;
  sku?: { name: string; tier: string };
  storage?: { storageSizeGB?: number };
  highAvailability?: { mode?: string };
  backup?: { backupRetentionDays?: number };
  network?: { delegatedSubnetResourceId?: string; privateDnsZoneArmResourceId?: string; publicNetworkAccess?: string };
}

export const postgres: Record<string, Rules> = {
  [SERVER]: arm("Microsoft.DBforPostgreSQL/flexibleServers/{serverName}", {
    immutable: ["administratorLogin", "network.delegatedSubnetResourceId"],
    fixed: ["backup.geoRedundantBackup"],
    references: {
      "network.delegatedSubnetResourceId": { to: SUBNET },
      "network.privateDnsZoneArmResourceId": { to: ZONE },
    },
    check: (inputs) => badServer(inputs as Server),
    outputs(inputs, { world }) {
      const { network = {}, serverName } = inputs as Server;
      const subnet = world.get(SUBNET, network.delegatedSubnetResourceId ?? "");
      if (subnet) {
        if (delegateOf(subnet) !== DELEGATE) {
          throw new CloudError(`SubnetMissingDelegation: ${subnet.id} is not delegated to ${DELEGATE}`);
        }
        checkZone(network.privateDnsZoneArmResourceId, subnet, world);
      }
      return { fullyQualifiedDomainName: `${serverName}${DOMAIN}`, state: "Ready" };
    },
    checkChange(before, inputs) {
      const [old, wanted] = [before as Server, inputs as Server];
      if ((wanted.storage?.storageSizeGB ?? 0) < (old.storage?.storageSizeGB ?? 0)) {
        throw new CloudError("StorageDownsizeNotAllowed: the storage of a server cannot shrink");
      }
      if (Number(wanted.version) < Number(old.version)) {
        throw new CloudError(
          `InvalidServerVersion: a server does not go from ${old.version} back to ${wanted.version}`,
        );
      }
    },
  }),

  "azure-native:dbforpostgresql:Database": arm(
    "Microsoft.DBforPostgreSQL/flexibleServers/{serverName}/databases/{databaseName}",
    {
      immutable: ["charset", "collation"],
      check: ({ databaseName }) => failures(badPattern("databaseName", databaseName, /^[A-Za-z_][\w-]{0,62}$/)),
    },
    { serverName: SERVER },
  ),

  "azure-native:dbforpostgresql:Configuration": arm(
    "Microsoft.DBforPostgreSQL/flexibleServers/{serverName}/configurations/{configurationName}",
    {
      check: ({ configurationName }) =>
        failures(badPattern("configurationName", configurationName, /^[a-z][a-z0-9_.]*$/)),
    },
    { serverName: SERVER },
  ),
};

function badServer(inputs: Server) {
  const { serverName, version, sku, storage, highAvailability, network, backup } = inputs;
  const login = inputs.administratorLogin;
  return failures(
    badPattern("serverName", serverName, /^[a-z0-9]([a-z0-9-]{1,61}[a-z0-9])$/),
    notOneOf("version", version, VERSIONS),
    sku && notOneOf("sku.tier", sku.tier, Object.keys(TIERS)),
    sku && badPattern("sku.name", sku.name, TIERS[sku.tier] ?? /^$/),
    badPattern("administratorLogin", login, /^(?!pg_)[A-Za-z_]\w{0,62}$/),
    RESERVED_USERS.includes(login as string) && { property: "administratorLogin", reason: `"${login}" is reserved` },
    badPassword("administratorLoginPassword", inputs.administratorLoginPassword),
    notOneOf("storage.storageSizeGB", storage?.storageSizeGB, VOLUMES_GIB),
    outside("backup.backupRetentionDays", backup?.backupRetentionDays, 7, 35),
    highAvailability?.mode !== undefined &&
      highAvailability.mode !== "Disabled" &&
      sku?.tier === "Burstable" && {
        property: "highAvailability.mode",
        reason: "HighAvailabilityNotSupported: a burstable server has no second one",
      },
    network?.delegatedSubnetResourceId !== undefined &&
      network.publicNetworkAccess === "Enabled" && {
        property: "network.publicNetworkAccess",
        reason: "a server in a subnet is not public",
      },
  );
}

/** The server's name is looked up in the network, so the zone has to be linked to it by then. */
function checkZone(
  zoneId: string | undefined,
  subnet: Entity,
  world: { get(type: string, id: string): Entity | undefined; all(type: string): Entity[] },
): void {
  const zone = world.get(ZONE, zoneId ?? "");
  if (!zone?.outputs.name || !String(zone.outputs.name).endsWith(DOMAIN)) {
    throw new CloudError(`InvalidPrivateDnsZone: a server in a subnet needs a private zone that ends with ${DOMAIN}`);
  }
  const network = world.all(NETWORK).find(({ outputs }) => outputs.name === subnet.inputs.virtualNetworkName);
  const linked = world
    .all(LINK)
    .some(
      ({ inputs }) =>
        inputs.privateZoneName === zone.outputs.name &&
        (inputs.virtualNetwork as Values | undefined)?.id === network?.id,
    );
  if (!linked) throw new CloudError(`PrivateDnsZoneNotLinked: ${zone.id} is not linked to ${network?.id}`);
}
