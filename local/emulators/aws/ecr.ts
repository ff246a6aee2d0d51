/** ECR. Rules by https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html */
import { badPattern, failures, notOneOf } from "../checks.ts";
import type { Rules } from "../rules.ts";
import { ACCOUNT, arn } from "./common.ts";

const REPOSITORY = "aws:ecr/repository:Repository";

export const ecr: Record<string, Rules> = {
  [REPOSITORY]: {
    autoname: { property: "name", maxLength: 256 },
    immutable: ["name", "encryptionConfigurations"],
    check: ({ name, imageTagMutability }) =>
      failures(
        badPattern("name", name, /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/),
        notOneOf("imageTagMutability", imageTagMutability, [
          ...["MUTABLE", "IMMUTABLE", "MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION"],
        ]),
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
};
