import * as azure from "@pulumi/azure-native";
import * as pulumi from "@pulumi/pulumi";
import { postgresAuthorities } from "./certificates.ts";
import { globalName } from "./names.ts";
import { strongPassword } from "./passwords.ts";
import { lock } from "./roles.ts";
import type { AzureStore, StoreArgs } from "./stores.ts";

/** PostgreSQL by Azure Database, flexible server: in a subnet of its own, TLS only. */
export class FlexiblePostgres extends pulumi.ComponentResource {
  readonly store: AzureStore;

  constructor(name: string, args: StoreArgs, opts: pulumi.ComponentResourceOptions) {
    super("landfall:azure:FlexiblePostgres", name, {}, opts);
    const { datastore, site, zones } = args;
    const { resourceGroupName } = site;
    const { endpoint, protect, machine = "" } = datastore;
    const inside = { parent: this };
    const password = strongPassword(args.password as pulumi.Output<string>);

    const zone = zones.zone(`${site.name}.private.postgres.database.azure.com`);
    const server = new azure.dbforpostgresql.Server(
      `${name}-server`,
      {
        resourceGroupName,
        serverName: globalName({ ...site, of: datastore.name, longest: 63 }),
        version: datastore.version,
        sku: { name: machine, tier: TIERS[machine.charAt("Standard_".length)] ?? "GeneralPurpose" },
        storage: { storageSizeGB: datastore.storageGiB, autoGrow: "Enabled" },
        administratorLogin: endpoint.username,
        administratorLoginPassword: password,
        authConfig: { passwordAuth: "Enabled", activeDirectoryAuth: "Disabled" },
        network: {
          delegatedSubnetResourceId: site.subnetIds.postgres,
          privateDnsZoneArmResourceId: zone.id,
          publicNetworkAccess: "Disabled",
        },
        highAvailability: { mode: datastore.highAvailability ? "ZoneRedundant" : "Disabled" },
        backup: {
          backupRetentionDays: datastore.backupRetentionDays,
          geoRedundantBackup: site.geoRedundantBackups ? "Enabled" : "Disabled",
        },
        createMode: "Default",
      },
      { ...inside, protect, dependsOn: zone.link },
    );
    const database = new azure.dbforpostgresql.Database(
      `${name}-database`,
      { resourceGroupName, serverName: server.name, databaseName: endpoint.database, charset: "UTF8" },
      { ...inside, protect },
    );
    const settings = { ...datastore.settings, require_secure_transport: "on" };
    const changes: pulumi.Resource[] = [database];
    for (const [setting, value] of Object.entries(settings)) {
      changes.push(
        new azure.dbforpostgresql.Configuration(
          `${name}-${setting}`,
          { resourceGroupName, serverName: server.name, configurationName: setting, value, source: "user-override" },
          // The server takes one change at a time.
          { ...inside, dependsOn: changes.at(-1) },
        ),
      );
    }
    // It goes before what it would keep from going.
    if (protect) lock(`${name}-lock`, server.id, { ...inside, dependsOn: changes });

    this.store = {
      endpoint: server.fullyQualifiedDomainName.apply((host) => ({ ...endpoint, host })),
      password,
      certificates: postgresAuthorities(),
      ready: [server, ...changes],
    };
    this.registerOutputs({});
  }
}

/** By the first letter of the machine's family. */
const TIERS: Readonly<Record<string, string>> = { B: "Burstable", D: "GeneralPurpose", E: "MemoryOptimized" };
