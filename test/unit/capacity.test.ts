import assert from "node:assert/strict";
import { SPOT_TAINT } from "../../config/nodes.ts";
import type { Plan } from "../../config/plan.ts";
import type { CapacityDetail, Scenario } from "../../local/proofs/capacity.ts";
import { findingsOf } from "../../local/proofs/capacity-findings.ts";
import { growth, type Pool, poolsOf, requestsOf, takes } from "../../local/proofs/capacity-pools.ts";
import { wordsOf } from "../../local/proofs/capacity-words.ts";
import { isOfOneZone, type PodSpec, workloadsOf } from "../../local/proofs/capacity-workloads.ts";
import { type ClusterObject, Snapshot } from "../../local/proofs/snapshot.ts";
import { clusterOf, onAks, onEks, onGke } from "../support/clouds.ts";
import { planFor } from "../support/pybase.ts";

const ZONE = "topology.kubernetes.io/zone";

function podOf(cpu: string, memory: string, rest: Partial<PodSpec> = {}): PodSpec {
  return { containers: [{ name: "app", image: "app", resources: { requests: { cpu, memory } } }], ...rest };
}

function poolOf(name: string, rest: Partial<Pool> = {}): Pool {
  return {
    name,
    machine: "m",
    machines: { a: 1, b: 1, c: 1 },
    most: 6,
    zones: ["a", "b", "c"],
    labels: {},
    taints: [],
    allocatable: {},
    room: { cpu: 4, memory: 16, pods: 58 },
    ...rest,
  };
}

function node(name: string, zone: string, labels: Record<string, string> = {}): ClusterObject {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: { [ZONE]: zone, "node.kubernetes.io/instance-type": "m6i.xlarge", ...labels } },
    spec: {},
    status: { allocatable: { cpu: "4", memory: "15Gi", pods: "58" } },
  };
}

describe("What pods ask for", () => {
  it("is what their containers ask for together, sidecars too, or the largest that runs before them", () => {
    const container = (cpu: string, restartPolicy?: string) => ({
      name: cpu,
      image: "x",
      restartPolicy,
      resources: { requests: { cpu, memory: "1Gi" } },
    });
    const spec = {
      containers: [container("500m"), container("250m")],
      initContainers: [container("100m", "Always"), container("2")],
    };
    assert.deepEqual(requestsOf(spec), { cpu: 2, memory: 3, pods: 1 });
  });
});

describe("What a cluster's objects keep running", () => {
  const template = {
    metadata: { labels: { app: "api" } },
    spec: {
      ...podOf("100m", "128Mi"),
      serviceAccountName: "api",
      securityContext: { runAsUser: 1 },
      volumes: [{ persistentVolumeClaim: { claimName: "shared" } }],
    },
  };
  const object = (kind: string, name: string, spec: object, apiVersion = "apps/v1"): ClusterObject => ({
    apiVersion,
    kind,
    metadata: { name, namespace: "shop" },
    spec,
  });

  it("is at the fewest and at the most of its autoscaler, and as it is without one", () => {
    const scaler = object("HorizontalPodAutoscaler", "api-scaler", {
      scaleTargetRef: { kind: "Deployment", name: "api" },
      minReplicas: 2,
      maxReplicas: 9,
    });
    const archiver = { name: "barman-cloud.cloudnative-pg.io", parameters: { barmanObjectName: "pg" } };
    const beside = { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } };
    const snapshot = new Snapshot([
      object("Deployment", "api", { template }),
      scaler,
      object("StatefulSet", "db", { template, replicas: 3 }),
      object("CronJob", "backup", { jobTemplate: { spec: { template } } }),
      object("Cluster", "pg", { instances: 2, resources: {}, plugins: [archiver] }, "postgresql.cnpg.io/v1"),
      object("ObjectStore", "pg", { instanceSidecarConfiguration: { resources: beside } }, "barmancloud.cnpg.io/v1"),
      object("Cluster", "machines", {}, "cluster.x-k8s.io/v1beta1"),
    ]);
    assert.deepEqual(
      workloadsOf(snapshot).map(({ subject, least, most }) => [subject, least, most]),
      [
        ["Deployment/api", 2, 9],
        ["StatefulSet/db", 3, 3],
        ["CronJob/backup", 0, 1],
        ["Cluster/pg", 2, 2],
      ],
    );
    const [api] = workloadsOf(snapshot);
    const [sidecar] = workloadsOf(snapshot).at(-1)?.spec.initContainers ?? [];
    assert.deepEqual([sidecar?.name, sidecar?.resources], ["plugin-barman-cloud", beside]);
    assert.equal("serviceAccountName" in (api?.spec ?? {}), false);
    assert.deepEqual(api?.labels, { app: "api" });
  });

  it("is bound to the zone that its disk was made in, where only that zone can mount it", () => {
    const claim = (name: string, selected: string): ClusterObject => ({
      ...object("PersistentVolumeClaim", name, { storageClassName: "gp3" }, "v1"),
      metadata: { name, namespace: "shop", annotations: { "volume.kubernetes.io/selected-node": selected } },
    });
    const storageClass = { apiVersion: "v1", kind: "StorageClass", metadata: { name: "gp3" } };
    const objects = [
      node("one", "a"),
      node("two", "b"),
      object("StatefulSet", "db", {
        template: { ...template, spec: podOf("1", "1Gi") },
        replicas: 3,
        volumeClaimTemplates: [{ metadata: { name: "data" } }],
      }),
      claim("data-db-0", "one"),
      claim("data-db-1", "two"),
    ];
    const zones = (provisioner: string) =>
      workloadsOf(new Snapshot([...objects, { ...storageClass, provisioner }]))[0]?.zones;
    assert.deepEqual(zones("ebs.csi.aws.com"), ["a", "b", undefined]);
    assert.deepEqual(zones("efs.csi.aws.com"), [undefined, undefined, undefined]);
  });

  it("knows disks of one zone by who makes them", () => {
    const of = (provisioner: string, parameters: Record<string, string> = {}) =>
      isOfOneZone({
        apiVersion: "storage.k8s.io/v1",
        kind: "StorageClass",
        metadata: { name: "x" },
        provisioner,
        parameters,
      });
    assert.equal(of("pd.csi.storage.gke.io"), true);
    assert.equal(of("pd.csi.storage.gke.io", { "replication-type": "regional-pd" }), false);
    assert.equal(of("disk.csi.azure.com", { skuName: "Premium_LRS" }), true);
    assert.equal(of("disk.csi.azure.com", { skuName: "Premium_ZRS" }), false);
  });
});

