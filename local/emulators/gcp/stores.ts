/** Memorystore, Cloud Storage, Artifact Registry, Backup for GKE. Rules by https://cloud.google.com/<service>/docs */
import { badPattern, failures, notOneOf, outside } from "../checks.ts";
import type { Context, Rules, Values } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { badLabels, named, projectOf } from "./common.ts";
import { CLUSTER } from "./gke.ts";
import { ACCOUNT, grant, requireService } from "./iam.ts";
import { ADDRESS, enabled, NETWORK } from "./network.ts";
import { addressIn, CERTIFICATE, requirePeering } from "./sql.ts";

const BUCKET = "gcp:storage/bucket:Bucket";
const REPOSITORY = "gcp:artifactregistry/repository:Repository";
const SECRET_GRANT = "gcp:secretmanager/secretIamMember:SecretIamMember";
const DAY_SECONDS = 86_400;
/** https://cloud.google.com/memorystore/docs/redis/supported-versions */
const REDIS_VERSIONS = ["REDIS_5_0", "REDIS_6_X", "REDIS_7_0", "REDIS_7_2"];

export const stores: Record<string, Rules> = {
  "gcp:redis/instance:Instance": {
    autoname: { property: "name", maxLength: 40 },
    immutable: [
      "name",
      "region",
      "project",
      "tier",
      "authorizedNetwork",
      "connectMode",
      "reservedIpRange",
      "transitEncryptionMode",
      "customerManagedKey",
    ],
    references: { authorizedNetwork: { to: NETWORK }, reservedIpRange: { to: ADDRESS, by: "name" } },
    check: (inputs) =>
      failures(
        badPattern("name", inputs.name, /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/),
        notOneOf("redisVersion", inputs.redisVersion, REDIS_VERSIONS),
        notOneOf("tier", inputs.tier, ["BASIC", "STANDARD_HA"]),
        notOneOf("connectMode", inputs.connectMode, ["DIRECT_PEERING", "PRIVATE_SERVICE_ACCESS"]),
        notOneOf("transitEncryptionMode", inputs.transitEncryptionMode, ["SERVER_AUTHENTICATION", "DISABLED"]),
        outside("memorySizeGb", inputs.memorySizeGb, 1, 300),
        inputs.tier === "BASIC" &&
          Number(inputs.replicaCount ?? 0) > 0 && { property: "replicaCount", reason: "BASIC has no replicas" },
        ...badLabels(inputs),
      ),
    create(inputs, context) {
      requireService(context, "redis");
      const { name, region, authorizedNetwork, connectMode, transitEncryptionMode } = inputs as Record<string, string>;
      if (connectMode === "PRIVATE_SERVICE_ACCESS") requirePeering(authorizedNetwork as string, context);
      const encrypted = transitEncryptionMode === "SERVER_AUTHENTICATION";
      const { world } = context;
      return {
        id: `projects/${projectOf(context)}/locations/${region}/instances/${name}`,
        outputs: {
          host: addressIn(authorizedNetwork, context),
          port: encrypted ? 6378 : 6379,
          // https://cloud.google.com/memorystore/docs/redis/about-redis-auth: a UUID.
          authString: inputs.authEnabled ? `${world.unique(8)}-0000-4000-8000-${world.unique(12)}` : "",
          serverCaCerts: encrypted ? [{ cert: CERTIFICATE, serialNumber: "0", sha1Fingerprint: "0" }] : [],
        },
      };
    },
    update(before, inputs) {
      const [from, to] = [before.inputs.redisVersion, inputs.redisVersion].map((it) =>
        REDIS_VERSIONS.indexOf(it as string),
      );
      if ((to as number) < (from as number)) throw new CloudError("Error 400: Redis cannot be downgraded, invalid");
      return { ...before.outputs, ...inputs };
    },
    remove({ id, inputs }) {
      if (inputs.deletionProtection === false) return;
      throw new CloudError(`Error: cannot destroy redis instance ${id} without setting deletion_protection=false`);
    },
  },

  [BUCKET]: {
    autoname: { property: "name", maxLength: 63 },
    immutable: ["name", "location", "project", "enableObjectRetention"],
    check: (inputs) =>
      failures(
        // https://cloud.google.com/storage/docs/buckets#naming
        badPattern("name", inputs.name, /^(?!goog)(?!.*g[o0]{2}g[l1]e)[a-z0-9][-a-z0-9_]{1,61}[a-z0-9]$/),
        badPattern("location", inputs.location, /^[A-Z]+(-[A-Z]+\d{1,2})?\d?$/),
        notOneOf("publicAccessPrevention", inputs.publicAccessPrevention, ["inherited", "enforced"]),
        badSoftDelete(inputs.softDeletePolicy),
        ...badLabels(inputs),
      ),
    create({ name }) {
      return {
        id: name as string,
        outputs: { selfLink: `https://www.googleapis.com/storage/v1/b/${name}`, url: `gs://${name}` },
      };
    },
  },
  "gcp:storage/bucketIAMMember:BucketIAMMember": grant("bucket", BUCKET, "name"),
  "gcp:storage/hmacKey:HmacKey": {
    immutable: ["serviceAccountEmail", "project"],
    references: { serviceAccountEmail: { to: ACCOUNT, by: "email" } },
    create({ serviceAccountEmail }, context) {
      const keys = context.world
        .all("gcp:storage/hmacKey:HmacKey")
        .filter(({ inputs }) => inputs.serviceAccountEmail === serviceAccountEmail);
      // https://cloud.google.com/storage/docs/authentication/hmackeys#restrictions
      if (keys.length >= 10) throw new CloudError(`Error 400: ${serviceAccountEmail} has 10 keys already`);
      const accessId = `GOOG1E${context.world.unique(16).toUpperCase()}`;
      const secret = context.world.unique(16).repeat(3).slice(0, 40);
      return {
        id: `projects/${projectOf(context)}/hmacKeys/${accessId}`,
        outputs: { accessId, secret, state: "ACTIVE" },
      };
    },
  },

  [REPOSITORY]: enabled("artifactregistry", {
    immutable: ["repositoryId", "location", "format", "mode", "kmsKeyName", "project"],
    check: ({ repositoryId, format, mode = "STANDARD_REPOSITORY", remoteRepositoryConfig, dockerConfig }) =>
      failures(
        notOneOf("mode", mode, ["STANDARD_REPOSITORY", "VIRTUAL_REPOSITORY", "REMOTE_REPOSITORY"]),
        (mode === "REMOTE_REPOSITORY") !== (remoteRepositoryConfig !== undefined) && {
          property: "remoteRepositoryConfig",
          reason: "is for repositories of mode REMOTE_REPOSITORY, which have one",
        },
        mode === "REMOTE_REPOSITORY" &&
          dockerConfig !== undefined && { property: "dockerConfig", reason: "is for standard repositories" },
        badPattern("repositoryId", repositoryId, /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/),
        notOneOf("format", format, ["DOCKER", "MAVEN", "NPM", "PYTHON", "APT", "YUM", "GENERIC", "GO", "KFP"]),
      ),
    create({ repositoryId, location, remoteRepositoryConfig }, context) {
      checkUpstream(remoteRepositoryConfig, context);
      const project = projectOf(context);
      return {
        id: `projects/${project}/locations/${location}/repositories/${repositoryId}`,
        outputs: { name: repositoryId, registryUri: `${location}-docker.pkg.dev/${project}/${repositoryId}` },
      };
    },
  }),
  // The secret itself is made by whoever knows it.
  [SECRET_GRANT]: enabled("secretmanager", grant("secretId")),
  "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember": grant("repository", REPOSITORY, "name"),

  "gcp:gkebackup/backupPlan:BackupPlan": enabled(
    "gkebackup",
    named(({ location, name }) => `locations/${location}/backupPlans/${name}`, {
      immutable: ["cluster", "location"],
      references: { cluster: { to: CLUSTER } },
      check({ cluster, retentionPolicy = {} }, { world }) {
        const { addonsConfig } = (world.get(CLUSTER, cluster as string)?.inputs ?? {}) as {
          addonsConfig?: { gkeBackupAgentConfig?: { enabled: boolean } };
        };
        return failures(
          addonsConfig !== undefined &&
            !addonsConfig.gkeBackupAgentConfig?.enabled && {
              property: "cluster",
              reason: "has no agent of Backup for GKE",
            },
          outside("retentionPolicy.backupRetainDays", (retentionPolicy as Values).backupRetainDays, 1, 365),
        );
      },
    }),
  ),
};

