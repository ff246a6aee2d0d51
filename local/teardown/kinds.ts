/** What a teardown knows of the kinds of resources that keep data or cost money: their sizes, and what they leave. */
import { at, type StateResource, type Values } from "./state.ts";

/** Something that is there after the stack is gone. */
export interface Left {
  kind: string;
  name: string;
  why: string;
  /** Command that removes it; none where nothing has to be done, or where only its owner knows. */
  remove?: string;
}

interface Kind {
  title: string;
  /** Where the cloud's name for it is. @default the id */
  name?: string;
  /** Where its size is, and the unit. */
  size?: { path: string; unit: string };
  /** Whether the cloud refuses to delete it. @default false */
  isProtected?: (inputs: Values) => boolean;
  leaves?: (inputs: Values, name: string) => Left[];
}

const KEPT_SNAPSHOT = "the last one of a store that goes; it is billed by the GiB";
const byProperty = (inputs: Values) => inputs.deletionProtection === true;
const unlessForced = (inputs: Values) => inputs.forceDestroy === false;

/** Kinds that keep data. */
export const DURABLE: Readonly<Record<string, Kind>> = {
  "kubernetes:core/v1:PersistentVolumeClaim": {
    title: "volume claim",
    size: { path: "spec.resources.requests.storage", unit: "" },
  },
  "kubernetes:postgresql.cnpg.io/v1:Cluster": {
    title: "PostgreSQL servers of CloudNativePG",
    size: { path: "spec.storage.size", unit: "" },
  },
  "aws:rds/instance:Instance": {
    title: "RDS database",
    name: "identifier",
    size: { path: "allocatedStorage", unit: " GiB" },
    isProtected: byProperty,
    leaves: ({ skipFinalSnapshot, finalSnapshotIdentifier: id }) =>
      snapshot(!skipFinalSnapshot && id, "RDS snapshot", "aws rds delete-db-snapshot --db-snapshot-identifier"),
  },
  "aws:docdb/cluster:Cluster": {
    title: "DocumentDB cluster",
    name: "clusterIdentifier",
    isProtected: byProperty,
    leaves: ({ skipFinalSnapshot, finalSnapshotIdentifier: id }) =>
      snapshot(
        !skipFinalSnapshot && id,
        "DocumentDB snapshot",
        "aws docdb delete-db-cluster-snapshot --db-cluster-snapshot-identifier",
      ),
  },
  "aws:elasticache/replicationGroup:ReplicationGroup": {
    title: "ElastiCache servers",
    leaves: ({ finalSnapshotIdentifier: id }) =>
      snapshot(id, "ElastiCache snapshot", "aws elasticache delete-snapshot --snapshot-name"),
  },
  "aws:s3/bucket:Bucket": { title: "S3 bucket", isProtected: unlessForced },
  "aws:efs/fileSystem:FileSystem": {
    title: "EFS file system",
    leaves: (_, name) => [
      {
        kind: "EFS recovery points",
        name,
        why: "AWS Backup keeps its daily copies for 35 days where they were on",
        remove: "aws backup list-recovery-points-by-backup-vault --backup-vault-name aws/efs/automatic-backup-vault",
      },
    ],
  },
  "aws:ecr/repository:Repository": {
    title: "ECR repository",
    isProtected: ({ forceDelete }) => forceDelete === false,
  },
  "gcp:sql/databaseInstance:DatabaseInstance": {
    title: "Cloud SQL database",
    size: { path: "settings.diskSize", unit: " GiB" },
    isProtected: byProperty,
    leaves: ({ settings }, name) =>
      at(settings as Values, "retainBackupsOnDelete") === true
        ? [
            {
              kind: "Cloud SQL backups",
              name,
              why: "kept when the database goes; they are billed by the GiB",
              remove: `gcloud sql backups list --filter=instance=${name}, then gcloud sql backups delete NAME`,
            },
          ]
        : [],
  },
  "gcp:redis/instance:Instance": {
    title: "Memorystore servers",
    size: { path: "memorySizeGb", unit: " GB" },
    isProtected: byProperty,
  },
  "gcp:storage/bucket:Bucket": {
    title: "bucket of Cloud Storage",
    isProtected: unlessForced,
    leaves: ({ softDeletePolicy }, name) =>
      Number(at(softDeletePolicy as Values, "retentionDurationSeconds") ?? 0) > 0
        ? [
            {
              kind: "deleted bucket",
              name,
              why: `its objects can be had back, and are billed, for ${Number(at(softDeletePolicy as Values, "retentionDurationSeconds")) / DAY_SECONDS} days`,
            },
          ]
        : [],
  },
  "azure-native:dbforpostgresql:Server": {
    title: "Azure Database server",
    size: { path: "storage.storageSizeGB", unit: " GiB" },
    leaves: (_, name) => [
      {
        kind: "deleted server",
        name,
        why: "Azure can bring it back for 5 days; nothing is billed",
      },
    ],
  },
  "azure-native:redisenterprise:RedisEnterprise": { title: "Azure Managed Redis" },
  "azure-native:mongocluster:MongoCluster": {
    title: "Azure DocumentDB cluster",
    size: { path: "properties.storage.sizeGb", unit: " GiB" },
  },
  "azure-native:storage:StorageAccount": { title: "storage account" },
  "azure-native:keyvault:Vault": {
    title: "key vault",
    name: "vaultName",
    leaves: ({ properties, vaultName }) => [
      {
        kind: "deleted key vault",
        name: String(vaultName),
        why: `Azure keeps it, and its name, for ${at(properties as Values, "softDeleteRetentionInDays") ?? 90} days`,
        ...(at(properties as Values, "enablePurgeProtection")
          ? {}
          : { remove: `az keyvault purge --name ${vaultName}` }),
      },
    ],
  },
};

