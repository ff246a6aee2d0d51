/** DocumentDB. Rules by https://docs.aws.amazon.com/documentdb/latest/developerguide/API_CreateDBCluster.html */
import { badPattern, failures, notOneOf, outside } from "../checks.ts";
import type { Context, Rules, Values } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { arn } from "./common.ts";
import { badAdministrator, badFinalSnapshot, IDENTIFIER, subnetGroup } from "./databases.ts";
import { checkFamily, parameterGroup } from "./parameter-groups.ts";

const SUBNET_GROUP = "aws:docdb/subnetGroup:SubnetGroup";
const PARAMETER_GROUP = "aws:docdb/clusterParameterGroup:ClusterParameterGroup";
const CLUSTER = "aws:docdb/cluster:Cluster";
const VERSIONS = ["4.0.0", "5.0.0", "8.0.0"];
const RESERVED_USERS = ["admin", "rdsadmin", "root", "user"];

export const docdb: Record<string, Rules> = {
  [SUBNET_GROUP]: subnetGroup,

  [PARAMETER_GROUP]: parameterGroup({
    service: "rds",
    kind: "cluster-pg",
    families: ["docdb4.0", "docdb5.0", "docdb8.0"],
    values: { tls: ["enabled", "disabled", "fips-140-3", "tls1.2+", "tls1.3+"] },
  }),

  [CLUSTER]: {
    autoname: { property: "clusterIdentifier", maxLength: 63 },
    immutable: ["clusterIdentifier", "engine", "masterUsername", "storageEncrypted", "kmsKeyId", "dbSubnetGroupName"],
    references: {
      dbSubnetGroupName: { to: SUBNET_GROUP, by: "name" },
      dbClusterParameterGroupName: { to: PARAMETER_GROUP, by: "name" },
      vpcSecurityGroupIds: { to: "aws:ec2/securityGroup:SecurityGroup" },
    },
    check(inputs) {
      const { clusterIdentifier, engineVersion, backupRetentionPeriod } = inputs;
      return failures(
        badPattern("clusterIdentifier", clusterIdentifier, IDENTIFIER),
        notOneOf("engineVersion", engineVersion, VERSIONS),
        ...badAdministrator({ user: "masterUsername", password: "masterPassword" }, RESERVED_USERS, inputs),
        badFinalSnapshot(inputs),
        outside("backupRetentionPeriod", backupRetentionPeriod, 1, 35),
      );
    },
    create(inputs, context) {
      const { clusterIdentifier: id } = inputs as { clusterIdentifier: string };
      checkGroup(inputs, context);
      const domain = `${context.world.unique(10)}.${context.settings.region}.docdb.amazonaws.com`;
      return {
        id,
        outputs: {
          arn: arn(context, "rds", `cluster:${id}`),
          endpoint: `${id}.cluster-${domain}`,
          readerEndpoint: `${id}.cluster-ro-${domain}`,
        },
      };
    },
    update(before, inputs, context) {
      checkGroup(inputs, context);
      const [from, to] = [before.inputs, inputs].map(({ engineVersion }) => VERSIONS.indexOf(engineVersion as string));
      if ((to as number) < (from as number)) throw new CloudError("InvalidParameterCombination: cannot downgrade");
      if ((to as number) > (from as number) && !inputs.allowMajorVersionUpgrade) {
        throw new CloudError(
          "InvalidParameterCombination: the AllowMajorVersionUpgrade flag must be present for a major version",
        );
      }
      return { ...before.outputs, ...inputs };
    },
    remove({ id, inputs }) {
      if (inputs.deletionProtection) {
        throw new CloudError(`InvalidParameterCombination: cannot delete protected cluster ${id}`);
      }
    },
  },

  "aws:docdb/clusterInstance:ClusterInstance": {
    autoname: { property: "identifier", maxLength: 63 },
    immutable: ["identifier", "clusterIdentifier", "engine", "availabilityZone"],
    references: { clusterIdentifier: { to: CLUSTER } },
    check: ({ identifier, instanceClass }) =>
      failures(
        badPattern("identifier", identifier, IDENTIFIER),
        // https://docs.aws.amazon.com/documentdb/latest/developerguide/db-instance-classes.html
        badPattern("instanceClass", instanceClass, /^db\.(t3\.medium|t4g\.medium|r(5|6g|6gd|8g)\.\d*x?large)$/),
      ),
    create: ({ identifier }, context) => ({
      id: identifier as string,
      outputs: { arn: arn(context, "rds", `db:${identifier}`) },
    }),
  },
};

/** A parameter group is of the engine's major and minor version. */
function checkGroup({ engineVersion, dbClusterParameterGroupName: name }: Values, context: Context): void {
  const family = `docdb${String(engineVersion).split(".").slice(0, 2).join(".")}`;
  checkFamily({ type: PARAMETER_GROUP, name }, family, context);
}
