import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { connect } from "../../cloud/cloud.ts";
import { Application } from "../../components/application.ts";
import { resolve } from "../../config/resolve.ts";
import { type Answers, find, ofType, type Registration, record, secret } from "../support/mocks.ts";
import { inputsFor, passwordOf } from "../support/pybase.ts";

const CLUSTER = { provider: "gke", project: "my-project-123456", region: "europe-west4" };
const MANAGED = {
  postgres: { mode: "managed" },
  redis: { mode: "managed", size: "small" },
  objects: { mode: "managed" },
};
const AUTHORITY = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";
const POOL = "projects/123456789012/locations/global/workloadIdentityPools/my-project-123456.svc.id.goog";

/** What Google adds. */
const answers: Answers = {
  "gcp:compute/network:Network": (_, name) => ({ name: `${name}-1a2b3c4` }),
  "gcp:compute/globalAddress:GlobalAddress": (_, name) => ({ name: `${name}-1a2b3c4` }),
  "gcp:serviceaccount/account:Account": ({ accountId }) => ({
    email: `${accountId}@my-project-123456.iam.gserviceaccount.com`,
    member: `serviceAccount:${accountId}@my-project-123456.iam.gserviceaccount.com`,
  }),
  "gcp:projects/serviceIdentity:ServiceIdentity": () => ({ member: "serviceAccount:the-agent@google" }),
  "gcp:container/cluster:Cluster": (_, name) => ({
    name: `${name}-1a2b3c4`,
    selfLink: "https://container.googleapis.com/the-cluster",
    endpoint: "10.0.224.2",
    masterAuth: { clusterCaCertificate: "Y2E=" },
  }),
  "gcp:sql/databaseInstance:DatabaseInstance": (_, name) => ({
    name: `${name}-1a2b3c4`,
    privateIpAddress: "10.0.192.3",
    serverCaCerts: [{ cert: AUTHORITY }],
  }),
  "gcp:redis/instance:Instance": () => ({
    host: "10.0.192.4",
    authString: "made-by-google",
    serverCaCerts: [{ cert: AUTHORITY }],
  }),
  "gcp:storage/bucket:Bucket": (_, name) => ({ name: `${name}-1a2b3c4` }),
  "gcp:storage/hmacKey:HmacKey": () => ({ accessId: "GOOG1E1A2B3C", secret: "signs-for-s3" }),
  "gcp:organizations/getProject:getProject": () => ({ number: "123456789012" }),
};

function land(cluster: object = {}, datastores: object = MANAGED, profile = "production"): Promise<Registration[]> {
  const settings = { profile, cluster: { ...CLUSTER, ...cluster }, datastores };
  const inputs = inputsFor("staging", {});
  const plan = resolve({ ...inputs, settings: { ...(inputs.settings as object), ...settings } });
  const secrets = Object.fromEntries(plan.secrets.map(({ name }) => [name, pulumi.secret(passwordOf(name))]));
  return record(
    async () => {
      const cloud = await connect(plan);
      new Application(plan.application, { plan, secrets, cloud }, { providers: [cloud.provider] });
    },
    "production",
    answers,
  );
}

