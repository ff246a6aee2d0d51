/** What is open that was closed, and who may do more. */
import type { Rule } from "../rule.ts";
import { clouds } from "./clouds.ts";
import { network } from "./network.ts";
import { workloads } from "./workloads.ts";

export const security: readonly Rule[] = [...network, ...workloads, ...clouds];
