import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { PrivateServices } from "./site.ts";
import type { Store, StoreArgs } from "./stores.ts";

/** Redis by Memorystore: without a public address, TLS only, with a password of Google's making. */
export class Memorystore extends pulumi.ComponentResource {
  readonly store: Store;

  constructor(name: string, { datastore, site }: StoreArgs, opts: pulumi.ComponentResourceOptions) {
    super("landfall:gcp:Memorystore", name, {}, opts);
    const { endpoint, highAvailability, protect, settings } = datastore;
    const { range, ready } = site.privateServices as PrivateServices;

    const instance = new gcp.redis.Instance(
      `${name}-instance`,
      {
        region: site.region,
        redisVersion: `REDIS_${datastore.version?.replace(".", "_").toUpperCase()}`,
        // A second server in another zone that takes over.
        tier: highAvailability ? "STANDARD_HA" : "BASIC",
        memorySizeGb: Number.parseInt(datastore.machine as string, 10),
        authorizedNetwork: site.networkId,
        connectMode: "PRIVATE_SERVICE_ACCESS",
        reservedIpRange: range,
        authEnabled: true,
        transitEncryptionMode: "SERVER_AUTHENTICATION",
        // A queue must not lose jobs to make room.
        redisConfigs: { "maxmemory-policy": "noeviction", ...settings },
        persistenceConfig: { persistenceMode: "RDB", rdbSnapshotPeriod: "ONE_HOUR" },
        maintenancePolicy: {
          weeklyMaintenanceWindows: [
            { day: "SUNDAY", startTime: { hours: site.maintenanceHour, minutes: 0, seconds: 0, nanos: 0 } },
          ],
        },
        deletionProtection: protect,
      },
      { parent: this, protect, dependsOn: ready },
    );
    this.store = {
      endpoint: instance.host.apply((host) => ({ ...endpoint, host })),
      password: instance.authString,
      // More than one while Google changes them.
      certificates: instance.serverCaCerts.apply((all) => all.map(({ cert }) => cert).join("\n")),
      ready: [instance],
    };
    this.registerOutputs({});
  }
}
