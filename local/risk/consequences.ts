/** Every kind of resource that Landfall makes, and what it means that one is deleted or replaced. */
import type { Level, Theme } from "./rule.ts";

export interface Consequence {
  theme: Theme;
  deleted: readonly [Level, string];
  replaced: readonly [Level, string];
  instead?: string;
}

const CONSEQUENCES = {
  data: {
    theme: "data",
    deleted: ["data at risk", "is deleted, with the data in it."],
    replaced: ["data at risk", "is deleted and made again, empty."],
    instead: "undo what cannot be changed in place, or move the data in stages: docs/operations.md, move",
  },
  key: {
    theme: "data",
    deleted: ["data at risk", "is deleted: what it encrypts can be read by nobody any more."],
    replaced: ["data at risk", "is another one: what the old one encrypts can be read by nobody any more."],
    instead: "keep the key as long as anything that it encrypted",
  },
  cluster: {
    theme: "data",
    deleted: ["data at risk", "is deleted, with every volume and object in it."],
    replaced: ["data at risk", "is deleted and made again: everything in it goes, volumes included."],
    instead: "bring the other cluster up as a stack of its own, move the data, then destroy this one",
  },
  traffic: {
    theme: "availability",
    deleted: ["downtime", "goes: who comes by it comes through no more."],
    replaced: ["downtime", "is replaced: who comes by it waits until the new one is there."],
    instead: "do it in a window for maintenance",
  },
  ground: {
    theme: "data",
    deleted: ["data at risk", "is deleted, and what stands in it with it: cluster and datastores."],
    replaced: ["data at risk", "is deleted and made again, and what stands in it with it: cluster and datastores."],
    instead: "bring what shall stand elsewhere up as a stack of its own, and move the data",
  },
  network: {
    theme: "availability",
    deleted: ["downtime", "goes: connections by it break."],
    replaced: ["downtime", "is replaced, and what stands in it too."],
    instead: "bring what shall stand elsewhere up as a stack of its own",
  },
  rights: {
    theme: "availability",
    deleted: ["downtime", "goes: who had these rights is refused."],
    replaced: ["brief interruption", "is replaced: who has these rights may be refused for a minute."],
    instead: "see that nobody needs it any more",
  },
  guard: {
    theme: "security",
    deleted: ["data at risk", "goes: nothing takes the place of what it kept out."],
    replaced: ["brief interruption", "is replaced: for a moment it keeps nobody out, or everybody."],
    instead: "keep it",
  },
  credential: {
    theme: "availability",
    deleted: ["downtime", "goes: clients that hold it are refused."],
    replaced: ["brief interruption", "is another one: clients are refused until they have restarted."],
    instead: "see that its clients restart in the same update",
  },
  machines: {
    theme: "availability",
    deleted: ["brief interruption", "goes: pods move to other machines, or wait."],
    replaced: ["brief interruption", "is replaced: pods move to other machines."],
  },
  service: {
    theme: "availability",
    deleted: ["downtime", "is taken away from the cluster: what relies on it stops."],
    replaced: ["brief interruption", "is taken away from the cluster and installed again."],
    instead: "see that nothing relies on it",
  },
  records: {
    theme: "data",
    deleted: ["data at risk", "is deleted, with the records in it."],
    replaced: ["data at risk", "is deleted and made again, without the records in it."],
    instead: "export the records first",
  },
  custody: {
    theme: "data",
    deleted: ["data at risk", "goes: copies are not made, or not kept, any more."],
    replaced: ["brief interruption", "is replaced: for a moment no copies are made."],
    instead: "keep it",
  },
  watch: {
    theme: "availability",
    deleted: ["brief interruption", "goes: nobody is told any more of what it watched."],
    replaced: ["safe", "is replaced."],
    instead: "keep it",
  },
  shell: {
    theme: "immutability",
    deleted: ["safe", "goes, and nothing relies on it any more."],
    replaced: ["safe", "is replaced, the new one first."],
  },
} as const satisfies Record<string, Consequence>;

