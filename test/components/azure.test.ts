import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { connectAks } from "../../cloud/azure/connect.ts";
import type { AksPlan } from "../../cloud/azure/plan.ts";
import { connectSite } from "../../cloud/azure/site.ts";
import { Application } from "../../components/application.ts";
import type { Plan } from "../../config/plan.ts";
import { override, planOf, readSettings } from "../../local/rehearsal/stack-file.ts";
import { AZURE_SITE } from "../support/clouds.ts";
import { type Answers, find, ofType, type Registration, record, secret } from "../support/mocks.ts";
import { cloudWith, passwordOf } from "../support/pybase.ts";

const type = (name: string) => `azure-native:${name}`;
const AUTHORITY = "LS0tQ0EtLS0=";
const KUBECONFIG = {
  clusters: [{ cluster: { server: "https://shop.example.com", "certificate-authority-data": AUTHORITY } }],
  users: [{ user: { token: "never to be seen" } }],
};
const KEY = "the key that Azure made";
const answers: Answers = {
  [type("containerservice:listManagedClusterUserCredentials")]: () => ({
    kubeconfigs: [{ name: "clusterUser", value: Buffer.from(JSON.stringify(KUBECONFIG)).toString("base64") }],
  }),
  [type("redisenterprise:listDatabaseKeys")]: () => ({ primaryKey: KEY, secondaryKey: "another" }),
  [type("containerservice:ManagedCluster")]: () => ({
    name: "pybase-production",
    resourceUID: "65a1b2c3d4e5f60001a2b3c4",
    addonProfiles: { azureKeyvaultSecretsProvider: { enabled: true, identity: { objectId: "the driver" } } },
    oidcIssuerProfile: { enabled: true, issuerURL: "https://issuer.example.com/1/" },
  }),
  [type("mongocluster:MongoCluster")]: () => ({
    properties: {
      connectionString: "mongodb+srv://<user>:<password>@docs.global.mongocluster.example.com/?tls=true",
    },
  }),
  [type("redisenterprise:RedisEnterprise")]: () => ({ hostName: "queue.westeurope.redis.azure.net" }),
  [type("dbforpostgresql:Server")]: () => ({ fullyQualifiedDomainName: "db.postgres.database.azure.com" }),
  [type("storage:StorageAccount")]: () => ({ name: "files" }),
  [type("managedidentity:UserAssignedIdentity")]: () => ({
    clientId: "the client",
    principalId: "the principal",
    tenantId: "the tenant",
  }),
};

/** PyBase as `Pulumi.aks.yaml` lands it, with settings over the file's. */
async function landOnAks(...assignments: string[]): Promise<Registration[]> {
  const settings = assignments.reduce(override, readSettings(".", "aks"));
  const { plan } = await planOf(settings, "aks");
  return landed(plan);
}

function landed(plan: Plan): Promise<Registration[]> {
  const secrets = Object.fromEntries(plan.secrets.map(({ name }) => [name, pulumi.secret(passwordOf(name))]));
  const program = () => {
    const cloud = connectAks(plan, plan.cluster as AksPlan);
    new Application(plan.application, { plan, secrets, cloud }, { providers: [cloud.provider] });
  };
  return record(program, plan.stack, answers);
}

