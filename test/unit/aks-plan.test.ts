import assert from "node:assert/strict";
import { globalName, globalWord, poolName } from "../../cloud/azure/names.ts";
import { AKS_VERSIONS } from "../../cloud/azure/plan.ts";
import {
  ADMINISTRATORS,
  besideAzure,
  clusterOf,
  inProduction,
  linksToCredentials,
  managedOf,
  onAks,
  oneManaged,
  SUBSCRIPTION,
} from "../support/clouds.ts";
import { planOf, type Shop } from "../support/shop.ts";

const planned = (settings?: object, change?: (shop: Shop) => void) => clusterOf("aks", onAks(settings, change));

describe("The plan of a stack on AKS", () => {
  it("is complete from a subscription, a region and who administrates it", () => {
    assert.deepEqual(planned({}, inProduction), {
      provider: "aks",
      subscription: SUBSCRIPTION,
      location: "westeurope",
      administrators: [ADMINISTRATORS],
      login: "azurecli",
      name: "shop-production",
      version: AKS_VERSIONS[0],
      nodeOsUpgrade: "NodeImage",
      nodeUpgrade: { maxSurge: "33%", drainTimeoutMinutes: 30 },
      maintenanceDay: "Sunday",
      zones: ["1", "2", "3"],
      network: {
        cidr: "10.0.0.0/16",
        subnets: {
          nodes: { name: "nodes", cidr: "10.0.0.0/18" },
          apiServer: { name: "api-server", cidr: "10.0.64.0/20" },
          postgres: { name: "postgres", cidr: "10.0.80.0/20" },
          endpoints: { name: "endpoints", cidr: "10.0.96.0/20" },
        },
        outbound: "loadBalancer",
      },
      publicAccess: [],
      systemPool: {
        name: "system",
        machine: "Standard_D4s_v5",
        min: 3,
        max: 3,
        spot: false,
        diskGiB: 64,
        labels: {},
        taints: [{ key: "CriticalAddonsOnly", value: "true", effect: "NoSchedule" }],
      },
      nodePools: [
        {
          name: "general",
          machine: "Standard_D4s_v5",
          min: 3,
          max: 12,
          spot: false,
          diskGiB: 50,
          diskType: undefined,
          labels: { "landfall.dev/pool": "general" },
          taints: [],
        },
      ],
      containerRegistry: undefined,
      imageCaches: [],
      azureMonitor: { metrics: false, logs: false },
      keyVaultSecrets: false,
      keyVault: undefined,
      secretsKey: undefined,
      geoRedundantBackups: false,
      deletionProtection: true,
    });
  });

  it("is smaller in dev, and goes out by a NAT gateway", () => {
    const { systemPool, nodePools, network, deletionProtection } = planned({}, ({ stack }) => (stack.profile = "dev"));
    assert.deepEqual(
      [systemPool.min, nodePools[0]?.min, network.outbound, deletionProtection],
      [1, 2, "natGateway", false],
    );
  });

  it("has Azure Monitor collect what the stack asks for", () => {
    assert.deepEqual(planned({ azureMonitor: true }).azureMonitor, { metrics: true, logs: true });
    assert.deepEqual(planned({ azureMonitor: { logs: true } }).azureMonitor, { metrics: false, logs: true });
  });

  it("has a key vault of its own only where the stack says so", () => {
    const of = (keyVaultSecrets: boolean | "new") => {
      const plan = planned({ keyVaultSecrets });
      return [plan.keyVaultSecrets, plan.keyVault];
    };
    assert.deepEqual(
      [of(true), of("new")],
      [
        [true, undefined],
        [true, { purgeProtection: false }],
      ],
    );
  });

  it("cuts the smallest network so that the API server and the private endpoints have room", () => {
    const { subnets } = planned({ network: { cidr: "192.168.16.0/20" } }).network;
    assert.deepEqual(
      Object.values(subnets).map(({ cidr }) => cidr),
      ["192.168.16.0/22", "192.168.20.0/24", "192.168.21.0/24", "192.168.22.0/24"],
    );
  });

  it("takes a network that is there, and its firewall", () => {
    const subnets = {
      nodes: { name: "aks", cidr: "10.9.0.0/24" },
      apiServer: { name: "aks-api", cidr: "10.9.1.0/28" },
      postgres: { name: "data", cidr: "10.9.2.0/24" },
      endpoints: { name: "links", cidr: "10.9.3.0/24" },
    };
    const virtualNetworkId = `/subscriptions/${SUBSCRIPTION}/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/spoke`;
    const network = { virtualNetworkId, cidr: "10.9.0.0/16", subnets, outbound: "userDefinedRouting" };
    assert.deepEqual(planned({ network }).network, network);
  });

  it("names storage classes that AKS brings, unless the stack has others", () => {
    const { datastores } = planOf((shop) => {
      onAks({ storageClasses: { shared: "azurefile-csi-premium" } })(shop);
      shop.app.volumes = { files: { storage: "100Gi" } };
      shop.app.datastores.queue.storageClass = "fast";
    });
    const classes = datastores.map((store) => store.mode === "bundled" && store.storageClass);
    assert.deepEqual(classes, ["managed-csi", "managed-csi-premium"]);
  });

  it("gives managed stores what Azure has of them, and their clients the way there and no further", () => {
    const { db, queue, files, documents } = managedOf(managed);
    const { links } = planOf(managed);
    assert.deepEqual(db, {
      name: "db",
      declared: "db",
      secret: "db",
      mode: "managed",
      engine: "postgres",
      endpoint: {
        port: 5432,
        username: "app",
        database: "shop",
        buckets: [],
        tls: true,
        options: undefined,
        srv: undefined,
        oneDatabase: undefined,
        certificates: "/etc/landfall/certificates/db.pem",
      },
      version: "16",
      machine: "Standard_D2ds_v5",
      storageGiB: 32,
      highAvailability: true,
      backupRetentionDays: 30,
      protect: true,
      finalSnapshot: undefined,
      settings: { "azure.extensions": "VECTOR" },
      access: "password",
      cidrs: ["10.0.80.0/20", "10.0.96.0/20"],
    });
    assert.deepEqual(
      [queue?.machine, queue?.endpoint.port, queue?.endpoint.oneDatabase],
      ["Balanced_B5", 10_000, true],
    );
    assert.deepEqual([files?.access, files?.endpoint.port], ["identity", 443]);
    assert.deepEqual([documents?.machine, documents?.version, documents?.endpoint.srv], ["M40", "8.0", true]);
    const fromWeb = links.filter(({ from }) => from.kind === "pods" && from.component === "web");
    assert.deepEqual(
      fromWeb.map(({ to, ports }) => [to.kind === "addresses" && to.name, ports]),
      [
        ["db", [5432]],
        ["files", [443]],
        ["documents", [10_260]],
        ["credentials", [443]],
      ],
    );
  });

  it("lets an Application Gateway in from the network that it stands in", () => {
    const { links } = planOf((shop) => {
      onAks({ network: { cidr: "10.8.0.0/16" } })(shop);
      shop.stack.edge.class = "azure-application-gateway";
    });
    const [fromEdge] = links.filter(({ to }) => to.kind === "pods" && to.component === "web");
    assert.deepEqual(fromEdge?.from, { kind: "addresses", name: "edge", cidrs: ["10.8.0.0/16"] });
  });

  it("names what all of Azure shares so that two stacks hardly meet, and never too long", () => {
    const of = { subscription: SUBSCRIPTION, name: "a-name-that-is-as-long-as-a-name-may-be1", of: "postgres" };
    assert.match(globalName({ ...of, longest: 40 }), /^a-name-that-is-as-long-as-a-name-[0-9a-f]{6}$/);
    assert.match(globalWord({ ...of, longest: 24 }), /^anamethatisaslong[a-z][0-9a-f]{6}$/);
    const other = { ...of, subscription: ADMINISTRATORS };
    assert.notEqual(globalName({ ...of, longest: 40 }), globalName({ ...other, longest: 40 }));
  });

  it("calls a pool by another name when its machines are others, and not when their number is", () => {
    const { nodePools, zones } = planned();
    const [general] = nodePools;
    assert.ok(general);
    const name = poolName(general, zones);
    assert.match(name, /^general[0-9a-f]{4}$/);
    assert.equal(poolName({ ...general, max: 20 }, zones), name);
    assert.notEqual(poolName({ ...general, machine: "Standard_D8s_v5" }, zones), name);
  });
});

