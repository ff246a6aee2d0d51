import assert from "node:assert/strict";
import { beaconPlan, landBeacon } from "../support/beacon.ts";
import { autoName, find, type Registration } from "../support/mocks.ts";

interface Container {
  name: string;
  env: { name: string; value?: string }[];
}
interface PodSpec {
  initContainers?: Record<string, unknown>[];
  containers: Container[];
}

const resources = {
  requests: { cpu: "300m", memory: "1Gi", "ephemeral-storage": "100Mi" },
  limits: { cpu: "1", memory: "2Gi", "ephemeral-storage": "10Gi" },
};
const securityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

/** An application with one store. */
function landWith(store: object): Promise<Registration[]> {
  const plan = beaconPlan({ profile: "dev", monitoring: undefined }, (app) => {
    const resources = { requests: { cpu: "300m", memory: "1Gi" }, limits: { cpu: "1", memory: "2Gi" } };
    app.datastores = { store: { storage: "1Gi", resources, ...store } };
    app.tiers = { web: { ...app.tiers.web, uses: ["store"], env: {} } };
    delete app.tiers.web.migrate;
    delete app.monitoring;
    delete app.backup;
    delete app.volumes;
  });
  return landBeacon(plan);
}

async function podWith(store: object): Promise<PodSpec> {
  const { inputs } = find(await landWith(store), "kubernetes:apps/v1:StatefulSet", "beacon-store-server");
  return (inputs.spec as { template: { spec: PodSpec } }).template.spec;
}

function settingsOf({ containers }: PodSpec): (string | undefined)[] {
  return (containers[0] as Container).env.map(({ name }) => name);
}

describe("The password of a store that takes one at its first start only", () => {
  it("is set in a MongoDB by its own image before it starts, bounded and confined as it is", async () => {
    const { initContainers, containers } = await podWith({ engine: "mongodb" });
    const [{ command, ...password }] = initContainers as [Record<string, unknown>];
    assert.deepEqual(password, {
      name: "password",
      image: "docker.io/library/mongo:8.0.15-noble",
      imagePullPolicy: "IfNotPresent",
      env: [
        { name: "HOME", value: "/tmp" },
        { name: "MONGO_INITDB_ROOT_USERNAME", value: "app" },
        {
          name: "MONGO_INITDB_ROOT_PASSWORD",
          valueFrom: { secretKeyRef: { name: autoName("beacon-store-credentials"), key: "password" } },
        },
        { name: "MONGO_INITDB_DATABASE", value: "beacon" },
      ],
      resources,
      securityContext,
      volumeMounts: [
        { name: "data", mountPath: "/data/db" },
        { name: "scratch-tmp", mountPath: "/tmp" },
        { name: "scratch-data-configdb", mountPath: "/data/configdb" },
      ],
    });
    assert.deepEqual((command as string[]).slice(0, 2), ["sh", "-euc"]);
    assert.equal(initContainers?.length, 1);
    assert.equal(containers.length, 1);
  });

  it("is set in a Neo4j that runs alone, of either edition", async () => {
    for (const store of [{}, { version: "5-enterprise", settings: { license: "eval" } }]) {
      const { initContainers = [], containers } = await podWith({ engine: "neo4j", ...store });
      const [{ name, image, env, volumeMounts } = {}] = initContainers;
      const [server] = containers as unknown as [Record<string, unknown>];
      assert.deepEqual(
        { name, image, env, volumeMounts },
        { name: "password", image: server.image, env: server.env, volumeMounts: server.volumeMounts },
      );
    }
  });

  it("is left alone in several Neo4j, which change their accounts only together", async () => {
    const store = { engine: "neo4j", version: "5-enterprise", settings: { license: "eval" }, servers: 3 };
    assert.equal((await podWith(store)).initContainers, undefined);
  });

  it("is no matter of stores that take it at every start, or have none", async () => {
    for (const engine of ["postgres", "redis", "meilisearch", "qdrant", "objectstore", "chromadb"]) {
      assert.equal((await podWith({ engine })).initContainers, undefined, engine);
    }
  });
});

describe("A Neo4j", () => {
  const ENTERPRISE = [
    "NEO4J_server_backup_listen__address",
    "NEO4J_server_metrics_prometheus_enabled",
    "NEO4J_server_metrics_prometheus_endpoint",
  ];

  it("of the Community edition has no settings of the Enterprise edition, with which it would not start", async () => {
    const settings = settingsOf(await podWith({ engine: "neo4j" }));
    assert.deepEqual(
      settings.filter((name) => name?.startsWith("NEO4J_server")),
      ["NEO4J_server_default__listen__address"],
    );
  });

  it("of the Enterprise edition is copied and measured over ports of its own", async () => {
    const store = { engine: "neo4j", version: "5-enterprise", settings: { license: "eval" } };
    const settings = settingsOf(await podWith(store));
    for (const name of ENTERPRISE) assert.ok(settings.includes(name), name);
  });
});
