/** Data that moves from one store to another, stage by stage: docs/operations.md. */
import type { Recovery } from "../components/datastores/cluster.ts";
import type { Image } from "../components/datastores/engine.ts";
import { engines } from "../components/datastores/engines.ts";
import { BACKUP_RESOURCES } from "./backup-resources.ts";
import { fromRegistry } from "./images.ts";
import { type Layers, placeOf } from "./layers.ts";
import type { BundledDatastore, DatastorePlan, Link, Peer, Plan, TierPlan } from "./plan.ts";
import { graceOf, quiesce } from "./quiesce.ts";
import type { MoveStage, Placement } from "./schema/datastore.ts";
import type { Resources } from "./schema/primitives.ts";
import { dialledComponent } from "./servers.ts";

export interface MovePlan {
  /** Of the pods that copy and compare. */
  name: string;
  /** As the application declares it. */
  datastore: string;
  /** `restore` where the data is a store's own: from a server that the cloud made of its backups, or of its archive. */
  stage: MoveStage | "restore";
  from: DatastorePlan;
  to: DatastorePlan;
  /** Tools that both sides understand. */
  image: Image;
  /** Days that `from` is kept after the switch. */
  keepOldDays: number;
  /** Host of the server that is restored from, where that is the stage. */
  server?: string;
  /** How long those that were stopped for the last copy may take to end, in seconds. */
  graceSeconds: number;
}

/** Of each of the two jobs. */
export const MOVE_RESOURCES: Resources = BACKUP_RESOURCES;

/** The datastore that the application calls so. */
export function storeCalled<D extends DatastorePlan>(datastores: readonly D[], declared: string): D | undefined {
  return datastores.find((datastore) => datastore.declared === declared);
}

/** Whether the tiers use the new store. */
export function isSwitched({ stage }: Pick<MovePlan, "stage">): boolean {
  return stage === "switch" || stage === "release";
}

/** The store that the tiers use. */
export function usedOf(move: MovePlan): DatastorePlan {
  return isSwitched(move) || move.stage === "restore" ? move.to : move.from;
}

/** The store that stands beside it. */
export function idleOf(move: MovePlan): DatastorePlan {
  return usedOf(move) === move.to ? move.from : move.to;
}

/** What the store begins with that the data comes from, where servers are made for that. */
export function recoveryOf(move: MovePlan | undefined): Recovery | undefined {
  return move?.from.mode === "bundled" ? move.from.recovery : undefined;
}

/** Whether the jobs that copy and compare are there. */
export function isCopying({ stage }: Pick<MovePlan, "stage">): boolean {
  return stage === "copy" || stage === "freeze" || stage === "restore";
}

export function resolveMove(
  layers: Layers,
  datastore: string,
  { placement, from, to }: { placement: Placement; from: DatastorePlan; to: DatastorePlan },
): MovePlan | undefined {
  const place = (key: string) => placeOf(layers, "datastores", datastore, key);
  const { transfer, images } = engines[to.engine];
  if (!transfer) {
    layers.mistakes.push({
      path: place("moveFrom"),
      problem: `nothing here copies all that a ${to.engine} has to another one`,
      fix: "remove it, and fill the new store by the application's own means",
    });
    return undefined;
  }
  if ([placement, placement.moveFrom].some((store) => store?.mode === "managed" && store.protocol !== undefined)) {
    layers.mistakes.push({
      path: place("moveFrom"),
      problem: "one of the two does not speak what the engine's tools do",
      fix: "remove it, and copy with the cloud's own tools",
    });
    return undefined;
  }
  if (isInParts(from) || isInParts(to)) {
    layers.mistakes.push({
      path: place("moveFrom"),
      problem: `nothing here copies a ${to.engine} of several servers, each of which has a part`,
      allowed: "one server on both sides",
      fix: "remove it, and fill the new store by the application's own means",
    });
    return undefined;
  }
  if (from.mode === "managed" && to.mode === "managed") {
    layers.mistakes.push({
      path: place("moveFrom"),
      got: "managed",
      problem: "the cloud changes size, storage and version of its stores in place",
      allowed: "bundled, external",
      fix: "remove it",
    });
    return undefined;
  }
  if (from.mode === "bundled" && to.mode === "bundled" && from.name === to.name) {
    layers.mistakes.push({
      path: `landfall:datastores.${datastore}.instance`,
      problem: "is missing: the new store stands beside the old one, and both would have the same name",
      allowed: 'lower-case letters, digits and "-", another one than moveFrom.instance',
      fix: 'set it, such as instance: "b", and let it stand after the move',
    });
    return undefined;
  }
  const stage = placement.moveStage ?? "copy";
  const image = transfer.image ?? imageOf(to) ?? imageOf(from) ?? (Object.values(images)[0] as Image);
  const name = `${datastore}-move`;
  checkName(layers, datastore, name);
  return guarded({
    name,
    datastore,
    stage,
    from: to.mode === "external" ? { ...from, secret: `${datastore}-old` } : from,
    to,
    image: { ...image, reference: fromRegistry(image.reference, layers.registry) },
    keepOldDays: placement.keepOldDays ?? (layers.profile.protectData ? 7 : 0),
    graceSeconds: 0,
  });
}

