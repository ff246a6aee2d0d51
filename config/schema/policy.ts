/** What a stack may say of the policy pack. */
import { z } from "zod";

/** Pulumi reads a day in a stack file as the moment that it begins, and writes it back as Go does when it saves the file. */
const day = z
  .string()
  .transform((text) => text.replace(/(T00:00:00Z| 00:00:00 \+0000 UTC)$/, ""))
  .pipe(z.iso.date("a date such as 2027-01-31"));

const waiver = z.strictObject({
  /** A policy of docs/policies.md. */
  policy: z.string(),
  /** Pulumi's name of the one resource that is let through. @default every resource of the stack */
  resource: z.string().min(1).optional(),
  /** Why it is meant. */
  reason: z.string().regex(/\S+\s+\S+/, "a sentence that says why"),
  /** The last day that it holds, in UTC; afterwards the policy counts again. */
  until: day,
});

export const policySettings = z.strictObject({
  /** Violations that are meant, for a time. @default none */
  waivers: z.array(waiver).optional(),
});

export type Waiver = z.infer<typeof waiver>;
