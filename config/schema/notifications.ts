/** Who hears of an alert. */
import { z } from "zod";
import { count, labelName, name } from "./primitives.ts";

/** One of `landfall:secrets`. A value that stands here in the clear is refused, and the message does not repeat it. */
const secret = z.preprocess(
  (value) => (typeof value === "string" ? "(not shown)" : value),
  z.union(
    [z.strictObject({ secret: name }), z.never()],
    "{ secret: <name> }, and the value in landfall:secrets.<name>",
  ),
);
const receiver = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("slack"), url: secret, channel: z.string().min(1) }),
  z.strictObject({ kind: z.literal("pagerduty"), routingKey: secret }),
  z.strictObject({ kind: z.literal("webhook"), url: secret }),
  z.strictObject({
    kind: z.literal("email"),
    to: z.email(),
    from: z.email(),
    /** Host and port of the mail server. */
    smarthost: z.string().regex(/^[a-z0-9.-]+:\d+$/, "a host and port such as smtp.example.com:587"),
    login: z.strictObject({ username: z.string().min(1), password: secret }).optional(),
  }),
]);

export const alertmanager = z.strictObject({
  receivers: z.record(name, receiver),
  /** Receivers of each severity. */
  routes: z.strictObject({ critical: z.array(name).min(1), warning: z.array(name).min(1) }),
  /** @default ["alertname", "component"] */
  groupBy: z.array(labelName).min(1).optional(),
  /** How long the first message of a group waits for others. @default 30 */
  groupWaitSeconds: count(1).optional(),
  /** Time between messages of a group that changes. @default 300 */
  groupIntervalSeconds: count(1).optional(),
  /** Time until an alert that goes on is told again. @default 14400 */
  repeatIntervalSeconds: count(1).optional(),
});

export type Receiver = z.infer<typeof receiver>;
