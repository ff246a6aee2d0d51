import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { BACKUP_RESOURCES } from "../../config/backup-resources.ts";
import type { Plan } from "../../config/plan.ts";
import { SNAPSHOTS, SNAPSHOTS_RULES, type SnapshotsPlan } from "../../config/snapshots.ts";
import { labelsOf, ownerLabels } from "../labels.ts";
import type { Namespace } from "../namespace.ts";
import { containerSecurity, podSecurity, pulled, scratch } from "../pod.ts";
import { cronJob } from "./schedule.ts";
import { snapshotting } from "./snapshot-script.ts";

export interface SnapshotsArgs {
  plan: Plan;
  snapshots: SnapshotsPlan;
  namespace: Namespace;
  classes: k8s.apiextensions.CustomResource[];
}

/** Takes VolumeSnapshots of the datastores' volumes on schedule, and keeps the latest. */
export class Snapshots extends pulumi.ComponentResource {
  constructor(name: string, args: SnapshotsArgs, opts: pulumi.ComponentResourceOptions) {
    super("landfall:backup:Snapshots", name, {}, opts);
    const { plan, snapshots, namespace, classes } = args;

    const metadata = { namespace: namespace.namespaceName, labels: labelsOf(plan, SNAPSHOTS) };
    const inside = { parent: this, deletedWith: namespace.takesAlong, dependsOn: namespace };
    const account = new k8s.core.v1.ServiceAccount(
      `${name}-account`,
      { metadata: { ...metadata, name: SNAPSHOTS }, automountServiceAccountToken: false },
      inside,
    );
    const role = new k8s.rbac.v1.Role(`${name}-role`, { metadata, rules: SNAPSHOTS_RULES }, inside);
    const binding = new k8s.rbac.v1.RoleBinding(
      `${name}-binding`,
      {
        metadata,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
        subjects: [{ kind: "ServiceAccount", name: account.metadata.name, namespace: namespace.namespaceName }],
      },
      inside,
    );
    cronJob(
      name,
      {
        metadata,
        schedule: snapshots.schedule,
        pod: pod(args, account),
        // A second try would take a second set; the next hour is soon enough.
        job: { backoffLimit: 0, activeDeadlineSeconds: 3600 },
      },
      { ...inside, dependsOn: [namespace, binding, ...classes] },
    );

    this.registerOutputs({});
  }
}

function pod(
  { plan, snapshots, namespace }: SnapshotsArgs,
  account: k8s.core.v1.ServiceAccount,
): k8s.types.input.core.v1.PodSpec {
  const { volumes, volumeMounts } = scratch(["/tmp"]);
  return {
    restartPolicy: "Never",
    serviceAccountName: account.metadata.name,
    automountServiceAccountToken: true,
    enableServiceLinks: false,
    imagePullSecrets: namespace.imagePullSecrets,
    securityContext: podSecurity(plan.confinement, snapshots.image.uid, snapshots.image.gid),
    containers: pulled(plan, [
      {
        name: "snapshots",
        image: snapshots.image.reference,
        command: ["sh", "-euc", snapshotting(snapshots, ownerLabels(plan))],
        env: [{ name: "HOME", value: "/tmp" }],
        resources: BACKUP_RESOURCES,
        securityContext: containerSecurity,
        volumeMounts,
      },
    ]),
    volumes,
  };
}

/** Snapshot classes that the stack describes. They belong to the cluster, and so stay out of the namespace. */
export function createSnapshotClasses(
  name: string,
  plan: Plan,
  opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource[] {
  return plan.snapshotClasses.map(
    ({ name: wanted, className, driver, deletionPolicy, parameters }) =>
      new k8s.apiextensions.CustomResource(
        `${name}-${wanted}-snapshots`,
        {
          apiVersion: "snapshot.storage.k8s.io/v1",
          kind: "VolumeSnapshotClass",
          metadata: { name: className, labels: ownerLabels(plan) },
          driver,
          deletionPolicy,
          ...(parameters ? { parameters } : {}),
        },
        opts,
      ),
  );
}
