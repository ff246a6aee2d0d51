/** What the policy pack says of resources that were registered against mocks. */
import { POLICY_NAMES, type PolicyName, policies } from "../../config/policies.ts";
import type { ProfileName } from "../../config/schema.ts";
import { isOfResources, isOfStack } from "../../policy/check.ts";
import { checks } from "../../policy/checks.ts";
import type { Member, Props } from "../../policy/subject.ts";
import type { Registration } from "./mocks.ts";

/** Every violation of every policy, as `policy: resource problem`. */
export function violationsIn(registrations: readonly Registration[], profile: ProfileName): string[] {
  const members = registrations.map(memberOf);
  return POLICY_NAMES.flatMap((policy) => violationsOf(policy, members, profile).map((said) => `${policy}: ${said}`));
}

/** Those that would stop an update. */
export function mandatoryIn(registrations: readonly Registration[], profile: ProfileName): string[] {
  const mandatory = POLICY_NAMES.filter((name) => policies[name].levels[profile] === "mandatory");
  return violationsIn(registrations, profile).filter((said) => mandatory.some((name) => said.startsWith(`${name}: `)));
}

export function violationsOf(
  policy: PolicyName,
  members: readonly Member[],
  profile: ProfileName = "production",
  minor?: number,
): string[] {
  const check = checks[policy];
  const circumstances = { profile, minor };
  const alone = isOfResources(check) ? members.filter(({ type }) => check.types.test(type)) : [];
  return [
    ...alone.flatMap((member) =>
      isOfResources(check) ? check.problems(member, circumstances).map((problem) => `${member.name} ${problem}`) : [],
    ),
    ...(isOfStack(check)
      ? check.violations(members, circumstances).map(({ resource, problem }) => `${resource} ${problem}`)
      : []),
  ];
}

function memberOf({ type, name, inputs, protect, dependsOn }: Registration): Member {
  return { type, name, props: revealed(inputs) as Props, isProtected: protect, dependencies: dependsOn };
}

/** The engine shows secrets to policies. */
export function revealed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== "object" || value === null) return value;
  if ("[secret]" in value) return revealed(value["[secret]"]);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revealed(inner)]));
}
