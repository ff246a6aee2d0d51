/** Who may do what in a cluster, and what its pods may outside. https://docs.aws.amazon.com/eks/latest/APIReference/ */
import { badPattern, failures, notOneOf } from "../checks.ts";
import type { Context, Rules } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { arn } from "./common.ts";

const CLUSTER = "aws:eks/cluster:Cluster";
const ENTRY = "aws:eks/accessEntry:AccessEntry";
const ROLE = "aws:iam/role:Role";
const ACCESS_POLICY = /^arn:aws:eks::aws:cluster-access-policy\/AmazonEKS\w+Policy$/;

/** A role that pods cannot take on is refused: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html */
export function checkPodRole(roleArn: string, { world }: Context): void {
  const trust = String(world.named(roleArn, { to: ROLE, by: "arn" })?.inputs.assumeRolePolicy);
  if (["pods.eks.amazonaws.com", "sts:AssumeRole", "sts:TagSession"].every((part) => trust.includes(part))) return;
  throw new CloudError(`InvalidParameterException: trust policy of role ${roleArn} is not valid for pod identity`);
}

export const access: Record<string, Rules> = {
  [ENTRY]: {
    immutable: ["clusterName", "principalArn", "type"],
    references: { clusterName: { to: CLUSTER } },
    check: ({ principalArn, type }) =>
      failures(
        badPattern("principalArn", principalArn, /^arn:aws:iam::\d{12}:(role|user)\/.+$/),
        notOneOf("type", type, ["STANDARD", "EC2", "EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "HYBRID_LINUX"]),
      ),
    create({ clusterName, principalArn }, context) {
      const id = `${clusterName}:${principalArn}`;
      return { id, outputs: { accessEntryArn: arn(context, "eks", `access-entry/${clusterName}/${context.name}`) } };
    },
  },

  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {
    immutable: ["clusterName", "principalArn", "policyArn", "accessScope"],
    references: { clusterName: { to: CLUSTER } },
    check: ({ policyArn, accessScope }) => {
      const { type, namespaces = [] } = (accessScope ?? {}) as { type?: string; namespaces?: string[] };
      return failures(
        badPattern("policyArn", policyArn, ACCESS_POLICY),
        notOneOf("accessScope.type", type, ["cluster", "namespace"]),
        type === "namespace" &&
          namespaces.length === 0 && { property: "accessScope.namespaces", reason: "is required, and missing" },
      );
    },
    create({ clusterName, principalArn, policyArn }, { world }) {
      if (!world.get(ENTRY, `${clusterName}:${principalArn}`)) {
        throw new CloudError(`ResourceNotFoundException: ${principalArn} has no access entry in ${clusterName}`);
      }
      return { id: `${clusterName}#${principalArn}#${policyArn}`, outputs: {} };
    },
  },

  "aws:eks/podIdentityAssociation:PodIdentityAssociation": {
    immutable: ["clusterName", "namespace", "serviceAccount"],
    references: { clusterName: { to: CLUSTER }, roleArn: { to: ROLE, by: "arn", releases: true } },
    create({ clusterName, namespace, serviceAccount, roleArn }, context) {
      checkPodRole(roleArn as string, context);
      const taken = context.world
        .all("aws:eks/podIdentityAssociation:PodIdentityAssociation")
        .some(
          ({ inputs }) =>
            inputs.clusterName === clusterName &&
            inputs.namespace === namespace &&
            inputs.serviceAccount === serviceAccount,
        );
      if (taken) {
        throw new CloudError(
          `ResourceInUseException: service account ${namespace}/${serviceAccount} has an association already`,
        );
      }
      const id = `a-${context.world.unique(17)}`;
      const outputs = {
        associationId: id,
        associationArn: arn(context, "eks", `podidentityassociation/${clusterName}/${id}`),
      };
      return { id, outputs };
    },
  },
};
