import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Statement } from "./identity.ts";
import { prefix } from "./names.ts";

export interface BucketArgs {
  /** What its name begins with: all buckets of the world share their names, and AWS completes it. */
  begins: string;
  protect: boolean;
  /** Days for which what was overwritten or deleted can be had back. */
  formerVersionDays: number;
}

/** Nothing public, encrypted, TLS only, and with former versions. */
export function createBucket(
  name: string,
  { begins, protect, formerVersionDays }: BucketArgs,
  opts: pulumi.CustomResourceOptions,
): { bucket: aws.s3.Bucket; ready: pulumi.Resource[] } {
  const bucket = new aws.s3.Bucket(
    `${name}-bucket`,
    { bucketPrefix: prefix(begins, 37), forceDestroy: !protect },
    pulumi.mergeOptions(opts, { protect }),
  );
  const of = { bucket: bucket.bucket };
  const closed = new aws.s3.BucketPublicAccessBlock(
    `${name}-private`,
    { ...of, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    opts,
  );
  const owned = new aws.s3.BucketOwnershipControls(
    `${name}-ownership`,
    { ...of, rule: { objectOwnership: "BucketOwnerEnforced" } },
    opts,
  );
  const encrypted = new aws.s3.BucketServerSideEncryptionConfiguration(
    `${name}-encryption`,
    { ...of, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
    opts,
  );
  const versioning = new aws.s3.BucketVersioning(
    `${name}-versioning`,
    { ...of, versioningConfiguration: { status: "Enabled" } },
    opts,
  );
  const lifecycle = new aws.s3.BucketLifecycleConfiguration(
    `${name}-lifecycle`,
    {
      ...of,
      rules: [
        {
          id: "former-versions",
          status: "Enabled",
          filter: { prefix: "" },
          noncurrentVersionExpiration: { noncurrentDays: formerVersionDays },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
        },
      ],
    },
    pulumi.mergeOptions(opts, { dependsOn: versioning }),
  );
  const policy = new aws.s3.BucketPolicy(
    `${name}-policy`,
    { ...of, policy: tlsOnly(bucket.arn) },
    pulumi.mergeOptions(opts, { dependsOn: closed }),
  );
  return { bucket, ready: [closed, owned, encrypted, lifecycle, policy] };
}

function tlsOnly(arn: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [arn, pulumi.interpolate`${arn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  });
}

/** What a client does with objects; buckets are none of its business. */
export function permissionsOn(buckets: readonly aws.s3.Bucket[]): Statement[] {
  if (buckets.length === 0) return [];
  const arns = pulumi.all(buckets.map(({ arn }) => arn));
  return [
    {
      Effect: "Allow",
      Action: ["s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetBucketLocation"],
      Resource: arns,
    },
    {
      Effect: "Allow",
      Action: [
        ...["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
        ...["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
      ],
      Resource: arns.apply((all) => all.map((arn) => `${arn}/*`)),
    },
  ];
}
