import type { Addon } from "./addon.ts";
import { edgeAddons } from "./edge.ts";
import { meshAddons } from "./mesh.ts";
import { platformAddons } from "./platform.ts";

const all = { ...edgeAddons, ...meshAddons, ...platformAddons };

export type AddonName = keyof typeof all;

/** Another add-on is one entry more in edge.ts, mesh.ts or platform.ts. */
export const catalogue: Readonly<Record<AddonName, Addon>> = all;

export const ADDON_NAMES = Object.keys(all).sort() as AddonName[];

/** The setting that would bring the API group, if an add-on does. */
export function addonFor(group: string): string | undefined {
  const name = ADDON_NAMES.find((name) => catalogue[name].groups.includes(group));
  return name && settingOf(name);
}

/** For messages: how the add-on is asked for. */
export function settingOf(name: AddonName): string {
  return `landfall:addons.${name}: true`;
}

/** For messages: an add-on's setting first, where there is an add-on for it. */
export function inWords(setting: string | undefined, otherwise: string): string {
  return setting ? `set ${setting}, or ${otherwise}` : otherwise;
}
