/** Stores and clusters that a cloud runs: where each type says how it is kept. */

export interface Service {
  title: string;
  /** Property that keeps the cloud from deleting it. */
  protection?: string;
  /** Days, or number, of backups that the cloud keeps. */
  retention?: string;
  /** Property of a second server, and what it says with one. */
  spare?: [path: string, value: RegExp];
  storage?: string;
  version?: string;
  machine?: string;
}

export const SERVICES: Readonly<Record<string, Service>> = {
  "aws:rds/instance:Instance": {
    title: "the RDS instance",
    protection: "deletionProtection",
    retention: "backupRetentionPeriod",
    spare: ["multiAz", /true/],
    storage: "allocatedStorage",
    version: "engineVersion",
    machine: "instanceClass",
  },
  "aws:elasticache/replicationGroup:ReplicationGroup": {
    title: "the ElastiCache group",
    retention: "snapshotRetentionLimit",
    spare: ["automaticFailoverEnabled", /true/],
    version: "engineVersion",
    machine: "nodeType",
  },
  "aws:docdb/cluster:Cluster": {
    title: "the DocumentDB cluster",
    protection: "deletionProtection",
    retention: "backupRetentionPeriod",
    version: "engineVersion",
  },
  "aws:docdb/clusterInstance:ClusterInstance": { title: "the DocumentDB server", machine: "instanceClass" },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
    title: "the bucket's former versions",
    retention: "rules[0].noncurrentVersionExpiration.noncurrentDays",
  },
  "aws:eks/cluster:Cluster": { title: "the EKS cluster", protection: "deletionProtection" },
  "gcp:sql/databaseInstance:DatabaseInstance": {
    title: "the Cloud SQL instance",
    protection: "deletionProtection",
    retention: "settings.backupConfiguration.backupRetentionSettings.retainedBackups",
    spare: ["settings.availabilityType", /REGIONAL/],
    storage: "settings.diskSize",
    version: "databaseVersion",
    machine: "settings.tier",
  },
  "gcp:redis/instance:Instance": {
    title: "the Memorystore instance",
    protection: "deletionProtection",
    spare: ["tier", /STANDARD_HA/],
    storage: "memorySizeGb",
    version: "redisVersion",
  },
  "gcp:storage/bucket:Bucket": {
    title: "the bucket's former versions",
    retention: "softDeletePolicy.retentionDurationSeconds",
  },
  "gcp:container/cluster:Cluster": { title: "the GKE cluster", protection: "deletionProtection" },
  "gcp:gkebackup/backupPlan:BackupPlan": {
    title: "the cluster's backups",
    retention: "retentionPolicy.backupRetainDays",
  },
  "azure-native:dbforpostgresql:Server": {
    title: "the flexible server",
    retention: "backup.backupRetentionDays",
    spare: ["highAvailability.mode", /ZoneRedundant|SameZone/],
    storage: "storage.storageSizeGB",
    version: "version",
    machine: "sku.name",
  },
  "azure-native:redisenterprise:RedisEnterprise": {
    title: "the Managed Redis",
    spare: ["highAvailability", /Enabled/],
    machine: "sku.name",
  },
  "azure-native:mongocluster:MongoCluster": {
    title: "the DocumentDB cluster",
    spare: ["properties.highAvailability.targetMode", /ZoneRedundant|SameZone/],
    storage: "properties.storage.sizeGb",
    version: "properties.serverVersion",
    machine: "properties.compute.tier",
  },
  "azure-native:storage:BlobServiceProperties": {
    title: "what is deleted in the storage account",
    retention: "deleteRetentionPolicy.days",
  },
};
