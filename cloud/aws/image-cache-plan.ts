import type { Layers } from "../../config/layers.ts";
import { type CachedRegistry, cachedRegistries, checkRegistry } from "../image-cache.ts";
import { fitting } from "./names.ts";
import type { EksSettings } from "./settings.ts";

/** By ARN, the secret that has the account. */
export type EcrCache = CachedRegistry<string>;

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html */
const CLOSED = ["docker.io", "ghcr.io"] as const;
/** A rule's prefix has 30 characters, the longest word for a registry and its slash seven. */
const LONGEST_NAME = 23;

export function ecrCaches({ imageCache, account, region }: EksSettings, name: string): EcrCache[] {
  const registry = `${account}.dkr.ecr.${region}.amazonaws.com/${fitting(name, LONGEST_NAME)}`;
  return cachedRegistries(imageCache, CLOSED, (word) => `${registry}/${word}`);
}

/** Prefix of the repositories that the copies are in. */
export function prefixOf({ from }: EcrCache): string {
  return from.slice(from.indexOf("/") + 1);
}

export function checkCaches(layers: Layers, { account, region }: EksSettings, caches: readonly EcrCache[]): void {
  checkRegistry(layers, caches);
  if (caches.length === 0) return;
  if (account === undefined) {
    layers.mistakes.push({
      path: "landfall:cluster.account",
      problem: "is missing, and the names of the copies that landfall:cluster.imageCache asks for begin with it",
      allowed: "an account number of 12 digits",
      fix: "set it to what `aws sts get-caller-identity --query Account` prints",
    });
  }
  for (const { host, account: secret = "" } of caches) {
    const [, , , inRegion, inAccount] = secret.split(":");
    if (secret === "" || account === undefined || (inRegion === region && inAccount === account)) continue;
    layers.mistakes.push({
      path: `landfall:cluster.imageCache.${host}`,
      got: secret,
      problem: "is elsewhere, and ECR reads secrets of its own region and account only",
      allowed: `arn:aws:secretsmanager:${region}:${account}:secret:ecr-pullthroughcache/…`,
      fix: `make the secret in ${region} of ${account}`,
    });
  }
}
