import type { Layers } from "../../config/layers.ts";
import { type CachedRegistry, cachedRegistries, checkRegistry } from "../image-cache.ts";
import { globalWord } from "./names.ts";
import type { AksSettings } from "./settings.ts";

/** Where the account's two secrets are. */
export type AcrCache = CachedRegistry<{ vaultId: string; username: string; password: string }>;

/** https://learn.microsoft.com/azure/container-registry/artifact-cache-overview#upstream-support */
const CLOSED = ["docker.io"] as const;

/** Name of the registry of the stack's own. */
export function registryName({ subscription, name }: { subscription: string; name: string }): string {
  return globalWord({ subscription, name, of: "images", longest: 50 });
}

export function acrCaches({ imageCache, subscription }: AksSettings, name: string): AcrCache[] {
  const registry = `${registryName({ subscription, name })}.azurecr.io`;
  return cachedRegistries(imageCache, CLOSED, (word) => `${registry}/${word}`);
}

export function checkCaches(layers: Layers, { containerRegistry }: AksSettings, caches: readonly AcrCache[]): void {
  checkRegistry(layers, caches);
  if (caches.length === 0 || !containerRegistry?.startsWith("/")) return;
  layers.mistakes.push({
    path: "landfall:cluster.containerRegistry",
    got: containerRegistry,
    problem: "is not this stack's, and landfall:cluster.imageCache makes rules in the registry",
    allowed: "new, private",
    fix: "remove one of the two",
  });
}
