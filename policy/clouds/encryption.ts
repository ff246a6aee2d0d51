import type { ResourceCheck, StackCheck } from "../check.ts";
import { at, isNot, listAt, type Member, type Subject, textsAt } from "../subject.ts";
import { byType, when } from "./by-type.ts";

const inTheClear = "is not encrypted";
const unlessEncrypted = ({ props }: Subject) => when(isNot(props.encrypted), inTheClear);
const unlessStorageEncrypted = ({ props }: Subject) => when(isNot(props.storageEncrypted), inTheClear);

const atRest = byType({
  "aws:rds/instance:Instance": unlessStorageEncrypted,
  "aws:docdb/cluster:Cluster": unlessStorageEncrypted,
  "aws:elasticache/replicationGroup:ReplicationGroup": ({ props }) =>
    when(isNot(props.atRestEncryptionEnabled), inTheClear),
  "aws:efs/fileSystem:FileSystem": unlessEncrypted,
  "aws:ec2/launchTemplate:LaunchTemplate": ({ props }) =>
    listAt(props, "blockDeviceMappings")
      .filter((device) => isNot(at(device, "ebs", "encrypted")))
      .map((device) => `has the disk ${at(device, "deviceName")} in the clear`),
  "aws:eks/cluster:Cluster": ({ props }) =>
    when(!textsAt(props, "encryptionConfig", "resources").includes("secrets"), "has no key of its own for Secrets"),
  "gcp:container/cluster:Cluster": ({ props }) =>
    when(at(props, "databaseEncryption", "state") !== "ENCRYPTED", "has no key of its own for Secrets"),
  // Google's and Azure's disks are encrypted always; AWS' by a parameter of the class.
  "kubernetes:storage.k8s.io/v1:StorageClass": ({ props }) =>
    when(
      props.provisioner === "ebs.csi.aws.com" && isNot(at(props, "parameters", "encrypted")),
      "makes disks that are not encrypted",
    ),
});

const BUCKET = "aws:s3/bucket:Bucket";
const ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";

/** S3's encryption is a resource beside the bucket. */
export const encryptionAtRest: ResourceCheck & StackCheck = {
  ...atRest,
  violations(members) {
    const isEncrypted = ({ name }: Member) =>
      members.some(({ type, dependencies }) => type === ENCRYPTION && dependencies.includes(name));
    return members
      .filter((member) => member.type === BUCKET && !isEncrypted(member))
      .map(({ name }) => ({ resource: name, problem: "does not say how it is encrypted" }));
  },
};

const withoutTls = "can be spoken to without TLS";
const isOld = (version: unknown) => version !== undefined && !/(1[._]2|1[._]3)/.test(String(version));

/** Parameters that make a server take connections without TLS, with the values that do. */
const PLAIN: Readonly<Record<string, readonly string[]>> = {
  "rds.force_ssl": ["0"],
  tls: ["disabled"],
  require_secure_transport: ["off", "0"],
};
const isPlain = (name: unknown, value: unknown) => PLAIN[String(name)]?.includes(String(value).toLowerCase()) ?? false;

const ofParameters = ({ props }: Subject) =>
  listAt(props, "parameters")
    .filter((parameter) => isPlain(at(parameter, "name"), at(parameter, "value")))
    .map((parameter) => `says ${at(parameter, "name")}: ${at(parameter, "value")}`);

export const encryptionInTransit = byType({
  "aws:rds/parameterGroup:ParameterGroup": ofParameters,
  "aws:docdb/clusterParameterGroup:ClusterParameterGroup": ofParameters,
  "aws:elasticache/replicationGroup:ReplicationGroup": ({ props }) =>
    when(isNot(props.transitEncryptionEnabled), withoutTls),
  "gcp:sql/databaseInstance:DatabaseInstance": ({ props }) => {
    const mode = at(props, "settings", "ipConfiguration", "sslMode");
    return when(mode !== "ENCRYPTED_ONLY" && mode !== "TRUSTED_CLIENT_CERTIFICATE_REQUIRED", withoutTls);
  },
  "gcp:redis/instance:Instance": ({ props }) =>
    when(props.transitEncryptionMode !== "SERVER_AUTHENTICATION", withoutTls),
  "azure-native:dbforpostgresql:Configuration": ({ props }) =>
    when(isPlain(props.configurationName, props.value), `says ${props.configurationName}: ${props.value}`),
  "azure-native:redisenterprise:RedisEnterprise": ({ props }) =>
    when(isOld(props.minimumTlsVersion), `takes TLS ${props.minimumTlsVersion}`),
  "azure-native:redisenterprise:Database": ({ props }) => when(props.clientProtocol !== "Encrypted", withoutTls),
  "azure-native:storage:StorageAccount": ({ props }) => [
    ...when(props.enableHttpsTrafficOnly === false, withoutTls),
    ...when(isOld(props.minimumTlsVersion ?? "TLS1_0"), "takes TLS older than 1.2"),
  ],
});

export const rotatedKeys = byType({
  "aws:kms/key:Key": ({ props }) => when(isNot(props.enableKeyRotation), "is never rotated"),
  "gcp:kms/cryptoKey:CryptoKey": ({ props }) => when(isNot(props.rotationPeriod), "is never rotated"),
});
