import assert from "node:assert/strict";
import { azureNative } from "../../local/emulators/azure-native/azure-native.ts";
import type { Values } from "../../local/emulators/rules.ts";
import { SUBSCRIPTION } from "../support/clouds.ts";
import { Emulated } from "../support/emulated.ts";

const type = (name: string) => `azure-native:${name}`;
const group = { resourceGroupName: "shop" };
const PASSWORD = "correct-Horse-8-battery";

describe("The emulated Azure, of datastores", () => {
  let azure: Emulated;
  const make = (name: string, inputs: Values = {}) => azure.make(type(name), { ...group, ...inputs });
  const refusesEach = (name: string, whole: Values, changes: [Values, RegExp][]) =>
    azure.refusesEach(type(name), { ...group, ...whole }, changes);

  async function network() {
    const addressSpace = { addressPrefixes: ["10.0.0.0/16"] };
    const { id } = await make("network:VirtualNetwork", { virtualNetworkName: "net", addressSpace });
    const subnet = (subnetName: string, addressPrefix: string, delegations: Values[] = []) =>
      make("network:Subnet", { virtualNetworkName: "net", subnetName, addressPrefix, delegations });
    const postgres = await subnet("pg", "10.0.0.0/24", [{ serviceName: "Microsoft.DBforPostgreSQL/flexibleServers" }]);
    const endpoints = await subnet("links", "10.0.1.0/24");
    return { id, postgres: postgres.id, endpoints: endpoints.id };
  }
  const zone = (privateZoneName: string) => make("privatedns:PrivateZone", { privateZoneName, location: "global" });
  const link = (privateZoneName: string, id: string, virtualNetworkLinkName = "net") =>
    make("privatedns:VirtualNetworkLink", {
      privateZoneName,
      virtualNetworkLinkName,
      location: "global",
      virtualNetwork: { id },
    });

  beforeEach(async () => {
    azure = new Emulated(azureNative, { subscriptionId: SUBSCRIPTION, location: "westeurope" });
    await make("resources:ResourceGroup");
  });
  afterEach(() => azure.forget());

  it("makes a private PostgreSQL only where its name can be looked up", async () => {
    const { id, postgres, endpoints } = await network();
    const domain = "shop.private.postgres.database.azure.com";
    const { id: zoneId, remove: removeZone } = await zone(domain);
    const { id: wrong } = await zone("shop.example.com");
    const at = (delegatedSubnetResourceId: string, privateDnsZoneArmResourceId: string) => ({
      network: { delegatedSubnetResourceId, privateDnsZoneArmResourceId, publicNetworkAccess: "Disabled" },
    });
    const server = {
      serverName: "shop-db",
      version: "16",
      sku: { name: "Standard_D2ds_v5", tier: "GeneralPurpose" },
      storage: { storageSizeGB: 32 },
      administratorLogin: "app",
      administratorLoginPassword: PASSWORD,
      ...at(postgres, zoneId),
    };
    await refusesEach("dbforpostgresql:Server", server, [
      [{}, /PrivateDnsZoneNotLinked/],
      [at(endpoints, zoneId), /SubnetMissingDelegation/],
      [at(postgres, wrong), /InvalidPrivateDnsZone/],
    ]);
    await link(domain, id);
    await assert.rejects(link(domain, id, "again"), /cannot be linked to .* twice/);
    await refusesEach("dbforpostgresql:Server", server, [
      [{ serverName: "Shop_DB" }, /serverName "Shop_DB"/],
      [{ version: "12" }, /"12" is not one of 14, 15, 16, 17, 18/],
      [{ sku: { name: "Standard_B2s", tier: "GeneralPurpose" } }, /sku.name "Standard_B2s"/],
      [{ storage: { storageSizeGB: 20 } }, /20 is not one of 32/],
      [{ administratorLogin: "admin" }, /"admin" is reserved/],
      [{ administratorLogin: "pg_app" }, /does not match/],
      [{ administratorLoginPassword: "onlyletters" }, /PasswordNotComplex/],
      [{ backup: { backupRetentionDays: 3 } }, /between 7 and 35/],
      [
        { sku: { name: "Standard_B2s", tier: "Burstable" }, highAvailability: { mode: "ZoneRedundant" } },
        /HighAvailabilityNotSupported/,
      ],
    ]);
    const made = await make("dbforpostgresql:Server", server);
    assert.equal(made.outputs.fullyQualifiedDomainName, "shop-db.postgres.database.azure.com");
    await assert.rejects(made.change({ version: "15" }), /InvalidServerVersion/);
    await made.change({ storage: { storageSizeGB: 64 }, version: "17" });
    await assert.rejects(made.change({ storage: { storageSizeGB: 32 } }), /StorageDownsizeNotAllowed/);
    assert.deepEqual(await made.change({ administratorLogin: "owner" }), ["administratorLogin"]);
    await assert.rejects(removeZone(), /still used by/);
    const database = { serverName: "shop-db", databaseName: "my database" };
    await refusesEach("dbforpostgresql:Database", database, [[{}, /"my database" does not match/]]);
  });

  it("makes Azure Managed Redis and none of the Redis that it retired", async () => {
    const cluster = { clusterName: "shop-queue", publicNetworkAccess: "Disabled", sku: { name: "Balanced_B5" } };
    await refusesEach("redisenterprise:RedisEnterprise", cluster, [
      [{ sku: { name: "Enterprise_E10" } }, /sku.name "Enterprise_E10"/],
      [{ sku: { name: "Balanced_B6" } }, /sku.name is "Balanced_B6", not one of/],
      [{ minimumTlsVersion: "1.0" }, /"1.0" is not one of 1.2/],
      [{ sku: { name: "Balanced_B0" }, highAvailability: "Enabled" }, /no second server/],
      [{ clusterName: "shop--queue" }, /clusterName/],
    ]);
    const { outputs, change } = await make("redisenterprise:RedisEnterprise", {
      ...cluster,
      highAvailability: "Enabled",
    });
    assert.equal(outputs.hostName, "shop-queue.westeurope.redis.azure.net");
    await assert.rejects(change({ highAvailability: "Disabled" }), /not switched off again/);

    const database = { clusterName: "shop-queue", databaseName: "default", port: 10_000, clientProtocol: "Encrypted" };
    await refusesEach("redisenterprise:Database", database, [
      [{ databaseName: "jobs" }, /"jobs" is not one of default/],
      [{ port: 6379 }, /6379 is not between 10000 and 10000/],
      [{ persistence: { aofEnabled: true, rdbEnabled: true } }, /by AOF or by RDB/],
      [{ clusterName: "other" }, /clusterName names other/],
    ]);
    const made = await make("redisenterprise:Database", { ...database, clusteringPolicy: "NoCluster" });
    assert.deepEqual(await made.change({ clusteringPolicy: "OSSCluster" }), ["clusteringPolicy"]);
    const keys = await azure.emulator.invoke(type("redisenterprise:listDatabaseKeys"), {
      ...group,
      clusterName: "shop-queue",
      databaseName: "default",
    });
    assert.match(String(keys.primaryKey), /^[\w+/]{43}=$/);

    await make("redisenterprise:RedisEnterprise", { ...cluster, clusterName: "big", sku: { name: "Balanced_B50" } });
    const big = { ...database, clusterName: "big", clusteringPolicy: "NoCluster" };
    await refusesEach("redisenterprise:Database", big, [[{}, /InvalidClusteringPolicy/]]);
  });

  it("makes a private endpoint for a part that the service has, in the domain of that part", async () => {
    const { postgres, endpoints } = await network();
    const redis = { clusterName: "q", publicNetworkAccess: "Disabled", sku: { name: "Balanced_B5" } };
    const { id: service } = await make("redisenterprise:RedisEnterprise", { ...redis, clusterName: "queue" });
    const endpoint = {
      privateEndpointName: "queue",
      subnet: { id: endpoints },
      privateLinkServiceConnections: [{ name: "q", privateLinkServiceId: service, groupIds: ["redisEnterprise"] }],
    };
    await refusesEach("network:PrivateEndpoint", endpoint, [
      [{ subnet: { id: postgres } }, /DelegatedSubnet/],
      [
        { privateLinkServiceConnections: [{ privateLinkServiceId: service, groupIds: ["redisCache"] }] },
        /InvalidPrivateLinkGroupId: redisCache/,
      ],
      [{ privateLinkServiceConnections: [{ privateLinkServiceId: "none", groupIds: ["blob"] }] }, /names none/],
    ]);
    await make("network:PrivateEndpoint", endpoint);
    const { id: other } = await zone("privatelink.blob.core.windows.net");
    const { id: right } = await zone("privatelink.redis.azure.net");
    const zones = (privateDnsZoneId: string) => ({
      privateEndpointName: "queue",
      privateDnsZoneGroupName: "default",
      privateDnsZoneConfigs: [{ name: "zone", privateDnsZoneId }],
    });
    const name = "network:PrivateDnsZoneGroup";
    await refusesEach(name, zones(other), [[{}, /in privatelink.redis.azure.net, not in privatelink.blob/]]);
    await make(name, zones(right));
  });

  it("makes DocumentDB as it is made", async () => {
    const properties = {
      administrator: { userName: "app", password: PASSWORD },
      serverVersion: "8.0",
      compute: { tier: "M40" },
      storage: { sizeGb: 32 },
      highAvailability: { targetMode: "ZoneRedundantPreferred" },
    };
    const cluster = { mongoClusterName: "shop-documents", properties };
    await refusesEach("mongocluster:MongoCluster", cluster, [
      [{ mongoClusterName: "shop--documents" }, /mongoClusterName/],
      [{ properties: { ...properties, serverVersion: "4.2" } }, /"4.2" is not one of/],
      [{ properties: { ...properties, compute: { tier: "M25" } } }, /M25 has no second server/],
      [{ properties: { ...properties, storage: { sizeGb: 20 } } }, /20 is not one of 32/],
      [{ properties: { ...properties, administrator: { userName: "admin", password: PASSWORD } } }, /reserved/],
      [{ properties: { ...properties, nodeGroups: [] } }, /nodeGroups is no property/],
    ]);
    const { outputs, change } = await make("mongocluster:MongoCluster", cluster);
    assert.match((outputs.properties as { connectionString: string }).connectionString, /@shop-documents\.global\./);
    await assert.rejects(change({ properties: { ...properties, storage: {} } }), /cannot shrink/);
  });

  it("makes storage accounts that can be restored, and no public containers in those that have none", async () => {
    const account = { accountName: "shopfiles", kind: "StorageV2", sku: { name: "Standard_ZRS" } };
    await refusesEach("storage:StorageAccount", account, [
      [{ accountName: "shop-files" }, /accountName "shop-files"/],
      [{ kind: "Storage" }, /no longer made/],
      [{ sku: { name: "Standard_XRS" } }, /"Standard_XRS", not one of/],
    ]);
    const { change, remove } = await make("storage:StorageAccount", { ...account, allowBlobPublicAccess: false });
    const service = {
      accountName: "shopfiles",
      blobServicesName: "default",
      isVersioningEnabled: true,
      changeFeed: { enabled: true },
      deleteRetentionPolicy: { enabled: true, days: 8 },
      restorePolicy: { enabled: true, days: 7 },
    };
    await refusesEach("storage:BlobServiceProperties", service, [
      [{ isVersioningEnabled: false }, /needs versions/],
      [{ restorePolicy: { enabled: true, days: 8 } }, /8 is not below deleteRetentionPolicy.days \(8\)/],
    ]);
    const container = { accountName: "shopfiles", containerName: "pictures" };
    await refusesEach("storage:BlobContainer", container, [
      [{ publicAccess: "Blob" }, /PublicAccessNotPermitted/],
      [{ containerName: "My_Pictures" }, /containerName "My_Pictures"/],
    ]);
    await make("storage:BlobContainer", container);
    await assert.rejects(remove(), /still used by/);
    assert.deepEqual(await change({ kind: "BlobStorage" }), ["kind"]);
  });
});
