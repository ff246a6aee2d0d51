import type { Resources } from "./schema/primitives.ts";
import { withScratch } from "./scratch.ts";

/** Of a pod that copies data. */
export const BACKUP_RESOURCES: Resources = withScratch({
  requests: { cpu: "50m", memory: "128Mi" },
  limits: { cpu: "500m", memory: "512Mi" },
});
