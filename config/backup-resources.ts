import type { Resources } from "./schema/primitives.ts";

/** Of a container that copies, restores or compares. */
export const BACKUP_RESOURCES: Resources = {
  requests: { cpu: "50m", memory: "128Mi" },
  limits: { cpu: "500m", memory: "512Mi" },
};
