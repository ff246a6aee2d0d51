/** Releases of the application, as edits of the stack's config make them. */
import { createHash } from "node:crypto";
import type { Plan, TierPlan } from "../../config/plan.ts";
import type { PodObject } from "./ready-pods.ts";

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

export function hasImage({ spec }: PodObject, image: string): boolean {
  return (spec.containers as { image: string }[]).some((container) => container.image === image);
}
