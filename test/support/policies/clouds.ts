/** Policies on what clouds have: what keeps them, and what does not. */
import type { Member, Props } from "../../../policy/subject.ts";
import { member, object, type PolicyCase } from "./case.ts";

const aws = (type: string, props: Props, rest: Partial<Member> = {}) => member(`aws:${type}`, props, rest);
const gcp = (type: string, props: Props, rest: Partial<Member> = {}) => member(`gcp:${type}`, props, rest);
const azure = (type: string, props: Props, rest: Partial<Member> = {}) => member(`azure-native:${type}`, props, rest);
/** A resource beside `thing`, which it depends on. */
const beside = { name: "beside", dependencies: ["thing"] };
const kept = { isProtected: true };

const rds = (props: Props, rest?: Partial<Member>) => aws("rds/instance:Instance", props, rest);
const sql = (settings: Props, props: Props = {}, rest?: Partial<Member>) =>
  gcp("sql/databaseInstance:DatabaseInstance", { settings, ...props }, rest);
const eks = (props: Props, rest?: Partial<Member>) => aws("eks/cluster:Cluster", props, rest);
const gke = (props: Props, rest?: Partial<Member>) => gcp("container/cluster:Cluster", props, rest);
const aks = (props: Props, rest?: Partial<Member>) => azure("containerservice:ManagedCluster", props, rest);
const s3 = (props: Props = {}, rest?: Partial<Member>) => aws("s3/bucket:Bucket", props, rest);
const postgres = (props: Props, rest?: Partial<Member>) => azure("dbforpostgresql:Server", props, rest);
const group = (rule: Props) => aws("ec2/securityGroup:SecurityGroup", { ingress: [rule] });
const policy = (type: string, statement: Props) => aws(type, { policy: JSON.stringify({ Statement: [statement] }) });

const block = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };
const ACCESS_BLOCK = "s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const ENCRYPTION = "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
const VERSIONING = "s3/bucketVersioning:BucketVersioning";
const ROLES = "/providers/Microsoft.Authorization/roleDefinitions";