/** Its service agent has to be let in first: https://cloud.google.com/artifact-registry/docs/repositories/configure-remote-auth-docker-hub */
function checkUpstream(config: unknown, { world }: Context): void {
  const { upstreamCredentials } = (config ?? {}) as {
    upstreamCredentials?: { usernamePasswordCredentials?: { passwordSecretVersion?: string } };
  };
  const version = upstreamCredentials?.usernamePasswordCredentials?.passwordSecretVersion;
  if (version === undefined) return;
  const readable = world
    .all(SECRET_GRANT)
    .some(
      ({ inputs }) =>
        inputs.secretId === version.split("/")[3] && String(inputs.member).includes("@gcp-sa-artifactregistry."),
    );
  if (readable) return;
  throw new CloudError(`Error 403: Artifact Registry's service agent may not access ${version}, forbidden`);
}

/** https://cloud.google.com/storage/docs/soft-delete: none, or 7 to 90 days. */
function badSoftDelete(policy: unknown) {
  const { retentionDurationSeconds: seconds } = (policy ?? {}) as { retentionDurationSeconds?: number };
  if (seconds === undefined || seconds === 0) return undefined;
  return outside("softDeletePolicy.retentionDurationSeconds", seconds, 7 * DAY_SECONDS, 90 * DAY_SECONDS);
}
