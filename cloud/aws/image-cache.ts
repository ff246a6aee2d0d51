import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Upstream } from "../image-cache.ts";
import { policyOf } from "./identity.ts";
import { prefixOf } from "./image-cache-plan.ts";
import type { EksPlan } from "./plan.ts";

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-rule.html */
const URLS: Readonly<Record<Upstream, string>> = {
  "docker.io": "registry-1.docker.io",
  "ghcr.io": "ghcr.io",
  "public.ecr.aws": "public.ecr.aws",
  "quay.io": "quay.io",
  "registry.k8s.io": "registry.k8s.io",
};
/** Of one image. */
const KEPT_COPIES = 10;

/** Has ECR keep a copy of every public image that is pulled by its name there; the first pull makes the repository. */
export function createImageCaches(
  name: string,
  { plan, nodeRole }: { plan: EksPlan; nodeRole: pulumi.Input<string> },
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const { imageCaches, account, region } = plan;
  if (imageCaches.length === 0) return [];
  const prefixes = imageCaches.map(prefixOf);
  const rules = imageCaches.flatMap((cache) => {
    const prefix = prefixOf(cache);
    const logical = `${name}-${cache.host}-cache`;
    return [
      new aws.ecr.RepositoryCreationTemplate(
        `${logical}-template`,
        {
          prefix,
          appliedFors: ["PULL_THROUGH_CACHE"],
          description: `Copies of ${cache.host}`,
          // What a tag named once, it names for good.
          imageTagMutability: "IMMUTABLE",
          encryptionConfigurations: [{ encryptionType: "AES256" }],
          lifecyclePolicy: JSON.stringify(LIFECYCLE),
        },
        opts,
      ),
      new aws.ecr.PullThroughCacheRule(
        logical,
        { ecrRepositoryPrefix: prefix, upstreamRegistryUrl: URLS[cache.host], credentialArn: cache.account },
        opts,
      ),
    ];
  });
  // https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html
  const permission = new aws.iam.RolePolicy(
    `${name}-image-cache-policy`,
    {
      role: nodeRole,
      policy: policyOf([
        {
          Effect: "Allow",
          Action: ["ecr:CreateRepository", "ecr:BatchImportUpstreamImage"],
          Resource: prefixes.map((prefix) => `arn:aws:ecr:${region}:${account}:repository/${prefix}/*`),
        },
      ]),
    },
    opts,
  );
  return [...rules, permission];
}

const LIFECYCLE = {
  rules: [
    {
      rulePriority: 1,
      description: `All but the newest ${KEPT_COPIES}`,
      selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: KEPT_COPIES },
      action: { type: "expire" },
    },
  ],
};
