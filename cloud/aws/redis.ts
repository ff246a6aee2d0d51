import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { clientRules } from "./clients.ts";
import { fitting } from "./names.ts";
import type { AwsStore, StoreArgs } from "./stores.ts";

/** Redis by Amazon ElastiCache for Valkey: private, encrypted, TLS only, and for one user with a password. */
export class ElastiCacheRedis extends pulumi.ComponentResource {
  readonly store: AwsStore;

  constructor(name: string, args: StoreArgs, opts: pulumi.ComponentResourceOptions) {
    super("landfall:aws:ElastiCacheRedis", name, {}, opts);
    const { datastore, password, site, identifier } = args;
    const { endpoint, protect, finalSnapshot, highAvailability } = datastore;
    const inside = { parent: this };
    // ElastiCache takes so many characters of a name.
    const id = fitting(identifier, 40);

    const group = new aws.ec2.SecurityGroup(
      `${name}-group`,
      {
        vpcId: site.vpcId,
        description: `Redis ${datastore.name}`,
        ingress: clientRules(site, endpoint.port),
      },
      inside,
    );
    const subnets = new aws.elasticache.SubnetGroup(`${name}-subnets`, { subnetIds: site.dataSubnetIds }, inside);
    const parameters = new aws.elasticache.ParameterGroup(
      `${name}-parameters`,
      { family: `valkey${datastore.version?.split(".")[0]}`, parameters: parametersOf(datastore.settings) },
      inside,
    );
    const user = new aws.elasticache.User(
      `${name}-user`,
      {
        userId: id,
        userName: endpoint.username,
        engine: "valkey",
        accessString: "on ~* &* +@all -@admin",
        authenticationMode: { type: "password", passwords: [password as pulumi.Output<string>] },
      },
      inside,
    );
    const users = new aws.elasticache.UserGroup(
      `${name}-users`,
      { userGroupId: id, engine: "valkey", userIds: [user.userId] },
      inside,
    );
    const servers = new aws.elasticache.ReplicationGroup(
      `${name}-servers`,
      {
        replicationGroupId: id,
        description: `Redis ${datastore.name}`,
        engine: "valkey",
        engineVersion: datastore.version,
        nodeType: datastore.machine,
        numCacheClusters: highAvailability ? 2 : 1,
        automaticFailoverEnabled: highAvailability,
        multiAzEnabled: highAvailability,
        port: endpoint.port,
        subnetGroupName: subnets.name,
        securityGroupIds: [group.id],
        parameterGroupName: parameters.name,
        userGroupIds: [users.userGroupId],
        transitEncryptionEnabled: true,
        atRestEncryptionEnabled: true,
        snapshotRetentionLimit: datastore.backupRetentionDays,
        finalSnapshotIdentifier: finalSnapshot ? `${id}-final` : undefined,
        autoMinorVersionUpgrade: true,
      },
      { ...inside, protect },
    );
    this.store = {
      endpoint: servers.primaryEndpointAddress.apply((host) => ({ ...endpoint, host })),
      ready: [servers],
      permissions: [],
    };
    this.registerOutputs({});
  }
}

function parametersOf(
  settings: Readonly<Record<string, string>>,
): aws.types.input.elasticache.ParameterGroupParameter[] {
  // A queue must not lose jobs to make room.
  const all = { "maxmemory-policy": "noeviction", ...settings };
  return Object.entries(all).map(([name, value]) => ({ name, value }));
}
