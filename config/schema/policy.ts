/** What a stack may say of the policy pack. */
import { z } from "zod";

const waiver = z.strictObject({
  /** A policy of docs/policies.md. */
  policy: z.string(),
  /** Pulumi's name of the one resource that is let through. @default every resource of the stack */
  resource: z.string().min(1).optional(),
  reason: z.string().regex(/\S+\s+\S+/, "a sentence that says why"),
  /** The last day that it holds, in UTC; afterwards the policy counts again. */
  until: z.iso.date("a date such as 2027-01-31"),
});

export const policySettings = z.strictObject({
  /** Violations that are meant, for a time. @default none */
  waivers: z.array(waiver).optional(),
});

export type Waiver = z.infer<typeof waiver>;
