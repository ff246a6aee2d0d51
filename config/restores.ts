/** Copies that take the place of what a store has: docs/backup.md. */
import type { Image } from "../components/datastores/engine.ts";
import { engines } from "../components/datastores/engines.ts";
import type { BackupPlan } from "./backup.ts";
import { fromRegistry } from "./images.ts";
import { type Layers, placeOf } from "./layers.ts";
import type { MovePlan } from "./moves.ts";
import type { BundledDatastore, DatastorePlan, Link, ManagedDatastore, Plan, TierPlan } from "./plan.ts";
import { graceOf, quiesce, withoutMigrations } from "./quiesce.ts";
import type { Placement, Restore } from "./schema/datastore.ts";
import { dialledComponent, operatedAs } from "./servers.ts";

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

/** When a copy or a moment of that name was. */
export function timeOf(name: string): Date {
  return new Date(name.replace(/^(....)(..)(..T..)(..)(..)Z$/, "$1-$2-$3:$4:$5Z"));
}

/** What the stack says is to be put back; undefined for nothing. */
export function restoreIn({ stack }: Layers, { declared }: BundledDatastore): Restore | undefined {
  const placement = stack.datastores?.[declared];
  return placement?.mode === "bundled" ? placement.restore : undefined;
}

/** The copy that the stack wants back; undefined for none. */
export function restoreOf(
  layers: Layers,
  datastore: BundledDatastore,
  tiers: readonly TierPlan[],
): RestorePlan | undefined {
  const wanted = restoreIn(layers, datastore);
  if (!wanted || !("copy" in wanted)) return undefined;
  const { copy, copyFirst = true } = wanted;
  const { name } = datastore;
  return { name: `${name}-restore`, copy, copyFirst, graceSeconds: graceOf(tiers, name) };
}

/** A store that takes its data from another server; undefined for none, or where it has a mistake. */
export function restoreToStore(
  layers: Layers,
  datastore: string,
  placement: Placement,
  store: DatastorePlan,
): MovePlan | undefined {
  if (store.mode === "managed") return restoreFromServer(layers, datastore, placement, store);
  return store.mode === "bundled" ? restoreFromArchive(layers, datastore, placement, store) : undefined;
}

/**
 * Servers that stand for as long as the restore takes: they recover what the archive has up to the moment, and all of it
 * is copied from there. The store itself goes on, and its archive with it; what was there before can be had back too.
 */
function restoreFromArchive(
  layers: Layers,
  datastore: string,
  placement: Placement,
  store: BundledDatastore,
): MovePlan | undefined {
  if (placement.mode !== "bundled" || !placement.restore || !("at" in placement.restore)) return undefined;
  const operated = operatedAs(store);
  // `checkRestores` says so.
  if (!operated?.archiving || placement.moveFrom !== undefined) return undefined;
  const { at, from = store.name } = placement.restore;
  const name = recoveredName(store, at);
  checkName(layers, datastore, name);
  const recovered: BundledDatastore = {
    ...store,
    name,
    servers: [`${name}-1`],
    endpoint: { ...store.endpoint, host: operated.host(name) },
    recovery: { archive: store.name, from, at: timeOf(at).toISOString() },
    disruptionBudget: false,
    protect: false,
  };
  return { ...restoreMove(layers, datastore, store), from: recovered };
}

/** Of the servers that recover the moment; CloudNativePG takes fifty letters. */
export function recoveredName(store: BundledDatastore, at: string): string {
  return `${store.name.slice(0, 30)}-at-${at.toLowerCase()}`;
}

function restoreMove(layers: Layers, datastore: string, store: BundledDatastore | ManagedDatastore): MovePlan {
  const { transfer, images } = engines[store.engine];
  const name = `${store.name}-restore`;
  checkName(layers, datastore, name);
  const image =
    transfer?.image ?? (images[store.version ?? ""] as Image | undefined) ?? (Object.values(images)[0] as Image);
  return {
    name,
    datastore,
    stage: "restore",
    from: store,
    to: store,
    image: { ...image, reference: fromRegistry(image.reference, layers.registry) },
    keepOldDays: 0,
    graceSeconds: 0,
  };
}

function restoreFromServer(
  layers: Layers,
  datastore: string,
  placement: Placement,
  store: ManagedDatastore,
): MovePlan | undefined {
  if (placement.mode !== "managed" || !placement.restore) return undefined;
  const refuse = (problem: string, fix: string) => {
    const got = placement.restore?.server;
    layers.mistakes.push({ path: placeOf(layers, "datastores", datastore, "restore"), got, problem, fix });
    return undefined;
  };
  const { transfer } = engines[store.engine];
  if (placement.moveFrom !== undefined) return refuse(ON_ITS_WAY.problem, ON_ITS_WAY.fix);
  if (!transfer || placement.protocol !== undefined || store.access === "identity") {
    return refuse(
      "nothing here copies what it has from another server by a password",
      "remove it, and see docs/backup.md for what its cloud does",
    );
  }
  return { ...restoreMove(layers, datastore, store), server: placement.restore.server };
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
    const { restore } = placement;
    const got = "copy" in restore ? restore.copy : restore.at;
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
    } else if (datastore?.mode === "bundled" && "at" in restore && !backup?.archive) {
      layers.mistakes.push({
        path: `${path}.at`,
        got,
        problem: "its log is not archived, so only the moments of its copies can be had back",
        allowed: "{ copy }; { at } for a postgres of several servers whose stack has backup.archive",
        fix: "npm run restore shows the copies with --list",
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
