/** Whether PyBase's pods find machines, by the real scheduler, on machines and under quotas that a test changes. */
import assert from "node:assert/strict";
import { POOL_LABEL } from "../../config/nodes.ts";
import type { Plan } from "../../config/plan.ts";
import { resolve } from "../../config/resolve.ts";
import type { Api } from "../../local/cluster/api.ts";
import { openApi } from "../../local/cluster/kubeconfig.ts";
import { proveCapacity } from "../../local/proofs/capacity.ts";
import { type ClusterObject, readSnapshot, type Snapshot } from "../../local/proofs/snapshot.ts";
import { clusterOf, onEks } from "../support/clouds.ts";
import { clusterConfig, sharedCluster, type TestCluster } from "../support/cluster.ts";
import { inputsFor, planFor, stackSettings } from "../support/pybase.ts";
import { eventually, readNamespace } from "../support/read.ts";
import { changed, within } from "../support/snapshots.ts";
import { TestStack } from "../support/stack.ts";

const NAMESPACE = "pybase-capacity";
const ZONE = "topology.kubernetes.io/zone";
/** Of a machine, for pods and what they write to its disk. */
const ROOM = { pods: "58", "ephemeral-storage": "50Gi" };

/** On EKS with a pool of three machines, one a zone, that may become `max`; its datastores bundled. */
function planWith(max: number): Plan {
  const cluster = clusterOf("eks", onEks({ nodePools: { general: { min: 3, max } } }));
  const settings = { ...stackSettings("production"), datastores: {} };
  return { ...resolve({ ...inputsFor("production"), settings }), cluster };
}

