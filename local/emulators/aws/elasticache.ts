/** ElastiCache. Rules by https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html */
import { badPattern, failures, notOneOf, outside } from "../checks.ts";
import type { Context, Entity, Rules, Values } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { arn, SUBNET, zonesOf } from "./common.ts";
import { checkFamily, parameterGroup } from "./parameter-groups.ts";

const SUBNET_GROUP = "aws:elasticache/subnetGroup:SubnetGroup";
const PARAMETER_GROUP = "aws:elasticache/parameterGroup:ParameterGroup";
const USER = "aws:elasticache/user:User";
const USER_GROUP = "aws:elasticache/userGroup:UserGroup";
const VALKEY = ["7.2", "8.0", "8.1", "8.2"];
const NAME = /^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,39}$/;
const EVICTION = [
  ...["volatile-lru", "allkeys-lru", "volatile-lfu", "allkeys-lfu", "volatile-random", "allkeys-random"],
  ...["volatile-ttl", "noeviction"],
];

interface ServersInputs extends Values {
  replicationGroupId: string;
  engineVersion: string;
  numCacheClusters?: number;
  automaticFailoverEnabled?: boolean;
  multiAzEnabled?: boolean;
  transitEncryptionEnabled?: boolean;
  userGroupIds?: string[];
  snapshotRetentionLimit?: number;
}

export const elasticache: Record<string, Rules> = {
  [SUBNET_GROUP]: {
    autoname: { property: "name", maxLength: 255 },
    immutable: ["name"],
    references: { subnetIds: { to: SUBNET } },
    create: ({ name }, context) => ({
      id: name as string,
      outputs: { arn: arn(context, "elasticache", `subnetgroup:${name}`) },
    }),
  },

  [PARAMETER_GROUP]: parameterGroup({
    service: "elasticache",
    kind: "parametergroup",
    families: ["redis6.x", "redis7", "valkey7", "valkey8"],
    values: { "maxmemory-policy": EVICTION },
  }),

  [USER]: {
    immutable: ["userId", "userName"],
    check({ userId, engine, accessString, authenticationMode, passwords, noPasswordRequired }) {
      const mode = authenticationMode as { type: string; passwords?: string[] } | undefined;
      const given = (mode?.passwords ?? passwords ?? []) as string[];
      return failures(
        badPattern("userId", userId, NAME),
        notOneOf("engine", engine, ["redis", "valkey"]),
        badPattern("accessString", accessString, /^(on|off) /),
        mode?.type === "password" &&
          given.length === 0 && { property: "authenticationMode.passwords", reason: "is required, and missing" },
        given.length > 2 && { property: "passwords", reason: "a user has two at most" },
        given.some((password) => password.length < 16 || password.length > 128) && {
          property: "passwords",
          reason: "a password has 16 to 128 characters",
        },
        engine === "valkey" &&
          noPasswordRequired === true && { property: "noPasswordRequired", reason: "is not to be had with valkey" },
      );
    },
    create: ({ userId }, context) => ({
      id: userId as string,
      outputs: { arn: arn(context, "elasticache", `user:${userId}`) },
    }),
  },

  [USER_GROUP]: {
    immutable: ["userGroupId"],
    references: { userIds: { to: USER, by: "userId" } },
    check: ({ userGroupId, engine }) =>
      failures(badPattern("userGroupId", userGroupId, NAME), notOneOf("engine", engine, ["redis", "valkey"])),
    create({ userGroupId, userIds = [], engine }, context) {
      const names = (userIds as string[]).map((id) => context.world.get(USER, id)?.inputs.userName);
      if (engine === "redis" && !names.includes("default")) {
        throw new CloudError("DefaultUserRequired: user group needs to contain a user with the user name default");
      }
      return { id: userGroupId as string, outputs: { arn: arn(context, "elasticache", `usergroup:${userGroupId}`) } };
    },
  },

  "aws:elasticache/replicationGroup:ReplicationGroup": {
    autoname: { property: "replicationGroupId", maxLength: 40 },
    immutable: ["replicationGroupId", "atRestEncryptionEnabled", "kmsKeyId", "subnetGroupName", "port"],
    references: {
      subnetGroupName: { to: SUBNET_GROUP, by: "name" },
      parameterGroupName: { to: PARAMETER_GROUP, by: "name" },
      securityGroupIds: { to: "aws:ec2/securityGroup:SecurityGroup" },
      userGroupIds: { to: USER_GROUP, by: "userGroupId" },
    },
    check(inputs) {
      const {
        numCacheClusters = 1,
        automaticFailoverEnabled,
        multiAzEnabled,
        snapshotRetentionLimit,
      } = inputs as ServersInputs;
      const { userGroupIds = [], transitEncryptionEnabled } = inputs as ServersInputs;
      return failures(
        badPattern("replicationGroupId", inputs.replicationGroupId, NAME),
        badPattern("nodeType", inputs.nodeType, /^cache\.[a-z]+\d[a-z]*\.[a-z0-9]+$/),
        notOneOf("engineVersion", inputs.engineVersion, VALKEY),
        automaticFailoverEnabled === true &&
          numCacheClusters < 2 && { property: "automaticFailoverEnabled", reason: "takes two servers or more" },
        multiAzEnabled === true &&
          !automaticFailoverEnabled && { property: "multiAzEnabled", reason: "takes automatic failover" },
        userGroupIds.length > 0 &&
          !transitEncryptionEnabled && { property: "userGroupIds", reason: "takes encryption in transit" },
        outside("snapshotRetentionLimit", snapshotRetentionLimit, 0, 35),
      );
    },
    create(inputs, context) {
      const { replicationGroupId: id } = inputs as ServersInputs;
      checkGroup(inputs, context);
      checkZones(inputs, context);
      const domain = `${context.world.unique(6)}.${context.settings.region}.cache.amazonaws.com`;
      return {
        id,
        outputs: {
          arn: arn(context, "elasticache", `replicationgroup:${id}`),
          primaryEndpointAddress: `master.${id}.${domain}`,
          readerEndpointAddress: `replica.${id}.${domain}`,
        },
      };
    },
    update(before, inputs, context) {
      checkGroup(inputs, context);
      const [from, to] = [before.inputs, inputs].map(({ engineVersion }) => VALKEY.indexOf(engineVersion as string));
      if ((to as number) < (from as number)) {
        throw new CloudError(
          `InvalidParameterCombination: cannot downgrade from ${before.inputs.engineVersion} to ${inputs.engineVersion}`,
        );
      }
      return { ...before.outputs, ...inputs };
    },
  },
};

/** A parameter group is of the engine's major version. */
function checkGroup({ engineVersion, parameterGroupName: name }: Values, context: Context): void {
  checkFamily({ type: PARAMETER_GROUP, name }, `valkey${String(engineVersion).split(".")[0]}`, context);
}

function checkZones({ multiAzEnabled, subnetGroupName }: Values, context: Context): void {
  const group = context.world.named(subnetGroupName, { to: SUBNET_GROUP, by: "name" }) as Entity;
  if (!multiAzEnabled || zonesOf(group.inputs.subnetIds, context).size >= 2) return;
  throw new CloudError("InvalidParameterCombination: servers in several zones take subnets in two zones or more");
}
