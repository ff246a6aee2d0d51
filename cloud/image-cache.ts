/** Copies of public images that a cloud keeps, so that a pod starts though its image's registry is away or limits pulls. */
import type { Layers } from "../config/layers.ts";

/** Public registries that copies are kept of, by host, and the word for each in names. */
export const UPSTREAMS = {
  "docker.io": "docker",
  "ghcr.io": "github",
  "public.ecr.aws": "ecr",
  "quay.io": "quay",
  "registry.k8s.io": "k8s",
} as const;
export type Upstream = keyof typeof UPSTREAMS;

export interface CachedRegistry<Account = never> {
  host: Upstream;
  /** Where its images are pulled from. */
  from: string;
  /** Account that the cloud pulls as; left out where it needs none. */
  account?: Account;
}

/**
 * Registries that copies are kept of: those that let the cloud in without an account, and those that an account is
 * named for.
 *
 * @param closed registries that let the cloud in with an account only
 * @param fromOf where images of a registry are pulled from, by the word for it
 */
export function cachedRegistries<Account>(
  setting: boolean | Partial<Record<Upstream, Account>> | undefined,
  closed: readonly Upstream[],
  fromOf: (word: string) => string,
): CachedRegistry<Account>[] {
  if (setting === undefined || setting === false) return [];
  const accounts: Partial<Record<Upstream, Account>> = setting === true ? {} : setting;
  return (Object.entries(UPSTREAMS) as [Upstream, string][])
    .filter(([host]) => accounts[host] !== undefined || !closed.includes(host))
    .map(([host, word]) => ({ host, from: fromOf(word), account: accounts[host] }));
}

/** There is one place that images come from. */
export function checkRegistry({ stack, mistakes }: Layers, cached: readonly unknown[]): void {
  if (cached.length === 0 || stack.registry === undefined) return;
  mistakes.push({
    path: "landfall:registry",
    got: stack.registry,
    problem: "every image comes from there, and so none from landfall:cluster.imageCache",
    fix: "remove one of the two",
  });
}