describe("The proof of capacity on a real API server", function () {
  this.timeout(600_000);
  let cluster: TestCluster;
  let stack: TestStack;
  let api: Api;
  /** PyBase in production, on three machines. */
  let seen: Snapshot;

  before(async () => {
    cluster = await sharedCluster();
    stack = await new TestStack("production", {
      "landfall:profile": "production",
      "landfall:namespace": NAMESPACE,
      "landfall:cluster": { ...clusterConfig(cluster), storageClasses: { shared: "shared" } },
      "landfall:edge": { kind: "ingress", host: "capacity.localhost", tls: { secretName: "pybase-tls" } },
      "landfall:tiers": { api: { autoscale: { max: 15 } } },
    }).create();
    await stack.up();
    // Autoscalers bring tiers to their floors, two pods each.
    await eventually(
      () => readNamespace(cluster.clients, NAMESPACE),
      ({ deployments }) => deployments.every(({ status }) => status?.readyReplicas === 2),
    );
    api = openApi(cluster.kubeconfig);
    const snapshot = within(await readSnapshot((path) => api.get(path)), NAMESPACE);
    const [first] = snapshot.of("Node") as [ClusterObject];
    const three = changed(snapshot, "Node", (node) =>
      /-[123]$/.test(node.metadata.name) ? machine(node, { cpu: "4", memory: "15Gi", ...ROOM }) : undefined,
    );
    // Disks that one zone's machines can mount, all of them in the zone of the first.
    const zonal = changed(three, "StorageClass", (it) => ({ ...it, provisioner: "ebs.csi.aws.com" }));
    seen = changed(zonal, "PersistentVolumeClaim", ({ metadata, ...claim }) => {
      const annotations = { "volume.kubernetes.io/selected-node": first.metadata.name };
      return { ...claim, metadata: { ...metadata, annotations } };
    });
  });

  after(async () => {
    stack?.remove();
    api?.close();
    // Its pods would take room from those of other tests.
    await cluster.clients.core.deleteNamespace({ name: NAMESPACE });
    await eventually(
      () => cluster.clients.core.listNamespacedPod({ namespace: NAMESPACE }),
      ({ items }) => items.length === 0,
    );
  });

  it("passes where all pods fit, says which stores a zone takes along, and leaves the cluster as it was", async () => {
    const before = await names(api);
    const proof = await proveCapacity(planWith(9), seen, api);
    assert.deepEqual(
      proof.findings.filter(({ severity }) => severity === "failure"),
      [],
    );
    assert.equal(proof.outcome, "passed");
    const [least, most, ...losses] = proof.detail.scenarios;
    assert.equal(least?.waiting.length, 0);
    // Four tiers at two and four stores; then tiers at 15, 8, 6 and 6, and what is scheduled.
    assert.equal(least?.pods, 4 * 2 + 4);
    assert.ok((most?.pods ?? 0) >= 15 + 8 + 6 + 6 + 4);
    assert.deepEqual(
      losses.map(({ zone, rooms }) => [zone, rooms.length]),
      ["a", "b", "c"].map((letter) => [`eu-west-1${letter}`, 2]),
    );
    for (const { rooms } of proof.detail.scenarios) {
      for (const { cpu, memory } of rooms) assert.ok(cpu.used <= cpu.of && memory.used <= memory.of);
    }
    assert.equal(proof.detail.firstFull?.pool, "general");
    const lost = losses.find(({ zone }) => zone === zoneOf(seen.of("Node")[0] as ClusterObject));
    assert.deepEqual(
      lost?.waiting.filter(({ because }) => because === "its disk is in that zone").map(({ subject }) => subject),
      ["objects", "postgres", "redis", "search"].map((store) => `StatefulSet/${store}`),
    );
    const postgres = proof.findings.find(({ subject }) => subject === "StatefulSet/postgres");
    assert.deepEqual(
      [postgres?.severity, postgres?.fix],
      ["warning", "set datastores.postgres.servers, or have the cloud run it (mode: managed)"],
    );
    assert.deepEqual(await names(api), before);
  });

  it("adds machines up to the pool's most, and says what waits in the scheduler's words", async () => {
    const small = changed(seen, "Node", (node) => machine(node, { cpu: "1", memory: "4Gi", ...ROOM }));
    const { detail, outcome, findings } = await proveCapacity(planWith(5), small, api);
    const [, most] = detail.scenarios;
    assert.equal(most?.added.general, 2);
    const waiting = most?.waiting.find(({ subject }) => subject.startsWith("Deployment/"));
    assert.match(waiting?.because ?? "", /Insufficient (cpu|memory)/);
    assert.equal(outcome, "failed");
    const finding = findings.find(({ subject }) => subject === waiting?.subject);
    assert.match(finding?.fix ?? "", /nodePools/);
    assert.deepEqual([detail.firstFull?.pool, (detail.firstFull?.percent ?? 0) > 80], ["general", true]);
  });

  it("finds a cluster in one zone and a quota that is too small", async () => {
    const [first] = seen.of("Node");
    const one = changed(seen, "Node", (node) => ({
      ...node,
      metadata: { ...node.metadata, labels: { ...node.metadata.labels, [ZONE]: zoneOf(first as ClusterObject) } },
    }));
    const tight = changed(one, "ResourceQuota", (quota) => ({ ...quota, spec: { hard: { pods: "20" } } }));
    const { findings, outcome } = await proveCapacity(planFor("production"), tight, api);
    assert.equal(outcome, "failed");
    const failures = findings.filter(({ severity }) => severity === "failure");
    assert.ok(failures.some(({ sentence }) => /^All machines are in eu-west-1/.test(sentence)));
    const refused = failures.filter(({ sentence }) => /exceeded quota/.test(sentence));
    assert.ok(refused.length > 0 && refused.every(({ fix }) => fix.startsWith("raise the quota")));
  });
});

function machine(node: ClusterObject, allocatable: Record<string, string>): ClusterObject {
  const zone = zoneOf(node).replace("local-1", "eu-west-1");
  const labels = { ...node.metadata.labels, [POOL_LABEL]: "general", [ZONE]: zone };
  return { ...node, metadata: { ...node.metadata, labels }, status: { ...node.status, allocatable } };
}

function zoneOf({ metadata }: ClusterObject): string {
  return metadata.labels?.[ZONE] as string;
}

/** Of what there is that a trial could have left or taken. */
async function names(api: Api): Promise<string[]> {
  const lists = await Promise.all(
    ["nodes", "namespaces", `namespaces/${NAMESPACE}/pods`].map((path) =>
      api.get<{ items: ClusterObject[] }>(`/api/v1/${path}`),
    ),
  );
  return lists.flatMap(({ items }) => items.map(({ metadata }) => `${metadata.name} ${metadata.uid}`)).sort();
}