describe("Azure's stores beside a cluster that is somebody else's", () => {
  const files = { engine: "objectstore", buckets: ["pictures"] };

  it("are reached in the subnets that the stack names", () => {
    const { db } = managedOf((shop) => {
      besideAzure()(shop);
      shop.stack.datastores = { db: { mode: "managed" }, queue: { mode: "managed" } };
    });
    assert.deepEqual(db?.cidrs, ["10.8.0.0/24", "10.8.1.0/24"]);
  });

  it("let tiers that show who they are reach Microsoft Entra, where the stack says who vouches for them", () => {
    const withFiles = (shop: Shop) => {
      oneManaged(besideAzure())("files", { protocol: "blob" }, files)(shop);
      shop.app.tiers.web.uses = ["db", "files"];
    };
    const [link, ...others] = linksToCredentials(withFiles);
    assert.deepEqual([link?.from, link?.ports, others], [{ kind: "pods", component: "web" }, [443], []]);
  });
});

function managed(shop: Shop): void {
  onAks()(shop);
  const { app, stack } = shop;
  app.datastores.files = { engine: "objectstore", buckets: ["pictures"] };
  app.datastores.documents = { engine: "mongodb", version: "8", storage: "20Gi" };
  app.tiers.web.uses = ["db", "files", "documents"];
  stack.profile = "production";
  stack.datastores = {
    db: { mode: "managed", settings: { "azure.extensions": "VECTOR" } },
    queue: { mode: "managed" },
    files: { mode: "managed", protocol: "blob" },
    documents: { mode: "managed" },
  };
}
