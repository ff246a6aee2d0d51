import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { connectEks } from "../../cloud/aws/connect.ts";
import type { EksPlan } from "../../cloud/aws/plan.ts";
import { connectSite } from "../../cloud/aws/site.ts";
import { Application } from "../../components/application.ts";
import type { Plan } from "../../config/plan.ts";
import { override, planOf, readSettings } from "../../local/rehearsal/stack-file.ts";
import { find, ofType, type Registration, record, secret } from "../support/mocks.ts";
import { cloudWith, passwordOf } from "../support/pybase.ts";

/** PyBase as `Pulumi.eks.yaml` lands it, with settings over the file's. */
async function landOnEks(...assignments: string[]): Promise<Registration[]> {
  const settings = assignments.reduce(override, readSettings(".", "eks"));
  const { plan } = await planOf(settings, "eks");
  return landed(plan);
}

function landed(plan: Plan): Promise<Registration[]> {
  const secrets = Object.fromEntries(plan.secrets.map(({ name }) => [name, pulumi.secret(passwordOf(name))]));
  return record(() => {
    const cloud = connectEks(plan, plan.cluster as EksPlan);
    new Application(plan.application, { plan, secrets, cloud }, { providers: [cloud.provider] });
  }, plan.stack);
}

const policyIn = ({ inputs }: Registration, key = "policy") => JSON.parse(inputs[key] as string);

