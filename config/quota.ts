import { archivingOf } from "./archive.ts";
import { type BackupPlan, resourcesOfCheck, volumesOfBackups } from "./backup.ts";
import { BACKUP_RESOURCES } from "./backup-resources.ts";
import type { EdgePlan } from "./edge-plan.ts";
import { type Pods, podsOfEdge } from "./edge-pods.ts";
import { type Layers, overlay, placeOf } from "./layers.ts";
import { bundledIn, MOVE_RESOURCES, type MovePlan } from "./moves.ts";
import type { BundledDatastore, DatastorePlan, QuotaPlan, TierPlan } from "./plan.ts";
import { compareQuantities, formatBytes, formatCpu, parseQuantity } from "./quantity.ts";
import { isRestored } from "./restores.ts";
import type { Resources } from "./schema/primitives.ts";
import type { Quota } from "./schema.ts";
import type { SnapshotsPlan } from "./snapshots.ts";
import type { VolumePlan } from "./storage.ts";
import { resourcesAtMost } from "./vertical-autoscale.ts";

/** A rolling update runs one pod more than the replicas. */
export const SURGE = 1;

/** Everything that takes its share. */
interface Needs {
  tiers: readonly TierPlan[];
  datastores: DatastorePlan[];
  moves: MovePlan[];
  volumes: readonly VolumePlan[];
  backups: readonly BackupPlan[];
  snapshots?: SnapshotsPlan;
  edge: EdgePlan;
}

/** The quota that the documents or the stack ask for; where they name none, just what everything needs at its largest. */
export function resolveQuota(layers: Layers, needs: Needs): QuotaPlan {
  const needed = atLargest(needs);
  const asked: Quota = overlay(overlay(layers.application.quota ?? {}, layers.forProfile.quota), layers.stack.quota);
  const short = (path: string[], given: string | undefined, need: string) => {
    if (given === undefined || compareQuantities(given, need) >= 0) return;
    layers.mistakes.push({
      path: placeOf(layers, "quota", ...path),
      got: given,
      problem:
        "the quota is smaller than what everything needs at its largest, with one pod a tier more while updating",
      allowed: `${need} or more`,
      fix: "raise the quota, or lower autoscale.max or resources",
    });
  };
  for (const side of ["requests", "limits"] as const) {
    for (const kind of ["cpu", "memory"] as const) short([side, kind], asked[side]?.[kind], needed[side][kind]);
  }
  short(["storage"], asked.storage, needed.storage);
  short(["pods"], asked.pods?.toString(), String(needed.pods));
  return overlay(needed, asked);
}

function atLargest({ tiers, datastores, moves, volumes, backups, snapshots, edge }: Needs): QuotaPlan {
  const bundled = bundledIn({ datastores, moves });
  const own: Pods[] = [
    ...tiers.map((tier) => ({ resources: resourcesAtMost(tier), pods: mostPods(tier) })),
    ...bundled.map((datastore) => ({ resources: resourcesAtMost(datastore), pods: mostPodsOf(datastore) })),
    ...bundled.flatMap(({ failover }) =>
      failover ? [{ resources: failover.proxy.resources, pods: failover.proxy.replicas + SURGE }] : [],
    ),
    ...backups.map(() => ({ resources: BACKUP_RESOURCES, pods: 1 })),
    ...backups.filter(({ check }) => check).map(() => ({ resources: BACKUP_RESOURCES, pods: 1 })),
    ...backups.filter(isRestored).map(() => ({ resources: BACKUP_RESOURCES, pods: 1 })),
    ...moves.map(() => ({ resources: MOVE_RESOURCES, pods: 1 })),
    ...(snapshots ? [{ resources: BACKUP_RESOURCES, pods: 1 }] : []),
  ];
  const besides = [
    ...bundled.flatMap((datastore) =>
      [datastore.exporter, datastore.failover?.watcher].flatMap((sidecar) =>
        sidecar ? [{ resources: sidecar.resources, pods: mostServers(datastore) }] : [],
      ),
    ),
    ...bundled.flatMap((datastore) => {
      const archiving = archivingOf(datastore);
      const works = datastore.recovery || backups.some((backup) => backup.archive && backup.datastore === datastore);
      return archiving && works ? [{ resources: archiving.resources, pods: mostPodsOf(datastore) }] : [];
    }),
    ...backups
      .filter(({ check }) => check)
      .map(({ datastore }) => ({ resources: resourcesOfCheck(datastore), pods: 1 })),
  ];
  const claims = [
    ...bundled.flatMap((datastore) =>
      datastore.volumes.flatMap(({ storage }) => Array<string>(mostServers(datastore)).fill(storage)),
    ),
    ...[...volumes, ...volumesOfBackups(backups)].map(({ storage }) => storage),
  ];
  const groups = [...own, ...podsOfEdge(edge, own)];
  const sum = (pick: (resources: Resources) => string) =>
    [...groups, ...besides].reduce(
      (total, { resources, pods }) => total + parseQuantity(pick(resources)) * BigInt(pods),
      0n,
    );
  return {
    requests: {
      cpu: formatCpu(sum(({ requests }) => requests.cpu)),
      memory: formatBytes(sum(({ requests }) => requests.memory)),
    },
    limits: {
      cpu: formatCpu(sum(({ limits }) => limits.cpu)),
      memory: formatBytes(sum(({ limits }) => limits.memory)),
    },
    storage: formatBytes(claims.reduce((total, storage) => total + parseQuantity(storage), 0n)),
    pods: groups.reduce((total, { pods, areSidecars }) => (areSidecars ? total : total + pods), 0),
  };
}

function mostServers({ servers, autoscale }: BundledDatastore): number {
  return Math.max(servers.length, autoscale?.max ?? 0);
}

/** An operator prepares a server's volume by a job, which asks for as much as the server. */
function mostPodsOf(datastore: BundledDatastore): number {
  return mostServers(datastore) + (datastore.operator ? 1 : 0);
}

function mostPods(tier: TierPlan): number {
  if (tier.kind === "job" || tier.kind === "singleton") return 1;
  return Math.max(tier.replicas, tier.autoscale?.max ?? 0, tier.events?.max ?? 0) + SURGE;
}
