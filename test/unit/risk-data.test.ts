import { data } from "../../local/risk/data/data.ts";
import { type Cases, judges } from "../support/risk.ts";
import { object, pods, step } from "../support/steps.ts";

const CLAIM = "kubernetes:core/v1:PersistentVolumeClaim";
const SET = "kubernetes:apps/v1:StatefulSet";
const CRON = "kubernetes:batch/v1:CronJob";
const SERVICE = "kubernetes:core/v1:Service";
const NETWORK = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const SERVER = "landfall:datastores:BundledServer";
const RDS = "aws:rds/instance:Instance";

const ARCHIVE = "kubernetes:barmancloud.cnpg.io/v1:ObjectStore";

const archive = (configuration: object = {}, retentionPolicy = "7d") =>
  object("db", {
    configuration: { destinationPath: "s3://copies/shop", endpointURL: "https://s3.example.com", ...configuration },
    retentionPolicy,
  });
const claim = (storage: string, storageClassName = "gp3") =>
  object("db", { storageClassName, resources: { requests: { storage } } });
const servers = (image: string, replicas = 1) => object("db", { replicas, ...pods({ image }) });
const images = (before: string, after: string) => [
  step("update", SET, { before: servers(before), after: servers(after) }),
];
const backup = (spec: object) => object("db-backup", spec);
const script = (command: string, claimName = "copies") => ({
  schedule: "0 1 * * *",
  jobTemplate: {
    spec: {
      template: {
        spec: {
          containers: [{ name: "backup", command: ["sh", "-c", command] }],
          volumes: [{ persistentVolumeClaim: { claimName } }],
        },
      },
    },
  },
});
const inBackup = ["landfall:backup:Backup", "shop-db-backup"] as const;
const schedule = (before: string, after: string) => [
  step("update", CRON, { within: inBackup, before: backup({ schedule: before }), after: backup({ schedule: after }) }),
];
const component = (op: string, type = SERVER, name = "shop-db") => step(op, type, { name });
const service = (op: string) => {
  const spec = object("db", { ports: [{ port: 5432 }] });
  return step(op, SERVICE, { before: spec, after: spec });
};
const pod = { podSelector: { matchLabels: { "app.kubernetes.io/name": "db" } } };
const address = { ipBlock: { cidr: "10.1.0.0/16" } };
const calls = (before: object, after: object) => {
  const egress = (to: object) => object("api", { egress: [{ to: [to], ports: [{ protocol: "TCP", port: 5432 }] }] });
  return step("update", NETWORK, { name: "shop-api-network", before: egress(before), after: egress(after) });
};
const instance = (before: object, after: object) => [
  step("update", RDS, { within: ["landfall:aws:RdsPostgres", "shop-db"], before: { ...before }, after: { ...after } }),
];

const job = (name: string, within: readonly [string, string] = inBackup) =>
  step("create", "kubernetes:batch/v1:Job", { name, within, after: object("db-restore", {}) });
const inMove = ["landfall:datastores:Move", "shop-db-restore"] as const;

