import type * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../../config/plan.ts";
import type { Permit, PermitArgs } from "../cloud.ts";
import { permissionsOfAutoscaler } from "./autoscaler.ts";
import { createBucket, permissionsOn } from "./bucket.ts";
import { permissionsForChallenges, permissionsForRecords } from "./dns.ts";
import { podIdentity, type Statement } from "./identity.ts";
import { permissionsOfLoadBalancers } from "./load-balancers.ts";
import { permissionsForSnapshots } from "./snapshots.ts";

interface Args extends PermitArgs {
  plan: Plan;
  region: string;
  vpcId: pulumi.Input<string>;
  clusterName: pulumi.Output<string>;
}

/** For how many days copies can be had back that Velero, or somebody in its name, has deleted. */
const FORMER_COPIES_DAYS = 7;

/** Gives an add-on's service account a role for its purpose, by Pod Identity. */
export function permit(name: string, args: Args, opts: pulumi.CustomResourceOptions): Permit {
  switch (args.purpose) {
    case "dns":
      return { ready: [roleFor(name, args, permissionsForRecords(args.plan.zones), opts)] };
    case "challenges":
      return { ready: [roleFor(name, args, permissionsForChallenges(args.plan.zones), opts)] };
    case "autoscaling":
      return { ready: [roleFor(name, args, permissionsOfAutoscaler(args.clusterName), opts)] };
    case "loadBalancers":
      return {
        networkId: args.vpcId,
        ready: [roleFor(name, args, permissionsOfLoadBalancers(args.clusterName), opts)],
      };
    case "backups":
      return permitBackups(name, args, opts);
  }
}

function roleFor(
  name: string,
  { clusterName, namespace, serviceAccount }: Args,
  statements: readonly Statement[],
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  return podIdentity(name, { clusterName, namespace, serviceAccount, statements }, opts);
}

function permitBackups(name: string, args: Args, opts: pulumi.CustomResourceOptions): Permit {
  const { protectData: protect } = args.plan.profile;
  const { bucket, ready } = createBucket(name, { begins: name, protect, formerVersionDays: FORMER_COPIES_DAYS }, opts);
  const role = roleFor(name, args, [...permissionsOn([bucket]), ...permissionsForSnapshots()], opts);
  return {
    location: { provider: "aws", bucket: bucket.bucket, config: { region: args.region } },
    ready: [...ready, role],
  };
}
