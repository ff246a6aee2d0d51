/** ECR. Rules by https://docs.aws.amazon.com/AmazonECR/latest/APIReference/, of CreateRepository and the like */
import { badPattern, failures, notOneOf, outside } from "../checks.ts";
import type { Rules } from "../rules.ts";
import { ACCOUNT, arn } from "./common.ts";

/** Registries that copies are kept of, and whether they want an account. CreatePullThroughCacheRule has them. */
const UPSTREAMS: Readonly<Record<string, "open" | "closed">> = {
  "public.ecr.aws": "open",
  "quay.io": "open",
  "registry.k8s.io": "open",
  "registry-1.docker.io": "closed",
  "ghcr.io": "closed",
  "registry.gitlab.com": "closed",
};
const PREFIX = /^((?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*\/?|ROOT)$/;
const SECRET = /^arn:aws:secretsmanager:[\w:-]+:secret:ecr-pullthroughcache\/[\w/+=.@-]+$/;
const MUTABILITIES = ["MUTABLE", "IMMUTABLE", "MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION"];
const REPOSITORY = "aws:ecr/repository:Repository";

export const ecr: Record<string, Rules> = {
  [REPOSITORY]: {
    autoname: { property: "name", maxLength: 256 },
    immutable: ["name", "encryptionConfigurations"],
    check: ({ name, imageTagMutability }) =>
      failures(
        badPattern("name", name, /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/),
        notOneOf("imageTagMutability", imageTagMutability, MUTABILITIES),
      ),
    create: ({ name }, context) => ({
      id: name as string,
      outputs: {
        arn: arn(context, "ecr", `repository/${name}`),
        registryId: ACCOUNT,
        repositoryUrl: `${ACCOUNT}.dkr.ecr.${context.settings.region}.amazonaws.com/${name}`,
      },
    }),
  },

  "aws:ecr/lifecyclePolicy:LifecyclePolicy": {
    immutable: ["repository"],
    references: { repository: { to: REPOSITORY, by: "name" } },
    create: ({ repository }) => ({ id: repository as string, outputs: {} }),
  },

  "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": {
    immutable: ["ecrRepositoryPrefix", "upstreamRegistryUrl", "upstreamRepositoryPrefix"],
    check: ({ ecrRepositoryPrefix, upstreamRegistryUrl, credentialArn }) =>
      failures(
        badPattern("ecrRepositoryPrefix", ecrRepositoryPrefix, PREFIX),
        outside("ecrRepositoryPrefix.length", lengthOf(ecrRepositoryPrefix), 2, 30),
        notOneOf("upstreamRegistryUrl", upstreamRegistryUrl, Object.keys(UPSTREAMS)),
        badPattern("credentialArn", credentialArn, SECRET),
        credentialArn === undefined &&
          UPSTREAMS[upstreamRegistryUrl as string] === "closed" && {
            property: "credentialArn",
            reason: `is required for ${upstreamRegistryUrl}, and missing`,
          },
      ),
    create: ({ ecrRepositoryPrefix }) => ({ id: ecrRepositoryPrefix as string, outputs: { registryId: ACCOUNT } }),
  },

  "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": {
    immutable: ["prefix"],
    check: ({ prefix, appliedFors = [], imageTagMutability, customRoleArn, resourceTags }) =>
      failures(
        badPattern("prefix", prefix, PREFIX),
        ...(appliedFors as string[]).map((use) =>
          notOneOf("appliedFors", use, ["CREATE_ON_PUSH", "PULL_THROUGH_CACHE", "REPLICATION"]),
        ),
        notOneOf("imageTagMutability", imageTagMutability, MUTABILITIES),
        resourceTags !== undefined &&
          customRoleArn === undefined && { property: "customRoleArn", reason: "is required for tags, and missing" },
      ),
    create: ({ prefix }) => ({ id: prefix as string, outputs: { registryId: ACCOUNT } }),
  },
};

function lengthOf(text: unknown): number | undefined {
  return typeof text === "string" ? text.length : undefined;
}