describe("Pools of machines", () => {
  it("are told by their labels, with what the plan says of how far they grow", () => {
    const label = { "landfall.dev/pool": "general" };
    const eks = clusterOf("eks", onEks({ nodePools: { general: { min: 2, max: 7 } } }));
    const [general] = poolsOf(eks, [node("one", "eu-west-1a", label), node("two", "eu-west-1b", label)]);
    assert.deepEqual(
      [general?.name, general?.most, general?.machines],
      ["general", 7, { "eu-west-1a": 1, "eu-west-1b": 1 }],
    );
    assert.deepEqual(general?.zones, ["eu-west-1a", "eu-west-1b", "eu-west-1c"]);
    assert.deepEqual(general?.room, { cpu: 4, memory: 15, pods: 58 });
    const gke = clusterOf("gke", onGke({ nodePools: { general: { max: 4 } } }));
    assert.equal(poolsOf(gke, [node("one", "europe-west4-a", label)])[0]?.most, 4);
    const aks = clusterOf("aks", onAks());
    const system = poolsOf(aks, [node("one", "westeurope-1", { agentpool: "system" })]);
    assert.deepEqual([system[0]?.name, system[0]?.zones.length], ["system", 3]);
  });

  it("of somebody else's cluster have the machines that they have", () => {
    const [general] = poolsOf(planFor("production").cluster, [node("one", "a")]);
    assert.deepEqual([general?.name, general?.most, general?.zones], ["general", undefined, ["a"]]);
  });

  it("take pods that fit on an empty machine, tolerate its taints and ask for its labels", () => {
    const spot = poolOf("spot", { taints: [SPOT_TAINT], labels: { kind: "spot" } });
    const tolerations = [{ key: SPOT_TAINT.key, operator: "Exists" }];
    assert.equal(takes(spot, podOf("1", "1Gi")), false);
    assert.equal(takes(spot, podOf("1", "1Gi", { tolerations })), true);
    assert.equal(takes(spot, podOf("5", "1Gi", { tolerations })), false);
    assert.equal(takes(spot, podOf("1", "1Gi", { tolerations, nodeSelector: { kind: "other" } })), false);
    const wants = (operator: string, values?: string[]) => ({
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: "kind", operator, values }] }],
        },
      },
    });
    assert.equal(takes(spot, podOf("1", "1Gi", { tolerations, affinity: wants("In", ["spot"]) })), true);
    assert.equal(takes(spot, podOf("1", "1Gi", { tolerations, affinity: wants("DoesNotExist") })), false);
  });
});

describe("What an autoscaler adds", () => {
  const counts = new Map([["general", { a: 2, b: 1, c: 1 }]]);
  const waiting = (count: number, spec = podOf("2", "1Gi")) => Array.from({ length: count }, () => ({ spec }));

  it("is as many machines as the pods fill, in the zones that have fewest", () => {
    const general = poolOf("general");
    assert.deepEqual(
      growth(waiting(3), [general], counts).map(({ zone }) => zone),
      ["b", "c"],
    );
  });

  it("ends at the pool's most, and is nothing where nobody said how far it grows", () => {
    assert.equal(growth(waiting(20), [poolOf("general", { most: 6 })], counts).length, 2);
    assert.equal(growth(waiting(20), [poolOf("general", { most: undefined })], counts).length, 0);
  });

  it("is of the pool whose machine leaves least over", () => {
    const small = poolOf("small", { room: { cpu: 2, memory: 8, pods: 10 } });
    const [added] = growth(waiting(1), [poolOf("general"), small], counts);
    assert.equal(added?.pool, small);
  });

  it("is in the zone of a pod's disk, and never in the one that is gone, whose machines do not count", () => {
    const general = poolOf("general", { most: 4 });
    const spec = podOf("1", "1Gi");
    assert.deepEqual(growth([{ spec, zone: "a" }], [general], counts, "a"), []);
    const added = growth([{ spec, zone: "b" }, { spec: podOf("4", "1Gi") }], [general], counts, "a");
    assert.deepEqual(
      added.map(({ zone }) => zone),
      ["b", "b"],
    );
  });
});

