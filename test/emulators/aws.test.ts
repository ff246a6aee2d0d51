import assert from "node:assert/strict";
import { aws } from "../../local/emulators/aws/aws.ts";
import { Emulated, type Made } from "../support/emulated.ts";

const ROLE = "aws:iam/role:Role";
const trust = (service: string, ...actions: string[]) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: actions, Principal: { Service: service } }],
  });
const ofPods = trust("pods.eks.amazonaws.com", "sts:AssumeRole", "sts:TagSession");

/** A network in two zones with a cluster in it, as far as each test goes. */
class Account extends Emulated {
  constructor() {
    super(aws, { region: "eu-west-1" });
  }

  async network(): Promise<{ vpc: Made; a: Made; b: Made; group: Made }> {
    const vpc = await this.make("aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16" });
    const subnet = (zone: string, cidrBlock: string) =>
      this.make("aws:ec2/subnet:Subnet", { vpcId: vpc.id, cidrBlock, availabilityZone: `eu-west-1${zone}` });
    const [a, b] = [await subnet("a", "10.0.0.0/24"), await subnet("b", "10.0.1.0/24")];
    const group = await this.make("aws:ec2/securityGroup:SecurityGroup", { vpcId: vpc.id });
    return { vpc, a, b, group };
  }

  async cluster(more: object = {}): Promise<{ cluster: Made; subnetIds: string[] }> {
    const { a, b } = await this.network();
    const role = await this.make(ROLE, { assumeRolePolicy: trust("eks.amazonaws.com", "sts:AssumeRole") });
    const subnetIds = [a.id, b.id];
    const cluster = await this.make("aws:eks/cluster:Cluster", {
      name: "shop",
      version: "1.35",
      roleArn: role.outputs.arn,
      vpcConfig: { subnetIds },
      bootstrapSelfManagedAddons: false,
      ...more,
    });
    return { cluster, subnetIds };
  }

  async nodeGroup(subnetIds: string[], more: object = {}): Promise<Made> {
    const role = await this.make(ROLE, { assumeRolePolicy: trust("ec2.amazonaws.com", "sts:AssumeRole") }, "nodes");
    return this.make("aws:eks/nodeGroup:NodeGroup", {
      clusterName: "shop",
      nodeRoleArn: role.outputs.arn,
      subnetIds,
      instanceTypes: ["m6i.large"],
      amiType: "AL2023_x86_64_STANDARD",
      scalingConfig: { minSize: 1, maxSize: 3, desiredSize: 2 },
      ...more,
    });
  }
}

const databases = "aws:rds/instance:Instance";
const database = {
  identifier: "shop-db",
  engine: "postgres",
  engineVersion: "16",
  instanceClass: "db.t4g.medium",
  allocatedStorage: 20,
  username: "app",
  password: "a-password",
  skipFinalSnapshot: true,
};