describe("PyBase on GKE, in production", () => {
  let landed: Registration[];
  before(async () => {
    landed = await land({ publicAccess: ["203.0.113.7/32"] });
  });
  const inputsOf = (type: string, name: string) => find(landed, type, name).inputs;

  it("switches on the APIs that it uses before all else, and never off", () => {
    const services = ofType(landed, "gcp:projects/service:Service");
    assert.deepEqual(
      services.map(({ inputs }) => (inputs.service as string).replace(".googleapis.com", "")),
      [
        ...["cloudkms", "compute", "container", "file", "iam", "logging", "monitoring"],
        ...["redis", "servicenetworking", "sqladmin", "storage"],
      ],
    );
    assert.ok(services.every(({ inputs }) => inputs.disableOnDestroy === false));
    for (const [type, name] of [
      ["gcp:compute/network:Network", "pybase-production-network"],
      ["gcp:kms/keyRing:KeyRing", "pybase-production-keys"],
      ["gcp:serviceaccount/account:Account", "pybase-production-nodes-account"],
      ["gcp:storage/bucket:Bucket", "pybase-objects-uploads"],
    ] as const) {
      assert.ok(find(landed, type, name).dependsOn.includes("pybase-production-compute"), name);
    }
  });

  it("has a network whose machines have no address in the internet", () => {
    assert.equal(inputsOf("gcp:compute/network:Network", "pybase-production-network").autoCreateSubnetworks, false);
    const subnetwork = inputsOf("gcp:compute/subnetwork:Subnetwork", "pybase-production-nodes");
    assert.deepEqual(subnetwork.secondaryIpRanges, [
      { rangeName: "pods", ipCidrRange: "10.0.0.0/17" },
      { rangeName: "services", ipCidrRange: "10.0.160.0/20" },
    ]);
    assert.equal(subnetwork.ipCidrRange, "10.0.128.0/19");
    assert.equal(subnetwork.privateIpGoogleAccess, true);
    const nat = inputsOf("gcp:compute/routerNat:RouterNat", "pybase-production-nat");
    assert.equal(nat.sourceSubnetworkIpRangesToNat, "ALL_SUBNETWORKS_ALL_IP_RANGES");
    assert.equal(nat.enableEndpointIndependentMapping, false);
  });

  it("has a private regional cluster, encrypted, audited and protected", () => {
    const { inputs, protect } = find(landed, "gcp:container/cluster:Cluster", "pybase-production");
    assert.equal(protect, true);
    assert.deepEqual(inputs, {
      location: "europe-west4",
      nodeLocations: ["europe-west4-a", "europe-west4-b", "europe-west4-c"],
      network: "pybase-production-network-id",
      subnetwork: "pybase-production-nodes-id",
      networkingMode: "VPC_NATIVE",
      ipAllocationPolicy: { clusterSecondaryRangeName: "pods", servicesSecondaryRangeName: "services" },
      privateClusterConfig: {
        enablePrivateNodes: true,
        enablePrivateEndpoint: false,
        masterIpv4CidrBlock: "10.0.224.0/28",
      },
      masterAuthorizedNetworksConfig: {
        cidrBlocks: [{ cidrBlock: "203.0.113.7/32" }],
        gcpPublicCidrsAccessEnabled: false,
      },
      masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
      datapathProvider: "ADVANCED_DATAPATH",
      gatewayApiConfig: { channel: "CHANNEL_STANDARD" },
      releaseChannel: { channel: "REGULAR" },
      minMasterVersion: "1.35",
      maintenancePolicy: {
        recurringMaintenanceWindow: {
          windowStartTime: { hours: 2, minutes: 0, seconds: 0 },
          windowDuration: "4h",
          recurrence: "FREQ=WEEKLY;BYDAY=SA,SU",
        },
      },
      workloadIdentityConfig: { workloadPool: "my-project-123456.svc.id.goog" },
      databaseEncryption: { state: "ENCRYPTED", keyName: "pybase-production-secrets-id" },
      enableShieldedNodes: true,
      binaryAuthorization: { evaluationMode: "DISABLED" },
      securityPostureConfig: { mode: "BASIC", vulnerabilityMode: "VULNERABILITY_DISABLED" },
      secretManagerConfig: { enabled: false },
      verticalPodAutoscaling: { enabled: true },
      costManagementConfig: { enabled: true },
      loggingConfig: {
        enableComponents: ["SYSTEM_COMPONENTS", "WORKLOADS", "APISERVER", "SCHEDULER", "CONTROLLER_MANAGER"],
      },
      monitoringConfig: {
        enableComponents: ["SYSTEM_COMPONENTS", "APISERVER", "SCHEDULER", "CONTROLLER_MANAGER"],
        managedPrometheus: { enabled: true },
      },
      addonsConfig: {
        httpLoadBalancing: { disabled: false },
        horizontalPodAutoscaling: { disabled: false },
        gcePersistentDiskCsiDriverConfig: { enabled: true },
        gcpFilestoreCsiDriverConfig: { enabled: true },
        gkeBackupAgentConfig: { enabled: false },
      },
      removeDefaultNodePool: true,
      initialNodeCount: 1,
      nodeConfig: {
        serviceAccount: "pybase-production-nodes@my-project-123456.iam.gserviceaccount.com",
        shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
      },
      deletionProtection: true,
    });
  });

  it("lets the cluster's service agent, and no one else, use the key of its secrets", () => {
    assert.deepEqual(inputsOf("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember", "pybase-production-secrets-grant"), {
      cryptoKeyId: "pybase-production-secrets-id",
      role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
      member: "serviceAccount:the-agent@google",
    });
  });

  it("has machines that may write logs and metrics, and hide their credentials from pods", () => {
    assert.deepEqual(
      ofType(landed, "gcp:projects/iAMMember:IAMMember").map(({ inputs }) => [inputs.role, inputs.member]),
      [
        [
          "roles/container.defaultNodeServiceAccount",
          "serviceAccount:pybase-production-nodes@my-project-123456.iam.gserviceaccount.com",
        ],
      ],
    );
    assert.deepEqual(inputsOf("gcp:container/nodePool:NodePool", "pybase-production-general"), {
      cluster: "pybase-production-id",
      nodeLocations: ["europe-west4-a", "europe-west4-b", "europe-west4-c"],
      initialNodeCount: 1,
      autoscaling: { totalMinNodeCount: 3, totalMaxNodeCount: 12, locationPolicy: "BALANCED" },
      management: { autoRepair: true, autoUpgrade: true },
      upgradeSettings: { strategy: "SURGE", maxSurge: 1, maxUnavailable: 0 },
      nodeConfig: {
        machineType: "e2-standard-4",
        imageType: "COS_CONTAINERD",
        diskSizeGb: 50,
        diskType: "pd-balanced",
        spot: false,
        labels: { "landfall.dev/pool": "general" },
        taints: [],
        serviceAccount: "pybase-production-nodes@my-project-123456.iam.gserviceaccount.com",
        oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
        shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
        workloadMetadataConfig: { mode: "GKE_METADATA" },
        metadata: { "disable-legacy-endpoints": "true" },
      },
    });
  });

  it("reaches the cluster with credentials that are obtained anew each time", () => {
    const { inputs } = find(landed, "pulumi:providers:kubernetes", "cluster");
    assert.equal(inputs.clusterIdentifier, "https://container.googleapis.com/the-cluster");
    const { clusters, users } = JSON.parse(inputs.kubeconfig as string);
    assert.deepEqual(clusters[0].cluster, { server: "https://10.0.224.2", "certificate-authority-data": "Y2E=" });
    assert.equal(users[0].user.exec.command, "gke-gcloud-auth-plugin");
    assert.deepEqual(Object.keys(users[0].user), ["exec"]);
  });

  it("has classes for disks, fast disks, and files that outlive a zone", () => {
    const classes = ofType(landed, "kubernetes:storage.k8s.io/v1:StorageClass");
    assert.deepEqual(
      classes.map(({ inputs }) => [(inputs.metadata as { name: string }).name, inputs.provisioner, inputs.parameters]),
      [
        ["balanced", "pd.csi.storage.gke.io", { type: "pd-balanced" }],
        [
          "filestore",
          "filestore.csi.storage.gke.io",
          { tier: "enterprise", network: "pybase-production-network-1a2b3c4" },
        ],
        ["ssd", "pd.csi.storage.gke.io", { type: "pd-ssd" }],
      ],
    );
  });

  it("lets the control plane reach webhooks on the machines", () => {
    const { sourceRanges, allows } = inputsOf("gcp:compute/firewall:Firewall", "pybase-production-webhooks");
    assert.deepEqual(sourceRanges, ["10.0.224.0/28"]);
    assert.deepEqual(allows, [{ protocol: "tcp", ports: ["6443", "8443", "9443", "15017"] }]);
  });

  it("runs PostgreSQL by Cloud SQL: private, TLS only, in two zones, recoverable and protected twice", () => {
    const { inputs, protect } = find(landed, "gcp:sql/databaseInstance:DatabaseInstance", "pybase-postgres-instance");
    assert.equal(protect, true);
    assert.deepEqual(inputs, {
      region: "europe-west4",
      databaseVersion: "POSTGRES_16",
      settings: {
        edition: "ENTERPRISE",
        tier: "db-custom-2-7680",
        availabilityType: "REGIONAL",
        diskType: "PD_SSD",
        diskSize: 10,
        diskAutoresize: true,
        diskAutoresizeLimit: 50,
        ipConfiguration: {
          ipv4Enabled: false,
          privateNetwork: "pybase-production-network-id",
          allocatedIpRange: "pybase-production-private-services-1a2b3c4",
          sslMode: "ENCRYPTED_ONLY",
        },
        backupConfiguration: {
          enabled: true,
          startTime: "01:00",
          pointInTimeRecoveryEnabled: true,
          transactionLogRetentionDays: 7,
          backupRetentionSettings: { retainedBackups: 30, retentionUnit: "COUNT" },
        },
        databaseFlags: [],
        insightsConfig: { queryInsightsEnabled: true },
        maintenanceWindow: { day: 7, hour: 2, updateTrack: "stable" },
        deletionProtectionEnabled: true,
        retainBackupsOnDelete: true,
      },
      deletionProtection: true,
    });
    const user = inputsOf("gcp:sql/user:User", "pybase-postgres-user");
    assert.deepEqual(user.password, secret(passwordOf("postgres")));
    const database = find(landed, "gcp:sql/database:Database", "pybase-postgres-database");
    assert.ok(database.dependsOn.includes("pybase-postgres-user"));
  });

  it("runs Redis by Memorystore, with a password and TLS, and a second server in another zone", () => {
    const { inputs, protect } = find(landed, "gcp:redis/instance:Instance", "pybase-redis-instance");
    assert.equal(protect, true);
    assert.deepEqual(inputs, {
      region: "europe-west4",
      redisVersion: "REDIS_7_2",
      tier: "STANDARD_HA",
      memorySizeGb: 1,
      authorizedNetwork: "pybase-production-network-id",
      connectMode: "PRIVATE_SERVICE_ACCESS",
      reservedIpRange: "pybase-production-private-services-1a2b3c4",
      authEnabled: true,
      transitEncryptionMode: "SERVER_AUTHENTICATION",
      redisConfigs: { "maxmemory-policy": "noeviction" },
      persistenceConfig: { persistenceMode: "RDB", rdbSnapshotPeriod: "ONE_HOUR" },
      maintenancePolicy: {
        weeklyMaintenanceWindows: [{ day: "SUNDAY", startTime: { hours: 2, minutes: 0, seconds: 0, nanos: 0 } }],
      },
      deletionProtection: true,
    });
  });

  it("keeps objects in buckets that are versioned and closed to the public", () => {
    const { inputs, protect } = find(landed, "gcp:storage/bucket:Bucket", "pybase-objects-uploads");
    assert.equal(protect, true);
    assert.deepEqual(inputs, {
      location: "EUROPE-WEST4",
      storageClass: "STANDARD",
      uniformBucketLevelAccess: true,
      publicAccessPrevention: "enforced",
      versioning: { enabled: true },
      softDeletePolicy: { retentionDurationSeconds: 2_592_000 },
      lifecycleRules: [
        { action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: 30, withState: "ARCHIVED" } },
        { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 7 } },
      ],
      forceDestroy: false,
    });
    assert.deepEqual(
      ofType(landed, "gcp:storage/bucketIAMMember:BucketIAMMember").map(({ inputs }) => inputs),
      [
        {
          bucket: "pybase-objects-uploads-1a2b3c4",
          role: "roles/storage.objectUser",
          member: "serviceAccount:pybase-objects@my-project-123456.iam.gserviceaccount.com",
        },
      ],
    );
  });

  it("gives the tiers the environment that they have everywhere, passwords in a Secret only", () => {
    const { data } = inputsOf("kubernetes:core/v1:ConfigMap", "pybase-api-config");
    const environment = data as Record<string, string>;
    assert.equal(environment.S3_ENDPOINT_URL, "https://storage.googleapis.com");
    assert.equal(environment.S3_ACCESS_KEY, "GOOG1E1A2B3C");
    assert.equal(environment.S3_BUCKET_NAME, "pybase-objects-uploads-1a2b3c4");
    const redis = (database: number) =>
      `rediss://:made-by-google@10.0.192.4:6378/${database}?ssl_cert_reqs=required&ssl_ca_certs=/etc/landfall/certificates/redis.pem`;
    assert.deepEqual(
      inputsOf("kubernetes:core/v1:Secret", "pybase-api-secret").stringData,
      secret({
        CELERY_BROKER_URL: redis(1),
        CELERY_RESULT_BACKEND: redis(2),
        DATABASE_URL:
          "postgresql://app:password-of-postgres@10.0.192.3:5432/pybase?sslmode=verify-ca&sslrootcert=/etc/landfall/certificates/postgres.pem",
        MEILISEARCH_API_KEY: "password-of-search",
        REDIS_URL: redis(0),
        S3_SECRET_KEY: "signs-for-s3",
        SECRET_KEY: "password-of-secret-key",
      }),
    );
    const { data: authorities } = inputsOf("kubernetes:core/v1:ConfigMap", "pybase-redis-certificates");
    assert.deepEqual(authorities, { "redis.pem": AUTHORITY });
  });
});

