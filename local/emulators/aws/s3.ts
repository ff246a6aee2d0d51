/** S3. Rules by https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html and the S3 API reference. */
import { badPattern, failures, notOneOf } from "../checks.ts";
import type { Context, Rules, Values } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { completed } from "./common.ts";
import { badPolicy } from "./iam.ts";

const BUCKET = "aws:s3/bucket:Bucket";
const ACCESS_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const NAME = /^(?!\d+\.\d+\.\d+\.\d+$)(?!xn--|sthree-)[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]$/;

/** A setting of a bucket, of which there is one. */
function setting(type: string, rules: Partial<Rules> = {}): Record<string, Rules> {
  return {
    [type]: {
      immutable: ["bucket"],
      references: { bucket: { to: BUCKET, by: "bucket" } },
      create: ({ bucket }) => ({ id: bucket as string, outputs: {} }),
      ...rules,
    },
  };
}

export const s3: Record<string, Rules> = {
  [BUCKET]: {
    autoname: { property: "bucket", maxLength: 63, unless: "bucketPrefix" },
    immutable: ["bucket", "bucketPrefix"],
    check: ({ bucket, bucketPrefix }) =>
      failures(
        badPattern("bucket", bucket, NAME),
        badPattern("bucketPrefix", bucketPrefix, /^[a-z0-9][a-z0-9.-]{0,36}$/),
      ),
    create({ bucket: given, bucketPrefix }, context) {
      const bucket = (given ?? completed(bucketPrefix, context)) as string;
      const domain = `s3.${context.settings.region}.amazonaws.com`;
      return {
        id: bucket,
        outputs: { bucket, arn: `arn:aws:s3:::${bucket}`, bucketRegionalDomainName: `${bucket}.${domain}` },
      };
    },
  },

  ...setting(ACCESS_BLOCK),
  ...setting("aws:s3/bucketOwnershipControls:BucketOwnershipControls", {
    check: ({ rule }) =>
      failures(
        notOneOf("rule.objectOwnership", (rule as Values | undefined)?.objectOwnership, [
          ...["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"],
        ]),
      ),
  }),
  ...setting("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", {
    check: ({ rules = [] }) =>
      failures(
        ...(rules as { applyServerSideEncryptionByDefault?: Values }[]).map(
          ({ applyServerSideEncryptionByDefault: by }) =>
            notOneOf("rules.sseAlgorithm", by?.sseAlgorithm, ["AES256", "aws:kms", "aws:kms:dsse"]),
        ),
      ),
  }),
  ...setting("aws:s3/bucketVersioning:BucketVersioning", {
    check: ({ versioningConfiguration: configuration }) =>
      failures(
        notOneOf("versioningConfiguration.status", (configuration as Values).status, [
          ...["Enabled", "Suspended", "Disabled"],
        ]),
      ),
  }),
  ...setting("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", {
    check: ({ rules = [] }) => failures(...(rules as Values[]).flatMap(badRule)),
  }),
  ...setting("aws:s3/bucketPolicy:BucketPolicy", {
    check: ({ policy }) => failures(badPolicy("policy", policy)),
    create(inputs, context) {
      checkPolicy(inputs, context);
      return { id: inputs.bucket as string, outputs: {} };
    },
    update(before, inputs, context) {
      checkPolicy(inputs, context);
      return before.outputs;
    },
  }),
};

function badRule({ id, status, noncurrentVersionExpiration, expiration }: Values) {
  const days = [
    (noncurrentVersionExpiration as Values | undefined)?.noncurrentDays,
    (expiration as Values | undefined)?.days,
  ];
  return [
    notOneOf("rules.status", status, ["Enabled", "Disabled"]),
    ...days.map(
      (count) => typeof count === "number" && count < 1 && { property: `rules.${id}`, reason: "days are 1 or more" },
    ),
  ];
}

interface PolicyStatement {
  Effect: string;
  Principal?: unknown;
  Resource: string | string[];
}

/** A policy speaks of its own bucket, and opens it to nobody where the bucket blocks that. */
function checkPolicy({ bucket, policy }: Values, { world }: Context): void {
  const { Statement } = JSON.parse(policy as string) as { Statement: PolicyStatement[] };
  const arn = `arn:aws:s3:::${bucket}`;
  const blocks = world.get(ACCESS_BLOCK, bucket as string)?.inputs.blockPublicPolicy === true;
  for (const { Effect, Principal, Resource } of Statement) {
    if ([Resource].flat().some((resource) => resource !== arn && !resource.startsWith(`${arn}/`))) {
      throw new CloudError("MalformedPolicy: Policy has invalid resource");
    }
    if (Effect === "Allow" && Principal === "*" && blocks) {
      throw new CloudError("AccessDenied: public policies are blocked by the BlockPublicPolicy setting");
    }
  }
}
