/** What keeps a stack's parts from being deleted, and the names by which their owner lets go of them. */
import type { Plan } from "../../config/plan.ts";
import { isProtectedByCloud } from "./kinds.ts";
import { nameOf, type State, type StateResource } from "./state.ts";

/** A part of the stack that cannot go before its owner says so. */
export interface Held {
  /** Its name for `--release`: `cluster`, `namespace`, a datastore, a volume, an add-on's namespace. */
  what: string;
  /** Names of the resources that are held. */
  resources: string[];
  /** Whether the cloud refuses to delete it, too. */
  byCloud: boolean;
}

/** What the stack's config has to say before the clouds let go. */
export interface Lifting {
  /** Values by path. */
  settings: Readonly<Record<string, string>>;
  /** Whether an update has to take them to the clouds. */
  update: boolean;
}

const APPLICATION = "landfall:application:Application";
const ADDONS = "landfall:addons:Addons";
const NAMESPACE = "landfall:kubernetes:Namespace";

/** Parts that are held, in the order of the state. */
export function heldIn({ resources }: State): Held[] {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const held = new Map<string, Held>();
  for (const resource of resources) {
    const byCloud = isProtectedByCloud(resource);
    if (!(resource.protect || byCloud)) continue;
    const what = partOf(resource, byUrn);
    const before = held.get(what) ?? { what, resources: [], byCloud: false };
    const names = resource.protect ? [...before.resources, nameOf(resource)] : before.resources;
    held.set(what, { what, resources: names, byCloud: before.byCloud || byCloud });
  }
  return [...held.values()];
}

/** The part that the resource belongs to. */
export function partOf(resource: StateResource, byUrn: ReadonlyMap<string, StateResource>): string {
  const line = [resource];
  for (let above = byUrn.get(resource.parent ?? ""); above; above = byUrn.get(above.parent ?? "")) line.unshift(above);
  const top = line.findIndex(({ type }) => type === APPLICATION || type === ADDONS);
  if (top === -1) return "cluster";
  const [owner, part] = [line[top], line[top + 1]] as [StateResource, StateResource];
  if (part.type === NAMESPACE) return "namespace";
  if (owner.type === ADDONS) return part.id ?? nameOf(part);
  return nameOf(part)
    .replace(`${nameOf(owner)}-`, "")
    .replace(/-volume$/, "");
}

/** Paths of the stack's config that have to be `false` before the clouds delete what the plan protects. */
export function protectionPaths({ cluster, datastores }: Plan): string[] {
  return [
    ...("deletionProtection" in cluster && cluster.deletionProtection ? ["cluster.deletionProtection"] : []),
    ...datastores.flatMap((store) =>
      store.mode === "managed" && store.protect ? [`datastores.${store.name}.protect`] : [],
    ),
  ];
}

/**
 * What has to be set before the stack may go. Stores that leave a snapshot today leave one still: without their
 * protection they would not.
 *
 * @param backup whether those leave one, too, that do not today
 */
export function liftingOf(held: readonly Held[], plan: Plan, backup: boolean): Lifting {
  const byCloud = held.some((it) => it.byCloud);
  const leaving = plan.datastores.flatMap((store) =>
    store.mode === "managed" && (store.finalSnapshot || (backup && store.finalSnapshot === false)) ? store : [],
  );
  const fresh = leaving.filter(({ finalSnapshot }) => !finalSnapshot);
  return {
    settings: Object.fromEntries([
      ...(byCloud || fresh.length > 0 ? leaving : []).map(({ name }) => [`datastores.${name}.finalSnapshot`, "true"]),
      ...(byCloud ? protectionPaths(plan) : []).map((path) => [path, "false"]),
    ]),
    update: byCloud || fresh.length > 0,
  };
}
