/** What the internet reaches. */
import type { ResourceCheck, StackCheck } from "../check.ts";
import { at, isNot, isProps, isTrue, isWorld, listAt, type Member, type Props, textsAt } from "../subject.ts";
import { byType, when } from "./by-type.ts";

const hasPublicAddress = "has an address on the internet";
const azurePublic = (access: unknown) => when(access !== undefined && access !== "Disabled", hasPublicAddress);

export const privateDatabases = byType({
  "aws:rds/instance:Instance": ({ props }) => when(isTrue(props.publiclyAccessible), hasPublicAddress),
  "aws:docdb/clusterInstance:ClusterInstance": ({ props }) => when(isTrue(props.publiclyAccessible), hasPublicAddress),
  "gcp:sql/databaseInstance:DatabaseInstance": ({ props }) => {
    const addresses = at(props, "settings", "ipConfiguration");
    return when(at(addresses, "ipv4Enabled") !== false, hasPublicAddress);
  },
  "azure-native:dbforpostgresql:Server": ({ props }) =>
    when(at(props, "network", "publicNetworkAccess") !== "Disabled", hasPublicAddress),
  "azure-native:redisenterprise:RedisEnterprise": ({ props }) => azurePublic(props.publicNetworkAccess ?? "Enabled"),
  "azure-native:mongocluster:MongoCluster": ({ props }) =>
    azurePublic(at(props, "properties", "publicNetworkAccess") ?? "Enabled"),
});

const BUCKET = "aws:s3/bucket:Bucket";
const BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const BLOCKS = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];
const EVERYBODY = ["allUsers", "allAuthenticatedUsers"];

const buckets = byType({
  "aws:s3/bucketPolicy:BucketPolicy": ({ props }) => when(allowsEverybody(props.policy), "lets everybody in"),
  "gcp:storage/bucket:Bucket": ({ props }) => [
    ...when(props.publicAccessPrevention !== "enforced", "may be opened to everybody"),
    ...when(isNot(props.uniformBucketLevelAccess), "lets each object say who may read it"),
  ],
  "gcp:storage/bucketIAMMember:BucketIAMMember": ({ props }) =>
    when(EVERYBODY.includes(String(props.member)), `lets ${props.member} in`),
  "azure-native:storage:StorageAccount": ({ props }) => [
    ...when(props.allowBlobPublicAccess !== false, "may have containers that are open to everybody"),
    ...azurePublic(props.publicNetworkAccess ?? "Enabled"),
  ],
  "azure-native:storage:BlobContainer": ({ props }) =>
    when(props.publicAccess !== undefined && props.publicAccess !== "None", "is open to everybody"),
});

/** S3's access block is a resource beside the bucket. */
export const privateBuckets: ResourceCheck & StackCheck = {
  ...buckets,
  violations(members) {
    const blocks = members.filter(({ type, props }) => type === BLOCK && BLOCKS.every((key) => !isNot(props[key])));
    const isBlocked = ({ name }: Member) => blocks.some(({ dependencies }) => dependencies.includes(name));
    return members
      .filter((member) => member.type === BUCKET && !isBlocked(member))
      .map(({ name }) => ({ resource: name, problem: "has no block of public access" }));
  },
};

function allowsEverybody(policy: unknown): boolean {
  return statementsOf(policy).some(
    ({ Effect, Principal, Condition }) =>
      Effect === "Allow" && (Principal === "*" || at(Principal, "AWS") === "*") && Condition === undefined,
  );
}

/** Statements of a policy of IAM; none where it is not known yet. */
export function statementsOf(policy: unknown): Props[] {
  if (typeof policy !== "string" || !policy.startsWith("{")) return [];
  return [at(JSON.parse(policy), "Statement")].flat().filter(isProps);
}

export const closedApiServers = byType({
  "aws:eks/cluster:Cluster": ({ props }) => {
    const access = at(props, "vpcConfig");
    if (at(access, "endpointPublicAccess") === false) return [];
    const ranges = listAt(access, "publicAccessCidrs");
    return when(ranges.length === 0 || ranges.some(isWorld), "is open to everybody");
  },
  "gcp:container/cluster:Cluster": ({ props }) => {
    const ranges = listAt(props, "masterAuthorizedNetworksConfig", "cidrBlocks");
    return [
      ...when(!isProps(props.masterAuthorizedNetworksConfig), "is open to everybody"),
      ...when(
        ranges.some((range) => isWorld(at(range, "cidrBlock"))),
        "is open to everybody",
      ),
      ...when(
        isTrue(at(props, "masterAuthorizedNetworksConfig", "gcpPublicCidrsAccessEnabled")),
        "is open to everybody's machines in Google Cloud",
      ),
    ];
  },
  "azure-native:containerservice:ManagedCluster": ({ props }) => {
    const access = at(props, "apiServerAccessProfile");
    if (at(access, "enablePrivateCluster") === true) return [];
    const ranges = listAt(access, "authorizedIPRanges");
    return when(ranges.length === 0 || ranges.some(isWorld), "is open to everybody");
  },
});

const WEB = [80, 443];
const isWeb = (from: unknown, to: unknown) => from === to && WEB.includes(Number(from));
const opened = (from: unknown, to: unknown) => `is open to everybody at ${from === to ? from : `${from} to ${to}`}`;

export const closedFirewalls: ResourceCheck = byType({
  "aws:ec2/securityGroup:SecurityGroup": ({ props }) =>
    listAt(props, "ingress")
      .filter((rule) => [...listAt(rule, "cidrBlocks"), ...listAt(rule, "ipv6CidrBlocks")].some(isWorld))
      .filter((rule) => !isWeb(at(rule, "fromPort"), at(rule, "toPort")))
      .map((rule) => opened(at(rule, "fromPort"), at(rule, "toPort"))),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ({ props }) =>
    when(
      (isWorld(props.cidrIpv4) || isWorld(props.cidrIpv6)) && !isWeb(props.fromPort, props.toPort),
      opened(props.fromPort, props.toPort),
    ),
  "gcp:compute/firewall:Firewall": ({ props }) => {
    if (props.direction === "EGRESS" || !listAt(props, "sourceRanges").some(isWorld)) return [];
    const ports = listAt(props, "allows").flatMap((allow) => {
      const named = textsAt(allow, "ports");
      return named.length > 0 ? named : ["every port"];
    });
    return ports.filter((port) => !WEB.includes(Number(port))).map((port) => opened(port, port));
  },
  "azure-native:network:NetworkSecurityGroup": ({ props }) =>
    listAt(props, "securityRules")
      .filter((rule) => at(rule, "access") === "Allow" && at(rule, "direction") === "Inbound")
      .filter((rule) => isWorld(at(rule, "sourceAddressPrefix")))
      .flatMap((rule) => {
        const several = textsAt(rule, "destinationPortRanges");
        return several.length > 0 ? several : [String(at(rule, "destinationPortRange"))];
      })
      .filter((port) => !WEB.includes(Number(port)))
      .map((port) => opened(port, port)),
});
