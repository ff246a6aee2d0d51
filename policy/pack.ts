/** The policies as Pulumi runs them: `pulumi preview --policy-pack policy`. */
import {
  PolicyPack,
  type PolicyPackArgs,
  type PolicyResource,
  type ReportViolation,
  type ResourceValidationArgs,
} from "@pulumi/policy";
import { POLICY_NAMES, type PolicyName, policies } from "../config/policies.ts";
import { isOfResources, isOfStack, type Violation } from "./check.ts";
import { checks } from "./checks.ts";
import { judgingOf } from "./stack.ts";
import { onConfig } from "./stack-config.ts";
import type { Member, Props, Subject } from "./subject.ts";
import { unlessWaived } from "./waivers.ts";

// Pulumi's hook looks for source maps whenever it makes a promise.
Reflect.deleteProperty(Error, "prepareStackTrace");

let judging = judgingOf(new Map());
onConfig(["landfall:profile", "landfall:policy", "landfall:cluster"], (config) => {
  judging = judgingOf(config);
});

type Policy = PolicyPackArgs["policies"][number];

/** Of each resource by its URN: a preview knows no outputs where the cluster is not made yet. */
const inputs = new Map<string, Props>();

function policyOf(name: PolicyName): Policy {
  const check = checks[name];
  const { sentence, fix, levels } = policies[name];
  const say = (violation: Violation, report: ReportViolation, urn?: string) => {
    const said = unlessWaived(name, violation, judging);
    if (said !== undefined) report(`${said}\n  fix      ${fix}`, urn);
  };
  return {
    name,
    description: sentence,
    remediationSteps: fix,
    // Asked for once the config is known.
    get enforcementLevel() {
      return levels[judging.profile];
    },
    ...(isOfResources(check)
      ? {
          validateResource(args: ResourceValidationArgs, report: ReportViolation) {
            if (!check.types.test(args.type)) return;
            const { name: resource } = args;
            for (const problem of check.problems(subjectOf(args), judging)) say({ resource, problem }, report);
          },
        }
      : {}),
    ...(isOfStack(check)
      ? {
          validateResource({ urn, props }: ResourceValidationArgs) {
            inputs.set(urn, plain(props));
          },
          validateStack({ resources }: { resources: PolicyResource[] }, report: ReportViolation) {
            for (const violation of check.violations(resources.map(memberOf), judging)) {
              say(violation, report, resources.find((resource) => resource.name === violation.resource)?.urn);
            }
          },
        }
      : {}),
  } as Policy;
}

function subjectOf({ type, name, props, opts }: Pick<PolicyResource, "type" | "name" | "props" | "opts">): Subject {
  return { type, name, props: plain(props), isProtected: opts.protect };
}

function memberOf(resource: PolicyResource): Member {
  const subject = subjectOf(resource);
  const isKnown = Object.keys(subject.props).length > 0;
  return {
    ...subject,
    props: isKnown ? subject.props : (inputs.get(resource.urn) ?? {}),
    dependencies: resource.dependencies.map(({ name }) => name),
  };
}

/** What @pulumi/policy wraps, so that whoever looks at what is not known yet gets an error. Policies see some text there. */
function plain(props: Record<string, unknown>): Props {
  return (props.__getSpecialProxyTarget ?? props) as Props;
}

new PolicyPack("landfall", { policies: POLICY_NAMES.map(policyOf) });
