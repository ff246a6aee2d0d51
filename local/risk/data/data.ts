/** Data that would be deleted, orphaned, unreadable, or without a copy. */
import type { Rule } from "../rule.ts";
import { backups } from "./backups.ts";
import { managed } from "./managed.ts";
import { servers } from "./servers.ts";
import { stores } from "./stores.ts";
import { versions } from "./versions.ts";
import { volumes } from "./volumes.ts";

export const data: readonly Rule[] = [...stores, ...volumes, ...servers, ...versions, ...managed, ...backups];
