/** Projects, service accounts, grants and keys. Rules by https://cloud.google.com/iam/docs and https://cloud.google.com/kms/docs */
import { badPattern, failures } from "../checks.ts";
import type { Context, Rules, Values } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { named, PROJECT_NUMBER, projectOf, RFC1035 } from "./common.ts";

export const ACCOUNT = "gcp:serviceaccount/account:Account";
const SERVICE = "gcp:projects/service:Service";
const IDENTITY = "gcp:projects/serviceIdentity:ServiceIdentity";
const CUSTOM_ROLE = "gcp:projects/iAMCustomRole:IAMCustomRole";
const KEY_RING = "gcp:kms/keyRing:KeyRing";
export const CRYPTO_KEY = "gcp:kms/cryptoKey:CryptoKey";

/** https://cloud.google.com/iam/docs/principal-identifiers */
const MEMBER =
  /^(user|group|domain):[^\s:]+$|^serviceAccount:[^\s:@]+@[\w.-]+$|^principal(Set)?:\/\/iam\.googleapis\.com\/projects\/\d+\/locations\/global\/workloadIdentityPools\/[\w.-]+\/\S+$/;
const ROLE = /^((projects\/[\w-]+|organizations\/\d+)\/)?roles\/[\w.]+$/;
/** Service agents that are there before anybody asks for them. */
const USUAL_AGENTS = /@(cloudservices|developer)\.gserviceaccount\.com$/;

/** A role for one member on what `property` names. */
export function grant(property: string, to?: string, by = "id"): Rules {
  return {
    immutable: [property, "role", "member", "condition", "project", "location"],
    references: to === undefined ? {} : { [property]: { to, by } },
    check: ({ role, member }) => failures(badPattern("role", role, ROLE), badPattern("member", member, MEMBER)),
    create(inputs, context) {
      checkMember(inputs.member as string, context);
      return { id: `${inputs[property]}/${inputs.role}/${inputs.member}`, outputs: { etag: "BwXhqDVKwLE=" } };
    },
  };
}

function checkMember(member: string, { world }: Context): void {
  const [kind, email = ""] = member.split(":");
  if (kind !== "serviceAccount" || USUAL_AGENTS.test(email)) return;
  const known = [...world.all(ACCOUNT), ...world.all(IDENTITY)].some(({ outputs }) => outputs.email === email);
  if (!known) throw new CloudError(`Error 400: Service account ${email} does not exist., badRequest`);
}

/** @throws CloudError as an API says that is not switched on */
export function requireService({ world, settings }: Context, service: string): void {
  if (world.all(SERVICE).some(({ inputs }) => inputs.service === `${service}.googleapis.com`)) return;
  throw new CloudError(
    `Error 403: ${service}.googleapis.com has not been used in project ${settings.project} before or it is disabled, accessNotConfigured`,
  );
}

export const iam: Record<string, Rules> = {
  [SERVICE]: {
    immutable: ["service", "project"],
    check: ({ service }) => failures(badPattern("service", service, /^[a-z]+\.googleapis\.com$/)),
    create: ({ service }, context) => ({ id: `${projectOf(context)}/${service}`, outputs: {} }),
  },

  [IDENTITY]: {
    immutable: ["service", "project"],
    create({ service }, context) {
      const short = (service as string).replace(".googleapis.com", "");
      requireService(context, short);
      const email = `service-${PROJECT_NUMBER}@${AGENTS[short] ?? `gcp-sa-${short}`}.iam.gserviceaccount.com`;
      return {
        id: `projects/${projectOf(context)}/services/${service}`,
        outputs: { email, member: `serviceAccount:${email}` },
      };
    },
  },

  [ACCOUNT]: {
    immutable: ["accountId", "project"],
    check: ({ accountId, displayName = "" }) =>
      failures(
        badPattern("accountId", accountId, /^[a-z]([-a-z0-9]{4,28}[a-z0-9])$/),
        (displayName as string).length > 100 && { property: "displayName", reason: "is longer than 100 characters" },
      ),
    create({ accountId }, context) {
      requireService(context, "iam");
      const email = `${accountId}@${projectOf(context)}.iam.gserviceaccount.com`;
      const name = `projects/${projectOf(context)}/serviceAccounts/${email}`;
      const uniqueId = String(Number.parseInt(context.world.unique(12), 16)).padStart(21, "1");
      return { id: name, outputs: { name, email, member: `serviceAccount:${email}`, uniqueId } };
    },
  },

  "gcp:projects/iAMMember:IAMMember": {
    ...grant("project"),
    references: { role: { to: CUSTOM_ROLE, by: "name", except: /^roles\// } },
  },
  "gcp:serviceaccount/iAMMember:IAMMember": grant("serviceAccountId", ACCOUNT, "name"),

  // https://cloud.google.com/iam/docs/reference/rest/v1/projects.roles
  [CUSTOM_ROLE]: {
    immutable: ["roleId", "project"],
    check: ({ roleId, title = "", permissions = [] }) =>
      failures(
        badPattern("roleId", roleId, /^[a-zA-Z0-9_.]{3,64}$/),
        (title as string).length > 100 && { property: "title", reason: "is longer than 100 characters" },
        ...(permissions as string[]).map((permission) =>
          badPattern("permissions", permission, /^[a-z]+\.[a-zA-Z]+\.[a-zA-Z]+$/),
        ),
      ),
    create({ roleId }, context) {
      requireService(context, "iam");
      const name = `projects/${projectOf(context)}/roles/${roleId}`;
      return { id: name, outputs: { name, deleted: false } };
    },
  },

  [KEY_RING]: kept(
    named(({ location, name }) => `locations/${location}/keyRings/${name}`, { immutable: ["location"] }),
  ),
  [CRYPTO_KEY]: kept({
    autoname: { property: "name", maxLength: 63 },
    immutable: ["name", "keyRing", "purpose"],
    references: { keyRing: { to: KEY_RING } },
    check: ({ name, rotationPeriod }) =>
      failures(
        badPattern("name", name, RFC1035),
        badPattern("rotationPeriod", rotationPeriod, /^\d+(\.\d{1,9})?s$/),
        typeof rotationPeriod === "string" &&
          Number.parseInt(rotationPeriod, 10) < DAY_SECONDS && {
            property: "rotationPeriod",
            reason: "is shorter than a day",
          },
      ),
    create: ({ keyRing, name }) => ({ id: `${keyRing}/cryptoKeys/${name}`, outputs: {} }),
  }),
  "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": grant("cryptoKeyId", CRYPTO_KEY),
};

/** https://cloud.google.com/iam/docs/service-agents */
const AGENTS: Readonly<Record<string, string>> = { container: "container-engine-robot" };
const DAY_SECONDS = 86_400;

/** Google keeps key rings and keys for ever, and so their names: https://cloud.google.com/kms/docs/destroy-restore */
function kept(rules: Rules): Rules {
  return {
    ...rules,
    async create(inputs, context) {
      requireService(context, "cloudkms");
      return rules.create(inputs, context);
    },
  };
}

export function project(_given: Values, context: Context): Values {
  const projectId = projectOf(context);
  return { id: `projects/${projectId}`, projectId, name: projectId, number: PROJECT_NUMBER };
}
