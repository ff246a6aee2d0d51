/** Properties that close something, and lists of who is let in, by the cloud's types. */

/** A property that closes something, by type: what it says while it is closed, and what is open else. */
export interface Guard {
  path: string;
  closed: (value: unknown) => boolean;
  /** Follows "of postgres". */
  means: string;
}

const is = (wanted: unknown) => (value: unknown) => value === wanted;
const isNot = (unwanted: unknown) => (value: unknown) => value !== unwanted;
const disabled = is("Disabled");
const guard = (path: string, closed: Guard["closed"], means: string): Guard => ({ path, closed, means });

export const GUARDS: Readonly<Record<string, readonly Guard[]>> = {
  "aws:eks/cluster:Cluster": [
    guard("vpcConfig.endpointPublicAccess", isNot(true), "the API server answers the internet"),
  ],
  "aws:rds/instance:Instance": [
    guard("publiclyAccessible", isNot(true), "the database has a public address"),
    guard("storageEncrypted", is(true), "its storage is not encrypted"),
  ],
  "aws:docdb/cluster:Cluster": [guard("storageEncrypted", is(true), "its storage is not encrypted")],
  "aws:elasticache/replicationGroup:ReplicationGroup": [
    guard("transitEncryptionEnabled", is(true), "connections are not encrypted (TLS off)"),
    guard("atRestEncryptionEnabled", is(true), "its storage is not encrypted"),
  ],
  "aws:efs/fileSystem:FileSystem": [guard("encrypted", is(true), "its files are not encrypted")],
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": [
    guard("blockPublicAcls", is(true), "objects may be made public"),
    guard("blockPublicPolicy", is(true), "a policy may open it to the world"),
    guard("ignorePublicAcls", is(true), "objects may be made public"),
    guard("restrictPublicBuckets", is(true), "a policy may open it to the world"),
  ],
  "gcp:sql/databaseInstance:DatabaseInstance": [
    guard("settings.ipConfiguration.ipv4Enabled", isNot(true), "the database has a public address"),
    guard("settings.ipConfiguration.sslMode", is("ENCRYPTED_ONLY"), "connections need no encryption (TLS off)"),
  ],
  "gcp:redis/instance:Instance": [
    guard("authEnabled", is(true), "it asks for no password"),
    guard("transitEncryptionMode", is("SERVER_AUTHENTICATION"), "connections are not encrypted (TLS off)"),
  ],
  "gcp:storage/bucket:Bucket": [
    guard("publicAccessPrevention", is("enforced"), "objects may be made public"),
    guard("uniformBucketLevelAccess", is(true), "each object has a list of its own of who may read it"),
  ],
  "gcp:container/cluster:Cluster": [
    guard("privateClusterConfig.enablePrivateEndpoint", is(true), "the API server answers the internet"),
    guard("privateClusterConfig.enablePrivateNodes", is(true), "machines have public addresses"),
    guard("databaseEncryption.state", is("ENCRYPTED"), "Secrets are not encrypted with the stack's key"),
  ],
  "azure-native:containerservice:ManagedCluster": [
    guard("apiServerAccessProfile.enablePrivateCluster", is(true), "the API server answers the internet"),
    guard("disableLocalAccounts", is(true), "accounts that Entra does not know may enter"),
    guard("aadProfile.enableAzureRBAC", is(true), "Azure's roles decide no longer who may what"),
  ],
  "azure-native:dbforpostgresql:Server": [
    guard("network.publicNetworkAccess", disabled, "the database has a public address"),
  ],
  "azure-native:redisenterprise:RedisEnterprise": [
    guard("publicNetworkAccess", disabled, "it has a public address"),
    guard("minimumTlsVersion", is("1.2"), "connections may use an outdated TLS"),
  ],
  "azure-native:redisenterprise:Database": [
    guard("clientProtocol", is("Encrypted"), "connections are not encrypted (TLS off)"),
  ],
  "azure-native:mongocluster:MongoCluster": [
    guard("properties.publicNetworkAccess", disabled, "the database has a public address"),
  ],
  "azure-native:storage:StorageAccount": [
    guard("publicNetworkAccess", disabled, "it has a public address"),
    guard("allowBlobPublicAccess", is(false), "objects may be made public"),
    guard("allowSharedKeyAccess", is(false), "whoever has its key may do everything"),
    guard("enableHttpsTrafficOnly", is(true), "connections need no encryption (TLS off)"),
    guard("minimumTlsVersion", is("TLS1_2"), "connections may use an outdated TLS"),
  ],
  "azure-native:storage:BlobContainer": [guard("publicAccess", is("None"), "objects are public")],
  "azure-native:dbforpostgresql:Configuration": [
    guard("value", (value) => !/^(off|false|0)$/i.test(String(value)), "connections need no encryption (TLS off)"),
  ],
};

/** Lists of address ranges that something lets in. */
export const RANGES: Readonly<Record<string, readonly string[]>> = {
  "aws:eks/cluster:Cluster": ["vpcConfig.publicAccessCidrs"],
  "aws:ec2/securityGroup:SecurityGroup": ["ingress"],
  "gcp:compute/firewall:Firewall": ["sourceRanges"],
  "gcp:container/cluster:Cluster": ["masterAuthorizedNetworksConfig.cidrBlocks"],
  "azure-native:containerservice:ManagedCluster": ["apiServerAccessProfile.authorizedIPRanges"],
  "azure-native:network:NetworkSecurityGroup": ["securityRules"],
};
