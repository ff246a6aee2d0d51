import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyOf, type Statement } from "./identity.ts";
import { fitting, prefix } from "./names.ts";
import type { AwsStore, StoreArgs } from "./stores.ts";

/** Object store by Amazon S3: nothing public, encrypted, TLS only, and what is overwritten or deleted can be had back. */
export class S3Objects extends pulumi.ComponentResource {
  readonly store: AwsStore;

  constructor(name: string, args: StoreArgs, opts: pulumi.ComponentResourceOptions) {
    super("landfall:aws:S3Objects", name, {}, opts);
    const { datastore, site, identifier } = args;
    const inside = { parent: this };

    const made = datastore.endpoint.buckets.map((bucket) => createBucket(`${name}-${bucket}`, args, bucket, inside));
    const permissions = permissionsOn(made.map(({ bucket }) => bucket));
    const key = datastore.access === "password" ? accessKey(name, identifier, permissions, inside) : undefined;
    const names = pulumi.all(made.map(({ bucket }) => bucket.bucket));
    const username = key?.id ?? pulumi.output("");
    const host = `s3.${site.region}.amazonaws.com`;
    this.store = {
      endpoint: pulumi
        .all([names, username])
        .apply(([buckets, username]) => ({ ...datastore.endpoint, host, buckets, username })),
      password: key?.secret,
      ready: made.flatMap(({ ready }) => ready),
      permissions,
    };
    this.registerOutputs({});
  }
}

function createBucket(
  name: string,
  { datastore, identifier }: StoreArgs,
  what: string,
  opts: pulumi.CustomResourceOptions,
): { bucket: aws.s3.Bucket; ready: pulumi.Resource[] } {
  const { protect } = datastore;
  const bucket = new aws.s3.Bucket(
    `${name}-bucket`,
    // All buckets of the world share their names.
    { bucketPrefix: prefix(`${identifier}-${what}`, 37), forceDestroy: !protect },
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
          noncurrentVersionExpiration: { noncurrentDays: datastore.backupRetentionDays },
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
function permissionsOn(buckets: readonly aws.s3.Bucket[]): Statement[] {
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

/** For clients that cannot show who they are. */
function accessKey(
  name: string,
  identifier: string,
  permissions: readonly Statement[],
  opts: pulumi.CustomResourceOptions,
): aws.iam.AccessKey {
  const user = new aws.iam.User(`${name}-user`, { name: fitting(identifier, 64) }, opts);
  new aws.iam.UserPolicy(`${name}-user-policy`, { user: user.name, policy: policyOf(permissions) }, opts);
  return new aws.iam.AccessKey(`${name}-key`, { user: user.name }, opts);
}