/** Kinds that keep none, and are held by the cloud or leave something. */
const OTHERS: Readonly<Record<string, Kind>> = {
  "aws:eks/cluster:Cluster": { title: "EKS cluster", isProtected: byProperty },
  "gcp:container/cluster:Cluster": { title: "GKE cluster", isProtected: byProperty },
  "azure-native:authorization:ManagementLockByScope": { title: "lock", isProtected: () => true },
  "aws:cloudwatch/logGroup:LogGroup": {
    title: "log group",
    name: "name",
    leaves: (_, name) =>
      // https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
      name.startsWith("/aws/eks/")
        ? [
            {
              kind: "log group",
              name,
              why: "EKS makes it anew, without retention, where its last lines come after it went",
              remove: `aws logs delete-log-group --log-group-name ${name}`,
            },
          ]
        : [],
  },
  "aws:kms/key:Key": {
    title: "KMS key",
    leaves: ({ deletionWindowInDays: days = 30 }, name) => [
      {
        kind: "KMS key",
        name,
        why: `KMS deletes it after ${days} days, and bills nothing for them; aws kms cancel-key-deletion brings it back`,
      },
    ],
  },
  "gcp:kms/keyRing:KeyRing": {
    title: "key ring",
    leaves: (_, name) => [{ kind: "key ring", name, why: "Google deletes none; it costs nothing" }],
  },
  "gcp:kms/cryptoKey:CryptoKey": {
    title: "key",
    leaves: (_, name) => [
      { kind: "key", name, why: "its versions are destroyed after 30 days; the key itself stays, and costs nothing" },
    ],
  },
};

const DAY_SECONDS = 86_400;

/** Clusters: what goes with one is more than the stack has made in it. */
export const CLUSTERS: readonly string[] = [
  "aws:eks/cluster:Cluster",
  "gcp:container/cluster:Cluster",
  "azure-native:containerservice:ManagedCluster",
];

export function isProtectedByCloud({ type, inputs }: StateResource): boolean {
  return kindOf(type)?.isProtected?.(inputs ?? {}) ?? false;
}

export function titleOf({ type }: StateResource): string {
  return kindOf(type)?.title ?? type;
}

/** The name by which its cloud, or Kubernetes, knows it. */
export function knownAs({ type, inputs, id = "" }: StateResource): string {
  const path = kindOf(type)?.name;
  return String((path && at(inputs, path)) || id);
}

export function sizeOf({ type, inputs }: StateResource): string | undefined {
  const size = kindOf(type)?.size;
  const value = size && at(inputs, size.path);
  return size && value !== undefined ? `${value}${size.unit}` : undefined;
}

export function leftBy(resource: StateResource): Left[] {
  return kindOf(resource.type)?.leaves?.(resource.inputs ?? {}, knownAs(resource)) ?? [];
}

function kindOf(type: string): Kind | undefined {
  return DURABLE[type] ?? OTHERS[type];
}

function snapshot(id: unknown, kind: string, remove: string): Left[] {
  if (typeof id !== "string") return [];
  return [{ kind, name: id, why: KEPT_SNAPSHOT, remove: `${remove} ${id}` }];
}
