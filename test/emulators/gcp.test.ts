import assert from "node:assert/strict";
import { gcp } from "../../local/emulators/gcp/gcp.ts";
import type { Values } from "../../local/emulators/rules.ts";
import { Emulated, type Made } from "../support/emulated.ts";
import { landOn } from "../support/on-clouds.ts";
import { planOf } from "../support/shop.ts";

const NETWORK = "gcp:compute/network:Network";
const SUBNETWORK = "gcp:compute/subnetwork:Subnetwork";
const ADDRESS = "gcp:compute/globalAddress:GlobalAddress";
const CONNECTION = "gcp:servicenetworking/connection:Connection";
const NAT = "gcp:compute/routerNat:RouterNat";
const ACCOUNT = "gcp:serviceaccount/account:Account";
const KEY = "gcp:kms/cryptoKey:CryptoKey";
const GRANT = "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember";
const CLUSTER = "gcp:container/cluster:Cluster";
const POOL = "gcp:container/nodePool:NodePool";
const INSTANCE = "gcp:sql/databaseInstance:DatabaseInstance";
const DATABASE = "gcp:sql/database:Database";
const USER = "gcp:sql/user:User";
const REDIS = "gcp:redis/instance:Instance";
const BUCKET = "gcp:storage/bucket:Bucket";
const ZONE_MEMBER = "gcp:dns/dnsManagedZoneIamMember:DnsManagedZoneIamMember";
const CUSTOM_ROLE = "gcp:projects/iAMCustomRole:IAMCustomRole";
const PROJECT_MEMBER = "gcp:projects/iAMMember:IAMMember";
const BUCKET_MEMBER = "gcp:storage/bucketIAMMember:BucketIAMMember";

const REGION = "europe-west4";
const APIS = ["compute", "container", "iam", "cloudkms", "servicenetworking", "sqladmin", "redis", "storage"];