const cases: Cases = {
  "data-overwritten": {
    steps: [job("shop-db-backup-restore-20261121t020000z")],
    level: "data at risk",
    says: /^The Job db-restore empties a store and puts a copy in the place of what it has/,
    not: [
      job("shop-db-backup-restore-before"),
      job("shop-db-move-copy-copy", inMove),
      job("shop-db-restore-restore-verify", inMove),
    ],
  },
  "datastore-moved": {
    steps: [component("delete"), component("create", "landfall:aws:RdsPostgres")],
    level: "data at risk",
    says: /^db goes from a StatefulSet in the cluster to Amazon RDS, which starts empty: the data stays behind/,
    not: [component("delete")],
  },
  "datastore-moved-out": {
    steps: [component("delete"), service("delete"), calls(pod, address)],
    level: "data at risk",
    says: /^db goes from a StatefulSet in the cluster to an address outside the stack: the data stays behind/,
    not: [component("delete"), service("delete")],
  },
  "datastore-moved-in": {
    steps: [component("create"), service("create"), calls(address, pod)],
    level: "data at risk",
    says: /^db goes from an address outside the stack to a StatefulSet in the cluster, which starts empty/,
    not: [component("create"), service("create")],
  },
  "datastore-removed": {
    steps: [component("delete"), service("delete")],
    level: "data at risk",
    says: /^db, run by a StatefulSet in the cluster, is removed with all of its data/,
    not: [component("delete"), component("create", "landfall:gcp:SqlPostgres")],
  },
  "volume-deleted": {
    steps: [step("delete", CLAIM, { before: claim("10Gi") })],
    level: "data at risk",
    says: /The volume db is deleted with what is on it/,
    not: [step("update", CLAIM, { before: claim("10Gi"), after: claim("20Gi") })],
  },
  "volume-replaced": {
    steps: [step("replace", CLAIM, { before: claim("10Gi"), reasons: ["spec.accessModes"] })],
    level: "data at risk",
    says: /deleted and made again, empty \(spec.accessModes\)/,
    not: [step("create", CLAIM, { after: claim("10Gi") })],
  },
  "volume-shrunk": {
    steps: [step("update", CLAIM, { before: claim("20Gi"), after: claim("10Gi") })],
    level: "data at risk",
    says: /The volume db shrinks from 20Gi to 10Gi/,
    not: [step("update", CLAIM, { before: claim("10Gi"), after: claim("10Gi") })],
  },
  "volume-grown": {
    steps: [step("update", CLAIM, { before: claim("10Gi"), after: claim("20Gi") })],
    level: "safe",
    says: /grows from 10Gi to 20Gi, if its class allows that/,
    not: [step("update", CLAIM, { before: claim("20Gi"), after: claim("10Gi") })],
  },
  "volume-class-changed": {
    steps: [step("replace", CLAIM, { before: claim("10Gi"), after: claim("10Gi", "io2") })],
    level: "data at risk",
    says: /is to have another storage class/,
    not: [step("update", CLAIM, { before: claim("10Gi"), after: claim("20Gi") })],
  },
  "servers-replaced": {
    steps: [
      step("replace", SET, { before: servers("postgres:16"), reasons: ["spec.selector"] }),
      step("same", CLAIM, { name: "claim", before: claim("10Gi") }),
    ],
    level: "downtime",
    says: /All servers of db stop, and are made again \(spec.selector\). Its volumes are resources of their own, and stay/,
    not: [step("update", SET, { before: servers("postgres:16") })],
  },
  "servers-deleted": {
    steps: [step("delete", SET, { before: servers("postgres:16") })],
    level: "data at risk",
    says: /The servers of db are deleted/,
    not: [step("create", SET, { after: servers("postgres:16") })],
  },
  "claim-templates-changed": {
    steps: [
      step("replace", SET, {
        before: object("db", { volumeClaimTemplates: [{ metadata: { name: "data" } }] }),
        after: object("db", { volumeClaimTemplates: [{ metadata: { name: "other" } }] }),
      }),
    ],
    level: "data at risk",
    says: /volumes that db asks for are others/,
    not: images("postgres:16.1", "postgres:16.2"),
  },
  "servers-clustered": {
    steps: [step("update", SET, { before: servers("redis:7", 1), after: servers("redis:7", 3) })],
    level: "data at risk",
    says: /db goes from 1 server to 3 servers: a server that ran alone does not become one of several/,
    not: [step("update", SET, { before: servers("redis:7", 3), after: servers("redis:7", 5) })],
  },
  "servers-fewer": {
    steps: [step("update", SET, { before: servers("redis:7", 5), after: servers("redis:7", 3) })],
    level: "data at risk",
    says: /db has 3 servers in the place of 5/,
    not: [step("update", SET, { before: servers("redis:7", 3), after: servers("redis:7", 5) })],
  },
  "namespace-gone": {
    steps: [step("replace", "kubernetes:core/v1:Namespace", { before: { metadata: { name: "shop" } } })],
    level: "data at risk",
    says: /The namespace shop is deleted and made again, with everything in it/,
    not: [step("update", "kubernetes:core/v1:Namespace", { before: { metadata: { name: "shop" } } })],
  },
  "protection-removed": {
    steps: [step("same", CLAIM, { before: claim("1Gi"), protect: [true, undefined] })],
    level: "data at risk",
    says: /Pulumi no longer protects db/,
    not: [step("same", CLAIM, { before: claim("1Gi"), protect: [true, true] })],
  },
  "backup-removed": {
    steps: [step("delete", "landfall:backup:Backup", { name: "shop-db-backup" })],
    level: "data at risk",
    says: /^db-backup is not made any more/,
    not: [step("same", "landfall:backup:Backup", { name: "shop-db-backup" })],
  },
  "backup-thinned": {
    steps: schedule("0 1 * * *", "0 1 * * 0"),
    level: "data at risk",
    says: /db-backup runs less often: "0 1 \* \* \*" becomes "0 1 \* \* 0"/,
    not: schedule("0 1 * * *", "*/30 * * * *"),
  },
  "archive-ended": {
    steps: [step("delete", ARCHIVE, { before: archive() })],
    level: "data at risk",
    says: /^The log of db is archived no more/,
    not: [step("create", ARCHIVE, { after: archive() })],
  },
  "archive-moved": {
    steps: [
      step("update", ARCHIVE, { before: archive(), after: archive({ endpointURL: "https://s3.other.example" }) }),
    ],
    level: "data at risk",
    says: /The log of db goes to another place/,
    not: [step("update", ARCHIVE, { before: archive(), after: archive({ wal: { compression: "gzip" } }) })],
  },
  "archive-kept-shorter": {
    steps: [step("update", ARCHIVE, { before: archive({}, "30d"), after: archive({}, "7d") })],
    level: "data at risk",
    says: /The archive of db goes back 7 days in the place of 30/,
    not: [step("update", ARCHIVE, { before: archive({}, "7d"), after: archive({}, "30d") })],
  },
  "backup-kept-shorter": {
    steps: [
      step("update", CRON, {
        within: inBackup,
        before: backup(script("ls | tail -n +8")),
        after: backup(script("ls | tail -n +4")),
      }),
    ],
    level: "data at risk",
    says: /keeps 3 copies in the place of 7/,
    not: [
      step("update", CRON, {
        within: inBackup,
        before: backup(script("ls | tail -n +8")),
        after: backup(script("ls | tail -n +15")),
      }),
    ],
  },
  "backup-moved": {
    steps: [
      step("update", CRON, {
        within: inBackup,
        before: backup(script("true")),
        after: backup(script("true", "elsewhere")),
      }),
    ],
    level: "data at risk",
    says: /db-backup goes to another place/,
    not: schedule("0 1 * * *", "0 2 * * *"),
  },

  "engine-version-changed": {
    steps: images("docker.io/library/postgres:16.11-alpine3.22", "docker.io/library/postgres:17.7-alpine3.22"),
    level: "data at risk",
    says: /db goes from 16.11 to 17.7: the data directory of one major version cannot be read by another/,
    not: images("docker.io/library/postgres:16.11-alpine3.22", "docker.io/library/postgres:16.11-alpine3.23"),
  },
  "engine-changed": {
    steps: images("redis:7", "docker.io/library/mongo:8"),
    level: "data at risk",
    says: /db is to be another engine/,
    not: images("redis:7", "valkey/valkey:8"),
  },
  "engine-base-changed": {
    steps: images("postgres:16.11-alpine3.22", "postgres:16.11-bookworm"),
    level: "data at risk",
    says: /from one C library to another/,
    not: images("postgres:16.11-alpine3.22", "postgres:16.11-alpine3.23"),
  },

  "cloud-protection-removed": {
    steps: instance({ deletionProtection: true }, { deletionProtection: false }),
    level: "data at risk",
    says: /The cloud no longer refuses to delete the RDS instance of db/,
    not: instance({ deletionProtection: true }, { deletionProtection: true }),
  },
  "cloud-lock-removed": {
    steps: [step("delete", "azure-native:authorization:ManagementLockByScope", { name: "shop-db-lock" })],
    level: "data at risk",
    says: /Azure no longer refuses to delete db-lock/,
    not: [step("create", "azure-native:authorization:ManagementLockByScope")],
  },
  "contents-unprotected": {
    steps: [step("update", "aws:s3/bucket:Bucket", { before: { forceDestroy: false }, after: { forceDestroy: true } })],
    level: "data at risk",
    says: /may be deleted with the objects in them/,
    not: [step("update", "aws:s3/bucket:Bucket", { before: { forceDestroy: true }, after: { forceDestroy: false } })],
  },
  "retention-shortened": {
    steps: instance({ backupRetentionPeriod: 30 }, { backupRetentionPeriod: 7 }),
    level: "data at risk",
    says: /keeps backups of the RDS instance of db for less long/,
    not: instance({ backupRetentionPeriod: 7 }, { backupRetentionPeriod: 30 }),
  },
  "storage-shrunk": {
    steps: instance({ allocatedStorage: 100 }, { allocatedStorage: 50 }),
    level: "data at risk",
    says: /The storage of the RDS instance of db shrinks/,
    not: instance({ allocatedStorage: 50 }, { allocatedStorage: 100 }),
  },
  "storage-grown": {
    steps: instance({ allocatedStorage: 50 }, { allocatedStorage: 100 }),
    level: "safe",
    says: /grows in place; it cannot shrink again/,
    not: instance({ allocatedStorage: 50 }, { allocatedStorage: 50 }),
  },
  "high-availability-off": {
    steps: instance({ multiAz: true }, { multiAz: false }),
    level: "downtime",
    says: /The second server of the RDS instance of db goes/,
    not: instance({ multiAz: false }, { multiAz: false }),
  },
  "high-availability-on": {
    steps: instance({ multiAz: false }, { multiAz: true }),
    level: "brief interruption",
    says: /^The RDS instance of db gets a second server/,
    not: instance({ multiAz: true }, { multiAz: true }),
  },
  "managed-version-major": {
    steps: instance({ engineVersion: "16" }, { engineVersion: "17" }),
    level: "downtime",
    says: /db goes to another major version \(16 to 17\): .* no way back but a backup/,
    not: instance({ engineVersion: "16.1" }, { engineVersion: "16.2" }),
  },
  "managed-version-minor": {
    steps: instance({ engineVersion: "16.1" }, { engineVersion: "16.2" }),
    level: "brief interruption",
    says: /another minor version \(16.1 to 16.2\)/,
    not: instance({ engineVersion: "16" }, { engineVersion: "17" }),
  },
  "machine-changed": {
    steps: instance(
      { instanceClass: "db.t4g.medium", multiAz: false },
      { instanceClass: "db.m7g.large", multiAz: false },
    ),
    level: "downtime",
    says: /moves to another machine: it is away for some minutes/,
    not: instance({ instanceClass: "db.m7g.large" }, { instanceClass: "db.m7g.large" }),
  },
};

describe("The risk report on data", () => judges(data, cases));
