import type * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../../config/plan.ts";
import type { Permit, PermitArgs } from "../cloud.ts";
import type { Cluster } from "./cluster.ts";
import { CopyStorage } from "./copy-storage.ts";
import { type Grant, WorkloadIdentity } from "./identity.ts";
import type { PrivateZones } from "./private-zones.ts";
import { assign } from "./roles.ts";
import type { Site } from "./site.ts";

interface Args extends PermitArgs {
  plan: Plan;
  site: Site;
  zones: PrivateZones;
  /** Resource id of the stack's group. */
  groupId: pulumi.Input<string>;
  /** Whom the cluster makes disks as. */
  controlPlane: Cluster["controlPlane"];
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
  { site, serviceAccount, namespace }: Args,
  grants: Record<string, Grant>,
  opts: pulumi.ComponentResourceOptions,
): Permit {
  const { subscription, resourceGroupName } = site;
  const issuer = site.issuer as pulumi.Input<string>;
  const { identity, ready } = new WorkloadIdentity(
    name,
    { subscription, resourceGroupName, issuer, serviceAccount, namespace, grants },
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
  const { plan, site, zones, groupId, controlPlane } = args;
  const { subscription, resourceGroupName } = site;
  const storage = new CopyStorage(name, { site, zones, protect: plan.profile.protectData }, opts);
  const snapshots = assign(
    `${name}-snapshots`,
    { subscription, role: "Disk Snapshot Contributor", identity: controlPlane, scope: groupId },
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
