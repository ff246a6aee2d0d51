import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../../config/plan.ts";
import type { Permit, PermitArgs } from "../cloud.ts";
import { createAccount } from "./accounts.ts";
import { principalOf } from "./identity.ts";
import { bucketArgs } from "./objects.ts";

interface Args extends PermitArgs {
  plan: Plan;
  project: string;
  region: string;
  /** The APIs that everything is made with. */
  services: pulumi.Resource[];
}

type Options = pulumi.CustomResourceOptions & { provider: gcp.Provider };

/** For how many days copies can be had back that Velero, or somebody in its name, has deleted. */
const FORMER_COPIES_DAYS = 7;

/** https://github.com/vmware-tanzu/velero-plugin-for-gcp#create-custom-role-with-permissions-for-the-velero-gsa */
const SNAPSHOTS = [
  ...["disks.get", "disks.create", "disks.createSnapshot", "zones.get"],
  ...["snapshots.get", "snapshots.create", "snapshots.useReadOnly", "snapshots.delete"],
].map((permission) => `compute.${permission}`);

/** Lets an add-on's service account do what its purpose needs. */
export function permit(name: string, args: Args, opts: Options): Permit {
  switch (args.purpose) {
    case "dns":
      return { ready: [...inZones(name, args, opts), listZones(name, args, opts)] };
    case "challenges":
      return { ready: inZones(name, args, opts) };
    case "backups":
      return permitBackups(name, args, opts);
    case "autoscaling":
    case "loadBalancers":
      throw new Error(`the plan lets an add-on do ${args.purpose}, which GKE does itself`);
  }
}

/** Everything in the zones that the stack names, and in no other. */
function inZones(name: string, args: Args, opts: Options): pulumi.Resource[] {
  const member = principalOf(args, opts);
  return args.plan.zones.flatMap((zone) =>
    zone.cloud === "gcp"
      ? [
          new gcp.dns.DnsManagedZoneIamMember(
            `${name}-${zone.managedZone}`,
            { project: zone.project, managedZone: zone.managedZone, role: "roles/dns.admin", member },
            opts,
          ),
        ]
      : [],
  );
}

/** ExternalDNS looks for its zones among all. */
function listZones(name: string, args: Args, opts: Options): pulumi.Resource {
  return new gcp.projects.IAMMember(
    `${name}-zones`,
    { project: args.project, role: "roles/dns.reader", member: principalOf(args, opts) },
    opts,
  );
}

/** By an account of Google's, for Velero signs addresses of its logs, which needs one. */
function permitBackups(name: string, args: Args, opts: Options): Permit {
  const { plan, project, region, services } = args;
  const protect = plan.profile.protectData;
  const after = pulumi.mergeOptions(opts, { dependsOn: services });
  const bucket = new gcp.storage.Bucket(
    `${name}-bucket`,
    bucketArgs({ protect, backupRetentionDays: FORMER_COPIES_DAYS }, region),
    pulumi.mergeOptions(after, { protect }),
  );
  const account = createAccount(name, `Velero of ${plan.application}`, after);
  const role = new gcp.projects.IAMCustomRole(
    `${name}-snapshots`,
    { roleId: roleIdOf(bucket), title: `Snapshots by Velero of ${plan.application}`, permissions: SNAPSHOTS },
    after,
  );
  const { member, email } = account;
  const itself = { serviceAccountId: account.name };
  return {
    annotations: { "iam.gke.io/gcp-service-account": email },
    location: { provider: "gcp", bucket: bucket.name, config: { serviceAccount: email } },
    ready: [
      new gcp.storage.BucketIAMMember(
        `${name}-objects`,
        { bucket: bucket.name, role: "roles/storage.objectUser", member },
        opts,
      ),
      new gcp.projects.IAMMember(`${name}-disks`, { project, role: role.name, member }, opts),
      new gcp.serviceaccount.IAMMember(
        `${name}-pods`,
        { ...itself, role: "roles/iam.workloadIdentityUser", member: principalOf(args, opts) },
        opts,
      ),
      new gcp.serviceaccount.IAMMember(
        `${name}-signature`,
        { ...itself, role: "roles/iam.serviceAccountTokenCreator", member },
        opts,
      ),
    ],
  };
}

/**
 * Another one for another bucket: for weeks after a role was deleted, none can have its id. Letters, digits, dots and
 * underscores: https://cloud.google.com/iam/docs/creating-custom-roles#deleting-custom-role
 */
function roleIdOf({ name }: gcp.storage.Bucket): pulumi.Output<string> {
  return name.apply((name) => name.replaceAll("-", "_"));
}
