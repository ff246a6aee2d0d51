/** EFS. Rules by https://docs.aws.amazon.com/efs/latest/ug/API_CreateFileSystem.html and API_CreateMountTarget.html */
import { failures, notOneOf } from "../checks.ts";
import type { Rules, Values } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { arn, ec2Id, SUBNET } from "./common.ts";

const FILE_SYSTEM = "aws:efs/fileSystem:FileSystem";
const MOUNT_TARGET = "aws:efs/mountTarget:MountTarget";

export const efs: Record<string, Rules> = {
  [FILE_SYSTEM]: {
    immutable: ["encrypted", "kmsKeyId", "performanceMode", "creationToken", "availabilityZoneName"],
    check: ({ performanceMode, throughputMode, lifecyclePolicies = [] }) =>
      failures(
        notOneOf("performanceMode", performanceMode, ["generalPurpose", "maxIO"]),
        notOneOf("throughputMode", throughputMode, ["bursting", "elastic", "provisioned"]),
        throughputMode === "elastic" &&
          performanceMode === "maxIO" && { property: "performanceMode", reason: "elastic takes generalPurpose" },
        ...(lifecyclePolicies as Values[]).map(
          (policy, index) =>
            Object.keys(policy).length !== 1 && {
              property: `lifecyclePolicies[${index}]`,
              reason: "says one transition",
            },
        ),
      ),
    create(_, context) {
      const id = ec2Id(context, "fs");
      const dnsName = `${id}.efs.${context.settings.region}.amazonaws.com`;
      return { id, outputs: { arn: arn(context, "elasticfilesystem", `file-system/${id}`), dnsName } };
    },
  },

  "aws:efs/backupPolicy:BackupPolicy": {
    immutable: ["fileSystemId"],
    references: { fileSystemId: { to: FILE_SYSTEM } },
    check: ({ backupPolicy }) =>
      failures(notOneOf("backupPolicy.status", (backupPolicy as Values).status, ["ENABLED", "DISABLED"])),
    create: ({ fileSystemId }) => ({ id: fileSystemId as string, outputs: {} }),
  },

  [MOUNT_TARGET]: {
    immutable: ["fileSystemId", "subnetId", "ipAddress"],
    references: {
      fileSystemId: { to: FILE_SYSTEM },
      subnetId: { to: SUBNET },
      securityGroups: { to: "aws:ec2/securityGroup:SecurityGroup" },
    },
    create({ fileSystemId, subnetId }, context) {
      const { world } = context;
      const zoneOf = (id: unknown) => world.get(SUBNET, id as string)?.inputs.availabilityZone;
      const taken = world
        .all(MOUNT_TARGET)
        .some(({ inputs }) => inputs.fileSystemId === fileSystemId && zoneOf(inputs.subnetId) === zoneOf(subnetId));
      if (taken) throw new CloudError(`MountTargetConflict: there is a mount target in ${zoneOf(subnetId)} already`);
      return { id: ec2Id(context, "fsmt"), outputs: { networkInterfaceId: ec2Id(context, "eni") } };
    },
  },
};
