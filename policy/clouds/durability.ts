/** Data that outlives mistakes. */
import type { StackCheck, Violation } from "../check.ts";
import { at, isBelow, isNot, isTrue, listAt, type Member, type Props } from "../subject.ts";
import { when } from "./by-type.ts";

type Find = (member: Member, members: readonly Member[]) => string[];

/** Days that copies are kept at the least. */
const WEEK = 7;

const deletable = "has no deletion protection";
const unlessProtected = ({ props }: Member) => when(isNot(props.deletionProtection), deletable);
const LOCK = "azure-native:authorization:ManagementLockByScope";
const unlessLocked: Find = ({ name }, members) =>
  when(!members.some(({ type, dependencies }) => type === LOCK && dependencies.includes(name)), "has no lock");

const deletion: Readonly<Record<string, Find>> = {
  "aws:rds/instance:Instance": unlessProtected,
  "aws:docdb/cluster:Cluster": unlessProtected,
  "aws:elasticache/replicationGroup:ReplicationGroup": ({ props }) =>
    when(isNot(props.finalSnapshotIdentifier), "goes without a last copy"),
  "aws:eks/cluster:Cluster": unlessProtected,
  "aws:s3/bucket:Bucket": ({ props }) => when(isTrue(props.forceDestroy), "goes with all that is in it"),
  "aws:efs/fileSystem:FileSystem": () => [],
  "gcp:container/cluster:Cluster": unlessProtected,
  "gcp:sql/databaseInstance:DatabaseInstance": ({ props }) => [
    ...when(isNot(props.deletionProtection), deletable),
    ...when(isNot(at(props, "settings", "deletionProtectionEnabled")), "can be deleted in Google's console"),
  ],
  "gcp:redis/instance:Instance": unlessProtected,
  "gcp:storage/bucket:Bucket": ({ props }) => when(isTrue(props.forceDestroy), "goes with all that is in it"),
  "azure-native:containerservice:ManagedCluster": unlessLocked,
  "azure-native:dbforpostgresql:Server": unlessLocked,
  "azure-native:redisenterprise:RedisEnterprise": unlessLocked,
  "azure-native:mongocluster:MongoCluster": unlessLocked,
  "azure-native:storage:StorageAccount": unlessLocked,
  "kubernetes:apps/v1:StatefulSet": () => [],
};

export const deletionProtection: StackCheck = {
  violations: (members) =>
    found(members, deletion, (member) => when(!member.isProtected, "is not protected by Pulumi")),
};

const unlessVersioned: Find = ({ name }, members) =>
  when(
    !members.some(
      ({ type, props, dependencies }) =>
        type === "aws:s3/bucketVersioning:BucketVersioning" &&
        dependencies.includes(name) &&
        at(props, "versioningConfiguration", "status") === "Enabled",
    ),
    "keeps no former versions",
  );
const unlessKept = (days: (props: Props) => unknown): Find => {
  return ({ props }) => when(isBelow(days(props), WEEK), "keeps no copies of a week");
};
const EFS_BACKUP = "aws:efs/backupPolicy:BackupPolicy";

const copies: Readonly<Record<string, Find>> = {
  "aws:rds/instance:Instance": unlessKept(({ backupRetentionPeriod }) => backupRetentionPeriod),
  "aws:docdb/cluster:Cluster": unlessKept(({ backupRetentionPeriod }) => backupRetentionPeriod),
  "aws:elasticache/replicationGroup:ReplicationGroup": unlessKept((props) => props.snapshotRetentionLimit),
  "aws:efs/fileSystem:FileSystem": ({ name }, members) =>
    when(
      !members.some(({ type, dependencies }) => type === EFS_BACKUP && dependencies.includes(name)),
      "is not copied",
    ),
  "aws:s3/bucket:Bucket": unlessVersioned,
  "gcp:sql/databaseInstance:DatabaseInstance": ({ props }) => {
    const backup = at(props, "settings", "backupConfiguration");
    return [
      ...when(isNot(at(backup, "enabled")), "is not copied"),
      ...when(isNot(at(backup, "pointInTimeRecoveryEnabled")), "cannot go back to a point in time"),
    ];
  },
  "gcp:redis/instance:Instance": ({ props }) =>
    when(at(props, "persistenceConfig", "persistenceMode") !== "RDB", "is not copied"),
  "gcp:storage/bucket:Bucket": ({ props }) =>
    when(isNot(at(props, "versioning", "enabled")), "keeps no former versions"),
  "azure-native:dbforpostgresql:Server": unlessKept((props) => at(props, "backup", "backupRetentionDays")),
  "azure-native:redisenterprise:Database": ({ props }) =>
    when(
      ![at(props, "persistence", "aofEnabled"), at(props, "persistence", "rdbEnabled")].some(isTrue),
      "keeps its data in memory alone",
    ),
  "azure-native:storage:BlobServiceProperties": ({ props }) =>
    when(isNot(props.isVersioningEnabled), "keeps no former versions"),
};

export const backups: StackCheck = { violations: (members) => found(members, copies, () => []) };

function found(
  members: readonly Member[],
  finders: Readonly<Record<string, Find>>,
  ofEach: (member: Member) => string[],
): Violation[] {
  return members.flatMap((member) => {
    const find = finders[member.type];
    const problems = find ? [...find(member, members), ...ofEach(member)] : [];
    return problems.map((problem) => ({ resource: member.name, problem }));
  });
}

/** Names of logs that have who asked what of the API server. */
const AUDIT = /^(audit|kube-audit|kube-audit-admin|APISERVER)$/;

const SETTING = "azure-native:monitor:DiagnosticSetting";
const audited: Readonly<Record<string, Find>> = {
  "aws:eks/cluster:Cluster": ({ props }) => unlessAudited(listAt(props, "enabledClusterLogTypes")),
  "gcp:container/cluster:Cluster": ({ props }) => unlessAudited(listAt(props, "loggingConfig", "enableComponents")),
  "azure-native:containerservice:ManagedCluster": ({ name }, members) => {
    const settings = members.filter(({ type, dependencies }) => type === SETTING && dependencies.includes(name));
    const logs = settings.flatMap(({ props }) => listAt(props, "logs"));
    return unlessAudited(logs.filter((log) => at(log, "enabled") !== false).map((log) => at(log, "category")));
  },
};

export const auditedClusters: StackCheck = { violations: (members) => found(members, audited, () => []) };

function unlessAudited(logs: readonly unknown[]): string[] {
  return when(!logs.some((log) => AUDIT.test(String(log))), "keeps no record of who asked what");
}
