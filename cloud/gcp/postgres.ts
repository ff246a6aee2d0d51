import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { ManagedDatastore } from "../../config/plan.ts";
import type { PrivateServices } from "./site.ts";
import type { Store, StoreArgs } from "./stores.ts";

/** PostgreSQL by Cloud SQL: without a public address, encrypted, TLS only. */
export class SqlPostgres extends pulumi.ComponentResource {
  readonly store: Store;

  constructor(name: string, args: StoreArgs, opts: pulumi.ComponentResourceOptions) {
    super("landfall:gcp:SqlPostgres", name, {}, opts);
    const { datastore, password, site } = args;
    const inside = { parent: this };
    const { endpoint, protect } = datastore;
    const { range, ready } = site.privateServices as PrivateServices;

    // Its name has a suffix: Google keeps the name of a deleted one for a week.
    const instance = new gcp.sql.DatabaseInstance(
      `${name}-instance`,
      {
        region: site.region,
        databaseVersion: `POSTGRES_${datastore.version}`,
        settings: {
          // From PostgreSQL 16 on the default is ENTERPRISE_PLUS, which has other machines.
          edition: "ENTERPRISE",
          tier: datastore.machine as string,
          availabilityType: datastore.highAvailability ? "REGIONAL" : "ZONAL",
          diskType: "PD_SSD",
          diskSize: datastore.storageGiB,
          diskAutoresize: true,
          diskAutoresizeLimit: datastore.storageGiB * GROWTH,
          ipConfiguration: {
            ipv4Enabled: false,
            privateNetwork: site.networkId,
            allocatedIpRange: range,
            sslMode: "ENCRYPTED_ONLY",
          },
          backupConfiguration: backupsOf(datastore),
          databaseFlags: Object.entries(datastore.settings).map(([name, value]) => ({ name, value })),
          insightsConfig: { queryInsightsEnabled: true },
          maintenanceWindow: { day: SUNDAY, hour: site.maintenanceHour, updateTrack: "stable" },
          deletionProtectionEnabled: protect,
          retainBackupsOnDelete: datastore.finalSnapshot,
        },
        deletionProtection: protect,
      },
      // The disk grows by itself.
      { ...inside, protect, dependsOn: ready, ignoreChanges: ["settings.diskSize"] },
    );
    // Both go with the instance: PostgreSQL drops no user who owns tables.
    const goes = { deletionPolicy: "ABANDON" };
    const user = new gcp.sql.User(
      `${name}-user`,
      { instance: instance.name, name: endpoint.username, password, ...goes },
      inside,
    );
    const database = new gcp.sql.Database(
      `${name}-database`,
      { instance: instance.name, name: endpoint.database, ...goes },
      { ...inside, dependsOn: user },
    );
    this.store = {
      endpoint: instance.privateIpAddress.apply((host) => ({ ...endpoint, host })),
      // Certificates are no secret, though the provider says so.
      certificates: pulumi.unsecret(instance.serverCaCerts).apply((all) => all.map(({ cert }) => cert).join("\n")),
      ready: [database],
    };
    this.registerOutputs({});
  }
}

/** The volume grows by itself up to so many times its size. */
const GROWTH = 5;
const SUNDAY = 7;
/** The edition keeps no more: https://cloud.google.com/sql/docs/postgres/backup-recovery/pitr */
const MOST_LOG_DAYS = 7;

function backupsOf({ backupRetentionDays }: ManagedDatastore) {
  return {
    enabled: true,
    startTime: "01:00",
    pointInTimeRecoveryEnabled: true,
    transactionLogRetentionDays: Math.min(backupRetentionDays, MOST_LOG_DAYS),
    backupRetentionSettings: { retainedBackups: backupRetentionDays, retentionUnit: "COUNT" },
  };
}
