import type { Resources } from "./schema/primitives.ts";

/** Of a pod that copies data. */
export const BACKUP_RESOURCES: Resources = {
  requests: { cpu: "50m", memory: "128Mi" },
  limits: { cpu: "500m", memory: "512Mi" },
};
