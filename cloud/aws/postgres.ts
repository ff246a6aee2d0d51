import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ManagedDatastore } from "../../config/plan.ts";
import { certificatesOf } from "./certificates.ts";
import { clientRules } from "./clients.ts";
import { fitting } from "./names.ts";
import type { AwsStore, StoreArgs } from "./stores.ts";

/** PostgreSQL by Amazon RDS: private, encrypted, TLS only. */
export class RdsPostgres extends pulumi.ComponentResource {
  readonly store: AwsStore;

  constructor(name: string, args: StoreArgs, opts: pulumi.ComponentResourceOptions) {
    super("landfall:aws:RdsPostgres", name, {}, opts);
    const { datastore, password, site } = args;
    const identifier = fitting(args.identifier, 63);
    const inside = { parent: this };
    const { endpoint } = datastore;

    const group = new aws.ec2.SecurityGroup(
      `${name}-group`,
      {
        vpcId: site.vpcId,
        description: `PostgreSQL ${datastore.name}`,
        ingress: clientRules(site, endpoint.port),
      },
      inside,
    );
    const subnets = new aws.rds.SubnetGroup(`${name}-subnets`, { subnetIds: site.dataSubnetIds }, inside);
    const parameters = new aws.rds.ParameterGroup(
      `${name}-parameters`,
      { family: `postgres${datastore.version}`, parameters: parametersOf(datastore) },
      inside,
    );
    const instance = new aws.rds.Instance(
      `${name}-instance`,
      {
        identifier,
        engine: "postgres",
        engineVersion: datastore.version,
        instanceClass: datastore.machine as string,
        allocatedStorage: datastore.storageGiB,
        maxAllocatedStorage: datastore.storageGiB * GROWTH,
        storageType: "gp3",
        storageEncrypted: true,
        multiAz: datastore.highAvailability,
        publiclyAccessible: false,
        dbSubnetGroupName: subnets.name,
        vpcSecurityGroupIds: [group.id],
        parameterGroupName: parameters.name,
        dbName: endpoint.database,
        username: endpoint.username,
        password: password as pulumi.Output<string>,
        backupRetentionPeriod: datastore.backupRetentionDays,
        copyTagsToSnapshot: true,
        autoMinorVersionUpgrade: true,
        allowMajorVersionUpgrade: false,
        performanceInsightsEnabled: true,
        deletionProtection: datastore.protect,
        skipFinalSnapshot: !datastore.finalSnapshot,
        finalSnapshotIdentifier: datastore.finalSnapshot ? `${identifier}-final` : undefined,
      },
      { ...inside, protect: datastore.protect },
    );
    this.store = {
      endpoint: instance.address.apply((host) => ({ ...endpoint, host })),
      ready: [instance],
      certificates: certificatesOf(site.region),
      permissions: [],
    };
    this.registerOutputs({});
  }
}

/** The volume grows by itself up to so many times its size. */
const GROWTH = 5;

function parametersOf({ settings }: ManagedDatastore): aws.types.input.rds.ParameterGroupParameter[] {
  const all = { ...settings, "rds.force_ssl": "1" };
  return Object.entries(all).map(([name, value]) => ({ name, value, applyMethod: "pending-reboot" }));
}
