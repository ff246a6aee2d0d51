/** IAM, KMS and logs. Rules by https://docs.aws.amazon.com/IAM/latest/APIReference/ and its quotas. */
import { badPattern, failures, notOneOf } from "../checks.ts";
import type { Rules } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { ACCOUNT, arn, completed } from "./common.ts";

export const ROLE = "aws:iam/role:Role";
const USER = "aws:iam/user:User";
/** Of the policies of one role together, without white space. */
const LONGEST_POLICY = 10_240;
const ROLE_NAME = /^[\w+=,.@-]{1,64}$/;
const MANAGED_POLICY = /^arn:aws:iam::aws:policy\/(service-role\/)?[\w-]+$/;

/** What CloudWatch keeps logs for, in days. */
const RETENTION = [
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export function badPolicy(property: string, text: unknown) {
  if (typeof text !== "string") return undefined;
  try {
    const { Version, Statement } = JSON.parse(text);
    if (
      Version === "2012-10-17" &&
      Array.isArray(Statement) &&
      Statement.every(({ Effect, Action }) => Effect && Action)
    ) {
      return undefined;
    }
  } catch {
    // told below
  }
  return { property, reason: "MalformedPolicyDocument: is no policy of version 2012-10-17 with statements" };
}

export const iam: Record<string, Rules> = {
  [ROLE]: {
    autoname: { property: "name", maxLength: 64, unless: "namePrefix" },
    immutable: ["name", "namePrefix", "path"],
    check: ({ name, namePrefix, assumeRolePolicy }) =>
      failures(
        badPattern("name", name, ROLE_NAME),
        badPattern("namePrefix", namePrefix, /^[\w+=,.@-]{1,38}$/),
        badPolicy("assumeRolePolicy", assumeRolePolicy),
      ),
    create({ name: given, namePrefix }, context) {
      const name = (given ?? completed(namePrefix, context)) as string;
      const uniqueId = `AROA${context.world.unique(16).toUpperCase()}`;
      return { id: name, outputs: { name, arn: `arn:aws:iam::${ACCOUNT}:role/${name}`, uniqueId } };
    },
  },

  "aws:iam/rolePolicy:RolePolicy": {
    autoname: { property: "name", maxLength: 128 },
    immutable: ["name", "role"],
    references: { role: { to: ROLE, by: "name" } },
    check: ({ name, policy }) =>
      failures(
        badPattern("name", name, /^[\w+=,.@-]{1,128}$/),
        badPolicy("policy", policy),
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
        typeof policy === "string" &&
          policy.replace(/\s/g, "").length > LONGEST_POLICY && {
            property: "policy",
            reason: `LimitExceeded: Maximum policy size of ${LONGEST_POLICY} bytes exceeded`,
          },
      ),
    create: ({ name, role }) => ({ id: `${role}:${name}`, outputs: {} }),
  },

  [USER]: {
    autoname: { property: "name", maxLength: 64 },
    check: ({ name }) => failures(badPattern("name", name, ROLE_NAME)),
    create: ({ name }) => ({ id: name as string, outputs: { arn: `arn:aws:iam::${ACCOUNT}:user/${name}` } }),
  },

  "aws:iam/userPolicy:UserPolicy": {
    autoname: { property: "name", maxLength: 128 },
    immutable: ["name", "user"],
    references: { user: { to: USER, by: "name" } },
    check: ({ policy }) => failures(badPolicy("policy", policy)),
    create: ({ name, user }) => ({ id: `${user}:${name}`, outputs: {} }),
  },

  "aws:iam/accessKey:AccessKey": {
    immutable: ["user"],
    references: { user: { to: USER, by: "name" } },
    create: (_, { world }) => ({
      id: `AKIA${world.unique(16).toUpperCase()}`,
      outputs: { secret: `${world.unique(16)}${world.unique(16)}${world.unique(8)}`, status: "Active" },
    }),
  },

  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    immutable: ["role", "policyArn"],
    references: {
      role: { to: ROLE, by: "name" },
      policyArn: { to: "aws:iam/policy:Policy", by: "arn", except: MANAGED_POLICY },
    },
    create: ({ role, policyArn }) => ({ id: `${role}/${policyArn}`, outputs: {} }),
  },

  "aws:kms/key:Key": {
    check: ({ deletionWindowInDays: days, policy }) =>
      failures(
        badPolicy("policy", policy),
        typeof days === "number" &&
          (days < 7 || days > 30) && { property: "deletionWindowInDays", reason: `is ${days}; KMS waits 7 to 30 days` },
      ),
    create(_, context) {
      const id = context.world.unique(12);
      const keyId = `1234abcd-12ab-34cd-56ef-${id}`;
      return { id: keyId, outputs: { keyId, arn: arn(context, "kms", `key/${keyId}`) } };
    },
  },

  "aws:cloudwatch/logGroup:LogGroup": {
    autoname: { property: "name", maxLength: 512 },
    immutable: ["name", "logGroupClass"],
    check: ({ name, retentionInDays }) =>
      failures(badPattern("name", name, /^[\w./#-]{1,512}$/), notOneOf("retentionInDays", retentionInDays, RETENTION)),
    create({ name }, context) {
      if (context.world.get("aws:cloudwatch/logGroup:LogGroup", name as string)) {
        throw new CloudError(`ResourceAlreadyExistsException: the log group ${name} exists`);
      }
      return { id: name as string, outputs: { arn: arn(context, "logs", `log-group:${name}`) } };
    },
  },
};