describe("A cluster on AKS", function () {
  // The cloud's SDK takes a while to load on a busy machine.
  this.timeout("2m");
  let production: Registration[];
  let cluster: Registration;
  before(async () => {
    production = await landOnAks();
    cluster = find(production, type("containerservice:ManagedCluster"), "pybase-production-cluster");
  });

  it("is private, entered by way of Microsoft Entra only, and kept from deletion", () => {
    const { apiServerAccessProfile, aadProfile, disableLocalAccounts, enableRBAC, securityProfile, sku } =
      cluster.inputs;
    assert.deepEqual(apiServerAccessProfile, {
      enableVnetIntegration: true,
      subnetId: "pybase-production-api-server-subnet-id",
      enablePrivateCluster: true,
      enablePrivateClusterPublicFQDN: false,
      disableRunCommand: true,
    });
    assert.deepEqual(aadProfile, {
      managed: true,
      enableAzureRBAC: true,
      adminGroupObjectIDs: ["0a1b2c3d-0000-4000-8000-00000000ad31"],
    });
    assert.deepEqual([disableLocalAccounts, enableRBAC], [true, true]);
    assert.deepEqual(securityProfile, {
      workloadIdentity: { enabled: true },
      imageCleaner: { enabled: true, intervalHours: 168 },
    });
    assert.deepEqual(sku, { name: "Base", tier: "Standard" });
    assert.equal(cluster.protect, true);
    const lock = find(production, type("authorization:ManagementLockByScope"), "pybase-production-lock");
    assert.deepEqual([lock.inputs.scope, lock.inputs.level], [`${cluster.name}-id`, "CanNotDelete"]);
  });

  it("has a network that Cilium guards, and a way out that no zone takes with it", () => {
    const { loadBalancerProfile, ...network } = cluster.inputs.networkProfile as Record<string, unknown>;
    assert.deepEqual((loadBalancerProfile as Record<string, unknown>).managedOutboundIPs, { count: 2, countIPv6: 0 });
    assert.deepEqual(network, {
      networkPlugin: "azure",
      networkPluginMode: "overlay",
      networkDataplane: "cilium",
      networkPolicy: "cilium",
      podCidr: "100.64.0.0/14",
      serviceCidr: "172.20.0.0/16",
      dnsServiceIP: "172.20.0.10",
      loadBalancerSku: "standard",
      outboundType: "loadBalancer",
    });
  });

  it("keeps AKS' own pods on machines of their own, and spreads all over the zones", () => {
    const [system] = cluster.inputs.agentPoolProfiles as Record<string, unknown>[];
    const pool = find(production, type("containerservice:AgentPool"), "pybase-production-general-pool");
    const common = {
      type: "VirtualMachineScaleSets",
      orchestratorVersion: "1.36",
      vmSize: "Standard_D4s_v5",
      osType: "Linux",
      osSKU: "AzureLinux3",
      osDiskType: "Managed",
      availabilityZones: ["1", "2", "3"],
      vnetSubnetID: "pybase-production-nodes-subnet-id",
      enableNodePublicIP: false,
      enableAutoScaling: true,
      count: 3,
      minCount: 3,
      securityProfile: { sshAccess: "Disabled", enableSecureBoot: true, enableVTPM: true },
      upgradeSettings: { maxSurge: "33%", drainTimeoutInMinutes: 30 },
    };
    const taint = "CriticalAddonsOnly=true:NoSchedule";
    assert.deepEqual(system, {
      ...common,
      name: "system",
      mode: "System",
      osDiskSizeGB: 64,
      maxCount: 3,
      nodeLabels: {},
      nodeTaints: [taint],
    });
    const { agentPoolName, resourceName, ...machines } = pool.inputs;
    const nodeLabels = { "landfall.dev/pool": "general" };
    assert.deepEqual(machines, { ...common, mode: "User", osDiskSizeGB: 50, maxCount: 12, nodeLabels, nodeTaints: [] });
    assert.match(agentPoolName as string, /^general[0-9a-f]{4}$/);
    assert.equal(resourceName, "pybase-production");
  });

  it("gives the control plane the roles that it needs, before it is made, and no more", () => {
    const roles = ofType(production, type("authorization:RoleAssignment")).filter(
      ({ parent }) => parent === "pybase-production",
    );
    const given = roles.map(({ inputs }) => [String(inputs.roleDefinitionId).split("/").at(-1), inputs.scope]);
    assert.deepEqual(given, [
      ["4d97b98b-1d4f-4787-a291-c67834d212e7", "pybase-production-api-server-subnet-id"],
      ["f1a07417-d97a-45cb-824c-7a7467783830", "pybase-production-kubelet-id"],
      ["4d97b98b-1d4f-4787-a291-c67834d212e7", "pybase-production-nodes-subnet-id"],
    ]);
    for (const { name } of roles) assert.ok(cluster.dependsOn.includes(name));
  });

  it("is reached by a plugin, and known by what no other cluster has", () => {
    const { inputs } = find(production, "pulumi:providers:kubernetes", "cluster");
    assert.deepEqual(inputs.clusterIdentifier, "65a1b2c3d4e5f60001a2b3c4");
    const { "[secret]": text } = inputs.kubeconfig as { "[secret]": string };
    assert.doesNotMatch(text, /never to be seen/);
    const { clusters, users } = JSON.parse(text);
    assert.deepEqual(clusters[0].cluster, {
      server: "https://shop.example.com",
      "certificate-authority-data": AUTHORITY,
    });
    assert.deepEqual(users[0].user.exec, {
      apiVersion: "client.authentication.k8s.io/v1beta1",
      command: "kubelogin",
      args: ["get-token", "--login", "azurecli", "--server-id", "6dae42f8-4368-4678-94ff-3960e28e3630"],
      interactiveMode: "Never",
    });
  });

  it("writes who changed what into Log Analytics", () => {
    const { inputs } = find(production, type("monitor:DiagnosticSetting"), "pybase-production-control-plane-logs");
    const categories = (inputs.logs as { category: string; enabled: boolean }[]).map(({ category }) => category);
    assert.ok(categories.includes("kube-audit-admin") && categories.includes("kube-apiserver"));
    assert.equal(inputs.workspaceId, "pybase-production-logs-id");
  });

  it("lets machines reach the stores' ports, and nobody else", () => {
    const rules = (name: string) => {
      const { inputs } = find(production, type("network:NetworkSecurityGroup"), `pybase-production-${name}-firewall`);
      return (inputs.securityRules as Record<string, unknown>[]).map((rule) => [
        rule.access,
        rule.sourceAddressPrefix,
        rule.destinationPortRanges ?? rule.destinationPortRange,
      ]);
    };
    assert.deepEqual(rules("postgres"), [
      ["Allow", "10.0.0.0/18", ["5432"]],
      ["Allow", "10.0.80.0/20", "*"],
      ["Deny", "*", "*"],
    ]);
    assert.deepEqual(rules("endpoints")[0], ["Allow", "10.0.0.0/18", ["10000", "443"]]);
  });

  it("goes out by a NAT gateway on the machines' subnet, where the stack says so", async () => {
    const staging = await landOnAks("profile=staging");
    const { inputs } = find(staging, type("network:Subnet"), "pybase-staging-nodes-subnet");
    assert.deepEqual(inputs.natGateway, { id: "pybase-staging-nat-id" });
    const { networkProfile } = find(staging, type("containerservice:ManagedCluster"), "pybase-staging-cluster").inputs;
    assert.equal((networkProfile as { outboundType: string }).outboundType, "userAssignedNATGateway");
  });

  it("opens the API server to ranges that the stack names, and only then", async () => {
    const open = await landOnAks("cluster.publicAccess=[203.0.113.0/24]");
    const { apiServerAccessProfile } = find(open, cluster.type, cluster.name).inputs;
    const { enablePrivateCluster, authorizedIPRanges } = apiServerAccessProfile as Record<string, unknown>;
    assert.deepEqual([enablePrivateCluster, authorizedIPRanges], [false, ["203.0.113.0/24"]]);
  });

  it("has machines of the spot market, a registry and a key for Secrets, where the stack says so", async () => {
    const vaultId =
      "/subscriptions/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f/resourceGroups/keys/providers/Microsoft.KeyVault/vaults/keys";
    const keyId = `https://keys.vault.azure.net/keys/etcd/${"0a".repeat(16)}`;
    const more = await landOnAks(
      "cluster.nodePools={general: {}, batch: {spot: true, min: 0, machine: Standard_D8s_v5}}",
      "cluster.containerRegistry=new",
      "cluster.nodeUpgrade={maxSurge: '2', drainTimeoutMinutes: 60}",
      `cluster.secretsKey={keyId: "${keyId}", vaultId: "${vaultId}"}`,
      "cluster.keyVaultSecrets=true",
    );
    const { inputs } = find(more, type("containerservice:AgentPool"), "pybase-production-batch-pool");
    assert.deepEqual(
      [
        inputs.scaleSetPriority,
        inputs.scaleSetEvictionPolicy,
        inputs.spotMaxPrice,
        inputs.minCount,
        inputs.upgradeSettings,
      ],
      ["Spot", "Delete", -1, 0, undefined],
    );
    const general = find(more, type("containerservice:AgentPool"), "pybase-production-general-pool").inputs;
    assert.deepEqual(general.upgradeSettings, { maxSurge: "2", drainTimeoutInMinutes: 60 });
    const registry = find(more, type("containerregistry:Registry"), "pybase-production-registry").inputs;
    assert.deepEqual([registry.adminUserEnabled, registry.anonymousPullEnabled], [false, false]);
    const pull = find(more, type("authorization:RoleAssignment"), "pybase-production-pull").inputs;
    assert.match(pull.roleDefinitionId as string, /7f951dda-4ed3-4680-a7ca-43fe172d538d$/);
    const secured = find(more, cluster.type, cluster.name).inputs;
    assert.deepEqual((secured.securityProfile as Record<string, unknown>).azureKeyVaultKms, {
      enabled: true,
      keyId,
      keyVaultNetworkAccess: "Private",
      keyVaultResourceId: vaultId,
    });
    assert.deepEqual(secured.addonProfiles, {
      azureKeyvaultSecretsProvider: { enabled: true, config: { enableSecretRotation: "true" } },
      omsagent: { enabled: false },
    });
  });

  it("has a registry that keeps copies of public images, with an account that stays in its key vault", async () => {
    const vaultId =
      "/subscriptions/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f/resourceGroups/keys/providers/Microsoft.KeyVault/vaults/keys";
    const landed = await landOnAks(
      "cluster.containerRegistry=private",
      `cluster.imageCache={docker.io: {vaultId: "${vaultId}", username: hub-user, password: hub-token}}`,
    );
    const inputsOf = (what: string, name: string) => find(landed, type(what), `pybase-production-${name}`).inputs;
    const { sku, publicNetworkAccess, zoneRedundancy } = inputsOf("containerregistry:Registry", "registry");
    assert.deepEqual([sku, publicNetworkAccess, zoneRedundancy], [{ name: "Premium" }, "Disabled", "Enabled"]);
    const { privateLinkServiceConnections } = inputsOf("network:PrivateEndpoint", "registry-endpoint");
    assert.deepEqual(privateLinkServiceConnections, [
      { name: "registry", privateLinkServiceId: "pybase-production-registry-id", groupIds: ["registry"] },
    ]);
    const { securityRules } = inputsOf("network:NetworkSecurityGroup", "endpoints-firewall");
    const [machines] = securityRules as { destinationPortRanges: string[] }[];
    assert.ok(machines?.destinationPortRanges.includes("443"));

    const { authCredentials } = inputsOf("containerregistry:CredentialSet", "docker.io-cache-account");
    assert.deepEqual(authCredentials, [
      {
        name: "Credential1",
        usernameSecretIdentifier: "https://keys.vault.azure.net/secrets/hub-user",
        passwordSecretIdentifier: "https://keys.vault.azure.net/secrets/hub-token",
      },
    ]);
    const role = inputsOf("authorization:RoleAssignment", "docker.io-cache-account-role");
    assert.equal(role.scope, vaultId);
    assert.match(role.roleDefinitionId as string, /4633458b-17de-408a-b874-0445c86b69e6$/);
    const rule = find(landed, type("containerregistry:CacheRule"), "pybase-production-docker.io-cache");
    assert.deepEqual(
      [rule.inputs.sourceRepository, rule.inputs.targetRepository, rule.inputs.credentialSetResourceId],
      ["docker.io/*", "docker/*", "pybase-production-docker.io-cache-account-id"],
    );
    assert.ok(rule.dependsOn.includes("pybase-production-docker.io-cache-account-role"));
    assert.equal(ofType(landed, type("containerregistry:CacheRule")).length, 5);
  });

  it("has a key vault that nobody reaches from outside, its driver reads and its administrators fill", async () => {
    const landed = await landOnAks("cluster.keyVaultSecrets=new");
    const vault = find(landed, type("keyvault:Vault"), "pybase-production-vault");
    assert.deepEqual(vault.inputs.properties, {
      tenantId: "the tenant",
      sku: { family: "A", name: "standard" },
      enableRbacAuthorization: true,
      publicNetworkAccess: "Disabled",
      enableSoftDelete: true,
      softDeleteRetentionInDays: 90,
      enablePurgeProtection: true,
      // The SDK's defaults.
      enabledForDeployment: false,
      enabledForDiskEncryption: false,
      enabledForTemplateDeployment: false,
    });
    assert.equal(vault.protect, true);
    const lifted = await landOnAks("cluster.keyVaultSecrets=new", "cluster.deletionProtection=false");
    const { inputs, protect } = find(lifted, type("keyvault:Vault"), "pybase-production-vault");
    assert.deepEqual([inputs.properties, protect], [vault.inputs.properties, false], "what Azure lets nobody change");
    const { privateLinkServiceConnections } = find(
      landed,
      type("network:PrivateEndpoint"),
      "pybase-production-vault-endpoint",
    ).inputs;
    assert.deepEqual(privateLinkServiceConnections, [
      { name: "vault", privateLinkServiceId: "pybase-production-vault-id", groupIds: ["vault"] },
    ]);
    const { dependsOn } = find(landed, type("authorization:ManagementLockByScope"), "pybase-production-vault-lock");
    assert.ok(dependsOn.includes("pybase-production-vault-driver"), "a lock keeps roles too");
    const roles = ["driver", "administrators-0"].map((whose) => {
      const { principalId, principalType, roleDefinitionId } = find(
        landed,
        type("authorization:RoleAssignment"),
        `pybase-production-vault-${whose}`,
      ).inputs;
      return [principalId, principalType, (roleDefinitionId as string).split("/").at(-1)];
    });
    assert.deepEqual(roles, [
      ["the driver", "ServicePrincipal", "4633458b-17de-408a-b874-0445c86b69e6"],
      ["0a1b2c3d-0000-4000-8000-00000000ad31", "Group", "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"],
    ]);
  });

  describe("that Azure Monitor watches", () => {
    let watched: Registration[];
    before(async () => {
      watched = await landOnAks("cluster.azureMonitor=true");
    });
    const inputsOf = (what: string, name: string) => find(watched, type(what), `pybase-production-${name}`).inputs;

    it("sends Prometheus metrics to a workspace, by way of an endpoint", () => {
      assert.deepEqual(inputsOf("containerservice:ManagedCluster", "cluster").azureMonitorProfile, {
        metrics: { enabled: true },
      });
      const name = "MSProm-westeurope-pybase-production";
      assert.deepEqual(inputsOf("monitor:DataCollectionRule", "metrics-rule"), {
        kind: "Linux",
        dataCollectionRuleName: name,
        dataCollectionEndpointId: "pybase-production-metrics-endpoint-id",
        dataSources: {
          prometheusForwarder: [{ name: "PrometheusDataSource", streams: ["Microsoft-PrometheusMetrics"] }],
        },
        destinations: {
          monitoringAccounts: [{ name: "metrics", accountResourceId: "pybase-production-metrics-id" }],
        },
        dataFlows: [{ streams: ["Microsoft-PrometheusMetrics"], destinations: ["metrics"] }],
      });
      assert.deepEqual(inputsOf("monitor:DataCollectionRuleAssociation", "metrics-association"), {
        resourceUri: "pybase-production-cluster-id",
        associationName: name,
        dataCollectionRuleId: "pybase-production-metrics-rule-id",
      });
    });

    it("keeps what containers write beside the control plane's logs, sent by the agent's own identity", () => {
      const { addonProfiles } = inputsOf("containerservice:ManagedCluster", "cluster");
      assert.deepEqual((addonProfiles as Record<string, unknown>).omsagent, {
        enabled: true,
        config: { logAnalyticsWorkspaceResourceID: "pybase-production-logs-id", useAADAuth: "true" },
      });
      const { dataSources, destinations } = inputsOf("monitor:DataCollectionRule", "container-logs-rule");
      assert.deepEqual(destinations, {
        logAnalytics: [{ name: "logs", workspaceResourceId: "pybase-production-logs-id" }],
      });
      const [extension] = (dataSources as { extensions: Record<string, unknown>[] }).extensions;
      assert.deepEqual(extension?.streams, [
        "Microsoft-ContainerLogV2",
        "Microsoft-KubeEvents",
        "Microsoft-KubePodInventory",
      ]);
    });

    it("gives up the lock before what collects, for a lock keeps that too", () => {
      const { dependsOn } = find(watched, type("authorization:ManagementLockByScope"), "pybase-production-lock");
      assert.ok(dependsOn.includes("pybase-production-container-logs-association"), dependsOn.join(", "));
    });

    it("collects one of the two where the stack says so", async () => {
      const some = await landOnAks("cluster.azureMonitor={logs: true}");
      const rules = ofType(some, type("monitor:DataCollectionRule")).map(({ name }) => name);
      assert.deepEqual(rules, ["pybase-production-container-logs-rule"]);
    });
  });
});

