/** What the kernel keeps containers from doing. */
import { z } from "zod";

/** A profile that is on the nodes already; seccomp's is a file below the kubelet's own folder of them. */
const localhost = z.strictObject({ localhost: z.string().regex(/^[^/\s]\S*$/, "the name of a profile") });

const APPARMOR_FORMS =
  "RuntimeDefault, { localhost: <profile> } or false; Pod Security restricted allows no Unconfined";

/** Of all pods, datastores' included: whatever needs a profile of its own is a tier. */
export const everyAppArmor = z.union(
  [z.literal("RuntimeDefault"), z.literal(false)],
  "RuntimeDefault or false; a profile of one's own is a tier's",
);
export const appArmor = z.union([z.literal("RuntimeDefault"), localhost, z.literal(false)], APPARMOR_FORMS);
export const seccomp = z.union(
  [z.literal("RuntimeDefault"), localhost],
  "RuntimeDefault or { localhost: <profile> }; Pod Security restricted allows no Unconfined",
);

export type AppArmor = z.infer<typeof appArmor>;
export type Seccomp = z.infer<typeof seccomp>;
