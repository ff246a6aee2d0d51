/** Grants on zones of Cloud DNS: https://cloud.google.com/dns/docs/zones/iam-per-resource-zones */
import { badPattern, failures } from "../checks.ts";
import type { Rules } from "../rules.ts";
import { grant } from "./iam.ts";

export const ZONE = "gcp:dns/managedZone:ManagedZone";
const zoneGrant = grant("managedZone", ZONE, "name");

export const dns: Record<string, Rules> = {
  "gcp:dns/dnsManagedZoneIamMember:DnsManagedZoneIamMember": {
    ...zoneGrant,
    check: (inputs, context) => [
      ...(zoneGrant.check?.(inputs, context) ?? []),
      // Other services' roles cannot be given there.
      ...failures(badPattern("role", inputs.role, /^(roles\/(dns\.\w+|owner|editor|viewer)|projects\/.+)$/)),
    ],
  },
};