describe("A cluster on EKS", function () {
  // The cloud's SDK takes a while to load on a busy machine.
  this.timeout("2m");
  let production: Registration[];
  before(async () => {
    production = await landOnEks();
  });

  it("is private, audited, encrypted, entered by access entries and kept from deletion", () => {
    const { inputs, protect } = find(production, "aws:eks/cluster:Cluster", "pybase-production-cluster");
    const { roleArn, encryptionConfig, vpcConfig, ...rest } = inputs as Record<string, Record<string, unknown>>;
    assert.deepEqual(rest, {
      name: "pybase-production",
      version: "1.36",
      kubernetesNetworkConfig: { serviceIpv4Cidr: "172.20.0.0/16" },
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true },
      bootstrapSelfManagedAddons: false,
      enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
      upgradePolicy: { supportType: "STANDARD" },
      deletionProtection: true,
    });
    assert.deepEqual(encryptionConfig?.resources, ["secrets"]);
    assert.deepEqual(vpcConfig, {
      subnetIds: ["a", "b", "c"].map((zone) => `pybase-production-private-eu-west-1${zone}-id`),
      endpointPrivateAccess: true,
      endpointPublicAccess: false,
    });
    assert.equal(protect, true);
  });

  it("has ECR keep copies of public images, which the machines may have it fetch", async () => {
    const secretArn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ecr-pullthroughcache/hub-AbCdEf";
    const landed = await landOnEks('cluster.account="123456789012"', `cluster.imageCache={docker.io: "${secretArn}"}`);
    const rules = ofType(landed, "aws:ecr/pullThroughCacheRule:PullThroughCacheRule");
    assert.deepEqual(
      rules.map(({ inputs }) => inputs.ecrRepositoryPrefix),
      ["docker", "ecr", "quay", "k8s"].map((word) => `pybase-production/${word}`),
    );
    assert.deepEqual(rules[0]?.inputs, {
      ecrRepositoryPrefix: "pybase-production/docker",
      upstreamRegistryUrl: "registry-1.docker.io",
      credentialArn: secretArn,
    });
    const template = find(
      landed,
      "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
      "pybase-production-docker.io-cache-template",
    ).inputs;
    assert.deepEqual([template.imageTagMutability, template.prefix], ["IMMUTABLE", "pybase-production/docker"]);
    const policy = find(landed, "aws:iam/rolePolicy:RolePolicy", "pybase-production-image-cache-policy");
    assert.deepEqual(policyIn(policy).Statement, [
      {
        Effect: "Allow",
        Action: ["ecr:CreateRepository", "ecr:BatchImportUpstreamImage"],
        Resource: ["docker", "ecr", "quay", "k8s"].map(
          (word) => `arn:aws:ecr:eu-west-1:123456789012:repository/pybase-production/${word}/*`,
        ),
      },
    ]);
    const [group] = ofType(landed, "aws:eks/nodeGroup:NodeGroup");
    assert.ok(group?.dependsOn.includes(policy.name));
  });

  it("enforces NetworkPolicies, by an add-on that comes before the machines", () => {
    const network = find(production, "aws:eks/addon:Addon", "pybase-production-vpc-cni");
    assert.equal(network.inputs.configurationValues, '{"enableNetworkPolicy":"true"}');
    const machines = find(production, "aws:eks/nodeGroup:NodeGroup", "pybase-production-general-nodes");
    for (const early of ["vpc-cni", "kube-proxy", "eks-pod-identity-agent"]) {
      assert.ok(machines.dependsOn.includes(`pybase-production-${early}`), early);
    }
    const dns = find(production, "aws:eks/addon:Addon", "pybase-production-coredns");
    assert.ok(dns.dependsOn.includes("pybase-production-general-nodes"));
  });

  it("gives machines no more than they need, and drivers roles of their own", () => {
    const attached = ofType(production, "aws:iam/rolePolicyAttachment:RolePolicyAttachment").map(({ name, inputs }) => [
      name.replace("pybase-production-", ""),
      String(inputs.policyArn).replace("arn:aws:iam::aws:policy/", ""),
    ]);
    assert.deepEqual(attached, [
      ["aws-ebs-csi-driver-AmazonEBSCSIDriverPolicyV2", "AmazonEBSCSIDriverPolicyV2"],
      ["cluster-AmazonEKSClusterPolicy", "AmazonEKSClusterPolicy"],
      ["nodes-AmazonEC2ContainerRegistryPullOnly", "AmazonEC2ContainerRegistryPullOnly"],
      ["nodes-AmazonEKSWorkerNodePolicy", "AmazonEKSWorkerNodePolicy"],
      ["vpc-cni-AmazonEKS_CNI_Policy", "AmazonEKS_CNI_Policy"],
    ]);
  });

  it("keeps the machine's credentials from pods", () => {
    const { inputs } = find(production, "aws:ec2/launchTemplate:LaunchTemplate", "pybase-production-general-template");
    assert.deepEqual(inputs.metadataOptions, {
      httpTokens: "required",
      httpPutResponseHopLimit: 1,
      httpEndpoint: "enabled",
    });
  });

  it("is logged in to by whoever runs Pulumi, with no credential in the kubeconfig", () => {
    const provider = find(production, "pulumi:providers:kubernetes", "cluster");
    const text = JSON.stringify(provider.inputs.kubeconfig);
    assert.match(text, /get-token/);
    assert.doesNotMatch(text, /"token|client-key|password/);
  });

  it("has pools of several types of machines, which take only what asks for the spot market", async () => {
    const registrations = await landOnEks(
      "cluster.nodePools={general: {}, batch: {machines: [c6i.2xlarge, c6a.2xlarge], spot: true, min: 0, labels: {work: batch}}}",
      "cluster.nodeUpgradePercent=10",
    );
    const { inputs } = find(registrations, "aws:eks/nodeGroup:NodeGroup", "pybase-production-batch-nodes");
    assert.deepEqual(inputs.instanceTypes, ["c6i.2xlarge", "c6a.2xlarge"]);
    assert.deepEqual(inputs.labels, { work: "batch", "landfall.dev/pool": "batch" });
    assert.deepEqual(inputs.taints, [{ key: "landfall.dev/spot", value: "true", effect: "NO_SCHEDULE" }]);
    assert.deepEqual(inputs.scalingConfig, { minSize: 0, maxSize: 4, desiredSize: 0 });
    assert.deepEqual(inputs.updateConfig, { maxUnavailablePercentage: 10 });
  });

  it("lets the administrators in whom the stack names", async () => {
    const arn = "arn:aws:iam::123456789012:role/operators";
    const registrations = await landOnEks(`cluster.administrators=["${arn}"]`);
    const { inputs } = find(
      registrations,
      "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
      "pybase-production-administrator-1-policy",
    );
    assert.deepEqual(inputs, {
      clusterName: "pybase-production",
      principalArn: arn,
      policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
      accessScope: { type: "cluster" },
    });
  });

  it("has a file system over all zones where tiers share a volume", async () => {
    const registrations = await landOnEks("app=mlcf", "datastores={}");
    const files = find(registrations, "aws:efs/fileSystem:FileSystem", "mlcf-production-shared-files");
    assert.equal(files.inputs.encrypted, true);
    assert.equal(files.protect, true);
    assert.equal(ofType(registrations, "aws:efs/mountTarget:MountTarget").length, 3);
    const { inputs } = find(registrations, "kubernetes:storage.k8s.io/v1:StorageClass", "mlcf-production-efs");
    assert.equal(inputs.provisioner, "efs.csi.aws.com");
  });

  it("reaches AWS's services past the internet where the stack wants it, and S3 always", async () => {
    const type = "aws:ec2/vpcEndpoint:VpcEndpoint";
    assert.deepEqual(
      ofType(production, type).map(({ inputs }) => inputs.serviceName),
      ["com.amazonaws.eu-west-1.s3"],
    );
    const registrations = await landOnEks("cluster.network.interfaceEndpoints=true");
    assert.equal(ofType(registrations, type).length, 9);
    assert.ok(
      ofType(registrations, type).every(
        ({ inputs }) => inputs.vpcEndpointType === "Gateway" || inputs.privateDnsEnabled === true,
      ),
    );
  });

  it("keeps images whose tags stay what they are", async () => {
    const registrations = await landOnEks("cluster.repositories=[pybase/api]");
    const { inputs } = find(registrations, "aws:ecr/repository:Repository", "pybase-production-pybase-api-repository");
    assert.deepEqual(inputs, {
      name: "pybase/api",
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfigurations: [{ encryptionType: "AES256" }],
      forceDelete: false,
    });
  });
});

