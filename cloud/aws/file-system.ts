import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface FileSystemArgs {
  vpcId: pulumi.Input<string>;
  /** One a zone. */
  subnetIds: pulumi.Input<string>[];
  /** Security group of the machines. */
  clientGroup: pulumi.Input<string>;
  /** Whether Pulumi refuses to delete it, and AWS backs it up. */
  protect: boolean;
}

/** An EFS file system that pods of all zones mount, encrypted. */
export class FileSystem extends pulumi.ComponentResource {
  readonly fileSystemId: pulumi.Output<string>;
  /** What has to be there before a pod mounts it. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: FileSystemArgs, opts: pulumi.ComponentResourceOptions) {
    super("landfall:aws:FileSystem", name, {}, opts);
    const { vpcId, subnetIds, clientGroup, protect } = args;
    const inside = { parent: this };

    const fileSystem = new aws.efs.FileSystem(
      `${name}-files`,
      {
        encrypted: true,
        performanceMode: "generalPurpose",
        throughputMode: "elastic",
        lifecyclePolicies: [{ transitionToIa: "AFTER_30_DAYS" }, { transitionToPrimaryStorageClass: "AFTER_1_ACCESS" }],
        tags: { Name: name },
      },
      { ...inside, protect },
    );
    new aws.efs.BackupPolicy(
      `${name}-backups`,
      { fileSystemId: fileSystem.id, backupPolicy: { status: protect ? "ENABLED" : "DISABLED" } },
      inside,
    );
    const group = new aws.ec2.SecurityGroup(
      `${name}-group`,
      {
        vpcId,
        description: "Shared file system",
        ingress: [
          { description: "the machines", protocol: "tcp", fromPort: NFS, toPort: NFS, securityGroups: [clientGroup] },
        ],
      },
      inside,
    );
    this.ready = subnetIds.map(
      (subnetId, index) =>
        new aws.efs.MountTarget(
          `${name}-target-${index + 1}`,
          { fileSystemId: fileSystem.id, subnetId, securityGroups: [group.id] },
          inside,
        ),
    );
    this.fileSystemId = fileSystem.id;
    this.registerOutputs({});
  }
}

const NFS = 2049;
