import { placeFor } from "../../cloud/clouds.ts";
import type { Layers } from "../layers.ts";
import { isMapping } from "../mistakes.ts";
import type { AddonSettings } from "../schema/addons.ts";
import type { Addon, AddonContext } from "./addon.ts";
import { type AddonName, catalogue, settingOf } from "./catalogue.ts";
import type { Purpose } from "./identity.ts";

/** What the schema cannot say: settings that go together, and with the cluster. */
export function checkSettings(layers: Layers, contexts: ReadonlyMap<AddonName, AddonContext>): void {
  const { mistakes } = layers;
  for (const [name, context] of contexts) {
    const { settings } = context;
    const { requires = [], requiredValues = [], identity }: Addon = catalogue[name];
    const place = `landfall:addons.${name}`;
    for (const other of requires.filter((other) => !contexts.has(other as AddonName))) {
      mistakes.push({
        path: place,
        problem: `it does not work without ${other}`,
        fix: `set ${settingOf(other as AddonName)}`,
      });
    }
    const acts = identity?.(context);
    if (acts) {
      checkPurpose(layers, place, acts.permits);
      if (acts.permits === "dns") checkZones(layers, context);
    } else {
      for (const path of requiredValues.filter((path) => at(settings.values, path) === undefined)) {
        mistakes.push({
          path: `${place}.values.${path}`,
          problem: "is missing: the chart has no default for it",
          fix: "set it",
        });
      }
    }
    if (name === "metallb") checkPools(place, settings, mistakes);
    if (name === "velero") checkBucket(place, context, mistakes);
  }
}

/** A cloud makes for an add-on only what it has not itself. */
function checkPurpose(layers: Layers, path: string, purpose: Purpose): void {
  const refused = placeFor(layers)?.refused[purpose];
  if (refused) layers.mistakes.push({ path, ...refused });
}

/** ExternalDNS has zones to change, and looks for them in one place. */
function checkZones({ stack, mistakes }: Layers, { zones }: AddonContext): void {
  const path = "landfall:dns.zones";
  if (Object.keys(stack.dns?.zones ?? {}).length === 0) {
    mistakes.push({
      path,
      problem: "is missing: external-dns changes the zones that the stack names, and no others",
      allowed: "zones by their domains, each as the cloud knows it",
      fix: "set it, such as { example.com: <zone> }",
    });
  }
  const groups = new Set(
    zones.flatMap((zone) => (zone.cloud === "azure" ? [`${zone.subscription}/${zone.resourceGroup}`] : [])),
  );
  if (groups.size > 1) {
    mistakes.push({
      path,
      got: groups.size,
      problem: "are the resource groups that the zones are in; external-dns looks in one",
      allowed: "zones of one resource group",
      fix: "leave the others out, or move them",
    });
  }
}

/** Velero has the stack's own bucket, or one that it is told everything of. */
function checkBucket(place: string, { settings, place: cloud }: AddonContext, mistakes: Layers["mistakes"]): void {
  const { bucket, provider, prefix, config, credentials } = settings;
  if (bucket !== undefined && provider !== undefined) return;
  if (bucket !== undefined || !cloud) {
    for (const [key] of Object.entries({ provider, bucket }).filter(([, value]) => value === undefined)) {
      mistakes.push({ path: `${place}.${key}`, problem: "is missing", allowed: ALLOWED[key], fix: "set it" });
    }
    return;
  }
  for (const [key] of Object.entries({ provider, prefix, config, credentials }).filter(([, value]) => value)) {
    mistakes.push({
      path: `${place}.${key}`,
      problem: "it says something of a bucket that is not named",
      fix: "name the bucket; or remove it, for a bucket of the stack's own",
    });
  }
}

const ALLOWED: Readonly<Record<string, string>> = {
  provider: "aws, which is any S3; gcp; azure",
  bucket: "a bucket that is there; on EKS, GKE and AKS left out, for one of the stack's own",
};

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
