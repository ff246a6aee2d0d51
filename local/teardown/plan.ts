/** What a teardown is going to do, from the stack's state and a look at the cluster. Plain data, decided before anything goes. */
import { type Found, leftOfSnapshot, leftOfVolume, type Scope } from "./found.ts";
import { CLUSTERS, DURABLE, knownAs, type Left, leftBy, sizeOf, titleOf } from "./kinds.ts";
import { type Held, heldIn, partOf } from "./protections.ts";
import { nameOf, type State, type StateResource } from "./state.ts";

export interface TeardownPlan {
  /** How many go of each kind, most first. */
  goes: { kind: string; count: number }[];
  /** Those among them that keep data. */
  data: { part: string; kind: string; name: string; size?: string; kept: boolean }[];
  /** What may not go yet. */
  held: Held[];
  /** What is there afterwards, as it is meant to be. */
  stays: Left[];
  /** What would be left behind, and is seen to first. */
  orphans: Left[];
  /** Namespaces that go one after the other: the application's, then those of add-ons. */
  namespaces: { urns: string[]; names: string[]; ofAddons: boolean }[];
  scope: Scope;
}

const NAMESPACE = "kubernetes:core/v1:Namespace";
const ADDONS = "landfall:addons:Addons";

/** @param others that stay besides: what the stack uses and does not own, what an earlier teardown has left */
export function planTeardown(state: State, found: Found, others: readonly Left[] = []): TeardownPlan {
  const byUrn = new Map(state.resources.map((resource) => [resource.urn, resource]));
  const going = state.resources.filter(
    ({ custom, external, retainOnDelete, type }) =>
      custom && !external && !retainOnDelete && !type.startsWith("pulumi:providers:"),
  );
  const scope = scopeOf(state);
  const retained = found.volumes.filter(({ reclaimPolicy }) => reclaimPolicy === "Retain");
  const isKept = ({ type, id }: StateResource) =>
    type.endsWith(":PersistentVolumeClaim") && retained.some(({ claim }) => claim === id);
  return {
    goes: countByKind(going),
    data: going
      .filter(({ type }) => type in DURABLE)
      .map((resource) => ({
        part: partOf(resource, byUrn),
        kind: titleOf(resource),
        name: knownAs(resource),
        size: sizeOf(resource),
        kept: isKept(resource),
      })),
    held: heldIn(state),
    stays: unique([
      ...state.resources.filter(({ retainOnDelete }) => retainOnDelete).map(retainedByPulumi),
      ...going.flatMap(leftBy),
      ...retained.map((volume) => leftOfVolume(volume, scope)),
      ...found.snapshots
        .filter(({ deletionPolicy }) => deletionPolicy === "Retain")
        .map((snapshot) => leftOfSnapshot(snapshot, scope)),
      ...others,
    ]),
    orphans: orphansOf(found),
    namespaces: namespacesOf(going, byUrn),
    scope,
  };
}

/** The parts that nobody has let go of. @param released names of parts, or `all` */
export function stillHeld({ held }: TeardownPlan, released: readonly string[]): Held[] {
  return released.includes("all") ? [] : held.filter(({ what }) => !released.includes(what));
}

/** Where to look for what controllers have made: in the stack's namespaces, or all over a cluster of its own. */
export function scopeOf({ resources }: State): Scope {
  if (resources.some(({ type, external }) => CLUSTERS.includes(type) && !external)) return "cluster";
  return resources.filter(({ type }) => type === NAMESPACE).map(({ id = "" }) => id);
}

function unique(left: readonly Left[]): Left[] {
  return left.filter((it, index) => index === left.findIndex(({ kind, name }) => kind === it.kind && name === it.name));
}

function countByKind(resources: readonly StateResource[]): TeardownPlan["goes"] {
  const kinds = resources.map(({ type }) => kindLabel(type));
  return [...new Set(kinds)]
    .map((kind) => ({ kind, count: kinds.filter((other) => other === kind).length }))
    .sort((a, b) => b.count - a.count || a.kind.localeCompare(b.kind));
}

/** `aws:iam/role:Role` is `aws Role`. */
function kindLabel(type: string): string {
  return `${type.slice(0, type.indexOf(":"))} ${type.slice(type.lastIndexOf(":") + 1)}`;
}

function retainedByPulumi(resource: StateResource): Left {
  return { kind: titleOf(resource), name: knownAs(resource), why: "the program says retainOnDelete" };
}

/** Seen to before the cluster goes; left behind where that is cut short. */
function orphansOf({ waysIn, volumes }: Found): Left[] {
  return [
    ...waysIn.map(({ kind, namespace, name }) => ({
      kind: "load balancer",
      name: `${kind} ${namespace}/${name}`,
      why: "a controller made its load balancer, addresses and firewall rules; it is deleted first, and waited for",
    })),
    ...volumes
      .filter(({ reclaimPolicy }) => reclaimPolicy === "Delete")
      .map(({ name, claim, size, handle }) => ({
        kind: "volume",
        name: handle ?? name,
        why: `${size} of claim ${claim}; its driver deletes it, which is waited for before the cluster goes`,
      })),
  ];
}

function namespacesOf(
  going: readonly StateResource[],
  byUrn: ReadonlyMap<string, StateResource>,
): TeardownPlan["namespaces"] {
  const namespaces = going.filter(({ type }) => type === NAMESPACE);
  const isOfAddons = ({ parent = "" }: StateResource) => byUrn.get(parent)?.type === ADDONS;
  return [false, true].flatMap((ofAddons) => {
    const group = namespaces.filter((it) => isOfAddons(it) === ofAddons);
    const names = group.map((it) => it.id ?? nameOf(it));
    return group.length > 0 ? [{ urns: group.map(({ urn }) => urn), names, ofAddons }] : [];
  });
}
