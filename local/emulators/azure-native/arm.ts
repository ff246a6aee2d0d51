/**
 * What Azure Resource Manager does for every type: ids by path, resource groups, names, locations, locks.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/
 */
import { failures, notOneOf } from "../checks.ts";
import type { Context, Entity, Reference, Rules, Values } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { ZONAL_LOCATIONS } from "./locations.ts";

export const GROUP = "azure-native:resources:ResourceGroup";
export const LOCK = "azure-native:authorization:ManagementLockByScope";
export const ROLE_ASSIGNMENT = "azure-native:authorization:RoleAssignment";

export interface ArmRules extends Omit<Rules, "create" | "update"> {
  /** Properties that cannot change and do not replace: Azure refuses the change. By path. */
  fixed?: readonly string[];
  /** Whether it is in a region, and so has a location. @default true for what has no parent but its group */
  regional?: boolean;
  /** What Azure adds. */
  outputs?(inputs: Values, context: Context, id: string): Values | Promise<Values>;
  /** What Azure adds after a change, beside what it added before. */
  changed?(inputs: Values, context: Context, before: Entity): Values;
  /** @throws CloudError */
  checkChange?(before: Values, inputs: Values, context: Context): void;
  /** After it was made or changed. */
  done?(inputs: Values, context: Context): Promise<void>;
}

/**
 * A type by the path of its ids, such as `Microsoft.Network/virtualNetworks/{virtualNetworkName}/subnets/{subnetName}`.
 *
 * @param parents types by the properties that name them
 */
export function arm(path: string, rules: ArmRules, parents: Readonly<Record<string, string>> = {}): Rules {
  const {
    fixed = [],
    outputs,
    changed,
    checkChange,
    done,
    regional = Object.keys(parents).length === 0,
    ...rest
  } = rules;
  const names = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name as string);
  const own = names.at(-1) as string;
  const type = path.replace(/\/\{\w+\}/g, "");
  const byName = Object.entries(parents).map(([property, to]): [string, Reference] => [property, { to, by: "name" }]);
  return {
    autoname: { property: own, maxLength: 64 },
    ...rest,
    immutable: [...names, "resourceGroupName", "location", ...(rules.immutable ?? [])],
    references: { resourceGroupName: { to: GROUP, by: "name" }, ...Object.fromEntries(byName), ...rules.references },
    check: (inputs, context) => [
      ...failures(regional && inputs.location !== "global" && notOneOf("location", inputs.location, ZONAL_LOCATIONS)),
      ...(rules.check?.(inputs, context) ?? []),
    ],
    async create(inputs, context) {
      const resource = path.replace(/\{(\w+)\}/g, (_, name) => String(inputs[name]));
      const id = `${groupId(context, inputs.resourceGroupName)}/providers/${resource}`;
      const location = regional ? { location: context.settings.location, ...inputs }.location : undefined;
      const added = await outputs?.(inputs, context, id);
      await done?.(inputs, context);
      return { id, outputs: { name: inputs[own], type, location, azureApiVersion: "default", ...added } };
    },
    async update(before, inputs, context) {
      const refused = fixed.find(
        (path) => JSON.stringify(at(before.inputs, path)) !== JSON.stringify(at(inputs, path)),
      );
      if (refused) throw new CloudError(`PropertyChangeNotAllowed: changing property '${refused}' is not allowed`);
      checkChange?.(before.inputs, inputs, context);
      await done?.(inputs, context);
      return changed?.(inputs, context, before) ?? {};
    },
    async remove(entity, context) {
      refuseLocked(entity, context);
      await rules.remove?.(entity, context);
      removeExtensions(entity, context);
    },
  };
}

export function groupId({ settings }: Context, name: unknown): string {
  return `/subscriptions/${settings.subscriptionId}/resourceGroups/${name}`;
}

/** https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources */
export function refuseLocked({ id }: Entity, { world }: Context): void {
  const lock = world.all(LOCK).find(({ inputs }) => within(inputs.scope as string, id));
  if (lock) throw new CloudError(`ScopeLocked: ${id} cannot be deleted because ${lock.id} is on it`);
}

/** Roles that were given at a resource go with it. */
function removeExtensions({ id }: Entity, { world }: Context): void {
  const gone = world.all(ROLE_ASSIGNMENT).filter(({ inputs }) => within(id, inputs.scope as string));
  for (const entity of gone) world.remove(entity);
}

export function within(outer: string, id: string): boolean {
  return id === outer || id.startsWith(`${outer}/`);
}

/** A GUID that nobody else has. */
export function guid({ world }: Context): string {
  return `0a1b2c3d-0000-4000-8000-${world.unique(12)}`;
}

function at(values: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => (value as Values | undefined)?.[key], values);
}
