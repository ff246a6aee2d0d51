import type { Layers } from "../layers.ts";
import { isMapping } from "../mistakes.ts";
import type { AddonSettings } from "../schema/addons.ts";
import type { Addon } from "./addon.ts";
import { type AddonName, catalogue, settingOf } from "./catalogue.ts";

/** What the schema cannot say: settings that go together. */
export function checkSettings({ mistakes }: Layers, on: ReadonlyMap<AddonName, AddonSettings>): void {
  for (const [name, settings] of on) {
    const { requires = [], requiredValues = [] }: Addon = catalogue[name];
    const place = `landfall:addons.${name}`;
    for (const other of requires.filter((other) => !on.has(other as AddonName))) {
      mistakes.push({
        path: place,
        problem: `it does not work without ${other}`,
        fix: `set ${settingOf(other as AddonName)}`,
      });
    }
    for (const path of requiredValues.filter((path) => at(settings.values, path) === undefined)) {
      mistakes.push({
        path: `${place}.values.${path}`,
        problem: "is missing: the chart has no default for it",
        fix: "set it",
      });
    }
    checkPools(place, settings, mistakes);
  }
}

/** MetalLB announces what it has somebody to tell of. */
function checkPools(place: string, { pools = {}, peers = [] }: AddonSettings, mistakes: Layers["mistakes"]): void {
  for (const [name, { mode, interfaces, aggregationLength, localPref, communities }] of Object.entries(pools)) {
    const path = `${place}.pools.${name}`;
    if (mode === "bgp" && peers.length === 0) {
      mistakes.push({
        path: `${path}.mode`,
        got: mode,
        problem: "there is no peer to announce it to",
        allowed: "l2; bgp with peers",
        fix: `add ${place}.peers: [{ name, myASN, peerASN, peerAddress }]`,
      });
    }
    const strange = mode === "l2" ? { aggregationLength, localPref, communities } : { interfaces };
    for (const [key, value] of Object.entries(strange).filter(([, value]) => value !== undefined)) {
      mistakes.push({
        path: `${path}.${key}`,
        got: value,
        problem: `it means nothing with mode ${mode}`,
        fix: `remove it, or set mode: ${mode === "l2" ? "bgp" : "l2"}`,
      });
    }
  }
}

function at(values: unknown, path: string): unknown {
  return path.split(".").reduce((inner, key) => (isMapping(inner) ? inner[key] : undefined), values);
}
