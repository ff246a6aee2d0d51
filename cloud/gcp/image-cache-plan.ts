import type { Layers } from "../../config/layers.ts";
import { type CachedRegistry, cachedRegistries, checkRegistry } from "../image-cache.ts";
import type { GkeSettings } from "./settings.ts";

export type RemoteRegistry = CachedRegistry<{ username: string; passwordSecretVersion: string }>;

/** Names of repositories; the longest word for a registry and its dash have seven of them. */
const LONGEST_NAME = 63 - 7;

export function remoteRegistries({ imageCache, project, region }: GkeSettings, name: string): RemoteRegistry[] {
  const registry = `${region}-docker.pkg.dev/${project}/${name.slice(0, LONGEST_NAME)}`;
  // Docker Hub lets it in without an account, by the limits that all of Google's addresses share.
  return cachedRegistries(imageCache, [], (word) => `${registry}-${word}`);
}

export function repositoryOf({ from }: RemoteRegistry): string {
  return from.slice(from.lastIndexOf("/") + 1);
}

export function checkRemotes(layers: Layers, { project }: GkeSettings, remotes: readonly RemoteRegistry[]): void {
  checkRegistry(layers, remotes);
  for (const { host, account } of remotes) {
    if (account === undefined || account.passwordSecretVersion.startsWith(`projects/${project}/`)) continue;
    layers.mistakes.push({
      path: `landfall:cluster.imageCache.${host}.passwordSecretVersion`,
      got: account.passwordSecretVersion,
      problem: "is in another project, where this stack gives nobody a role",
      allowed: `projects/${project}/secrets/…/versions/…`,
      fix: `make the secret in ${project}`,
    });
  }
}