describe("The scheduler's words", () => {
  const pod = (message: string) => ({
    metadata: { name: "one", namespace: "trial" },
    spec: {},
    status: { conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }] },
  });

  it("come without counts, and without what they say of machines beside the trial", () => {
    const message =
      "0/9 nodes are available: 2 Insufficient cpu, 6 node(s) didn't match Pod's node affinity/selector, 1 node(s) had untolerated taint(s). no new claims to deallocate, preemption: 0/9 nodes are available: 9 Preemption is not helpful for scheduling.";
    assert.equal(wordsOf(pod(message)), "Insufficient cpu");
    const elsewhere = "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.";
    assert.equal(wordsOf(pod(elsewhere)), "node(s) didn't match Pod's node affinity/selector");
    assert.equal(wordsOf({ ...pod(""), status: {} }), undefined);
  });
});

describe("Findings of capacity", () => {
  const scenario = (name: string, rest: Partial<Scenario> = {}): Scenario => ({
    name,
    pods: 10,
    waiting: [],
    waitedFirst: 0,
    rooms: [
      {
        pool: "general",
        zone: "a",
        machines: 1,
        cpu: { used: 1, of: 4 },
        memory: { used: 1, of: 4 },
        pods: { used: 1, of: 4 },
      },
    ],
    added: {},
    ...rest,
  });
  const detailOf = (...scenarios: Scenario[]): CapacityDetail => ({ pools: [], scenarios });
  const eks: Plan = { ...planFor("production"), cluster: clusterOf("eks", onEks()) };
  const alone = { subject: "StatefulSet/db", pods: 1, placed: 0, because: "its disk is in that zone" };
  const told = (detail: CapacityDetail, plan = eks) =>
    findingsOf(plan, detail).map(({ severity, subject }) => [severity, subject]);

  it("fail what has no machine even at the fewest, and say it once", () => {
    const waiting = [{ subject: "Deployment/api", pods: 2, placed: 1, because: "Insufficient cpu" }];
    const detail = detailOf(
      scenario("least", { waiting }),
      scenario("most", { waiting }),
      scenario("z", { zone: "a", waiting }),
    );
    assert.deepEqual(told(detail), [["failure", "Deployment/api"]]);
  });

  it("warn where the machines are somebody else's, whose autoscaler nobody knows", () => {
    const waiting = [{ subject: "Deployment/api", pods: 2, placed: 1, because: "Insufficient cpu" }];
    const detail = detailOf(scenario("least"), scenario("most", { waiting }));
    assert.deepEqual(told(detail, planFor("production")), [["warning", "Deployment/api"]]);
    assert.deepEqual(told(detail), [["failure", "Deployment/api"]]);
  });

  it("warn of a store that is alone in its zone, and fail a tier of several pods that has none left", () => {
    const gone = { subject: "Deployment/api", pods: 3, placed: 0, because: "Insufficient cpu" };
    const detail = detailOf(scenario("least"), scenario("most"), scenario("z", { zone: "a", waiting: [alone, gone] }));
    assert.deepEqual(told(detail), [
      ["warning", "StatefulSet/db"],
      ["failure", "Deployment/api"],
    ]);
  });

  it("fail all machines in one zone in production, and warn of it elsewhere", () => {
    const detail = detailOf(
      scenario("least"),
      scenario("most"),
      scenario("z", { zone: "a", rooms: [], waiting: [alone] }),
    );
    assert.equal(told({ ...detail, pools: [] })[0]?.[0], "failure");
    assert.equal(told(detail, planFor("dev"))[0]?.[0], "warning");
  });

  it("blame the quota, wherever the machines are, for what it did not let in", () => {
    const waiting = [{ subject: "Deployment/api", pods: 2, placed: 1, because: "exceeded quota", refused: true }];
    const [finding] = findingsOf(planFor("production"), detailOf(scenario("least"), scenario("most", { waiting })));
    assert.deepEqual([finding?.severity, finding?.fix.startsWith("raise the quota")], ["failure", true]);
  });

  it("warn of a pool that its pods at the most nearly fill", () => {
    const firstFull = { pool: "general", resource: "cpu", percent: 95 } as const;
    assert.deepEqual(told({ ...detailOf(scenario("least"), scenario("most")), firstFull }), [
      ["warning", "pool general"],
    ]);
  });
});