describe("Volumes on EKS", function () {
  this.timeout("2m");
  for (const [profile, policy] of [
    ["production", "Retain"],
    ["staging", "Delete"],
  ]) {
    it(`are ${policy === "Retain" ? "retained" : "deleted"} with their claims in ${profile}`, async () => {
      const classes = ofType(await landOnEks(`profile=${profile}`), "kubernetes:storage.k8s.io/v1:StorageClass");
      assert.deepEqual(new Set(classes.map(({ inputs }) => inputs.reclaimPolicy)), new Set([policy]));
    });
  }
});

describe("AWS's datastores of PyBase", function () {
  // The cloud's SDK takes a while to load on a busy machine.
  this.timeout("2m");
  let production: Registration[];
  before(async () => {
    production = await landOnEks();
  });

  it("are a PostgreSQL in two zones, private, encrypted, with backups and a last snapshot", () => {
    const { inputs, protect } = find(production, "aws:rds/instance:Instance", "pybase-postgres-instance");
    const { vpcSecurityGroupIds, dbSubnetGroupName, parameterGroupName, ...rest } = inputs;
    assert.deepEqual(rest, {
      identifier: "pybase-production-postgres",
      engine: "postgres",
      engineVersion: "16",
      instanceClass: "db.m7g.large",
      allocatedStorage: 20,
      maxAllocatedStorage: 100,
      storageType: "gp3",
      storageEncrypted: true,
      multiAz: true,
      publiclyAccessible: false,
      dbName: "pybase",
      username: "app",
      password: secret("password-of-postgres"),
      backupRetentionPeriod: 30,
      copyTagsToSnapshot: true,
      autoMinorVersionUpgrade: true,
      allowMajorVersionUpgrade: false,
      performanceInsightsEnabled: true,
      deletionProtection: true,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: "pybase-production-postgres-final",
    });
    assert.equal(protect, true);
  });

  it("leave a last snapshot without their protection, too, where the stack says so", async () => {
    const landed = await landOnEks("datastores.postgres.protect=false", "datastores.postgres.finalSnapshot=true");
    const { inputs, protect } = find(landed, "aws:rds/instance:Instance", "pybase-postgres-instance");
    const { deletionProtection, skipFinalSnapshot, finalSnapshotIdentifier } = inputs;
    assert.deepEqual(
      [protect, deletionProtection, skipFinalSnapshot, finalSnapshotIdentifier],
      [false, false, false, "pybase-production-postgres-final"],
    );
  });

  it("are a Redis of two servers, encrypted, for one user with the stack's password", () => {
    const { inputs, protect } = find(
      production,
      "aws:elasticache/replicationGroup:ReplicationGroup",
      "pybase-redis-servers",
    );
    const { securityGroupIds, subnetGroupName, parameterGroupName, ...rest } = inputs;
    assert.deepEqual(rest, {
      replicationGroupId: "pybase-production-redis",
      description: "Redis redis",
      engine: "valkey",
      engineVersion: "7.2",
      nodeType: "cache.m7g.large",
      numCacheClusters: 2,
      automaticFailoverEnabled: true,
      multiAzEnabled: true,
      port: 6379,
      userGroupIds: ["pybase-production-redis"],
      transitEncryptionEnabled: true,
      atRestEncryptionEnabled: true,
      snapshotRetentionLimit: 30,
      finalSnapshotIdentifier: "pybase-production-redis-final",
      autoMinorVersionUpgrade: true,
    });
    assert.equal(protect, true);
    const user = find(production, "aws:elasticache/user:User", "pybase-redis-user");
    assert.deepEqual(user.inputs.authenticationMode, {
      type: "password",
      passwords: [secret("password-of-redis")],
    });
  });

  it("let in the cluster's machines and nobody else", () => {
    for (const [store, port] of [["postgres", 5432] as const, ["redis", 6379] as const]) {
      const { inputs } = find(production, "aws:ec2/securityGroup:SecurityGroup", `pybase-${store}-group`);
      const [rule, ...others] = inputs.ingress as Record<string, unknown>[];
      assert.deepEqual([rule?.fromPort, rule?.toPort, rule?.cidrBlocks, others], [port, port, undefined, []]);
    }
  });

  it("are a bucket that is private, encrypted, versioned and answers to TLS only", () => {
    const of = (type: string, what: string) => find(production, `aws:s3/${type}`, `pybase-objects-uploads-${what}`);
    assert.deepEqual(of("bucket:Bucket", "bucket").inputs, {
      bucketPrefix: "pybase-production-objects-uploads-",
      forceDestroy: false,
    });
    const { bucket: _, ...blocked } = of("bucketPublicAccessBlock:BucketPublicAccessBlock", "private").inputs;
    assert.deepEqual(blocked, {
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    const versioning = of("bucketVersioning:BucketVersioning", "versioning").inputs;
    assert.deepEqual(versioning.versioningConfiguration, { status: "Enabled" });
    const [statement] = policyIn(of("bucketPolicy:BucketPolicy", "policy")).Statement;
    assert.deepEqual(
      [statement.Effect, statement.Principal, statement.Condition],
      ["Deny", "*", { Bool: { "aws:SecureTransport": "false" } }],
    );
  });

  it("give each tier that uses objects a role of its own, for these buckets and its own pods", () => {
    const associations = ofType(production, "aws:eks/podIdentityAssociation:PodIdentityAssociation");
    assert.deepEqual(
      associations.map(({ inputs }) => `${inputs.namespace}/${inputs.serviceAccount}`),
      ["pybase/api", "pybase/extraction-worker"],
    );
    const role = find(production, "aws:iam/role:Role", "pybase-api-role");
    assert.deepEqual(policyIn(role, "assumeRolePolicy").Statement, [
      {
        Effect: "Allow",
        Action: ["sts:AssumeRole", "sts:TagSession"],
        Principal: { Service: "pods.eks.amazonaws.com" },
        Condition: {
          StringEquals: {
            "aws:RequestTag/kubernetes-namespace": "pybase",
            "aws:RequestTag/kubernetes-service-account": "api",
          },
        },
      },
    ]);
    const actions = policyIn(find(production, "aws:iam/rolePolicy:RolePolicy", "pybase-api-policy")).Statement.flatMap(
      ({ Action }: { Action: string[] }) => Action,
    );
    assert.ok(actions.every((action: string) => /^s3:(Get|Put|Delete|List|Abort)/.test(action)));
  });

  it("ask clients for neither user nor password of the object store", () => {
    const environment = JSON.stringify([
      find(production, "kubernetes:core/v1:ConfigMap", "pybase-api-config").inputs,
      find(production, "kubernetes:core/v1:Secret", "pybase-api-secret").inputs,
    ]);
    assert.match(environment, /"S3_ENDPOINT_URL":"https:\/\/s3.eu-west-1.amazonaws.com"/);
    assert.doesNotMatch(environment, /S3_ACCESS_KEY|S3_SECRET_KEY/);
  });

  it("are trusted by certificates that every client of PostgreSQL mounts", () => {
    const { inputs } = find(production, "kubernetes:core/v1:ConfigMap", "pybase-postgres-certificates");
    const pem = (inputs.data as Record<string, string>)["postgres.pem"] as string;
    assert.match(pem, /^-----BEGIN CERTIFICATE-----\n/);
    const clients = ofType(production, "kubernetes:apps/v1:Deployment").filter(({ inputs }) =>
      JSON.stringify(inputs).includes("/etc/landfall/certificates"),
    );
    assert.deepEqual(
      clients.map(({ name }) => name),
      ["pybase-api-deployment", "pybase-extraction-worker-deployment", "pybase-search-worker-deployment"],
    );
  });

  it("are signed for with keys where clients cannot show who they are", async () => {
    const registrations = await landOnEks("datastores.objects.access=password");
    const { inputs } = find(registrations, "aws:iam/user:User", "pybase-objects-user");
    assert.equal(inputs.name, "pybase-production-objects");
    const key = find(registrations, "aws:iam/accessKey:AccessKey", "pybase-objects-key");
    assert.ok(key.secretOutputs.includes("secret"));
  });

  it("are a DocumentDB of two servers for an application with MongoDB", async () => {
    const registrations = await landOnEks("app=samplemind", "datastores={mongodb: {mode: managed}}");
    const { inputs } = find(registrations, "aws:docdb/cluster:Cluster", "samplemind-mongodb-cluster");
    assert.deepEqual(
      [inputs.storageEncrypted, inputs.deletionProtection, inputs.masterPassword, inputs.backupRetentionPeriod],
      [true, true, secret("password-of-mongodb"), 30],
    );
    assert.equal(ofType(registrations, "aws:docdb/clusterInstance:ClusterInstance").length, 2);
    const parameters = find(
      registrations,
      "aws:docdb/clusterParameterGroup:ClusterParameterGroup",
      "samplemind-mongodb-parameters",
    );
    assert.equal(parameters.inputs.family, "docdb8.0");
  });
});

describe("AWS's datastores beside a cluster that is somebody else's", function () {
  // The cloud's SDK takes a while to load on a busy machine.
  this.timeout("2m");
  const theirs = {
    provider: "kubeconfig",
    context: "theirs",
    cloud: {
      provider: "aws",
      region: "eu-west-1",
      vpcId: "vpc-0a1b2c3d4e5f60718",
      subnetIds: ["subnet-0a1b2c3d4e5f60718", "subnet-0b2c3d4e5f6071829"],
      cidrs: ["10.8.0.0/22"],
      clients: { cidrs: ["192.168.0.0/16"] },
    },
  };

  it("stand in the network that the stack names, and let in the ranges that it names", async () => {
    const { plan } = await planOf({ ...readSettings(".", "eks"), cluster: theirs, addons: {} }, "eks");
    assert.ok(plan.cluster.provider === "kubeconfig" && plan.cluster.cloud?.provider === "aws");
    const site = plan.cluster.cloud;
    const secrets = Object.fromEntries(plan.secrets.map(({ name }) => [name, pulumi.secret(passwordOf(name))]));
    const registrations = await record(() => {
      const provider = new k8s.Provider("cluster", { clusterIdentifier: "theirs" });
      const cloud = { ...cloudWith(provider), ...connectSite(plan, site) };
      new Application(plan.application, { plan, secrets, cloud }, { providers: [provider] });
    }, plan.stack);
    const { inputs } = find(registrations, "aws:ec2/securityGroup:SecurityGroup", "pybase-postgres-group");
    const [rule] = inputs.ingress as Record<string, unknown>[];
    assert.deepEqual([inputs.vpcId, rule?.cidrBlocks], [site.vpcId, ["192.168.0.0/16"]]);
    const subnets = find(registrations, "aws:rds/subnetGroup:SubnetGroup", "pybase-postgres-subnets");
    assert.deepEqual(subnets.inputs.subnetIds, site.subnetIds);
    assert.equal(ofType(registrations, "aws:iam/accessKey:AccessKey").length, 1);
    assert.equal(ofType(registrations, "aws:eks/podIdentityAssociation:PodIdentityAssociation").length, 0);
  });
});

describe("A store that AWS runs, restored from a server that AWS has made of its backups", function () {
  this.timeout("2m");
  const SERVER = "pybase-production-postgres-restored.c1a2b3.eu-west-1.rds.amazonaws.com";
  let landed: Registration[];
  before(async () => {
    landed = await landOnEks(`datastores.postgres.restore.server=${SERVER}`);
  });

  it("stays as it is, and takes all from there while no tier runs that uses it", () => {
    const instances = ofType(landed, "aws:rds/instance:Instance");
    assert.deepEqual(
      instances.map(({ name, protect }) => [name, protect]),
      [["pybase-postgres-instance", true]],
    );
    const { inputs } = find(landed, "kubernetes:batch/v1:Job", "pybase-postgres-restore-restore-copy");
    const { spec } = (inputs as { spec: { template: { spec: { containers: Container[] } } } }).spec.template;
    const [{ command, env, envFrom }] = spec.containers as [Container];
    const variables = Object.fromEntries(env.map(({ name, value }) => [name, value]));
    assert.equal(variables.FROM_HOST, SERVER);
    assert.notEqual(variables.TO_HOST, SERVER);
    for (const name of ["PORT", "USERNAME", "DATABASE", "TLS"]) {
      assert.equal(variables[`FROM_${name}`], variables[`TO_${name}`]);
    }
    assert.match(command[2] ?? "", /^sleep \d+\n/);
    assert.equal(envFrom.length, 1);
    const replicas = (name: string) =>
      (find(landed, "kubernetes:apps/v1:Deployment", `pybase-${name}-deployment`).inputs.spec as { replicas?: number })
        .replicas;
    assert.deepEqual([replicas("api"), replicas("search-worker")], [0, 0]);
    assert.ok(!ofType(landed, "kubernetes:batch/v1:Job").some(({ name }) => name.includes("migrate")));
  });

  it("is told both passwords, which are one, by a Secret only", () => {
    const password = passwordOf("postgres");
    assert.deepEqual(
      find(landed, "kubernetes:core/v1:Secret", "pybase-postgres-restore-secret").inputs.stringData,
      secret({ FROM_PASSWORD: password, TO_PASSWORD: password }),
    );
  });
});

interface Container {
  command: string[];
  env: { name: string; value: string }[];
  envFrom: unknown[];
}