describe("Azure's datastores", () => {
  let production: Registration[];
  before(async () => {
    production = await landOnAks();
  });

  it("have PostgreSQL in a subnet of its own, in two zones, with backups and TLS", () => {
    const { inputs, protect, dependsOn } = find(production, type("dbforpostgresql:Server"), "pybase-postgres-server");
    const { resourceGroupName: _, serverName, ...rest } = inputs;
    assert.match(serverName as string, /^pybase-production-postgres-[0-9a-f]{6}$/);
    assert.deepEqual(rest, {
      version: "16",
      sku: { name: "Standard_D2ds_v5", tier: "GeneralPurpose" },
      storage: { storageSizeGB: 32, autoGrow: "Enabled" },
      administratorLogin: "app",
      administratorLoginPassword: secret(`${passwordOf("postgres")}-Aa1`),
      authConfig: { passwordAuth: "Enabled", activeDirectoryAuth: "Disabled", tenantId: "" },
      network: {
        delegatedSubnetResourceId: "pybase-production-postgres-subnet-id",
        privateDnsZoneArmResourceId: "pybase-production-pybase-production.private.postgres.database.azure.com-id",
        publicNetworkAccess: "Disabled",
      },
      // Azure chooses the zones.
      highAvailability: { mode: "ZoneRedundant", standbyAvailabilityZone: "" },
      availabilityZone: "",
      backup: { backupRetentionDays: 30, geoRedundantBackup: "Disabled" },
      createMode: "Default",
    });
    assert.equal(protect, true);
    assert.ok(dependsOn.some((name) => name.endsWith("-link")));
    const { inputs: tls } = find(
      production,
      type("dbforpostgresql:Configuration"),
      "pybase-postgres-require_secure_transport",
    );
    assert.deepEqual([tls.configurationName, tls.value], ["require_secure_transport", "on"]);
  });

  it("have Redis as Azure runs it today, private and whole", () => {
    const cluster = find(production, type("redisenterprise:RedisEnterprise"), "pybase-redis-cluster").inputs;
    assert.deepEqual(
      [cluster.sku, cluster.highAvailability, cluster.minimumTlsVersion, cluster.publicNetworkAccess],
      [{ name: "Balanced_B5" }, "Enabled", "1.2", "Disabled"],
    );
    const { inputs } = find(production, type("redisenterprise:Database"), "pybase-redis-database");
    const { resourceGroupName: _, clusterName: __, ...database } = inputs;
    assert.deepEqual(database, {
      databaseName: "default",
      port: 10_000,
      clientProtocol: "Encrypted",
      clusteringPolicy: "NoCluster",
      evictionPolicy: "NoEviction",
      persistence: { aofEnabled: true, aofFrequency: "1s", rdbEnabled: false },
      accessKeysAuthentication: "Enabled",
    });
  });

  it("have objects without a key, and containers that only those use whom the tiers run as", () => {
    const account = find(production, type("storage:StorageAccount"), "pybase-objects-account").inputs;
    assert.deepEqual(
      [account.allowSharedKeyAccess, account.allowBlobPublicAccess, account.publicNetworkAccess, account.sku],
      [false, false, "Disabled", { name: "Standard_ZRS" }],
    );
    const roles = ofType(production, type("authorization:RoleAssignment")).filter(({ inputs }) =>
      String(inputs.scope).startsWith("pybase-objects"),
    );
    assert.deepEqual(
      roles.map(({ name, inputs, deletedWith }) => [name, inputs.scope, deletedWith]),
      ["pybase-api", "pybase-extraction-worker"].map((name) => [
        `${name}-objects-uploads`,
        "pybase-objects-uploads-id",
        "pybase-objects-uploads",
      ]),
    );
    const trust = find(production, type("managedidentity:FederatedIdentityCredential"), "pybase-api-federation").inputs;
    assert.deepEqual(
      [trust.issuer, trust.subject, trust.audiences],
      ["https://issuer.example.com/1/", "system:serviceaccount:pybase:api", ["api://AzureADTokenExchange"]],
    );
  });

  it("are kept by Azure too, by locks that go before all that they keep", () => {
    const locks = ofType(production, type("authorization:ManagementLockByScope")).filter(
      ({ name }) => name !== "pybase-production-lock",
    );
    assert.deepEqual(
      locks.map(({ name, inputs }) => [name, inputs.scope]),
      [
        ["pybase-objects-lock", "pybase-objects-account-id"],
        ["pybase-postgres-lock", "pybase-postgres-server-id"],
        ["pybase-redis-lock", "pybase-redis-cluster-id"],
      ],
    );
    const [, postgres] = locks;
    assert.ok(postgres?.dependsOn.includes("pybase-postgres-database"));
  });

  it("give tiers the environment of bundled ones, with TLS; of objects no key", () => {
    const config = find(production, "kubernetes:core/v1:ConfigMap", "pybase-api-config");
    const { data } = config.inputs as { data: Record<string, string> };
    assert.deepEqual(
      [data.S3_ENDPOINT_URL, data.S3_BUCKET_NAME, "S3_ACCESS_KEY" in data],
      ["https://files.blob.core.windows.net", "uploads", false],
    );
    const { inputs } = find(production, "kubernetes:core/v1:Secret", "pybase-api-secret");
    const values = JSON.stringify(inputs);
    assert.ok(
      values.includes(
        "@db.postgres.database.azure.com:5432/pybase?sslmode=verify-full&sslrootcert=/etc/landfall/certificates/postgres.pem",
      ),
    );
    const [trusted] = ofType(production, "kubernetes:core/v1:ConfigMap").filter(({ name }) =>
      name.endsWith("-certificates"),
    );
    assert.equal(JSON.stringify(trusted?.inputs.data).split("BEGIN CERTIFICATE").length - 1, 2);
    const key = encodeURIComponent(KEY);
    assert.equal(values.split(`rediss://:${key}@queue.westeurope.redis.azure.net:10000/0`).length - 1, 3);
    const account = find(production, "kubernetes:core/v1:ServiceAccount", "pybase-api-account").inputs;
    const { annotations } = account.metadata as { annotations: object };
    assert.deepEqual(annotations, {
      "azure.workload.identity/client-id": "the client",
      "pulumi.com/patchForce": "true",
    });
  });

  it("have MongoDB too, by servers that DNS names", async () => {
    const settings = ["app=samplemind", "datastores={mongodb: {mode: managed}}"].reduce(
      override,
      readSettings(".", "aks"),
    );
    const { plan } = await planOf(settings, "aks");
    const registrations = await landed(plan);
    const documents = find(registrations, type("mongocluster:MongoCluster"), "samplemind-mongodb-cluster");
    const { properties } = documents.inputs as { properties: { "[secret]": Record<string, unknown> } };
    const { administrator: _, ...rest } = properties["[secret]"] ?? properties;
    assert.deepEqual(rest, {
      serverVersion: "8.0",
      compute: { tier: "M40" },
      storage: { sizeGb: 128 },
      sharding: { shardCount: 1 },
      highAvailability: { targetMode: "ZoneRedundantPreferred" },
      publicNetworkAccess: "Disabled",
    });
    const secrets = JSON.stringify(ofType(registrations, "kubernetes:core/v1:Secret").map(({ inputs }) => inputs));
    assert.match(secrets, /mongodb\+srv:\/\/app:[^@]+@docs\.global\.mongocluster\.example\.com\/samplemind\?/);
  });
});

