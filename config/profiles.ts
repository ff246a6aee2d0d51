import type { ProfileName } from "./schema.ts";

export type ImagePullPolicy = "Always" | "IfNotPresent";
export type ReclaimPolicy = "Delete" | "Retain";

/** What a profile decides where neither the application nor the stack file does. */
export interface Profile {
  /** Replicas of a tier that states none. Figures of THE_BOT's overlays: 1, 2 and 3 a service. */
  replicas: number;
  logLevel: "debug" | "info" | "warning";
  debug: boolean;
  /** Whether a pod waits rather than share a node or crowd a zone (`required`), or only prefers not to. */
  spread: "preferred" | "required";
  /** Whether a node asks the registry for an image that it has: its tag may be another image's by now, or not ours to pull. */
  imagePullPolicy: ImagePullPolicy;
  /** Whether datastores, their volumes and the namespace refuse to be deleted. */
  protectData: boolean;
  /** What becomes of a volume whose claim is deleted, where the class is the stack's own. */
  reclaimPolicy: ReclaimPolicy;
}

export const profiles: Record<ProfileName, Profile> = {
  dev: {
    replicas: 1,
    logLevel: "debug",
    debug: true,
    spread: "preferred",
    imagePullPolicy: "IfNotPresent", // a laptop's images may never have been in a registry
    protectData: false,
    reclaimPolicy: "Delete",
  },
  staging: {
    replicas: 2,
    logLevel: "info",
    debug: false,
    spread: "preferred",
    imagePullPolicy: "Always",
    protectData: false,
    reclaimPolicy: "Delete",
  },
  production: {
    replicas: 3,
    logLevel: "warning",
    debug: false,
    spread: "required",
    imagePullPolicy: "Always",
    protectData: true,
    reclaimPolicy: "Retain",
  },
};
