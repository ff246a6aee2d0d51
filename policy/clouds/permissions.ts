/** Rights in the cloud's account. */
import { at, type Subject } from "../subject.ts";
import { byType, when } from "./by-type.ts";
import { statementsOf } from "./exposure.ts";

/** Managed policies of AWS that let their bearer do everything, or everything of a service. */
const AWS_ADMINISTRATORS = /\/(AdministratorAccess|PowerUserAccess|IAMFullAccess|[A-Za-z0-9]+FullAccess)$/;
/** https://cloud.google.com/iam/docs/roles-overview#basic */
const GOOGLE_BASIC = ["roles/owner", "roles/editor"];
const EVERYBODY = ["allUsers", "allAuthenticatedUsers"];
/** Owner, Contributor, User Access Administrator: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
const AZURE_ADMINISTRATORS: Readonly<Record<string, string>> = {
  "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
  "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
  "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
};

const ofPolicy = ({ props: { policy } }: Subject) =>
  statementsOf(policy)
    .filter(({ Effect }) => Effect === "Allow")
    .flatMap(({ Action, NotAction }) => [
      ...[Action].flat().filter((action) => /^(\*|[a-z0-9-]+:\*)$/.test(String(action))),
      ...(NotAction === undefined ? [] : [`everything but ${NotAction}`]),
    ])
    .map((action) => `allows ${action}`);

const ofGoogle = ({ props: { role, member } }: Subject) => [
  ...when(GOOGLE_BASIC.includes(String(role)), `grants ${role}`),
  ...when(EVERYBODY.includes(String(member)), `grants ${role} to ${member}`),
];

export const noWildcardIam = byType({
  "aws:iam/rolePolicy:RolePolicy": ofPolicy,
  "aws:iam/userPolicy:UserPolicy": ofPolicy,
  "aws:iam/policy:Policy": ofPolicy,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ({ props: { policyArn } }) =>
    when(AWS_ADMINISTRATORS.test(String(policyArn)), `attaches ${policyArn}`),
  "aws:iam/role:Role": ({ props: { assumeRolePolicy } }) =>
    when(
      statementsOf(assumeRolePolicy).some(({ Principal }) => Principal === "*" || at(Principal, "AWS") === "*"),
      "may be assumed by everybody",
    ),
  "gcp:projects/iAMMember:IAMMember": ofGoogle,
  "gcp:serviceaccount/iAMMember:IAMMember": ofGoogle,
  "gcp:projects/iAMCustomRole:IAMCustomRole": ({ props: { permissions } }) =>
    [permissions]
      .flat()
      .filter((permission) => String(permission).includes("*"))
      .map((permission) => `has ${permission}`),
  "azure-native:authorization:RoleAssignment": ({ props: { roleDefinitionId } }) => {
    const role = AZURE_ADMINISTRATORS[String(roleDefinitionId).split("/").at(-1) as string];
    return when(role !== undefined, `assigns ${role}`);
  },
});
