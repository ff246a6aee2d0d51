import type { Statement } from "./identity.ts";

const SNAPSHOTS = "arn:aws:ec2:*::snapshot/*";
const VOLUMES = "arn:aws:ec2:*:*:volume/*";
/** Tag of Velero's on every snapshot, and so on every volume that it makes of one. */
const COPY = "velero.io/backup";

/**
 * Snapshots of the volumes that the EBS driver made, and volumes of these: Velero's own permissions, narrowed by tags.
 * https://github.com/vmware-tanzu/velero-plugin-for-aws#set-permissions-for-velero
 */
export function permissionsForSnapshots(): Statement[] {
  const requested = { Null: { [`aws:RequestTag/${COPY}`]: "false" } };
  const copied = { Null: { [`aws:ResourceTag/${COPY}`]: "false" } };
  return [
    { Effect: "Allow", Action: ["ec2:DescribeVolumes", "ec2:DescribeSnapshots"], Resource: "*" },
    {
      Effect: "Allow",
      Action: "ec2:CreateSnapshot",
      Resource: VOLUMES,
      Condition: { StringEquals: { "aws:ResourceTag/ebs.csi.aws.com/cluster": "true" } },
    },
    { Effect: "Allow", Action: "ec2:CreateSnapshot", Resource: SNAPSHOTS, Condition: requested },
    { Effect: "Allow", Action: "ec2:CreateVolume", Resource: VOLUMES, Condition: requested },
    { Effect: "Allow", Action: ["ec2:CreateVolume", "ec2:DeleteSnapshot"], Resource: SNAPSHOTS, Condition: copied },
    {
      Effect: "Allow",
      Action: "ec2:CreateTags",
      Resource: [SNAPSHOTS, VOLUMES],
      Condition: { StringEquals: { "ec2:CreateAction": ["CreateSnapshot", "CreateVolume"] } },
    },
  ];
}
