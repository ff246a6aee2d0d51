/** Backups of the bundled datastores. */
import { z } from "zod";
import { name } from "./primitives.ts";

export const backup = z.strictObject({
  /** The application's volume that they are kept on. */
  volume: name,
  /** When, in cron's five fields and UTC. @default every night at 2 */
  schedule: z
    .string()
    .regex(/^(\S+\s+){4}\S+$/, "five fields, such as 0 2 * * *")
    .optional(),
  /** Backups that are kept of each datastore. @default 7 */
  keep: z.int().min(1).optional(),
});

export type Backup = z.infer<typeof backup>;
