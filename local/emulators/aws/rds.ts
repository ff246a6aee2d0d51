/** RDS. Rules by https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html */
import { badPattern, failures, notOneOf } from "../checks.ts";
import type { Rules, Values } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { arn } from "./common.ts";
import { badAdministrator, badFinalSnapshot, IDENTIFIER, subnetGroup } from "./databases.ts";
import { parameterGroup } from "./parameter-groups.ts";

const SUBNET_GROUP = "aws:rds/subnetGroup:SubnetGroup";
const PARAMETER_GROUP = "aws:rds/parameterGroup:ParameterGroup";
const SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup";
const POSTGRES = ["14", "15", "16", "17", "18"];
/** Names that PostgreSQL or RDS keep for themselves. */
const RESERVED_USERS = ["admin", "rdsadmin", "postgres_admin", "user", "rds_superuser"];

interface InstanceInputs extends Values {
  identifier: string;
  engineVersion: string;
  storageEncrypted?: boolean;
  allocatedStorage: number;
  deletionProtection?: boolean;
  skipFinalSnapshot?: boolean;
  finalSnapshotIdentifier?: string;
}

export const rds: Record<string, Rules> = {
  [SUBNET_GROUP]: subnetGroup,

  [PARAMETER_GROUP]: parameterGroup({
    service: "rds",
    kind: "pg",
    families: POSTGRES.map((version) => `postgres${version}`),
  }),

  "aws:rds/instance:Instance": {
    autoname: { property: "identifier", maxLength: 63 },
    immutable: ["identifier", "engine", "username", "dbName", "storageEncrypted", "kmsKeyId", "availabilityZone"],
    references: {
      dbSubnetGroupName: { to: SUBNET_GROUP, by: "name" },
      parameterGroupName: { to: PARAMETER_GROUP, by: "name" },
      vpcSecurityGroupIds: { to: SECURITY_GROUP },
    },
    check(inputs) {
      const { dbName, allocatedStorage } = inputs;
      return failures(
        badPattern("identifier", inputs.identifier, IDENTIFIER),
        notOneOf("engineVersion", String(inputs.engineVersion).split(".")[0], POSTGRES),
        badPattern("instanceClass", inputs.instanceClass, /^db\.[a-z]+\d[a-z]*\.[a-z0-9]+$/),
        ...badAdministrator({ user: "username", password: "password" }, RESERVED_USERS, inputs),
        badPattern("dbName", dbName, /^[A-Za-z_]\w{0,62}$/),
        typeof allocatedStorage === "number" &&
          allocatedStorage < 20 && { property: "allocatedStorage", reason: "gp3 takes 20 GiB at least" },
        badFinalSnapshot(inputs),
      );
    },
    create({ identifier, dbInstanceIdentifier, port = 5432 }, context) {
      const names = context.world.all("aws:rds/instance:Instance").map(({ inputs }) => inputs.identifier);
      if (identifier !== undefined && names.includes(identifier)) {
        throw new CloudError("DBInstanceAlreadyExists: DB instance already exists");
      }
      const id = `db-${context.world.unique(16).toUpperCase()}`;
      const address = `${identifier ?? dbInstanceIdentifier}.c${context.world.unique(10)}.${context.settings.region}.rds.amazonaws.com`;
      return {
        id,
        outputs: {
          arn: arn(context, "rds", `db:${identifier}`),
          address,
          endpoint: `${address}:${port}`,
          port,
          status: "available",
        },
      };
    },
    update(before, inputs) {
      const [old, wanted] = [before.inputs as InstanceInputs, inputs as InstanceInputs];
      if (wanted.allocatedStorage < old.allocatedStorage) {
        throw new CloudError("InvalidParameterCombination: allocated storage cannot be reduced");
      }
      if (Number(wanted.engineVersion) < Number(old.engineVersion)) {
        throw new CloudError(
          `InvalidParameterCombination: cannot downgrade from ${old.engineVersion} to ${wanted.engineVersion}`,
        );
      }
      if (Number(wanted.engineVersion) > Number(old.engineVersion) && !wanted.allowMajorVersionUpgrade) {
        throw new CloudError(
          "InvalidParameterCombination: the AllowMajorVersionUpgrade flag must be present for a major version",
        );
      }
      return { ...before.outputs, ...inputs };
    },
    remove({ id, inputs }) {
      if ((inputs as InstanceInputs).deletionProtection) {
        throw new CloudError(`InvalidParameterCombination: cannot delete protected DB instance ${id}`);
      }
    },
  },
};
