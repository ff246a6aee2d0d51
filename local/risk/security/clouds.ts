/** What the cloud lets in, and whom it lets do what. */
import { type Change, stays } from "../changes.ts";
import type { Inputs } from "../preview.ts";
import type { Rule } from "../rule.ts";
import { added, at, isKnown, listAt, textAt } from "../values.ts";
import { GUARDS, RANGES } from "./guards.ts";
import { isEverybody } from "./network.ts";

export const clouds: readonly Rule[] = [
  {
    id: "guard-lifted",
    theme: "security",
    applies: (change) => stays(change) && lifted(change).length > 0,
    level: "data at risk",
    sentence: (change) => `Of ${change.subject}: ${[...new Set(lifted(change))].join("; ")}.`,
    instead: "keep it closed, and let in those who are meant by a private way",
  },
  {
    id: "public-access-block-removed",
    theme: "security",
    applies: ({ type, operation }) =>
      operation === "delete" && type === "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    level: "data at risk",
    sentence: ({ subject }) => `Of ${subject}: nothing keeps its objects from being made public.`,
    instead: "keep it",
  },
  {
    id: "ranges-widened",
    theme: "security",
    applies: (change) => change.operation !== "delete" && openRanges(change).length > 0,
    level: (change) => (openRanges(change).some(isEverybody) ? "data at risk" : "brief interruption"),
    sentence: (change) =>
      openRanges(change).some(isEverybody)
        ? `${change.subject} lets in the whole internet (0.0.0.0/0).`
        : `${change.subject} lets in more: ${openRanges(change).join(", ")}.`,
    instead: "name the ranges that are meant",
  },
  {
    id: "parameter-tls-off",
    theme: "security",
    applies: (change) =>
      /:(ParameterGroup|ClusterParameterGroup)$/.test(change.type) &&
      change.operation === "update" &&
      parameters(change.before).some(isTlsOn) &&
      !parameters(change.after).some(isTlsOn),
    level: "data at risk",
    sentence: ({ subject }) =>
      `${subject} takes connections that are not encrypted (TLS off), from its next restart on.`,
    instead: "keep TLS",
  },
  {
    id: "iam-widened",
    theme: "security",
    applies: (change) => change.operation !== "delete" && wildcards(change).length > 0,
    level: "data at risk",
    sentence: (change) => `${change.subject} may do more in the cloud: ${wildcards(change).join(", ")}.`,
    instead: "name the actions and resources that are needed",
  },
];

function lifted({ type, before, after }: Change): string[] {
  return (GUARDS[type] ?? [])
    .filter(({ path, closed }) => closed(at(before, path)) && isKnown(at(after, path)) && !closed(at(after, path)))
    .map(({ means }) => means);
}

/** Ranges that it lets in and did not. */
function openRanges({ type, before, after }: Change): unknown[] {
  return (RANGES[type] ?? []).flatMap((path) => {
    const read = (inputs: Inputs) => listAt(inputs, path).flatMap(rangesOf);
    return added(read(before), read(after)).filter((range) => isKnown(range) && typeof range === "string");
  });
}

function rangesOf(entry: unknown): unknown[] {
  if (typeof entry === "string") return [entry];
  if (at(entry, "access") === "Deny" || at(entry, "direction") === "Outbound") return [];
  return [
    ...listAt(entry, "cidrBlocks"),
    ...listAt(entry, "sourceAddressPrefixes"),
    at(entry, "cidrBlock"),
    at(entry, "sourceAddressPrefix"),
  ].filter((range) => range !== undefined);
}

function parameters(inputs: Inputs): readonly unknown[] {
  return listAt(inputs, "parameters");
}

function isTlsOn(parameter: unknown): boolean {
  const [name, value] = [textAt(parameter, "name"), textAt(parameter, "value")];
  return (name === "rds.force_ssl" && value === "1") || (name === "tls" && value !== "disabled" && value !== undefined);
}

/** Rights in the cloud that name no limit, and are new. */
function wildcards(change: Change): string[] {
  const { type, before, after } = change;
  if (/^aws:iam\/(role|user)Policy:/.test(type)) return added(statements(before), statements(after));
  const wide = (inputs: Inputs) => {
    const arn = textAt(inputs, "policyArn") ?? "";
    const role = textAt(inputs, "role") ?? "";
    if (/\/(AdministratorAccess|PowerUserAccess|\w+FullAccess)$/.test(arn)) return [arn];
    if (type.startsWith("gcp:") && /^roles\/(owner|editor|\w+\.admin)$/.test(role)) return [role];
    const definition = textAt(inputs, "roleDefinitionId") ?? "";
    return AZURE_OWNERS.filter((id) => definition.endsWith(id)).map(() => "Owner or Contributor");
  };
  return added(wide(before), wide(after));
}

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles: Owner, Contributor */
const AZURE_OWNERS = ["8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "b24988ac-6180-42a0-ab88-20f7382dd24c"];

/** Allowed actions with a wildcard for a whole service, in a policy's text. */
function statements(inputs: Inputs): string[] {
  const text = textAt(inputs, "policy");
  if (text === undefined) return [];
  try {
    return listAt(JSON.parse(text), "Statement")
      .filter((statement) => at(statement, "Effect") === "Allow")
      .flatMap((statement) => {
        const actions = [at(statement, "Action")].flat().filter((action) => typeof action === "string");
        return actions.filter((action) => action === "*" || /^[a-z0-9-]+:\*$/.test(action));
      });
  } catch {
    // Unknown until the update.
    return [];
  }
}
