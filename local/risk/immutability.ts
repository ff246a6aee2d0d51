/** What cannot be changed in place, and so is deleted and made again. */
import { differs, reasonsOf } from "./changes.ts";
import type { Level, Rule } from "./rule.ts";

/** Objects whose replacement is smaller, or larger, than it looks. */
const REPLACED: Readonly<Record<string, readonly [Level, string]>> = {
  "kubernetes:storage.k8s.io/v1:StorageClass": [
    "safe",
    "volumes that are there keep what they have; only new ones differ.",
  ],
  "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": [
    "brief interruption",
    "its accounts are without these rights for a moment.",
  ],
  "kubernetes:core/v1:ServiceAccount": ["brief interruption", "tokens that its pods hold are void until they restart."],
  "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": ["brief interruption", "nothing scales for a moment."],
};

/** Where a cloud's provider says which account and region it works in. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  "pulumi:providers:aws": ["region", "profile", "allowedAccountIds"],
  "pulumi:providers:gcp": ["project", "region"],
  "pulumi:providers:azure-native": ["subscriptionId", "location"],
};
const ELSEWHERE = "name the new one in a new stack, move the data, then destroy the old one";

export const immutability: readonly Rule[] = [
  {
    id: "object-replaced",
    theme: "immutability",
    applies: ({ type, operation }) => operation === "replace" && type in REPLACED,
    level: ({ type }) => REPLACED[type]?.[0] ?? "safe",
    sentence: (change) =>
      `The ${change.type.split(":").at(-1)} of ${change.subject} is replaced${reasonsOf(change)}: ${REPLACED[change.type]?.[1]}`,
  },
  {
    id: "provider-replaced",
    theme: "immutability",
    applies: ({ type, operation }) => type.startsWith("pulumi:providers:") && operation === "replace",
    level: "data at risk",
    sentence: ({ type }) =>
      `The stack goes to another ${type.endsWith("kubernetes") ? "cluster" : "account or region"}: everything in the old one is deleted and made again in the new one.`,
    instead: ELSEWHERE,
  },
  {
    id: "provider-moved",
    theme: "immutability",
    applies: (change) =>
      change.operation === "update" && (PLACES[change.type] ?? []).some((path) => differs(change, path)),
    level: "data at risk",
    sentence: ({ type }) =>
      `The stack looks in another account or region for all that it has there (${type.split(":").at(-1)}), and makes it anew where it does not find it: the old one stays behind with its data, and costs.`,
    instead: ELSEWHERE,
  },
];