describe("The emulated AWS", () => {
  let account: Account;
  beforeEach(() => {
    account = new Account();
  });
  afterEach(() => account.forget());

  describe("in a network", () => {
    it("refuses ranges that are none, too large or too small", async () => {
      const vpc = "aws:ec2/vpc:Vpc";
      await account.refuses(vpc, { cidrBlock: "10.0.0.1/16" }, /not a valid IPv4 CIDR block/);
      await account.refuses(vpc, { cidrBlock: "10.0.0.0/8" }, /mask of \/16 to \/28/);
    });

    it("refuses subnets that overlap, stand outside of the network or in another region", async () => {
      const { vpc } = await account.network();
      const subnet = { vpcId: vpc.id, availabilityZone: "eu-west-1c" };
      const type = "aws:ec2/subnet:Subnet";
      await account.refuses(type, { ...subnet, cidrBlock: "10.0.1.128/25" }, /InvalidSubnet.Conflict/);
      await account.refuses(type, { ...subnet, cidrBlock: "10.1.0.0/24" }, /InvalidSubnet.Range/);
      const elsewhere = { ...subnet, cidrBlock: "10.0.9.0/24", availabilityZone: "us-east-1a" };
      await account.refuses(type, elsewhere, /no zone of eu-west-1/);
    });

    it("refuses what names nothing, and keeps what is named", async () => {
      const { vpc, a } = await account.network();
      const nowhere = { vpcId: "vpc-0", cidrBlock: "10.0.3.0/24" };
      await account.refuses("aws:ec2/subnet:Subnet", nowhere, /NotFound: vpcId names vpc-0/);
      await assert.rejects(vpc.remove(), /DependencyViolation: vpc-\w+ .* is still used by/);
      await a.remove();
    });

    it("makes a subnet anew for another range", async () => {
      const { vpc, a } = await account.network();
      const moved = { vpcId: vpc.id, cidrBlock: "10.0.7.0/24", availabilityZone: "eu-west-1a" };
      assert.deepEqual(await a.change(moved), ["cidrBlock"]);
    });

    it("has gateways to S3 and DynamoDB only, and services of its own region", async () => {
      const { vpc } = await account.network();
      const type = "aws:ec2/vpcEndpoint:VpcEndpoint";
      await account.refuses(type, { vpcId: vpc.id, serviceName: "com.amazonaws.eu-west-1.sts" }, /has no gateway/);
      await account.refuses(
        type,
        { vpcId: vpc.id, serviceName: "com.amazonaws.us-east-1.s3" },
        /no service of eu-west-1/,
      );
    });

    it("records nothing without a role that may write", async () => {
      const { vpc } = await account.network();
      await account.refuses("aws:ec2/flowLog:FlowLog", { vpcId: vpc.id, trafficType: "ALL" }, /iamRoleArn is required/);
    });
  });

  describe("with a cluster", () => {
    it("upgrades it one minor version at a time, and never back", async () => {
      const { cluster, subnetIds } = await account.cluster({ version: "1.34" });
      const inputs = (version: string) => ({
        name: "shop",
        version,
        roleArn: cluster.outputs.roleArn,
        vpcConfig: { subnetIds },
        bootstrapSelfManagedAddons: false,
      });
      await assert.rejects(cluster.change(inputs("1.36")), /unsupported Kubernetes minor version update from 1.34 to/);
      await assert.rejects(cluster.change(inputs("1.33")), /unsupported Kubernetes minor version update/);
      assert.deepEqual(await cluster.change(inputs("1.35")), []);
    });

    it("refuses versions that are no more, and control planes that nobody reaches", async () => {
      await assert.rejects(account.cluster({ version: "1.28" }), /"1.28" is not one of/);
      const { subnetIds } = await account.cluster();
      const role = await account.make(ROLE, { assumeRolePolicy: trust("eks.amazonaws.com", "sts:AssumeRole") });
      const unreachable = { subnetIds, endpointPrivateAccess: false, endpointPublicAccess: false };
      const inputs = { name: "other", roleArn: role.outputs.arn, vpcConfig: unreachable };
      await account.refuses("aws:eks/cluster:Cluster", inputs, /cannot both be off/);
    });

    it("keeps a protected one", async () => {
      const { cluster } = await account.cluster({ deletionProtection: true });
      await assert.rejects(cluster.remove(), /has deletion protection/);
    });

    it("has no ready machine before pods have a network", async () => {
      const { subnetIds } = await account.cluster();
      await assert.rejects(account.nodeGroup(subnetIds), /NodeCreationFailure: .* cni plugin not initialized/);
      await account.make("aws:eks/addon:Addon", { clusterName: "shop", addonName: "vpc-cni" });
      await account.nodeGroup(subnetIds);
    });

    it("starts no machine from the image of another architecture", async () => {
      const { subnetIds } = await account.cluster({ bootstrapSelfManagedAddons: true });
      await assert.rejects(account.nodeGroup(subnetIds, { instanceTypes: ["m7g.large"] }), /m7g.large is arm64/);
      await assert.rejects(account.nodeGroup(subnetIds, { instanceTypes: ["m6i.tiny"] }), /no instance type/);
    });

    it("has machines of several types, with GPUs or not, and one to begin with in a pool that grows from none", async () => {
      const { subnetIds } = await account.cluster({ bootstrapSelfManagedAddons: true });
      await account.nodeGroup(subnetIds, {
        nodeGroupName: "batch",
        instanceTypes: ["g5.xlarge", "g6.xlarge"],
        amiType: "AL2023_x86_64_NVIDIA",
        scalingConfig: { minSize: 0, maxSize: 3, desiredSize: 0 },
      });
      const machines = account.nodes.batch ?? [];
      assert.deepEqual(
        machines.map(({ instanceType, memory }) => [instanceType, memory]),
        [["g5.xlarge", "15Gi"]],
      );
      const many = Array.from({ length: 21 }, () => "m6i.large");
      await assert.rejects(account.nodeGroup(subnetIds, { instanceTypes: many }), /are more than 20/);
    });

    it("upgrades machines after the control plane, to releases of their version, and never back", async () => {
      const { subnetIds } = await account.cluster({ bootstrapSelfManagedAddons: true });
      await assert.rejects(account.nodeGroup(subnetIds, { version: "1.36" }), /1.36 is newer than the cluster's 1.35/);
      const release = { version: "1.35", releaseVersion: "1.36.2-20261112" };
      await assert.rejects(account.nodeGroup(subnetIds, release), /is no release for Kubernetes 1.35/);
      const group = await account.nodeGroup(subnetIds, { version: "1.35" });
      assert.deepEqual(await group.change({ releaseVersion: "1.35.4-20261112" }), []);
      await assert.rejects(group.change({ version: "1.34", releaseVersion: undefined }), /goes from 1.35 back to no/);
    });

    it("runs no add-on without machines, and none twice", async () => {
      const { subnetIds } = await account.cluster();
      const type = "aws:eks/addon:Addon";
      const dns = { clusterName: "shop", addonName: "coredns" };
      await account.refuses(type, dns, /coredns is DEGRADED: InsufficientNumberOfReplicas/);
      await account.make(type, { clusterName: "shop", addonName: "vpc-cni" });
      await account.nodeGroup(subnetIds);
      await account.make(type, dns);
      await account.refuses(type, dns, /already exists/);
    });

    it("takes settings of an add-on in its own words, and no kube-proxy that is newer than the cluster", async () => {
      await account.cluster();
      const addon = (addonName: string, more: object) => ({ clusterName: "shop", addonName, ...more });
      const type = "aws:eks/addon:Addon";
      const wrong = addon("vpc-cni", { configurationValues: JSON.stringify({ enableNetworkPolicy: true }) });
      await account.refuses(type, wrong, /enableNetworkPolicy true is not one of true, false/);
      const newer = addon("kube-proxy", { addonVersion: "v1.36.0-eksbuild.2" });
      await account.refuses(type, newer, /kube-proxy v1.36.0-eksbuild.2 is not supported by Kubernetes 1.35/);
      await account.refuses(type, addon("vpc-cny", {}), /"vpc-cny" is not one of/);
    });

    it("gives pods no role that they cannot take on, and each service account one", async () => {
      await account.cluster();
      const type = "aws:eks/podIdentityAssociation:PodIdentityAssociation";
      const association = (roleArn: unknown) => ({
        clusterName: "shop",
        namespace: "shop",
        serviceAccount: "web",
        roleArn,
      });
      const wrong = await account.make(ROLE, { assumeRolePolicy: trust("ec2.amazonaws.com", "sts:AssumeRole") }, "a");
      await account.refuses(type, association(wrong.outputs.arn), /trust policy .* is not valid for pod identity/);
      const right = await account.make(ROLE, { namePrefix: "shop-", assumeRolePolicy: ofPods });
      assert.match(right.id, /^shop-[0-9a-f]{26}$/);
      await account.make(type, association(right.outputs.arn));
      await account.refuses(type, association(right.outputs.arn), /has an association already/);
    });

    it("lets nobody in by a policy without an entry", async () => {
      await account.cluster();
      const principalArn = "arn:aws:iam::123456789012:role/operators";
      const policy = {
        clusterName: "shop",
        principalArn,
        policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
        accessScope: { type: "cluster" },
      };
      const type = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation";
      await account.refuses(type, policy, /has no access entry in shop/);
      await account.make("aws:eks/accessEntry:AccessEntry", { clusterName: "shop", principalArn });
      await account.make(type, policy);
    });

    it("mounts a file system once a zone", async () => {
      const { a, group } = await account.network();
      const files = await account.make("aws:efs/fileSystem:FileSystem", { encrypted: true });
      const target = { fileSystemId: files.id, subnetId: a.id, securityGroups: [group.id] };
      await account.make("aws:efs/mountTarget:MountTarget", target);
      await account.refuses("aws:efs/mountTarget:MountTarget", target, /MountTargetConflict/);
      await assert.rejects(files.remove(), /is still used by fsmt-/);
      assert.deepEqual(await files.change({ encrypted: false }), ["encrypted"]);
    });
  });

  describe("runs PostgreSQL", () => {
    it("on no disk under 20 GiB, by no reserved name and with no password that it cannot take", async () => {
      await account.refuses(databases, { ...database, allocatedStorage: 10 }, /gp3 takes 20 GiB at least/);
      await account.refuses(databases, { ...database, username: "rdsadmin" }, /"rdsadmin" is reserved/);
      await account.refuses(databases, { ...database, password: "with/slash" }, /has one of/);
      await account.refuses(databases, { ...database, identifier: "shop--db" }, /does not match/);
    });

    it("in two zones at least", async () => {
      const { a } = await account.network();
      const type = "aws:rds/subnetGroup:SubnetGroup";
      await account.refuses(type, { subnetIds: [a.id] }, /DBSubnetGroupDoesNotCoverEnoughAZs/);
    });

    it("never smaller, older or unprotected by accident", async () => {
      const kept = { ...database, deletionProtection: true };
      const instance = await account.make(databases, kept);
      await assert.rejects(instance.change({ ...kept, engineVersion: "15" }), /cannot downgrade/);
      await assert.rejects(instance.change({ ...kept, engineVersion: "17" }), /AllowMajorVersionUpgrade/);
      await assert.rejects(instance.remove(), /cannot delete protected DB instance/);
      assert.deepEqual(await instance.change({ ...kept, username: "other" }), ["username"]);
      assert.deepEqual(await instance.change({ ...kept, deletionProtection: false }), []);
      await instance.remove();
    });

    it("with a last snapshot, or without in so many words", async () => {
      await account.refuses(
        databases,
        { ...database, skipFinalSnapshot: false },
        /finalSnapshotIdentifier is required/,
      );
    });
  });

  describe("runs Redis", () => {
    const type = "aws:elasticache/replicationGroup:ReplicationGroup";
    const servers = {
      replicationGroupId: "shop-queue",
      description: "Redis",
      engine: "valkey",
      engineVersion: "8.1",
      nodeType: "cache.t4g.small",
    };
    const user = {
      userId: "shop-queue",
      userName: "app",
      engine: "valkey",
      accessString: "on ~* &* +@all",
      authenticationMode: { type: "password", passwords: ["sixteen-characters"] },
    };

    it("with a second server where it is to take over, in another zone", async () => {
      const { a } = await account.network();
      const alone = { ...servers, automaticFailoverEnabled: true };
      await account.refuses(type, alone, /automaticFailoverEnabled takes two servers or more/);
      const subnets = await account.make("aws:elasticache/subnetGroup:SubnetGroup", { subnetIds: [a.id] });
      const two = { ...alone, numCacheClusters: 2, multiAzEnabled: true, subnetGroupName: subnets.id };
      await account.refuses(type, two, /take subnets in two zones or more/);
    });

    it("for users with passwords only where the connection is encrypted", async () => {
      const mine = await account.make("aws:elasticache/user:User", user);
      const users = { userGroupId: "shop-queue", engine: "valkey", userIds: [mine.id] };
      const group = await account.make("aws:elasticache/userGroup:UserGroup", users);
      const open = { ...servers, userGroupIds: [group.id] };
      await account.refuses(type, open, /userGroupIds takes encryption in transit/);
      await assert.rejects(mine.remove(), /is still used by shop-queue/);
    });

    it("for no user with a short password, or with none", async () => {
      const of = (passwords: string[]) => ({ ...user, authenticationMode: { type: "password", passwords } });
      await account.refuses("aws:elasticache/user:User", of(["short"]), /16 to 128 characters/);
      await account.refuses("aws:elasticache/user:User", of([]), /is required, and missing/);
    });

    it("with parameters of its own major version, and never an older one", async () => {
      const parameters = await account.make("aws:elasticache/parameterGroup:ParameterGroup", { family: "valkey7" });
      const wrong = { ...servers, parameterGroupName: parameters.id };
      await account.refuses(type, wrong, /expected a parameter group of family valkey8/);
      const running = await account.make(type, servers);
      await assert.rejects(running.change({ ...servers, engineVersion: "8.0" }), /cannot downgrade/);
      assert.deepEqual(await running.change({ ...servers, atRestEncryptionEnabled: true }), [
        "atRestEncryptionEnabled",
      ]);
    });
  });

  describe("runs MongoDB", () => {
    const type = "aws:docdb/cluster:Cluster";
    const cluster = {
      clusterIdentifier: "shop-documents",
      engineVersion: "8.0.0",
      masterUsername: "app",
      masterPassword: "a-password",
      skipFinalSnapshot: true,
    };

    it("in versions and on machines that there are", async () => {
      await account.refuses(type, { ...cluster, engineVersion: "3.6.0" }, /"3.6.0" is not one of/);
      const made = await account.make(type, cluster);
      const server = { clusterIdentifier: made.id, instanceClass: "db.m7g.large" };
      await account.refuses("aws:docdb/clusterInstance:ClusterInstance", server, /instanceClass .* does not match/);
    });

    it("as long as it has servers, or is protected", async () => {
      const made = await account.make(type, { ...cluster, deletionProtection: true });
      await assert.rejects(made.remove(), /cannot delete protected cluster/);
      const server = { clusterIdentifier: made.id, instanceClass: "db.r6g.large" };
      const running = await account.make("aws:docdb/clusterInstance:ClusterInstance", server);
      await made.change({ ...cluster, deletionProtection: false });
      await assert.rejects(made.remove(), /is still used by/);
      await running.remove();
      await made.remove();
    });
  });

  describe("keeps objects", () => {
    const policyOn = (resource: string, effect: string) =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: effect, Action: "s3:GetObject", Principal: "*", Resource: resource }],
      });

    it("in buckets with names that all the world can tell apart", async () => {
      const type = "aws:s3/bucket:Bucket";
      await account.refuses(type, { bucket: "Uploads" }, /"Uploads" does not match/);
      await account.refuses(type, { bucket: "192.168.0.1" }, /does not match/);
      await account.refuses(type, { bucketPrefix: "a".repeat(38) }, /does not match/);
      const bucket = await account.make(type, { bucketPrefix: "shop-uploads-" });
      assert.match(bucket.id, /^shop-uploads-[0-9a-f]{26}$/);
      await account.refuses(type, { bucket: bucket.id }, /AlreadyExists/);
    });

    it("by policies about the bucket, which open it to nobody where that is blocked", async () => {
      const { id: bucket } = await account.make("aws:s3/bucket:Bucket", { bucket: "shop-uploads" });
      const type = "aws:s3/bucketPolicy:BucketPolicy";
      await account.make("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", { bucket, blockPublicPolicy: true });
      const elsewhere = { bucket, policy: policyOn("arn:aws:s3:::others/*", "Deny") };
      await account.refuses(type, elsewhere, /Policy has invalid resource/);
      const open = { bucket, policy: policyOn("arn:aws:s3:::shop-uploads/*", "Allow") };
      await account.refuses(type, open, /blocked by the BlockPublicPolicy setting/);
      await account.make(type, { bucket, policy: policyOn("arn:aws:s3:::shop-uploads/*", "Deny") });
    });
  });

  it("takes no policy of a role that is longer than IAM keeps", async () => {
    const role = await account.make(ROLE, { assumeRolePolicy: ofPods });
    const policy = (count: number) => {
      const Action = Array.from({ length: count }, (_, index) => `ec2:DescribeSomething${index}`);
      return JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource: "*" }] });
    };
    const type = "aws:iam/rolePolicy:RolePolicy";
    await account.refuses(type, { role: role.outputs.name, policy: policy(500) }, /Maximum policy size of 10240 bytes/);
    await account.make(type, { role: role.outputs.name, policy: policy(100) });
  });

  it("deletes no user that has keys", async () => {
    const user = await account.make("aws:iam/user:User", { name: "shop" });
    const key = await account.make("aws:iam/accessKey:AccessKey", { user: user.id });
    await assert.rejects(user.remove(), /is still used by AKIA/);
    await key.remove();
    await user.remove();
  });
});
