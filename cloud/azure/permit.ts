import type * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../../config/plan.ts";
import type { Permit, PermitArgs } from "../cloud.ts";
import type { Cluster } from "./cluster.ts";
import { CopyStorage } from "./copy-storage.ts";
import { type Grant, WorkloadIdentity } from "./identity.ts";
import type { Ground } from "./network.ts";
import type { AksPlan } from "./plan.ts";
import type { PrivateZones } from "./private-zones.ts";
import { assign } from "./roles.ts";

interface Args extends PermitArgs {
  plan: Plan;
  aksPlan: AksPlan;
  aks: Cluster;
  resourceGroupName: pulumi.Input<string>;
  /** Its resource id. */
  groupId: pulumi.Input<string>;
  ground: Ground;
  zones: PrivateZones;
}

/** Gives an add-on's service account an identity of Azure's, with the roles that its purpose needs. */
export function permit(name: string, args: Args, opts: pulumi.ComponentResourceOptions): Permit {
  switch (args.purpose) {
    case "dns":
      return identify(name, args, { ...inZones(args.plan), ...inGroups(args.plan) }, opts);
    case "challenges":
      return identify(name, args, inZones(args.plan), opts);
    case "backups":
      return permitBackups(name, args, opts);
    case "autoscaling":
    case "loadBalancers":
      throw new Error(`the plan lets an add-on do ${args.purpose}, which AKS does itself`);
  }
}

function identify(
  name: string,
  { aksPlan, aks, resourceGroupName, serviceAccount, namespace }: Args,
  grants: Record<string, Grant>,
  opts: pulumi.ComponentResourceOptions,
): Permit {
  const { subscription } = aksPlan;
  const { identity, ready } = new WorkloadIdentity(
    name,
    { subscription, resourceGroupName, cluster: aks.cluster, serviceAccount, namespace, grants },
    opts,
  );
  return { ...identity, ready };
}

/** Everything in the zones that the stack names, and in no other. */
function inZones({ zones }: Plan): Record<string, Grant> {
  return Object.fromEntries(
    zones.flatMap((zone): [string, Grant][] => {
      if (zone.cloud !== "azure") return [];
      const { domain, id: scope, subscription } = zone;
      return [[domain, { role: "DNS Zone Contributor", scope, subscription }]];
    }),
  );
}

/** ExternalDNS looks for its zones among those of the group. */
function inGroups({ zones }: Plan): Record<string, Grant> {
  return Object.fromEntries(
    zones.flatMap((zone): [string, Grant][] => {
      if (zone.cloud !== "azure") return [];
      const { subscription, resourceGroup } = zone;
      const scope = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}`;
      return [[resourceGroup, { role: "Reader", scope, subscription }]];
    }),
  );
}

/** Copies of objects are Velero's; those of volumes are made by the driver of disks, as the control plane. */
function permitBackups(name: string, args: Args, opts: pulumi.ComponentResourceOptions): Permit {
  const { plan, aksPlan, aks, groupId, resourceGroupName } = args;
  const { subscription } = aksPlan;
  const storage = new CopyStorage(name, { ...args, plan: aksPlan, protect: plan.profile.protectData }, opts);
  const snapshots = assign(
    `${name}-snapshots`,
    { subscription, role: "Disk Snapshot Contributor", identity: aks.controlPlane, scope: groupId },
    { parent: storage },
  );
  const { container } = storage;
  const objects: Grant = { role: "Storage Blob Data Contributor", scope: container.id, resource: container };
  const standing = identify(name, args, { objects }, opts);
  return {
    ...standing,
    location: {
      provider: "azure",
      bucket: container.name,
      config: {
        subscriptionId: subscription,
        resourceGroup: resourceGroupName,
        storageAccount: storage.account.name,
        storageAccountURI: storage.uri,
        useAAD: "true",
      },
    },
    ready: [...standing.ready, ...storage.ready, snapshots],
  };
}