describe("Azure's datastores beside a cluster that is somebody else's", () => {
  let beside: Registration[];
  before(async () => {
    const cluster = { provider: "kubeconfig", context: "theirs", cloud: AZURE_SITE };
    const { plan } = await planOf({ ...readSettings(".", "aks"), cluster }, "aks");
    assert.ok(plan.cluster.provider === "kubeconfig" && plan.cluster.cloud?.provider === "azure");
    const site = plan.cluster.cloud;
    const secrets = Object.fromEntries(plan.secrets.map(({ name }) => [name, pulumi.secret(passwordOf(name))]));
    beside = await record(
      () => {
        const provider = new k8s.Provider("cluster", { clusterIdentifier: "theirs" });
        const cloud = { ...cloudWith(provider), ...connectSite(plan, site) };
        new Application(plan.application, { plan, secrets, cloud }, { providers: [provider] });
      },
      plan.stack,
      answers,
    );
  });

  it("are in a resource group of the stack's own, and in the subnets that the stack names", () => {
    const [group, ...others] = ofType(beside, type("resources:ResourceGroup"));
    assert.deepEqual([group?.inputs.resourceGroupName, others], ["pybase-aks", []]);
    const { network } = find(beside, type("dbforpostgresql:Server"), "pybase-postgres-server").inputs;
    assert.equal(
      (network as Record<string, unknown>).delegatedSubnetResourceId,
      `${AZURE_SITE.virtualNetworkId}/subnets/databases`,
    );
    const endpoint = find(beside, type("network:PrivateEndpoint"), "pybase-redis-endpoint");
    const { id } = endpoint.inputs.subnet as Record<string, unknown>;
    assert.equal(id, `${AZURE_SITE.virtualNetworkId}/subnets/endpoints`);
    for (const kind of ["containerservice:ManagedCluster", "network:VirtualNetwork", "network:Subnet"]) {
      assert.deepEqual(ofType(beside, type(kind)), []);
    }
  });

  it("are found by the private zones that the network asks already, and by new ones beside them", () => {
    const zones = ofType(beside, type("privatedns:PrivateZone")).map(({ inputs }) => inputs.privateZoneName);
    assert.deepEqual(zones, ["privatelink.blob.core.windows.net", "pybase-aks.private.postgres.database.azure.com"]);
    const { inputs } = find(beside, type("network:PrivateDnsZoneGroup"), "pybase-redis-endpoint-zone");
    assert.deepEqual(inputs.privateDnsZoneConfigs, [
      { name: "redisEnterprise", privateDnsZoneId: AZURE_SITE.privateZoneIds["privatelink.redis.azure.net"] },
    ]);
    const links = ofType(beside, type("privatedns:VirtualNetworkLink")).map(({ inputs }) => inputs.virtualNetwork);
    assert.deepEqual(links, Array(2).fill({ id: AZURE_SITE.virtualNetworkId }));
  });

  it("let in the service accounts that the cluster's own issuer vouches for", () => {
    const { inputs } = find(beside, type("managedidentity:FederatedIdentityCredential"), "pybase-api-federation");
    assert.deepEqual([inputs.issuer, inputs.subject], [AZURE_SITE.oidcIssuer, "system:serviceaccount:pybase:api"]);
  });
});
