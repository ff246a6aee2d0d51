/** What stands in for the controllers that real clusters have, as an application sees it. */
import assert from "node:assert/strict";
import { KubeConfig, Metrics, StorageV1Api, type V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { sharedCluster, type TestCluster } from "../support/cluster.ts";
import { eventually } from "../support/read.ts";

const namespace = "simulation";

describe("the simulated cluster", function () {
  this.timeout(300_000);
  let cluster: TestCluster;

  before(async () => {
    cluster = await sharedCluster();
    await cluster.clients.core.createNamespace({ body: { metadata: { name: namespace } } });
  });

  after(() => cluster.clients.core.deleteNamespace({ name: namespace }));

  it("has machines with capacity and a type in three zones", async () => {
    const { items } = await cluster.clients.core.listNode();
    const labels = items.map(({ metadata }) => metadata?.labels ?? {});
    assert.equal(new Set(labels.map((it) => it["topology.kubernetes.io/zone"])).size, 3);
    assert.ok(labels.every((it) => it["node.kubernetes.io/instance-type"]));
    assert.deepEqual(new Set(items.map(({ status }) => status?.capacity?.cpu)), new Set(["8"]));
    assert.deepEqual(new Set(items.map(({ status }) => status?.allocatable?.memory)), new Set(["32Gi"]));
  });

  it("gives an Ingress and a LoadBalancer an address", async () => {
    const { core, networking } = cluster.clients;
    const metadata = { name: "web" };
    const backend = { service: { name: "web", port: { number: 80 } } };
    await core.createNamespacedService({
      namespace,
      body: { metadata, spec: { type: "LoadBalancer", ports: [{ port: 80 }] } },
    });
    await networking.createNamespacedIngress({ namespace, body: { metadata, spec: { defaultBackend: backend } } });
    await eventually(
      async () => [
        (await core.readNamespacedService({ name: "web", namespace })).status?.loadBalancer?.ingress?.[0]?.ip,
        (await networking.readNamespacedIngress({ name: "web", namespace })).status?.loadBalancer?.ingress?.[0]?.ip,
      ],
      (addresses) => addresses.every((address) => address !== undefined),
    );
  });

  it("tells how much CPU and memory a pod uses: as annotated, else a fifth of what it asks for", async () => {
    const { core } = cluster.clients;
    const requests = { cpu: "500m", memory: "100Mi" };
    const containers = [{ name: "it", image: "registry.example.com/it:1", resources: { requests } }];
    const annotations = { "kwok.x-k8s.io/usage-cpu": "250m", "kwok.x-k8s.io/usage-memory": "64Mi" };
    await core.createNamespacedPod({
      namespace,
      body: { metadata: { name: "annotated", annotations }, spec: { containers } },
    });
    await core.createNamespacedPod({ namespace, body: { metadata: { name: "plain" }, spec: { containers } } });
    const config = new KubeConfig();
    config.loadFromFile(cluster.kubeconfig);
    const metrics = new Metrics(config);
    const usages = await eventually(
      async () =>
        (await metrics.getPodMetrics(namespace)).items.map(
          ({ metadata, containers }) => [metadata.name, containers[0]?.usage] as const,
        ),
      (seen) => seen.length === 2,
    );
    const usage = Object.fromEntries(usages);
    assert.ok(Math.abs(milliCpu(usage.annotated?.cpu) - 250) < 25, usage.annotated?.cpu);
    assert.equal(usage.annotated?.memory, "64Mi");
    assert.ok(Math.abs(milliCpu(usage.plain?.cpu) - 100) < 10, usage.plain?.cpu);
    assert.equal(usage.plain?.memory, "20Mi");
  });

  describe("volumes", () => {
    before(async () => {
      const config = new KubeConfig();
      config.loadFromFile(cluster.kubeconfig);
      const storage = config.makeApiClient(StorageV1Api);
      const body = { metadata: { name: "kept" }, provisioner: "disks.example.com", reclaimPolicy: "Retain" };
      await storage.createStorageClass({ body });
    });

    for (const storageClassName of ["standard", "fast", "kept"]) {
      it(`of class ${storageClassName} are provided, bound and mounted`, async () => {
        const claim = await claimWithPod(storageClassName);
        assert.equal(claim.status?.capacity?.storage, "1Gi");
      });
    }

    it("grow in place, the claim after the volume", async () => {
      const { core } = cluster.clients;
      const body = [{ op: "replace", path: "/spec/resources/requests/storage", value: "3Gi" }];
      await core.patchNamespacedPersistentVolumeClaim({ name: "standard", namespace, body });
      const { spec } = await eventually(
        () => core.readNamespacedPersistentVolumeClaim({ name: "standard", namespace }),
        ({ status }) => status?.capacity?.storage === "3Gi",
      );
      const volume = await core.readPersistentVolume({ name: spec?.volumeName as string });
      assert.equal(volume.spec?.capacity?.storage, "3Gi");
    });

    it("go with their claim, unless their class says that they stay", async () => {
      const { core } = cluster.clients;
      const volumeOf = async (name: string) =>
        (await core.readNamespacedPersistentVolumeClaim({ name, namespace })).spec?.volumeName as string;
      const [gone, kept] = [await volumeOf("fast"), await volumeOf("kept")];
      for (const name of ["fast", "kept"]) {
        await core.deleteNamespacedPod({ name, namespace });
        await core.deleteNamespacedPersistentVolumeClaim({ name, namespace });
      }
      const left = await eventually(
        async () =>
          new Map((await core.listPersistentVolume()).items.map((it) => [it.metadata?.name, it.status?.phase])),
        (volumes) => !volumes.has(gone) && volumes.get(kept) === "Released",
      );
      assert.ok(left.has(kept));
      await core.deletePersistentVolume({ name: kept });
    });

    /** A claim of 1 GiB, once a pod that mounts it is Ready. Both are named after the class. */
    async function claimWithPod(storageClassName: string): Promise<V1PersistentVolumeClaim> {
      const { core } = cluster.clients;
      const name = storageClassName;
      const resources = { requests: { storage: "1Gi" } };
      const spec = { storageClassName, accessModes: ["ReadWriteOnce"], resources };
      await core.createNamespacedPersistentVolumeClaim({ namespace, body: { metadata: { name }, spec } });
      const volumes = [{ name: "data", persistentVolumeClaim: { claimName: name } }];
      const volumeMounts = [{ name: "data", mountPath: "/data" }];
      const containers = [{ name: "it", image: "registry.example.com/it:1", volumeMounts }];
      await core.createNamespacedPod({ namespace, body: { metadata: { name }, spec: { containers, volumes } } });
      await eventually(
        () => core.readNamespacedPod({ name, namespace }),
        ({ status }) => status?.conditions?.some((it) => it.type === "Ready" && it.status === "True") ?? false,
      );
      return core.readNamespacedPersistentVolumeClaim({ name, namespace });
    }
  });
});

function milliCpu(quantity = ""): number {
  if (quantity.endsWith("n")) return Number.parseInt(quantity, 10) / 1e6;
  if (quantity.endsWith("u")) return Number.parseInt(quantity, 10) / 1e3;
  return quantity.endsWith("m") ? Number.parseInt(quantity, 10) : Number(quantity) * 1000;
}