describe("PyBase on GKE, as a stack asks for it", function () {
  this.timeout("60s");
  it("has no public endpoint, and no peering, where the stack wants neither", async () => {
    const landed = await land({}, {}, "dev");
    const { inputs, protect } = find(landed, "gcp:container/cluster:Cluster", "pybase-dev");
    assert.equal((inputs.privateClusterConfig as { enablePrivateEndpoint: boolean }).enablePrivateEndpoint, true);
    assert.deepEqual([protect, inputs.deletionProtection], [false, false]);
    assert.deepEqual(ofType(landed, "gcp:servicenetworking/connection:Connection"), []);
  });

  it("lets tiers into the buckets by who they are, each by itself and without keys", async () => {
    const landed = await land({}, { ...MANAGED, objects: { mode: "managed", access: "identity" } });
    assert.deepEqual(ofType(landed, "gcp:storage/hmacKey:HmacKey"), []);
    assert.deepEqual(
      ofType(landed, "gcp:storage/bucketIAMMember:BucketIAMMember").map(({ inputs }) => inputs.member),
      ["api", "extraction-worker"].map((tier) => `principal://iam.googleapis.com/${POOL}/subject/ns/pybase/sa/${tier}`),
    );
  });

  it("has Artifact Registry keep copies of public images, with an account whose password it may read", async () => {
    const account = { username: "shop", passwordSecretVersion: "projects/my-project-123456/secrets/hub/versions/1" };
    const landed = await land({ imageCache: { "docker.io": account } });
    const repositories = ofType(landed, "gcp:artifactregistry/repository:Repository");
    assert.deepEqual(
      repositories.map(({ inputs }) => inputs.repositoryId),
      ["docker", "github", "ecr", "quay", "k8s"].map((word) => `pybase-production-${word}`),
    );
    const [hub, github] = repositories as [Registration, Registration];
    assert.equal(hub.inputs.mode, "REMOTE_REPOSITORY");
    assert.deepEqual(hub.inputs.remoteRepositoryConfig, {
      description: "docker.io",
      dockerRepository: { publicRepository: "DOCKER_HUB" },
      upstreamCredentials: { usernamePasswordCredentials: account },
    });
    assert.deepEqual(github.inputs.remoteRepositoryConfig, {
      description: "ghcr.io",
      commonRepository: { uri: "https://ghcr.io" },
    });
    const grant = find(
      landed,
      "gcp:secretmanager/secretIamMember:SecretIamMember",
      "pybase-production-registry-agent-hub",
    );
    assert.equal(grant.inputs.role, "roles/secretmanager.secretAccessor");
    assert.ok(hub.dependsOn.includes(grant.name));
    assert.equal(ofType(landed, "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember").length, 5);
  });

  it("has spot machines, a registry, secrets of Secret Manager, signed images and backups", async () => {
    const landed = await land({
      nodePools: {
        general: {},
        batch: { spot: true, min: 0, max: 5, taints: [{ key: "batch", effect: "NoSchedule" }] },
      },
      artifactRegistry: true,
      secretManager: true,
      binaryAuthorization: true,
      backup: true,
    });
    const batch = find(landed, "gcp:container/nodePool:NodePool", "pybase-production-batch").inputs;
    assert.deepEqual(batch.autoscaling, { totalMinNodeCount: 0, totalMaxNodeCount: 5, locationPolicy: "ANY" });
    assert.deepEqual((batch.nodeConfig as { taints: unknown }).taints, [
      { key: "batch", value: "", effect: "NO_SCHEDULE" },
      { key: "landfall.dev/spot", value: "true", effect: "NO_SCHEDULE" },
    ]);
    const { inputs } = find(landed, "gcp:container/cluster:Cluster", "pybase-production");
    assert.deepEqual(inputs.binaryAuthorization, { evaluationMode: "PROJECT_SINGLETON_POLICY_ENFORCE" });
    assert.deepEqual(inputs.secretManagerConfig, { enabled: true });
    const registry = find(landed, "gcp:artifactregistry/repository:Repository", "pybase-production-images");
    assert.deepEqual(registry.inputs.dockerConfig, { immutableTags: true });
    const backup = find(landed, "gcp:gkebackup/backupPlan:BackupPlan", "pybase-production-backup");
    assert.deepEqual(backup.inputs.retentionPolicy, { backupRetainDays: 30 });
    assert.deepEqual(backup.inputs.backupConfig, {
      selectedNamespaces: { namespaces: ["pybase"] },
      includeVolumeData: true,
      includeSecrets: true,
    });
  });

  it("stands in a network that is there, with ranges by their names, connected or to be connected", async () => {
    const network = {
      name: "shared",
      subnetwork: { name: "apps", cidr: "10.8.0.0/20" },
      pods: { range: "apps-pods", cidr: "10.9.0.0/16" },
      services: { range: "apps-services", cidr: "10.8.16.0/20" },
      controlPlane: "10.8.255.0/28",
    };
    const id = "projects/my-project-123456/global/networks/shared";
    const standing = async (privateServices: object) => {
      const landed = await land({ network: { ...network, privateServices } });
      for (const type of ["network:Network", "subnetwork:Subnetwork", "router:Router", "routerNat:RouterNat"]) {
        assert.deepEqual(ofType(landed, `gcp:compute/${type}`), []);
      }
      const { inputs } = find(landed, "gcp:container/cluster:Cluster", "pybase-production");
      assert.deepEqual(
        [inputs.network, inputs.subnetwork, inputs.ipAllocationPolicy],
        [
          id,
          "projects/my-project-123456/regions/europe-west4/subnetworks/apps",
          { clusterSecondaryRangeName: "apps-pods", servicesSecondaryRangeName: "apps-services" },
        ],
      );
      const instance = find(landed, "gcp:sql/databaseInstance:DatabaseInstance", "pybase-postgres-instance").inputs;
      const { ipConfiguration } = instance.settings as { ipConfiguration: Record<string, unknown> };
      assert.equal(ipConfiguration.privateNetwork, id);
      return { landed, range: ipConfiguration.allocatedIpRange };
    };

    const connected = await standing({ range: "managed", cidr: "10.8.64.0/20" });
    assert.equal(connected.range, "managed");
    assert.deepEqual(ofType(connected.landed, "gcp:servicenetworking/connection:Connection"), []);

    const made = await standing({ new: "10.8.64.0/20" });
    const range = find(made.landed, "gcp:compute/globalAddress:GlobalAddress", "pybase-production-private-services");
    assert.deepEqual([range.inputs.network, range.inputs.address, range.inputs.prefixLength], [id, "10.8.64.0", 20]);
    assert.equal(ofType(made.landed, "gcp:servicenetworking/connection:Connection").length, 1);
  });

  it("has machines with GPUs and their driver, and takes as many at a time in an upgrade as the stack says", async () => {
    const landed = await land({
      nodePools: { general: {}, gpu: { machine: "g2-standard-24", min: 0, diskType: "pd-ssd" } },
      nodeUpgrade: { maxSurge: 3, maxUnavailable: 1 },
    });
    const { nodeConfig, upgradeSettings } = find(
      landed,
      "gcp:container/nodePool:NodePool",
      "pybase-production-gpu",
    ).inputs;
    const { guestAccelerators, diskType } = nodeConfig as Record<string, unknown>;
    assert.deepEqual(guestAccelerators, [
      { type: "nvidia-l4", count: 2, gpuDriverInstallationConfig: { gpuDriverVersion: "DEFAULT" } },
    ]);
    assert.equal(diskType, "pd-ssd");
    assert.deepEqual(upgradeSettings, { strategy: "SURGE", maxSurge: 3, maxUnavailable: 1 });
  });

  it("makes stores beside a cluster that is somebody else's, in the network of both", async () => {
    const landed: Registration[] = await record(
      async () => {
        const { connectSite } = await import("../../cloud/gcp/site.ts");
        const cloud = {
          provider: "gcp" as const,
          project: "my-project-123456",
          region: "europe-west4",
          network: "theirs",
          privateServices: { range: "managed", cidr: "10.8.0.0/20" },
        };
        const inputs = inputsFor("staging", {});
        const cluster = { provider: "kubeconfig", context: "test", cloud };
        const settings = { ...(inputs.settings as object), cluster, datastores: { redis: { mode: "managed" } } };
        const plan = resolve({ ...inputs, settings });
        const [datastore] = plan.datastores.filter((store) => store.mode === "managed");
        assert.ok(datastore?.mode === "managed");
        connectSite(plan, cloud).managed("pybase-redis", { datastore }, {});
      },
      "staging",
      answers,
    );
    const { inputs } = find(landed, "gcp:redis/instance:Instance", "pybase-redis-instance");
    assert.equal(inputs.authorizedNetwork, "projects/my-project-123456/global/networks/theirs");
    assert.equal(inputs.reservedIpRange, "managed");
  });
});