function isInParts(store: DatastorePlan): boolean {
  return store.mode === "bundled" && store.servers.length > 1 && engines[store.engine].backup?.ofEachServer === true;
}

/** The version's own tools: those of an operator's image are the same. */
function imageOf(store: DatastorePlan): Image | undefined {
  return store.mode === "bundled" ? engines[store.engine].images[store.version] : undefined;
}

/** The new store may go as long as nobody uses it, and the old one once it is released. */
function guarded(move: MovePlan): MovePlan {
  const free = <D extends DatastorePlan>(store: D): D =>
    store.mode === "external" ? store : { ...store, protect: false };
  if (!isSwitched(move)) return { ...move, to: free(move.to) };
  return move.stage === "release" ? { ...move, from: free(move.from) } : move;
}

function checkName({ application, mistakes }: Layers, datastore: string, name: string): void {
  if (!(name in application.tiers) && !(name in (application.datastores ?? {}))) return;
  mistakes.push({
    path: `landfall:datastores.${datastore}.moveFrom`,
    problem: `what copies would be called "${name}", a name that is taken`,
    fix: "rename the tier or datastore of that name",
  });
}

export function checkNoMove(layers: Layers, datastore: string, placement: Placement): void {
  for (const key of ["moveStage", "keepOldDays"] as const) {
    if (placement[key] === undefined) continue;
    layers.mistakes.push({
      path: placeOf(layers, "datastores", datastore, key),
      got: placement[key],
      problem: "nothing moves: moveFrom is not set",
      fix: `set moveFrom, or remove ${key}`,
    });
  }
}

/** While the rest is copied, nobody writes: tiers that use the store have no pods. */
export function stopped(
  tiers: readonly TierPlan[],
  moves: readonly MovePlan[],
): { tiers: TierPlan[]; moves: MovePlan[] } {
  const isFrozen = ({ stage }: MovePlan) => stage === "freeze" || stage === "restore";
  return {
    tiers: quiesce(
      tiers,
      moves.filter(isFrozen).map((move) => usedOf(move).name),
    ),
    moves: moves.map((move) => ({ ...move, graceSeconds: isFrozen(move) ? graceOf(tiers, usedOf(move).name) : 0 })),
  };
}

export function linksOfMoves(moves: readonly MovePlan[]): Link[] {
  return moves
    .filter(isCopying)
    .flatMap(({ name, from, to }) =>
      [from, to].map((store) => ({ from: { kind: "pods", component: name }, ...reachOf(store) }) satisfies Link),
    );
}

function reachOf(store: DatastorePlan): { to: Peer; ports: number[] } {
  if (store.mode === "bundled") {
    return {
      to: { kind: "pods", component: dialledComponent(store) },
      ports: Object.values(engines[store.engine].ports),
    };
  }
  const except = store.mode === "managed" ? store.except : undefined;
  return {
    to: { kind: "addresses", name: store.declared, cidrs: store.cidrs, except },
    ports: [store.endpoint.port],
  };
}

/** Stores in the cluster, used or not. */
export function bundledIn({ datastores, moves }: Pick<Plan, "datastores" | "moves">): BundledDatastore[] {
  return [...datastores, ...moves.map(idleOf)].filter((store) => store.mode === "bundled");
}
