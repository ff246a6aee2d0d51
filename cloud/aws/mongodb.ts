import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { certificatesOf } from "./certificates.ts";
import { clientRules } from "./clients.ts";
import { fitting } from "./names.ts";
import type { AwsStore, StoreArgs } from "./stores.ts";

/** MongoDB by Amazon DocumentDB: private, encrypted, TLS only. Its storage grows by itself and is in three zones. */
export class DocumentDb extends pulumi.ComponentResource {
  readonly store: AwsStore;

  constructor(name: string, args: StoreArgs, opts: pulumi.ComponentResourceOptions) {
    super("landfall:aws:DocumentDb", name, {}, opts);
    const { datastore, password, site, identifier } = args;
    const { endpoint, protect, finalSnapshot } = datastore;
    const inside = { parent: this };
    const clusterIdentifier = fitting(identifier, 50);

    const group = new aws.ec2.SecurityGroup(
      `${name}-group`,
      {
        vpcId: site.vpcId,
        description: `MongoDB ${datastore.name}`,
        ingress: clientRules(site, endpoint.port),
      },
      inside,
    );
    const subnets = new aws.docdb.SubnetGroup(`${name}-subnets`, { subnetIds: site.dataSubnetIds }, inside);
    const parameters = new aws.docdb.ClusterParameterGroup(
      `${name}-parameters`,
      {
        family: `docdb${datastore.version?.split(".").slice(0, 2).join(".")}`,
        parameters: parametersOf(datastore.settings),
      },
      inside,
    );
    const cluster = new aws.docdb.Cluster(
      `${name}-cluster`,
      {
        clusterIdentifier,
        engine: "docdb",
        engineVersion: datastore.version,
        masterUsername: endpoint.username,
        masterPassword: password as pulumi.Output<string>,
        port: endpoint.port,
        dbSubnetGroupName: subnets.name,
        vpcSecurityGroupIds: [group.id],
        dbClusterParameterGroupName: parameters.name,
        storageEncrypted: true,
        backupRetentionPeriod: datastore.backupRetentionDays,
        enabledCloudwatchLogsExports: ["audit"],
        deletionProtection: protect,
        skipFinalSnapshot: !finalSnapshot,
        finalSnapshotIdentifier: finalSnapshot ? `${clusterIdentifier}-final` : undefined,
      },
      { ...inside, protect },
    );
    const servers = Array.from(
      { length: datastore.highAvailability ? 2 : 1 },
      (_, index) =>
        new aws.docdb.ClusterInstance(
          `${name}-server-${index + 1}`,
          {
            identifier: `${clusterIdentifier}-${index + 1}`,
            clusterIdentifier: cluster.id,
            instanceClass: datastore.machine as string,
            copyTagsToSnapshot: true,
          },
          inside,
        ),
    );
    this.store = {
      endpoint: cluster.endpoint.apply((host) => ({ ...endpoint, host })),
      ready: servers,
      certificates: certificatesOf(site.region),
      permissions: [],
    };
    this.registerOutputs({});
  }
}

function parametersOf(
  settings: Readonly<Record<string, string>>,
): aws.types.input.docdb.ClusterParameterGroupParameter[] {
  const all = { ...settings, tls: "enabled", audit_logs: "enabled" };
  return Object.entries(all).map(([name, value]) => ({ name, value, applyMethod: "pending-reboot" }));
}