/** By the engine's type; custom resources by their kind alone. */
const KINDS: Readonly<Record<keyof typeof CONSEQUENCES, readonly string[]>> = {
  data: [
    "kubernetes:core/v1:Namespace",
    "kubernetes:core/v1:PersistentVolumeClaim",
    "kubernetes:apps/v1:StatefulSet",
    "Cluster",
    "aws:rds/instance:Instance",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:docdb/cluster:Cluster",
    "aws:s3/bucket:Bucket",
    "aws:efs/fileSystem:FileSystem",
    "aws:ecr/repository:Repository",
    "gcp:sql/databaseInstance:DatabaseInstance",
    "gcp:sql/database:Database",
    "gcp:redis/instance:Instance",
    "gcp:storage/bucket:Bucket",
    "gcp:artifactregistry/repository:Repository",
    "azure-native:dbforpostgresql:Server",
    "azure-native:dbforpostgresql:Database",
    "azure-native:redisenterprise:RedisEnterprise",
    "azure-native:redisenterprise:Database",
    "azure-native:mongocluster:MongoCluster",
    "azure-native:storage:StorageAccount",
    "azure-native:storage:BlobContainer",
    "azure-native:containerregistry:Registry",
    "azure-native:resources:ResourceGroup",
  ],
  key: ["aws:kms/key:Key", "gcp:kms/cryptoKey:CryptoKey", "gcp:kms/keyRing:KeyRing", "azure-native:keyvault:Vault"],
  cluster: ["aws:eks/cluster:Cluster", "gcp:container/cluster:Cluster", "azure-native:containerservice:ManagedCluster"],
  traffic: [
    "kubernetes:apps/v1:Deployment",
    "kubernetes:core/v1:Service",
    "kubernetes:networking.k8s.io/v1:Ingress",
    ...["Gateway", "HTTPRoute", "VirtualService", "ServersTransport", "Middleware", "IPAddressPool", "L2Advertisement"],
    ...["BGPPeer", "BGPAdvertisement", "ManagedCertificate", "Certificate", "Issuer", "ClusterIssuer", "GatewayClass"],
    ...["DestinationRule", "BackendConfig", "FrontendConfig", "AzureApplicationGatewayRewrite", "ServiceEntry"],
    "aws:docdb/clusterInstance:ClusterInstance",
  ],
  ground: ["aws:ec2/vpc:Vpc", "gcp:compute/network:Network", "azure-native:network:VirtualNetwork"],
  network: [
    ...["subnet:Subnet", "internetGateway:InternetGateway", "natGateway:NatGateway", "eip:Eip"].map(
      (type) => `aws:ec2/${type}`,
    ),
    ...["routeTable:RouteTable", "routeTableAssociation:RouteTableAssociation", "vpcEndpoint:VpcEndpoint"].map(
      (type) => `aws:ec2/${type}`,
    ),
    ...["rds", "elasticache", "docdb"].map((service) => `aws:${service}/subnetGroup:SubnetGroup`),
    "aws:efs/mountTarget:MountTarget",
    ...["subnetwork:Subnetwork", "router:Router", "routerNat:RouterNat"].map((type) => `gcp:compute/${type}`),
    "gcp:compute/globalAddress:GlobalAddress",
    "gcp:servicenetworking/connection:Connection",
    ...["Subnet", "PublicIPAddress", "NatGateway", "PrivateEndpoint", "PrivateDnsZoneGroup"].map(
      (type) => `azure-native:network:${type}`,
    ),
    "azure-native:privatedns:PrivateZone",
    "azure-native:privatedns:VirtualNetworkLink",
  ],
  rights: [
    ...["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"].map(
      (kind) => `kubernetes:rbac.authorization.k8s.io/v1:${kind}`,
    ),
    "kubernetes:core/v1:ServiceAccount",
    ...["role:Role", "rolePolicy:RolePolicy", "rolePolicyAttachment:RolePolicyAttachment"].map(
      (type) => `aws:iam/${type}`,
    ),
    ...["user:User", "userPolicy:UserPolicy"].map((type) => `aws:iam/${type}`),
    "aws:eks/accessEntry:AccessEntry",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
    "aws:eks/podIdentityAssociation:PodIdentityAssociation",
    "gcp:serviceaccount/account:Account",
    "gcp:serviceaccount/iAMMember:IAMMember",
    "gcp:projects/iAMMember:IAMMember",
    "gcp:projects/serviceIdentity:ServiceIdentity",
    "gcp:projects/service:Service",
    "gcp:storage/bucketIAMMember:BucketIAMMember",
    "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember",
    "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember",
    "gcp:secretmanager/secretIamMember:SecretIamMember",
    "gcp:dns/dnsManagedZoneIamMember:DnsManagedZoneIamMember",
    "gcp:projects/iAMCustomRole:IAMCustomRole",
    "azure-native:managedidentity:UserAssignedIdentity",
    "azure-native:managedidentity:FederatedIdentityCredential",
    "azure-native:authorization:RoleAssignment",
  ],
  guard: [
    "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    "kubernetes:core/v1:LimitRange",
    "kubernetes:core/v1:ResourceQuota",
    ...["AuthorizationPolicy", "PeerAuthentication", "SecurityPolicy", "ClientTrafficPolicy", "BackendTrafficPolicy"],
    ...["RateLimitPolicy", "Policy"],
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    ...["bucketPublicAccessBlock:BucketPublicAccessBlock", "bucketOwnershipControls:BucketOwnershipControls"].map(
      (type) => `aws:s3/${type}`,
    ),
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "gcp:compute/firewall:Firewall",
    "azure-native:network:NetworkSecurityGroup",
    "azure-native:authorization:ManagementLockByScope",
    "azure-native:dbforpostgresql:Configuration",
  ],
  credential: [
    ...["ExternalSecret", "SealedSecret", "SecretStore", "ClusterSecretStore", "TriggerAuthentication"],
    "aws:iam/accessKey:AccessKey",
    "aws:elasticache/user:User",
    "aws:elasticache/userGroup:UserGroup",
    "gcp:sql/user:User",
    "gcp:storage/hmacKey:HmacKey",
    "azure-native:containerregistry:CredentialSet",
  ],
  machines: [
    "aws:eks/nodeGroup:NodeGroup",
    "aws:ec2/launchTemplate:LaunchTemplate",
    "gcp:container/nodePool:NodePool",
    "azure-native:containerservice:AgentPool",
  ],
  service: [
    "kubernetes:helm.sh/v3:Release",
    "kubernetes:storage.k8s.io/v1:StorageClass",
    "kubernetes:scheduling.k8s.io/v1:PriorityClass",
    "aws:eks/addon:Addon",
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
    "azure-native:containerregistry:CacheRule",
  ],
  records: [
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:ec2/flowLog:FlowLog",
    "azure-native:operationalinsights:Workspace",
    "azure-native:monitor:AzureMonitorWorkspace",
    "azure-native:monitor:DiagnosticSetting",
  ],
  custody: [
    "kubernetes:batch/v1:CronJob",
    ...["VolumeSnapshotClass", "VolumeSnapshot", "ObjectStore", "ScheduledBackup"],
    ...["bucketVersioning:BucketVersioning", "bucketLifecycleConfiguration:BucketLifecycleConfiguration"].map(
      (type) => `aws:s3/${type}`,
    ),
    "aws:efs/backupPolicy:BackupPolicy",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy",
    "gcp:gkebackup/backupPlan:BackupPlan",
    "azure-native:storage:BlobServiceProperties",
    "azure-native:storage:ManagementPolicy",
  ],
  watch: [
    ...["ServiceMonitor", "PodMonitor", "PrometheusRule", "AlertmanagerConfig", "VerticalPodAutoscaler"],
    ...["DataCollectionEndpoint", "DataCollectionRule", "DataCollectionRuleAssociation"].map(
      (type) => `azure-native:monitor:${type}`,
    ),
  ],
  shell: [
    "kubernetes:core/v1:ConfigMap",
    "kubernetes:core/v1:Secret",
    "kubernetes:batch/v1:Job",
    "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
    "kubernetes:policy/v1:PodDisruptionBudget",
    "ScaledObject",
    "aws:rds/parameterGroup:ParameterGroup",
    "aws:elasticache/parameterGroup:ParameterGroup",
    "aws:docdb/clusterParameterGroup:ClusterParameterGroup",
    "azure-native:containerservice:MaintenanceConfiguration",
  ],
};

const BY_TYPE = new Map(
  Object.entries(KINDS).flatMap(([group, types]) =>
    types.map((type) => [type, CONSEQUENCES[group as keyof typeof CONSEQUENCES] as Consequence]),
  ),
);

/** Undefined for a kind that this report does not know. */
export function consequenceOf(type: string): Consequence | undefined {
  return BY_TYPE.get(type) ?? (type.startsWith("kubernetes:") ? BY_TYPE.get(kindOf(type)) : undefined);
}

/** The last word of the type. */
export function kindOf(type: string): string {
  return type.split(":").at(-1) as string;
}