export const onClouds: readonly PolicyCase[] = [
  {
    policy: "labels-and-tags",
    keeps: [
      member("pulumi:providers:aws", { defaultTags: '{"tags":{"landfall:stack":"production"}}' }),
      azure("resources:ResourceGroup", { tags: { "landfall-stack": "production" } }),
    ],
    breaks: [member("pulumi:providers:aws", {}), member("pulumi:providers:gcp", { defaultLabels: "{}" })],
    says: ["thing has no tags", "thing has no tags"],
  },
  {
    policy: "private-databases",
    keeps: [
      rds({ publiclyAccessible: false }),
      sql({ ipConfiguration: { ipv4Enabled: false } }),
      postgres({ network: { publicNetworkAccess: "Disabled" } }),
      azure("redisenterprise:RedisEnterprise", { publicNetworkAccess: "Disabled" }),
      azure("mongocluster:MongoCluster", { properties: { publicNetworkAccess: "Disabled" } }),
    ],
    breaks: [
      rds({ publiclyAccessible: true }),
      sql({}),
      postgres({}),
      azure("redisenterprise:RedisEnterprise", {}),
      azure("mongocluster:MongoCluster", { properties: { publicNetworkAccess: "Enabled" } }),
    ],
    says: Array(5).fill("thing has an address on the internet"),
  },
  {
    policy: "private-buckets",
    keeps: [
      s3(),
      aws(ACCESS_BLOCK, block, beside),
      gcp("storage/bucket:Bucket", { publicAccessPrevention: "enforced", uniformBucketLevelAccess: true }),
      azure("storage:StorageAccount", { allowBlobPublicAccess: false, publicNetworkAccess: "Disabled" }),
    ],
    breaks: [
      s3(),
      aws(ACCESS_BLOCK, { ...block, blockPublicPolicy: false }, beside),
      policy("s3/bucketPolicy:BucketPolicy", { Effect: "Allow", Principal: "*", Action: "s3:GetObject" }),
      gcp("storage/bucket:Bucket", { publicAccessPrevention: "inherited" }),
      gcp("storage/bucketIAMMember:BucketIAMMember", { member: "allUsers" }),
      azure("storage:StorageAccount", { publicNetworkAccess: "Disabled" }),
      azure("storage:BlobContainer", { publicAccess: "Blob" }),
    ],
    says: [
      "thing lets everybody in",
      "thing may be opened to everybody",
      "thing lets each object say who may read it",
      "thing lets allUsers in",
      "thing may have containers that are open to everybody",
      "thing is open to everybody",
      "thing has no block of public access",
    ],
  },
  {
    policy: "closed-api-servers",
    keeps: [
      eks({ vpcConfig: { endpointPublicAccess: false } }),
      eks({ vpcConfig: { endpointPublicAccess: true, publicAccessCidrs: ["192.0.2.0/24"] } }),
      gke({ masterAuthorizedNetworksConfig: { cidrBlocks: [], gcpPublicCidrsAccessEnabled: false } }),
      aks({ apiServerAccessProfile: { enablePrivateCluster: true } }),
    ],
    breaks: [
      eks({ vpcConfig: { endpointPublicAccess: true } }),
      gke({}),
      gke({ masterAuthorizedNetworksConfig: { cidrBlocks: [{ cidrBlock: "0.0.0.0/0" }] } }),
      aks({ apiServerAccessProfile: { authorizedIPRanges: ["0.0.0.0/0"] } }),
    ],
    says: Array(4).fill("thing is open to everybody"),
  },
  {
    policy: "closed-firewalls",
    keeps: [
      group({ cidrBlocks: ["0.0.0.0/0"], fromPort: 443, toPort: 443 }),
      group({ cidrBlocks: ["10.0.0.0/8"], fromPort: 5432, toPort: 5432 }),
      gcp("compute/firewall:Firewall", { sourceRanges: ["10.0.0.0/8"], allows: [{ protocol: "tcp" }] }),
    ],
    breaks: [
      group({ cidrBlocks: ["0.0.0.0/0"], fromPort: 5432, toPort: 5432 }),
      group({ ipv6CidrBlocks: ["::/0"], fromPort: 0, toPort: 65_535 }),
      aws("vpc/securityGroupIngressRule:SecurityGroupIngressRule", {
        cidrIpv4: "0.0.0.0/0",
        fromPort: 22,
        toPort: 22,
      }),
      gcp("compute/firewall:Firewall", { sourceRanges: ["0.0.0.0/0"], allows: [{ protocol: "tcp" }] }),
      azure("network:NetworkSecurityGroup", {
        securityRules: [
          { access: "Allow", direction: "Inbound", sourceAddressPrefix: "Internet", destinationPortRange: "22" },
        ],
      }),
    ],
    says: [
      "thing is open to everybody at 5432",
      "thing is open to everybody at 0 to 65535",
      "thing is open to everybody at 22",
      "thing is open to everybody at every port",
      "thing is open to everybody at 22",
    ],
  },
  {
    policy: "encryption-at-rest",
    keeps: [
      rds({ storageEncrypted: true }),
      eks({ encryptionConfig: { resources: ["secrets"] } }),
      object("storage.k8s.io/v1:StorageClass", {
        provisioner: "ebs.csi.aws.com",
        parameters: { encrypted: "true" },
      }),
      s3(),
      aws(ENCRYPTION, { rules: [] }, beside),
    ],
    breaks: [
      rds({}),
      aws("elasticache/replicationGroup:ReplicationGroup", { atRestEncryptionEnabled: false }),
      aws("efs/fileSystem:FileSystem", {}),
      aws("ec2/launchTemplate:LaunchTemplate", { blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: {} }] }),
      gke({ databaseEncryption: { state: "DECRYPTED" } }),
      object("storage.k8s.io/v1:StorageClass", { provisioner: "ebs.csi.aws.com" }),
      s3(),
    ],
    says: [
      "thing is not encrypted",
      "thing is not encrypted",
      "thing is not encrypted",
      "thing has the disk /dev/xvda in the clear",
      "thing has no key of its own for Secrets",
      "thing makes disks that are not encrypted",
      "thing does not say how it is encrypted",
    ],
  },
  {
    policy: "encryption-in-transit",
    keeps: [
      aws("elasticache/replicationGroup:ReplicationGroup", { transitEncryptionEnabled: true }),
      sql({ ipConfiguration: { sslMode: "ENCRYPTED_ONLY" } }),
      azure("storage:StorageAccount", { enableHttpsTrafficOnly: true, minimumTlsVersion: "TLS1_2" }),
    ],
    breaks: [
      aws("rds/parameterGroup:ParameterGroup", { parameters: [{ name: "rds.force_ssl", value: "0" }] }),
      aws("elasticache/replicationGroup:ReplicationGroup", {}),
      sql({ ipConfiguration: { sslMode: "ALLOW_UNENCRYPTED_AND_ENCRYPTED" } }),
      gcp("redis/instance:Instance", { transitEncryptionMode: "DISABLED" }),
      azure("dbforpostgresql:Configuration", { configurationName: "require_secure_transport", value: "off" }),
      azure("redisenterprise:RedisEnterprise", { minimumTlsVersion: "1.0" }),
      azure("redisenterprise:Database", { clientProtocol: "Plaintext" }),
      azure("storage:StorageAccount", {}),
    ],
    says: [
      "thing says rds.force_ssl: 0",
      "thing can be spoken to without TLS",
      "thing can be spoken to without TLS",
      "thing can be spoken to without TLS",
      "thing says require_secure_transport: off",
      "thing takes TLS 1.0",
      "thing can be spoken to without TLS",
      "thing takes TLS older than 1.2",
    ],
  },
  {
    policy: "rotated-keys",
    keeps: [
      aws("kms/key:Key", { enableKeyRotation: true }),
      gcp("kms/cryptoKey:CryptoKey", { rotationPeriod: "7776000s" }),
    ],
    breaks: [aws("kms/key:Key", {}), gcp("kms/cryptoKey:CryptoKey", {})],
    says: ["thing is never rotated", "thing is never rotated"],
  },
  {
    policy: "deletion-protection",
    keeps: [
      rds({ deletionProtection: true }, kept),
      s3({ forceDestroy: false }, kept),
      postgres({}, { ...kept, name: "thing" }),
      azure("authorization:ManagementLockByScope", { level: "CanNotDelete" }, beside),
    ],
    breaks: [
      rds({ deletionProtection: true }),
      sql({}, { deletionProtection: true }, kept),
      s3({ forceDestroy: true }, kept),
      postgres({}, kept),
      object("apps/v1:StatefulSet", {}),
    ],
    says: [
      "thing is not protected by Pulumi",
      "thing can be deleted in Google's console",
      "thing goes with all that is in it",
      "thing has no lock",
      "thing is not protected by Pulumi",
    ],
  },
  {
    policy: "backups",
    keeps: [
      rds({ backupRetentionPeriod: 30 }),
      sql({ backupConfiguration: { enabled: true, pointInTimeRecoveryEnabled: true } }),
      s3(),
      aws(VERSIONING, { versioningConfiguration: { status: "Enabled" } }, beside),
    ],
    breaks: [
      rds({ backupRetentionPeriod: 1 }),
      aws("elasticache/replicationGroup:ReplicationGroup", {}),
      aws("efs/fileSystem:FileSystem", {}),
      sql({ backupConfiguration: { enabled: true } }),
      gcp("redis/instance:Instance", {}),
      gcp("storage/bucket:Bucket", {}),
      postgres({ backup: { backupRetentionDays: 3 } }),
      azure("redisenterprise:Database", { persistence: { aofEnabled: false } }),
      azure("storage:BlobServiceProperties", {}),
      s3(),
    ],
    says: [
      "thing keeps no copies of a week",
      "thing keeps no copies of a week",
      "thing is not copied",
      "thing cannot go back to a point in time",
      "thing is not copied",
      "thing keeps no former versions",
      "thing keeps no copies of a week",
      "thing keeps its data in memory alone",
      "thing keeps no former versions",
      "thing keeps no former versions",
    ],
  },
  {
    policy: "no-wildcard-iam",
    keeps: [
      policy("iam/rolePolicy:RolePolicy", { Effect: "Allow", Action: ["s3:GetObject"], Resource: "*" }),
      policy("iam/rolePolicy:RolePolicy", { Effect: "Deny", Action: "*", Resource: "*" }),
      aws("iam/rolePolicyAttachment:RolePolicyAttachment", {
        policyArn: "arn:aws:iam::aws:policy/AmazonEBSCSIDriverPolicyV2",
      }),
      gcp("projects/iAMMember:IAMMember", {
        role: "roles/container.defaultNodeServiceAccount",
        member: "serviceAccount:a",
      }),
      azure("authorization:RoleAssignment", { roleDefinitionId: `${ROLES}/4d97b98b-1d4f-4787-a291-c67834d212e7` }),
    ],
    breaks: [
      policy("iam/rolePolicy:RolePolicy", { Effect: "Allow", Action: ["s3:*", "ec2:Describe*"], Resource: "*" }),
      policy("iam/userPolicy:UserPolicy", { Effect: "Allow", NotAction: "iam:*", Resource: "*" }),
      aws("iam/rolePolicyAttachment:RolePolicyAttachment", {
        policyArn: "arn:aws:iam::aws:policy/AdministratorAccess",
      }),
      aws("iam/role:Role", {
        assumeRolePolicy: JSON.stringify({ Statement: { Effect: "Allow", Principal: { AWS: "*" } } }),
      }),
      gcp("projects/iAMMember:IAMMember", { role: "roles/editor", member: "serviceAccount:a" }),
      gcp("projects/iAMCustomRole:IAMCustomRole", { permissions: ["dns.*"] }),
      azure("authorization:RoleAssignment", { roleDefinitionId: `${ROLES}/8e3af657-a8ff-443c-a75c-2fe8c4bcb635` }),
    ],
    says: [
      "thing allows s3:*",
      "thing allows everything but iam:*",
      "thing attaches arn:aws:iam::aws:policy/AdministratorAccess",
      "thing may be assumed by everybody",
      "thing grants roles/editor",
      "thing has dns.*",
      "thing assigns Owner",
    ],
  },
  {
    policy: "hardened-machines",
    keeps: [
      aws("ec2/launchTemplate:LaunchTemplate", {
        metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
      }),
      gcp("container/nodePool:NodePool", {
        nodeConfig: {
          workloadMetadataConfig: { mode: "GKE_METADATA" },
          shieldedInstanceConfig: { enableSecureBoot: true },
        },
      }),
      azure("containerservice:AgentPool", {
        enableNodePublicIP: false,
        securityProfile: { enableSecureBoot: true },
      }),
    ],
    breaks: [
      aws("ec2/launchTemplate:LaunchTemplate", {
        metadataOptions: { httpTokens: "optional", httpPutResponseHopLimit: 2 },
        networkInterfaces: [{ associatePublicIpAddress: true }],
      }),
      gcp("container/nodePool:NodePool", {}),
      gke({}),
      aks({ agentPoolProfiles: [{ name: "system", enableNodePublicIP: true }] }),
    ],
    says: [
      "thing answers for its role without a token",
      "thing answers for its role to pods",
      "thing has public addresses",
      "thing answers for its account to pods",
      "thing boots what nobody signed",
      "thing has machines with public addresses",
      "thing pool system has public addresses",
      "thing pool system boots what nobody signed",
    ],
  },
  {
    policy: "audited-clusters",
    keeps: [
      eks({ enabledClusterLogTypes: ["audit"] }),
      gke({ loggingConfig: { enableComponents: ["APISERVER"] } }),
      aks({}),
      azure("monitor:DiagnosticSetting", { logs: [{ category: "kube-audit-admin", enabled: true }] }, beside),
    ],
    breaks: [eks({ enabledClusterLogTypes: ["api"] }), gke({}), aks({})],
    says: Array(3).fill("thing keeps no record of who asked what"),
  },
];
