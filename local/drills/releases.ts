/** Releases of the application, as edits of the stack's config make them. */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Plan, TierPlan } from "../../config/plan.ts";
import type { PodObject, ReadyPods } from "./ready-pods.ts";

const POLL_MILLISECONDS = 100;

/** Settings that give each tier its next image; its migration follows it. */
export function nextRelease(plan: Plan): Record<string, string> {
  return Object.fromEntries(releasedTiers(plan).map(({ name, image }) => [`tiers.${name}.image`, nextOf(image)]));
}

/** Settings that give each tier the image that it has by now. */
export function thisRelease(plan: Plan): Record<string, string> {
  return Object.fromEntries(releasedTiers(plan).map(({ name, image }) => [`tiers.${name}.image`, image]));
}

/** Another one of the same form, by tag or by digest. */
function nextOf(image: string): string {
  const [name, digest] = image.split("@sha256:");
  return digest ? `${name}@sha256:${createHash("sha256").update(digest).digest("hex")}` : `${image}-next`;
}

/** Tiers whose pods a new image replaces. */
export function releasedTiers({ tiers }: Plan): TierPlan[] {
  return tiers.filter(({ kind }) => kind !== "job");
}

/** Waits for the first pod of the release. @param release settings that give each tier its image */
export async function untilItArrives(ready: ReadyPods, release: Readonly<Record<string, string>>): Promise<void> {
  const images = new Set(Object.values(release));
  while (!ready.pods.some((pod) => hasImage(pod, images))) await sleep(POLL_MILLISECONDS);
}

function hasImage({ spec }: PodObject, images: ReadonlySet<string>): boolean {
  return (spec.containers as { image: string }[]).some(({ image }) => images.has(image));
}
