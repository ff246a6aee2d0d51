import * as azure from "@pulumi/azure-native";
import * as pulumi from "@pulumi/pulumi";
import { globalName } from "./names.ts";
import { strongPassword } from "./passwords.ts";
import { privateEndpoint } from "./private-endpoint.ts";
import { lock } from "./roles.ts";
import type { AzureStore, StoreArgs } from "./stores.ts";

/** MongoDB by Azure DocumentDB: by a private endpoint, TLS only. Azure keeps 35 days of it, whatever is asked for. */
export class DocumentDb extends pulumi.ComponentResource {
  readonly store: AzureStore;

  constructor(name: string, args: StoreArgs, opts: pulumi.ComponentResourceOptions) {
    super("landfall:azure:DocumentDb", name, {}, opts);
    const { datastore, site } = args;
    const { resourceGroupName } = site;
    const { endpoint, protect } = datastore;
    const inside = { parent: this };
    const password = strongPassword(args.password as pulumi.Output<string>);

    const cluster = new azure.mongocluster.MongoCluster(
      `${name}-cluster`,
      {
        resourceGroupName,
        mongoClusterName: globalName({ ...site, of: datastore.name, longest: 40 }),
        properties: {
          administrator: { userName: endpoint.username, password },
          serverVersion: datastore.version,
          compute: { tier: datastore.machine },
          storage: { sizeGb: datastore.storageGiB },
          sharding: { shardCount: 1 },
          highAvailability: { targetMode: datastore.highAvailability ? "ZoneRedundantPreferred" : "Disabled" },
          publicNetworkAccess: "Disabled",
        },
      },
      { ...inside, protect },
    );
    const zone = privateEndpoint(
      name,
      { ...args, service: cluster.id, group: "MongoCluster", domain: "privatelink.mongocluster.cosmos.azure.com" },
      inside,
    );
    if (protect) lock(`${name}-lock`, cluster.id, { ...inside, dependsOn: zone });

    // The properties are secret as a whole, for the password is among them; the host is not.
    const host = pulumi.unsecret(cluster.properties.apply(({ connectionString }) => hostIn(connectionString)));
    this.store = { endpoint: host.apply((host) => ({ ...endpoint, host })), password, ready: [cluster, zone] };
    this.registerOutputs({});
  }
}

/** `mongodb+srv://<user>:<password>@HOST/?…` */
function hostIn(connectionString: string): string {
  const host = /@([^/?]+)/.exec(connectionString)?.[1];
  if (!host) throw new Error("Azure DocumentDB names no host in its connection string");
  return host;
}
