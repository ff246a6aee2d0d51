import * as azure from "@pulumi/azure-native";
import * as pulumi from "@pulumi/pulumi";
import { globalName } from "./names.ts";
import { privateEndpoint } from "./private-endpoint.ts";
import { lock } from "./roles.ts";
import type { AzureStore, StoreArgs } from "./stores.ts";

/** Redis by Azure Managed Redis: by a private endpoint, TLS only, with a key that Azure makes. */
export class ManagedRedis extends pulumi.ComponentResource {
  readonly store: AzureStore;

  constructor(name: string, args: StoreArgs, opts: pulumi.ComponentResourceOptions) {
    super("landfall:azure:ManagedRedis", name, {}, opts);
    const { datastore, site } = args;
    const { resourceGroupName } = site;
    const { endpoint, protect, machine = "" } = datastore;
    const inside = { parent: this };

    const cluster = new azure.redisenterprise.RedisEnterprise(
      `${name}-cluster`,
      {
        resourceGroupName,
        clusterName: globalName({ ...site, of: datastore.name, longest: 60 }),
        sku: { name: machine },
        highAvailability: datastore.highAvailability ? "Enabled" : "Disabled",
        minimumTlsVersion: "1.2",
        publicNetworkAccess: "Disabled",
      },
      { ...inside, protect },
    );
    const database = new azure.redisenterprise.Database(
      `${name}-database`,
      {
        resourceGroupName,
        clusterName: cluster.name,
        databaseName: "default",
        port: endpoint.port,
        clientProtocol: "Encrypted",
        clusteringPolicy: clusteringOf(machine),
        // A queue must not lose jobs to make room.
        evictionPolicy: "NoEviction",
        persistence: { aofEnabled: true, aofFrequency: "1s", rdbEnabled: false },
        accessKeysAuthentication: "Enabled",
      },
      { ...inside, protect },
    );
    const zone = privateEndpoint(
      name,
      { ...args, service: cluster.id, group: "redisEnterprise", domain: "privatelink.redis.azure.net" },
      inside,
    );
    if (protect) lock(`${name}-lock`, cluster.id, { ...inside, dependsOn: [database, zone] });

    const keys = azure.redisenterprise.listDatabaseKeysOutput(
      { resourceGroupName, clusterName: cluster.name, databaseName: database.name },
      { parent: this, dependsOn: [database] },
    );
    this.store = {
      endpoint: cluster.hostName.apply((host) => ({ ...endpoint, host })),
      password: pulumi.secret(keys.primaryKey),
      ready: [database, zone],
    };
    this.registerOutputs({});
  }
}

/** Largest size, in GB, that Azure runs without shards: commands on several keys work as ever. */
const LARGEST_WHOLE = 24;

/** https://learn.microsoft.com/azure/redis/architecture#cluster-policies */
function clusteringOf(machine: string): "NoCluster" | "EnterpriseCluster" {
  return Number(/\d+$/.exec(machine)?.[0]) <= LARGEST_WHOLE ? "NoCluster" : "EnterpriseCluster";
}
