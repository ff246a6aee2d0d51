/** Copies that take the place of what a store has: docs/backup.md. */
import type { Image } from "../components/datastores/engine.ts";
import { engines } from "../components/datastores/engines.ts";
import type { BackupPlan } from "./backup.ts";
import { fromRegistry } from "./images.ts";
import { type Layers, placeOf } from "./layers.ts";
import type { MovePlan } from "./moves.ts";
import type { BundledDatastore, DatastorePlan, Link, Plan, TierPlan } from "./plan.ts";
import { graceOf, quiesce, withoutMigrations } from "./quiesce.ts";
import type { Placement } from "./schema/datastore.ts";
import { dialledComponent } from "./servers.ts";

/** A copy that is put into the store it was made of, with its tiers stopped. */
export interface RestorePlan {
  /** Of its pods. */
  name: string;
  /** Name of the copy. */
  copy: string;
  /** Whether what the store has is copied first. */
  copyFirst: boolean;
  /** How long those that were stopped may take to end, in seconds. */
  graceSeconds: number;
}

/** A backup that has a copy put back. */
type Restored = BackupPlan & { restore: RestorePlan };

/** The copy that the stack wants back; undefined for none. */
export function restoreOf(
  { stack }: Layers,
  { declared, name }: BundledDatastore,
  tiers: readonly TierPlan[],
): RestorePlan | undefined {
  const placement = stack.datastores?.[declared];
  if (placement?.mode !== "bundled" || !placement.restore) return undefined;
  const { copy, copyFirst = true } = placement.restore;
  return { name: `${name}-restore`, copy, copyFirst, graceSeconds: graceOf(tiers, name) };
}

/** A managed store that takes its data from another server; undefined for none, or where it has a mistake. */
export function restoreFromServer(
  layers: Layers,
  datastore: string,
  placement: Placement,
  store: DatastorePlan,
): MovePlan | undefined {
  if (placement.mode !== "managed" || !placement.restore || store.mode !== "managed") return undefined;
  const refuse = (problem: string, fix: string) => {
    const got = placement.restore?.server;
    layers.mistakes.push({ path: placeOf(layers, "datastores", datastore, "restore"), got, problem, fix });
    return undefined;
  };
  const { transfer, images } = engines[store.engine];
  if (placement.moveFrom !== undefined) return refuse(ON_ITS_WAY.problem, ON_ITS_WAY.fix);
  if (!transfer || placement.protocol !== undefined || store.access === "identity") {
    return refuse(
      "nothing here copies what it has from another server by a password",
      "remove it, and see docs/backup.md for what its cloud does",
    );
  }
  const name = `${datastore}-restore`;
  checkName(layers, datastore, name);
  const image =
    transfer.image ?? (images[store.version ?? ""] as Image | undefined) ?? (Object.values(images)[0] as Image);
  return {
    name,
    datastore,
    stage: "restore",
    from: store,
    to: store,
    image: { ...image, reference: fromRegistry(image.reference, layers.registry) },
    keepOldDays: 0,
    server: placement.restore.server,
    graceSeconds: 0,
  };
}

const ON_ITS_WAY = {
  problem: "the datastore is on its way to another store",
  fix: "finish the move, or take it out, before anything is put back",
};

export function isRestored(backup: BackupPlan): backup is Restored {
  return backup.restore !== undefined;
}

/** While a copy is put back, nobody writes, and migrations are to come. */
export function stoppedForRestores(
  tiers: readonly TierPlan[],
  { backups, moves }: Pick<Plan, "backups" | "moves">,
): TierPlan[] {
  const copies = backups.filter(isRestored).map(({ datastore }) => datastore.name);
  const servers = moves.filter(({ stage }) => stage === "restore").map(({ to }) => to.name);
  return withoutMigrations(quiesce(tiers, copies), [...copies, ...servers]);
}

/** Refuses copies that nothing here makes, or that nothing puts back. */
export function checkRestores(
  layers: Layers,
  datastores: readonly DatastorePlan[],
  backups: readonly BackupPlan[],
  canBeRestored: (datastore: BundledDatastore) => boolean,
): void {
  for (const [name, placement] of Object.entries(layers.stack.datastores ?? {})) {
    if (placement.mode !== "bundled" || !placement.restore) continue;
    const path = placeOf(layers, "datastores", name, "restore");
    const got = placement.restore.copy;
    const datastore = datastores.find(({ declared }) => declared === name);
    const backup = backups.find(({ datastore }) => datastore.declared === name);
    if (placement.moveFrom !== undefined) {
      layers.mistakes.push({ path, got, ...ON_ITS_WAY });
    } else if (datastore?.mode === "bundled" && !backup) {
      const problem = "nothing makes copies of it";
      layers.mistakes.push({ path, got, problem, fix: "set backup as it was when the copy was made" });
    } else if (datastore?.mode === "bundled" && !canBeRestored(datastore)) {
      layers.mistakes.push({
        path,
        got,
        problem: `nothing here puts a copy of ${datastore.engine} back into servers that run`,
        allowed: "an engine that takes its copies over the network, and one server where each has a part",
        fix: "remove it, and see docs/backup.md for how its own tools do it",
      });
    } else {
      checkName(layers, name, backup?.restore?.name);
    }
  }
}

function checkName({ application, mistakes }: Layers, datastore: string, name: string | undefined): void {
  const taken = [...Object.keys(application.tiers), ...Object.keys(application.datastores ?? {})];
  if (name === undefined || !taken.includes(name)) return;
  mistakes.push({
    path: `landfall:datastores.${datastore}.restore`,
    problem: `what restores would be called "${name}", a name that is taken`,
    fix: "rename the tier or datastore of that name",
  });
}

export function linksOfRestores(backups: readonly BackupPlan[]): Link[] {
  return backups.filter(isRestored).flatMap(({ datastore, to, restore }): Link[] => {
    const from = { kind: "pods" as const, component: restore.name };
    const store = { kind: "pods" as const, component: dialledComponent(datastore) };
    const put: Link = { from, to: store, ports: [datastore.endpoint.port] };
    return to.kind === "bucket" ? [put, { from, to: to.peer, ports: [to.port] }] : [put];
  });
}
