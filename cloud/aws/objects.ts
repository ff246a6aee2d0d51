import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { createBucket, permissionsOn } from "./bucket.ts";
import { policyOf, type Statement } from "./identity.ts";
import { fitting } from "./names.ts";
import type { AwsStore, StoreArgs } from "./stores.ts";

/** Object store by Amazon S3: nothing public, encrypted, TLS only, and what is overwritten or deleted can be had back. */
export class S3Objects extends pulumi.ComponentResource {
  readonly store: AwsStore;

  constructor(name: string, args: StoreArgs, opts: pulumi.ComponentResourceOptions) {
    super("landfall:aws:S3Objects", name, {}, opts);
    const { datastore, site, identifier } = args;
    const inside = { parent: this };

    const { protect, backupRetentionDays } = datastore;
    const made = datastore.endpoint.buckets.map((bucket) =>
      createBucket(
        `${name}-${bucket}`,
        { begins: `${identifier}-${bucket}`, protect, formerVersionDays: backupRetentionDays },
        inside,
      ),
    );
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