describe("The emulated Google Cloud", () => {
  let cloud: Emulated;
  let vpc: Made;
  let network: string;
  beforeEach(async () => {
    cloud = new Emulated(gcp, { project: "my-project-123456", region: REGION });
    for (const api of APIS) await create("gcp:projects/service:Service", { service: `${api}.googleapis.com` });
    vpc = await create(NETWORK, { autoCreateSubnetworks: false });
    network = vpc.id;
  });
  afterEach(() => cloud.forget());

  const create = (type: string, inputs: Values): Promise<Made> => cloud.make(type, inputs);
  const subnetwork = (ranges: Values = {}) =>
    create(SUBNETWORK, {
      network,
      region: REGION,
      ipCidrRange: "10.0.128.0/19",
      secondaryIpRanges: [
        { rangeName: "pods", ipCidrRange: "10.0.0.0/17" },
        { rangeName: "services", ipCidrRange: "10.0.160.0/20" },
      ],
      ...ranges,
    });
  const cluster = async (more: Values = {}) => {
    const subnet = await subnetwork();
    return create(CLUSTER, {
      location: REGION,
      nodeLocations: [`${REGION}-a`, `${REGION}-b`, `${REGION}-c`],
      network,
      subnetwork: subnet.id,
      minMasterVersion: "1.35",
      releaseChannel: { channel: "REGULAR" },
      datapathProvider: "ADVANCED_DATAPATH",
      ipAllocationPolicy: { clusterSecondaryRangeName: "pods", servicesSecondaryRangeName: "services" },
      privateClusterConfig: { enablePrivateNodes: true, masterIpv4CidrBlock: "10.0.224.0/28" },
      deletionProtection: false,
      ...more,
    });
  };
  const pool = async (more: Values = {}, machine: Values = {}) => {
    const { id } = await cluster();
    const nodeConfig = { machineType: "e2-standard-4", diskType: "pd-balanced", diskSizeGb: 50, ...machine };
    return create(POOL, { cluster: id, initialNodeCount: 1, nodeConfig, ...more });
  };
  const peered = async () => {
    const { outputs } = await create(ADDRESS, {
      purpose: "VPC_PEERING",
      addressType: "INTERNAL",
      network,
      address: "10.0.192.0",
      prefixLength: 19,
    });
    const connection = { network, service: "servicenetworking.googleapis.com", reservedPeeringRanges: [outputs.name] };
    await create(CONNECTION, connection);
    return outputs.name as string;
  };
  const instance = async (settings: Values = {}, more: Values = {}) => {
    const range = cloud.world.all(CONNECTION).length > 0 ? undefined : await peered();
    return create(INSTANCE, {
      region: REGION,
      databaseVersion: "POSTGRES_16",
      settings: {
        edition: "ENTERPRISE",
        tier: "db-custom-2-7680",
        diskSize: 10,
        ipConfiguration: { ipv4Enabled: false, privateNetwork: network, allocatedIpRange: range },
        ...settings,
      },
      deletionProtection: false,
      ...more,
    });
  };

  it("knows its regions, and wants a project", () => {
    assert.deepEqual(gcp.checkSettings({ region: "europe-west99" }), [
      { property: "project", reason: "is required, and missing" },
      { property: "region", reason: '"europe-west99" is no region' },
    ]);
  });

  it("refuses what needs an API that is not switched on", async () => {
    const fresh = new Emulated(gcp, { project: "my-project-123456", region: REGION });
    await assert.rejects(fresh.make(NETWORK, {}), /403: compute\.googleapis\.com has not been used/);
    fresh.forget();
  });

  describe("of networks", () => {
    it("refuses a range with bits beyond its mask, and one that is prohibited", async () => {
      await assert.rejects(subnetwork({ ipCidrRange: "10.0.128.1/19" }), /not a valid IPv4 CIDR block/);
      await assert.rejects(
        subnetwork({ ipCidrRange: "169.254.0.0/19" }),
        /in 169\.254\.0\.0\/16, which no subnet may have/,
      );
    });

    it("refuses ranges that overlap, in one subnetwork or in two", async () => {
      const pods = [{ rangeName: "pods", ipCidrRange: "10.0.144.0/20" }];
      await assert.rejects(
        subnetwork({ secondaryIpRanges: pods }),
        /10\.0\.144\.0\/20 conflicts with existing 10\.0\.128\.0\/19/,
      );
      await subnetwork();
      await assert.rejects(subnetwork({ secondaryIpRanges: [] }), /conflicts with existing/);
    });

    it("refuses a range for managed services that a subnetwork has", async () => {
      await subnetwork();
      const range = { purpose: "VPC_PEERING", addressType: "INTERNAL", network, address: "10.0.0.0", prefixLength: 20 };
      await assert.rejects(create(ADDRESS, range), /conflicts with existing 10\.0\.0\.0\/17/);
    });

    it("refuses a network that there is not, and deleting one that is in use", async () => {
      await assert.rejects(subnetwork({ network: "projects/p/global/networks/none" }), /NotFound: network names/);
      await subnetwork();
      await assert.rejects(vpc.remove(), /DependencyViolation: .* is still used by/);
    });

    it("makes a subnetwork anew for another network, and grows it in place but never shrinks it", async () => {
      const { change } = await subnetwork();
      assert.deepEqual(await change({ network: "another" }), ["network"]);
      assert.deepEqual(await change({ ipCidrRange: "10.0.128.0/18" }), []);
      await assert.rejects(change({ ipCidrRange: "10.0.128.0/20" }), /can be expanded, not shrunk/);
    });

    it("refuses ports of Cloud NAT that dynamic allocation cannot hand out", async () => {
      const router = await create("gcp:compute/router:Router", { network, region: REGION });
      const nat = {
        router: router.outputs.name,
        region: REGION,
        sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
        enableDynamicPortAllocation: true,
      };
      await assert.rejects(create(NAT, { ...nat, maxPortsPerVm: 3000 }), /3000, no power of 2/);
      await assert.rejects(
        create(NAT, { ...nat, enableEndpointIndependentMapping: true }),
        /cannot be had together with dynamic port allocation/,
      );
    });
  });

  describe("of identities and keys", () => {
    it("refuses ids of accounts that are too short or too long", async () => {
      for (const accountId of ["short", "a".repeat(31)]) {
        await assert.rejects(create(ACCOUNT, { accountId }), /accountId .* does not match/);
      }
    });

    it("refuses a grant to everybody, to a malformed member, and to an account that there is not", async () => {
      const bucket = (await create(BUCKET, { location: "EUROPE-WEST4" })).outputs.name;
      const member = (member: string) => create(BUCKET_MEMBER, { bucket, role: "roles/storage.objectUser", member });
      await assert.rejects(member("allUsers"), /member "allUsers" does not match/);
      await assert.rejects(member("serviceAccount:nobody"), /does not match/);
      await assert.rejects(member("serviceAccount:ghost@my-project-123456.iam.gserviceaccount.com"), /does not exist/);
    });

    it("refuses keys that rotate more often than daily", async () => {
      const ring = await create("gcp:kms/keyRing:KeyRing", { location: REGION });
      await assert.rejects(create(KEY, { keyRing: ring.id, rotationPeriod: "3600s" }), /shorter than a day/);
    });
  });

  describe("of GKE", () => {
    it("refuses versions that no channel has", async () => {
      await assert.rejects(cluster({ minMasterVersion: "1.29" }), /minMasterVersion "1\.29" is not one of 1\.32, /);
    });

    it("upgrades by one minor version and never downgrades", async () => {
      const { change } = await cluster({ minMasterVersion: "1.34" });
      await assert.rejects(change({ minMasterVersion: "1.36" }), /one minor version at a time/);
      await change({ minMasterVersion: "1.35" });
      await assert.rejects(change({ minMasterVersion: "1.34" }), /cannot be downgraded/);
    });

    it("refuses names over 40 characters", async () => {
      await assert.rejects(cluster({ name: "a".repeat(41) }), /name .* does not match/);
    });

    it("refuses a control plane in a range that is in use, or that is no /28", async () => {
      const at = (masterIpv4CidrBlock: string) => ({ privateClusterConfig: { masterIpv4CidrBlock } });
      await assert.rejects(cluster(at("10.0.0.0/28")), /10\.0\.0\.0\/28 conflicts with existing 10\.0\.0\.0\/17/);
      await assert.rejects(create(CLUSTER, { network, ...at("10.0.224.0/27") }), /is no \/28/);
    });

    it("refuses secondary ranges that the subnetwork does not have", async () => {
      const ipAllocationPolicy = { clusterSecondaryRangeName: "podz" };
      await assert.rejects(cluster({ ipAllocationPolicy }), /secondary range "podz" does not exist/);
    });

    it("refuses a policy engine beside Dataplane V2", async () => {
      await assert.rejects(cluster({ networkPolicy: { enabled: true } }), /cannot be set with Dataplane V2/);
    });

    it("refuses a key that its service agent may not use", async () => {
      const ring = await create("gcp:kms/keyRing:KeyRing", { location: REGION });
      const key = await create(KEY, { keyRing: ring.id });
      const databaseEncryption = { state: "ENCRYPTED", keyName: key.id };
      await assert.rejects(cluster({ databaseEncryption }), /the GKE service agent may not use it/);
    });

    it("encrypts with a key that its service agent may use", async () => {
      const ring = await create("gcp:kms/keyRing:KeyRing", { location: REGION });
      const key = await create(KEY, { keyRing: ring.id });
      const identity = { service: "container.googleapis.com" };
      const agent = await create("gcp:projects/serviceIdentity:ServiceIdentity", identity);
      const role = "roles/cloudkms.cryptoKeyEncrypterDecrypter";
      await create(GRANT, { cryptoKeyId: key.id, role, member: agent.outputs.member });
      const made = await cluster({ databaseEncryption: { state: "ENCRYPTED", keyName: key.id } });
      assert.equal(made.outputs.endpoint, "127.0.0.1:6443");
    });

    it("keeps a cluster that has deletion protection, which is the default", async () => {
      const { change, remove } = await cluster({ deletionProtection: undefined });
      await assert.rejects(remove(), /without setting deletion_protection=false/);
      await change({ deletionProtection: false });
      await remove();
      assert.deepEqual(cloud.world.all(CLUSTER), []);
    });

    it("makes a cluster anew for another network, data path or control-plane range", async () => {
      const { change } = await cluster();
      assert.deepEqual(await change({ datapathProvider: "LEGACY_DATAPATH" }), ["datapathProvider"]);
      assert.deepEqual(
        await change({
          privateClusterConfig: { enablePrivateNodes: true, masterIpv4CidrBlock: "10.0.225.0/28" },
        }),
        ["privateClusterConfig.masterIpv4CidrBlock"],
      );
      assert.deepEqual(await change({ minMasterVersion: "1.36" }), []);
    });

    it("spreads machines over the zones, labelled as GKE labels them", async () => {
      const { outputs } = await pool(
        {
          nodeLocations: [`${REGION}-a`, `${REGION}-b`, `${REGION}-c`],
          autoscaling: { totalMinNodeCount: 4, totalMaxNodeCount: 9 },
        },
        {
          spot: true,
          labels: { work: "batch" },
          taints: [{ key: "work", value: "batch", effect: "NO_SCHEDULE" }],
        },
      );
      const nodes = cloud.nodes[outputs.name as string] ?? [];
      assert.deepEqual(
        nodes.map(({ zone }) => zone),
        ["a", "b", "c", "a"].map((zone) => `${REGION}-${zone}`),
      );
      assert.deepEqual(nodes[0]?.labels, {
        "cloud.google.com/gke-nodepool": outputs.name,
        "cloud.google.com/gke-spot": "true",
        work: "batch",
      });
      assert.deepEqual(nodes[0]?.taints, [{ key: "work", value: "batch", effect: "NoSchedule" }]);
      assert.equal(nodes[0]?.memory, "15Gi");
    });

    it("refuses machines that there are not, and disks that a machine does not take", async () => {
      await assert.rejects(pool({}, { machineType: "m6i.xlarge" }), /"m6i\.xlarge" is no machine/);
    });
    it("refuses a persistent disk for an n4", async () => {
      await assert.rejects(
        pool({}, { machineType: "n4-standard-4" }),
        /pd-balanced disk type cannot be used by n4-standard-4/,
      );
    });
    it("refuses a hyperdisk for an e2", async () => {
      await assert.rejects(
        pool({}, { diskType: "hyperdisk-balanced" }),
        /hyperdisk-balanced disk type cannot be used by e2/,
      );
    });

    it("wants to be told of the GPUs that a machine comes with", async () => {
      const machine = { machineType: "g2-standard-4" };
      await assert.rejects(pool({}, machine), /guestAccelerators are missing: g2-standard-4 comes with nvidia-l4/);
    });
    it("keeps other pods off machines with GPUs", async () => {
      const { outputs } = await pool(
        { autoscaling: { totalMinNodeCount: 0, totalMaxNodeCount: 2 } },
        { machineType: "g2-standard-4", guestAccelerators: [{ type: "nvidia-l4", count: 1 }] },
      );
      // Nothing adds machines here as pods come.
      const nodes = cloud.nodes[outputs.name as string] ?? [];
      assert.deepEqual(
        nodes.map(({ taints }) => taints),
        [[{ key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }]],
      );
    });

    it("refuses upgrades that take no machine", async () => {
      const upgradeSettings = { maxSurge: 0, maxUnavailable: 0 };
      await assert.rejects(pool({ upgradeSettings }), /maxSurge and maxUnavailable together are 1 to 20/);
    });

    it("refuses pools that count by zone and in all at once", async () => {
      await assert.rejects(
        pool({ autoscaling: { totalMaxNodeCount: 3, maxNodeCount: 3 } }),
        /either the machines of each zone/,
      );
    });

    it("refuses pools that do not upgrade in a cluster of a release channel", async () => {
      await assert.rejects(pool({ management: { autoRepair: true, autoUpgrade: false } }), /autoUpgrade must be true/);
    });
  });

  describe("of Cloud SQL", () => {
    it("refuses an instance in a network without private services access", async () => {
      const settings = {
        edition: "ENTERPRISE",
        tier: "db-g1-small",
        ipConfiguration: { ipv4Enabled: false, privateNetwork: network },
      };
      await assert.rejects(
        create(INSTANCE, { region: REGION, databaseVersion: "POSTGRES_16", settings }),
        /doesn't have at least 1 private services connection/,
      );
    });

    it("refuses machines of the other edition, and those that there are not", async () => {
      await assert.rejects(instance({ edition: "ENTERPRISE_PLUS" }), /"db-custom-2-7680" does not match/);
    });
    it("refuses an uneven number of CPUs and too little memory", async () => {
      await assert.rejects(instance({ tier: "db-custom-3-7680" }), /a number of CPUs or a memory that there is not/);
    });
    it("refuses less than 3.75 GiB of memory", async () => {
      await assert.rejects(instance({ tier: "db-custom-2-2048" }), /a number of CPUs or a memory that there is not/);
    });

    it("refuses disks under 10 GiB, and shrinking one", async () => {
      await assert.rejects(instance({ diskSize: 5 }), /diskSize 5 is not between 10 and/);
    });
    it("never shrinks a disk", async () => {
      const { outputs, change } = await instance({ diskSize: 20 });
      const settings = { ...(outputs.settings as Values), diskSize: 10 };
      await assert.rejects(change({ settings }), /disk size cannot be decreased/);
    });

    it("refuses versions that there are not, and older ones than before", async () => {
      await assert.rejects(instance({}, { databaseVersion: "POSTGRES_11" }), /"POSTGRES_11" is not one of/);
    });
    it("never goes back to an older version", async () => {
      const { change } = await instance();
      await assert.rejects(change({ databaseVersion: "POSTGRES_15" }), /cannot change POSTGRES_16/);
    });

    it("refuses a second zone without backups, and logs for longer than the edition keeps them", async () => {
      await assert.rejects(instance({ availabilityType: "REGIONAL" }), /must have backups and point-in-time recovery/);
    });
    it("refuses logs for longer than the edition keeps them", async () => {
      const backupConfiguration = { enabled: true, transactionLogRetentionDays: 14 };
      await assert.rejects(instance({ backupConfiguration }), /transactionLogRetentionDays 14 is not between 1 and 7/);
    });

    it("has an address of the range that was set apart", async () => {
      const { outputs } = await instance();
      assert.match(outputs.privateIpAddress as string, /^10\.0\.192\.\d+$/);
    });

    it("keeps what is protected, in the provider or in the cloud", async () => {
      const { outputs, change, remove } = await instance(
        { deletionProtectionEnabled: true },
        { deletionProtection: undefined },
      );
      await assert.rejects(remove(), /deletion_protection is true/);
      await change({ deletionProtection: false });
      await assert.rejects(remove(), /is protected, and cannot be deleted/);
      const settings = { ...(outputs.settings as Values), deletionProtectionEnabled: false };
      await change({ settings });
      await remove();
    });

    it("drops no user who owns tables, unless the user is left to the instance", async () => {
      const { outputs } = await instance();
      const user = { instance: outputs.name, name: "app", password: "secret" };
      await create(DATABASE, { instance: outputs.name, name: "pybase" });
      const { change, remove } = await create(USER, user);
      await assert.rejects(remove(), /cannot be dropped because some objects depend on it/);
      await change({ deletionPolicy: "ABANDON" });
      await remove();
    });

    it("refuses names that PostgreSQL or Google keep", async () => {
      const { outputs } = await instance();
      await assert.rejects(
        create(USER, { instance: outputs.name, name: "cloudsqladmin", password: "x" }),
        /is reserved/,
      );
      await assert.rejects(create(DATABASE, { instance: outputs.name, name: "template1" }), /is reserved/);
    });
  });

  describe("of IAM and Cloud DNS", () => {
    const member =
      "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p.svc.id.goog/subject/ns/a/sa/a";

    it("gives roles of Cloud DNS on zones that there are, and no others", async () => {
      const grant = { managedZone: "example-com", role: "roles/dns.admin", member };
      await cloud.refuses(ZONE_MEMBER, grant, /managedZone names example-com/);
      for (const entity of gcp.existing?.(planOf(landOn("gke"))) ?? []) cloud.world.put(entity);
      const made = await create(ZONE_MEMBER, grant);
      await cloud.refuses(ZONE_MEMBER, { ...grant, role: "roles/storage.admin" }, /role/);
      assert.deepEqual(await made.change({ role: "roles/dns.reader" }), ["role"]);
    });

    it("knows roles of the project's own as long as somebody has them", async () => {
      const permissions = ["compute.snapshots.create"];
      await cloud.refuses(CUSTOM_ROLE, { roleId: "has-dashes", title: "Copies", permissions }, /roleId/);
      await cloud.refuses(CUSTOM_ROLE, { roleId: "copies", title: "Copies", permissions: ["compute"] }, /permissions/);
      const role = await create(CUSTOM_ROLE, { roleId: "copies", title: "Copies", permissions });
      const grant = { project: "my-project-123456", member };
      await cloud.refuses(PROJECT_MEMBER, { ...grant, role: `${role.id}_2` }, /role names/);
      await create(PROJECT_MEMBER, { ...grant, role: role.outputs.name });
      await assert.rejects(role.remove(), /still used/);
    });

    it("lets pods be an account that there is", async () => {
      const type = "gcp:serviceaccount/iAMMember:IAMMember";
      const grant = { role: "roles/iam.workloadIdentityUser", member };
      await cloud.refuses(type, { ...grant, serviceAccountId: "projects/p/serviceAccounts/nobody" }, /names/);
      const { outputs } = await create(ACCOUNT, { accountId: "copies", displayName: "Copies" });
      await create(type, { ...grant, serviceAccountId: outputs.name });
    });
  });

  describe("of Memorystore and Cloud Storage", () => {
    const redis = (more: Values = {}) =>
      create(REDIS, { region: REGION, redisVersion: "REDIS_7_2", tier: "BASIC", memorySizeGb: 1, ...more });

    it("refuses versions and sizes that there are not", async () => {
      await assert.rejects(redis({ redisVersion: "REDIS_8_0" }), /"REDIS_8_0" is not one of/);
      await assert.rejects(redis({ memorySizeGb: 301 }), /memorySizeGb 301 is not between 1 and 300/);
    });

    it("makes an instance anew for another tier or for TLS, and keeps one that is protected", async () => {
      const { change, remove } = await redis({ deletionProtection: undefined });
      assert.deepEqual(await change({ tier: "STANDARD_HA", transitEncryptionMode: "DISABLED" }), [
        "tier",
        "transitEncryptionMode",
      ]);
      assert.deepEqual(await change({ memorySizeGb: 5 }), []);
      await assert.rejects(remove(), /without setting deletion_protection=false/);
    });

    it("answers at another port with TLS, by a certificate of its own authority", async () => {
      await peered();
      const { outputs } = await redis({
        authorizedNetwork: network,
        connectMode: "PRIVATE_SERVICE_ACCESS",
        transitEncryptionMode: "SERVER_AUTHENTICATION",
        authEnabled: true,
      });
      assert.equal(outputs.port, 6378);
      assert.equal((outputs.serverCaCerts as unknown[]).length, 1);
    });

    it("refuses bucket names that Google keeps, and soft deletion outside of 7 to 90 days", async () => {
      await assert.rejects(create(BUCKET, { name: "my-google-files", location: "EU" }), /name .* does not match/);
      const softDeletePolicy = { retentionDurationSeconds: 86_400 };
      await assert.rejects(create(BUCKET, { location: "EU", softDeletePolicy }), /86400 is not between 604800 and/);
    });

    it("refuses properties that a bucket does not have", async () => {
      await assert.rejects(create(BUCKET, { location: "EU", acl: "private" }), /acl is no property here/);
    });
  });
});
