import assert from "node:assert/strict";
import { named, Rehearsed } from "../support/rehearsed.ts";

const LOCATION = "westeurope";
const ENTRA = ["20.20.32.0/19", "20.190.128.0/18", "20.231.128.0/19", "40.126.0.0/18"];

/** PyBase in production on AKS with managed stores, by the real engine and on a real API server. */
describe("PyBase on AKS, as Pulumi.aks.yaml has it", function () {
  this.timeout("20m");
  let landed: Rehearsed;
  const inWorld = (type: string) => landed.inWorld(`azure-native:${type}`);
  const only = (type: string) => {
    const [entity, ...others] = inWorld(type);
    assert.ok(entity && others.length === 0, `${others.length + (entity ? 1 : 0)} ${type}`);
    return entity;
  };
  before(async () => {
    landed = await Rehearsed.land("aks", "cluster.version=1.35");
  });
  after(() => landed?.clear());

  it("runs on machines of the size that the stack asks for, in three zones, AKS' own pods apart", async () => {
    const items = await landed.nodes();
    const ofPool = (mode: string) =>
      items.filter(({ metadata }) => metadata?.labels?.["kubernetes.azure.com/mode"] === mode);
    for (const mode of ["system", "user"]) {
      const zones = ofPool(mode).map(({ metadata }) => metadata?.labels?.["topology.kubernetes.io/zone"]);
      assert.deepEqual(
        zones.sort(),
        ["1", "2", "3"].map((zone) => `${LOCATION}-${zone}`),
      );
    }
    const taints = ofPool("system").flatMap(({ spec }) => spec?.taints?.map(({ key }) => key));
    assert.deepEqual(new Set(taints), new Set(["CriticalAddonsOnly"]));
    const pods = (await landed.clients.core.listNamespacedPod({ namespace: "pybase" })).items;
    const nodes = new Set(ofPool("user").map(({ metadata }) => metadata?.name));
    assert.ok(pods.length > 0 && pods.every(({ spec }) => nodes.has(spec?.nodeName)));
  });

  it("keeps its volumes on Azure's disks, the copies of what is bundled too", () => {
    assert.deepEqual(
      landed.namespace.claims.map(({ metadata, spec }) => `${metadata?.name} ${spec?.storageClassName}`).sort(),
      ["data-search-0 managed-csi", "search-backup managed-csi"],
    );
  });

  it("tells tiers of Azure's stores as it does of bundled ones, over TLS", () => {
    const { DATABASE_URL, REDIS_URL, CELERY_BROKER_URL } = landed.secretOf("pybase-api-secret");
    const database = new URL(DATABASE_URL as string);
    assert.equal(database.hostname, only("dbforpostgresql:Server").outputs.fullyQualifiedDomainName);
    assert.deepEqual(Object.fromEntries(database.searchParams), {
      sslmode: "verify-full",
      sslrootcert: "/etc/landfall/certificates/postgres.pem",
    });
    const redis = new URL(REDIS_URL as string);
    const host = only("redisenterprise:RedisEnterprise").outputs.hostName;
    assert.deepEqual([redis.protocol, redis.hostname, redis.port, redis.pathname], ["rediss:", host, "10000", "/0"]);
    // Azure has one database only.
    assert.equal(CELERY_BROKER_URL, `${REDIS_URL}?ssl_cert_reqs=required`);
  });

  it("asks Blob Storage as who it is: a container and an address, and no key", async () => {
    const config = landed.configOf("pybase-api-config");
    const account = only("storage:StorageAccount").outputs.name;
    assert.equal(config.S3_ENDPOINT_URL, `https://${account}.blob.core.windows.net`);
    assert.equal(config.S3_BUCKET_NAME, only("storage:BlobContainer").outputs.name);
    assert.ok(!("S3_ACCESS_KEY" in { ...config, ...landed.secretOf("pybase-api-secret") }));

    const { items: accounts } = await landed.clients.core.listNamespacedServiceAccount({ namespace: "pybase" });
    const clientId = named(accounts, "api").metadata?.annotations?.["azure.workload.identity/client-id"];
    const identities = inWorld("managedidentity:UserAssignedIdentity");
    const identity = identities.find(({ outputs }) => outputs.clientId === clientId);
    const roles = inWorld("authorization:RoleAssignment").filter(
      ({ inputs }) => inputs.principalId === identity?.outputs.principalId,
    );
    assert.deepEqual(
      roles.map(({ inputs }) => inputs.scope),
      [only("storage:BlobContainer").id],
    );
    const { items: pods } = await landed.clients.core.listNamespacedPod({ namespace: "pybase" });
    const marked = pods.filter(({ metadata }) => metadata?.labels?.["azure.workload.identity/use"] === "true");
    const who = new Set(marked.map(({ spec }) => spec?.serviceAccountName));
    assert.deepEqual([...who].sort(), ["api", "extraction-worker"]);
  });

  it("lets the API out to the stores' subnets and to Microsoft Entra, and nowhere else outside", () => {
    const blocks = landed.egressOf("api");
    const subnets = ["10.0.80.0/20", "10.0.96.0/20"];
    const expected = [
      ...[5432, 10_000, 443].flatMap((port) => subnets.map((subnet) => `${subnet} ${port}`)),
      ...ENTRA.map((range) => `${range} 443`),
    ];
    assert.deepEqual(blocks, expected.sort());
  });

  it("lets pods reach the API server where it answers: in its own subnet", () => {
    const egress = landed.namespace.networkPolicies.flatMap(({ spec }) => spec?.egress ?? []);
    const blocks = egress.flatMap(({ to = [] }) => to.map(({ ipBlock }) => ipBlock?.cidr));
    assert.ok(blocks.includes("10.0.64.0/20") && blocks.includes("172.20.0.1/32"));
  });

  it("keeps passwords and keys out of the state", () => {
    const { DATABASE_URL, REDIS_URL } = landed.secretOf("pybase-api-secret");
    const [postgres, redis] = [DATABASE_URL, REDIS_URL].map((url) =>
      decodeURIComponent(new URL(url as string).password),
    );
    landed.keepsToItself(/pybase-redis-cluster/, { postgres, redis } as Record<string, string>);
  });

  it("is as the stack has it at the second update", async () => {
    await landed.isAsTheStackHasIt(100);
  });

  it("takes an edit of a tier, and one of the machines, in place", async () => {
    await landed.rehearsal.configure({ "tiers.api.autoscale.max": "12" });
    await landed.rehearsal.configure({ "cluster.nodePools.general.max": "15" });
    const { updated, unchanged: _, ...others } = await landed.rehearsal.up();
    assert.deepEqual([others, updated], [{}, 3]);
    const { minCount, maxCount } = only("containerservice:AgentPool").inputs;
    assert.deepEqual([minCount, maxCount], [3, 15]);
  });

  it("is upgraded in place: the control plane, then the machines of both pools", async () => {
    const identity = only("containerservice:ManagedCluster").outputs.resourceUID;
    await landed.rehearsal.configure({ "cluster.version": "1.36" });
    const { updated, unchanged: _, ...others } = await landed.rehearsal.up();
    assert.deepEqual([others, updated], [{}, 2]);
    const { kubernetesVersion, agentPoolProfiles } = only("containerservice:ManagedCluster").inputs;
    const [system] = agentPoolProfiles as { orchestratorVersion: string }[];
    assert.deepEqual(
      [
        kubernetesVersion,
        system?.orchestratorVersion,
        only("containerservice:AgentPool").inputs.orchestratorVersion,
        only("containerservice:ManagedCluster").outputs.resourceUID,
      ],
      ["1.36", "1.36", "1.36", identity],
    );
  });

  it("gets new images of its machines by another channel, in place", async () => {
    await landed.rehearsal.configure({ "cluster.nodeOsUpgrade": "SecurityPatch" });
    const { unchanged: _, ...changes } = await landed.rehearsal.up();
    assert.deepEqual(changes, { updated: 1 });
  });

  it("puts other machines beside those that it has, before these go, once the cluster's lock is off", async () => {
    const before = only("containerservice:AgentPool").id;
    await landed.rehearsal.configure({ "cluster.deletionProtection": "false" });
    await landed.rehearsal.configure({ "cluster.nodePools.general.machine": "Standard_D8s_v5" });
    await landed.rehearsal.up({ policies: false });
    assert.notEqual(only("containerservice:AgentPool").id, before);
    const types = await landed.labels("node.kubernetes.io/instance-type");
    assert.deepEqual([...new Set(types)], ["Standard_D4s_v5", "Standard_D8s_v5"]);
  });

  it("puts a tier on machines of the spot market, and nothing else", async () => {
    await landed.rehearsal.configure({ "cluster.nodePools.batch.spot": "true" });
    await landed.rehearsal.configure({ "tiers.search-worker.pool": "batch" });
    const { unchanged: _, ...changes } = await landed.rehearsal.up({ policies: false });
    assert.deepEqual(changes, { created: 1, updated: 1 });
    assert.deepEqual(await landed.tiersOn("landfall.dev/pool", "batch"), ["search-worker"]);
  });

  it("is kept by Azure until its owner says otherwise, and leaves nothing behind then", async () => {
    await landed.isKeptUntilItsOwnerSaysOtherwise();
  });
});
