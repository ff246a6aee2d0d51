import assert from "node:assert/strict";
import type { ClusterPlan } from "../../cloud/clouds.ts";
import { heldByQuotas } from "../../local/proofs/admission/quota.ts";
import { beyond, describeRight, rightsIn, riskOf } from "../../local/proofs/permissions/rights.ts";
import { insteadOfOnePod, insteadOfOneServer } from "../../local/proofs/servers.ts";
import { type ClusterObject, Snapshot } from "../../local/proofs/snapshot.ts";
import { workloadsOf } from "../../local/proofs/workloads.ts";
import { describeProof } from "../../local/rehearsal/proving.ts";

const configMaps = { apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list"] };
const told = (rights: ReturnType<typeof rightsIn>) => rights.map(describeRight);

describe("rights of an account", () => {
  it("are one verb on one resource each, by name where the rule names objects", () => {
    assert.deepEqual(told(rightsIn([configMaps, { ...configMaps, verbs: ["get"] }])), [
      "get configmaps",
      "list configmaps",
    ]);
    const named = { apiGroups: ["apps"], resources: ["deployments/scale"], verbs: ["patch"], resourceNames: ["api"] };
    assert.deepEqual(told(rightsIn([named])), ['patch deployments/scale.apps "api"']);
  });

  it("go beyond what is declared where nothing declared has them in it", () => {
    const declared = rightsIn([configMaps]);
    const more = (rule: object) => told(beyond(rightsIn([{ ...configMaps, ...rule }]), declared));
    assert.deepEqual(more({ resourceNames: ["settings"] }), []);
    assert.deepEqual(more({ verbs: ["watch"] }), ["watch configmaps"]);
    assert.deepEqual(more({ verbs: ["*"] }), ["* configmaps"]);
    assert.deepEqual(more({ apiGroups: ["other"] }), ["get configmaps.other", "list configmaps.other"]);
  });

  it("are nothing of note where everybody has them", () => {
    const own = { apiGroups: ["authorization.k8s.io"], resources: ["selfsubjectaccessreviews"], verbs: ["create"] };
    assert.deepEqual(beyond(rightsIn([own]), []), []);
  });

  it("are told apart by what they open", () => {
    const risk = (verb: string, group: string, resource: string) => riskOf({ verb, group, resource });
    assert.match(risk("list", "", "secrets") ?? "", /every password/);
    assert.match(risk("create", "", "pods/exec") ?? "", /runs commands/);
    assert.match(risk("bind", "rbac.authorization.k8s.io", "roles") ?? "", /any right/);
    assert.match(risk("*", "", "configmaps") ?? "", /star/);
    assert.equal(risk("get", "", "configmaps"), undefined);
  });
});

describe("advice for what runs once", () => {
  const on = (provider: string, cloud?: string) => ({ provider, cloud: cloud && { provider: cloud } }) as ClusterPlan;

  it("is what the stack's own cloud runs", () => {
    const documents = { declared: "documents", engine: "mongodb" } as const;
    assert.equal(insteadOfOneServer(documents, on("eks")), "have the cloud run it (mode: managed)");
    assert.match(insteadOfOneServer(documents, on("gke")), /^bring one .*mode: external/);
    assert.match(insteadOfOneServer(documents, on("kubeconfig", "gcp")), /^bring one /);
    assert.match(insteadOfOneServer(documents, on("kubeconfig")), /^have a cloud run it \(cluster\.cloud/);
  });

  it("is several servers where the engine has them", () => {
    const main = { declared: "main", engine: "postgres" } as const;
    assert.match(insteadOfOneServer(main, on("aks")), /^set datastores\.main\.servers, or have the cloud run it/);
  });

  it("is no second pod for a singleton, which the schema refuses", () => {
    assert.equal(insteadOfOnePod("api", { kind: "web" }), "set tiers.api.replicas to 2 or more");
    assert.match(insteadOfOnePod("beat", { kind: "singleton" }), /^nothing to set/);
  });
});

const object = (kind: string, name: string, spec: object, rest: object = {}): ClusterObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace: "shop" },
  spec,
  ...rest,
});
const container = (cpu: string, over: object = {}) => ({ resources: { requests: { cpu } }, ...over });

/** Requests of CPU at the fewest and at the most. */
function cpuOf(...objects: ClusterObject[]): [string | undefined, string | undefined] {
  const quota = object("ResourceQuota", "quota", { hard: { "requests.cpu": "100" } });
  const [held] = heldByQuotas(new Snapshot([quota, ...objects]), "shop");
  return [held?.minimum, held?.maximum];
}

const deployment = (replicas: number, spec: object, strategy?: object) =>
  object("Deployment", "api", { replicas, strategy, template: { spec } });

describe("what a quota has to hold", () => {
  it("is one pod more of a tier while it is updated, and none where it is recreated", () => {
    const spec = { containers: [container("1")] };
    assert.deepEqual(cpuOf(deployment(2, spec)), ["2", "3"]);
    assert.deepEqual(cpuOf(deployment(1, spec, { type: "Recreate" })), ["1", "1"]);
    assert.deepEqual(cpuOf(deployment(4, spec, { rollingUpdate: { maxSurge: 2 } })), ["4", "6"]);
    assert.deepEqual(cpuOf(deployment(4, spec, { rollingUpdate: { maxSurge: 0 } })), ["4", "4"]);
  });

  it("goes by the autoscaler, and by KEDA's floor where KEDA goes to none", () => {
    const target = { scaleTargetRef: { kind: "Deployment", name: "api" } };
    const autoscaler = object("HorizontalPodAutoscaler", "api", { ...target, minReplicas: 2, maxReplicas: 5 });
    const spec = { containers: [container("1")] };
    assert.deepEqual(cpuOf(deployment(1, spec), autoscaler), ["2", "6"]);
    const scaled = {
      ...object("ScaledObject", "api", { ...target, minReplicaCount: 0 }),
      apiVersion: "keda.sh/v1alpha1",
    };
    assert.deepEqual(cpuOf(deployment(1, spec), autoscaler, scaled), ["0", "6"]);
  });

  it("is of sidecars and containers together, or of the largest that runs before them", () => {
    const sidecar = container("500m", { restartPolicy: "Always" });
    const recreated = { type: "Recreate" };
    const pod = (...initContainers: object[]) => ({ initContainers, containers: [container("1")] });
    assert.deepEqual(cpuOf(deployment(1, pod(sidecar), recreated)), ["1500m", "1500m"]);
    assert.deepEqual(cpuOf(deployment(1, pod(container("3")), recreated)), ["3", "3"]);
    assert.deepEqual(cpuOf(deployment(1, pod(sidecar, container("3")), recreated)), ["3500m", "3500m"]);
  });

  it("has jobs at the most only, and no pod that has ended", () => {
    const template = { spec: { containers: [container("1")] } };
    assert.deepEqual(cpuOf(object("Job", "migrate", { template })), ["0", "1"]);
    assert.deepEqual(cpuOf(object("CronJob", "backup", { jobTemplate: { spec: { parallelism: 2, template } } })), [
      "0",
      "2",
    ]);
    assert.deepEqual(cpuOf(object("Pod", "done", template.spec, { status: { phase: "Succeeded" } })), ["0", "0"]);
  });

  it("takes the limit range's figures for a container that has none", () => {
    const range = object("LimitRange", "limits", { limits: [{ type: "Container", defaultRequest: { cpu: "100m" } }] });
    assert.deepEqual(cpuOf(deployment(1, { containers: [{}] }, { type: "Recreate" }), range), ["100m", "100m"]);
    const limited = { resources: { limits: { cpu: "2" } } };
    assert.deepEqual(cpuOf(deployment(1, { containers: [limited] }, { type: "Recreate" }), range), ["2", "2"]);
  });
});

describe("what runs pods", () => {
  it("is each controller once, and pods of nobody's", () => {
    const template = { metadata: { labels: { "app.kubernetes.io/name": "api" } }, spec: { containers: [] } };
    const owned = (kind: string, name: string, owner: string) => {
      const { metadata, ...rest } = object(kind, name, { template, containers: [] });
      return { ...rest, metadata: { ...metadata, ownerReferences: [{ kind: owner, name: "owner", uid: "1" }] } };
    };
    const snapshot = new Snapshot([
      object("Deployment", "api-1a2b", { template }),
      owned("ReplicaSet", "api-1a2b-3c", "Deployment"),
      owned("Pod", "api-1a2b-3c-4d", "ReplicaSet"),
      owned("Pod", "server-1", "Cluster"),
      object("Pod", "by-hand", { containers: [] }),
    ]);
    assert.deepEqual(
      workloadsOf(snapshot).map(({ title, component }) => [title, component]),
      [
        ["Deployment/api-1a2b", "api"],
        ["Pod/server-1", "server-1"],
        ["Pod/by-hand", "by-hand"],
      ],
    );
  });
});

describe("a proof on the terminal", () => {
  it("is a line, with what was found and what to do below", () => {
    const finding = {
      severity: "failure" as const,
      subject: "Deployment/api",
      sentence: "It has one pod.",
      fix: "have two",
    };
    const proof = { name: "single-points", title: "", outcome: "failed" as const, summary: "1 component", detail: {} };
    assert.equal(
      describeProof({ ...proof, findings: [finding, { ...finding, severity: "warning" }] }),
      [
        "single-points: 1 component",
        "    ✗ Deployment/api: It has one pod.",
        "      fix  have two",
        "    ! Deployment/api: It has one pod.",
        "      fix  have two",
      ].join("\n"),
    );
    const skipped = { ...proof, outcome: "skipped" as const, because: "no scheduler", findings: [] };
    assert.equal(describeProof(skipped), "single-points: not proved, no scheduler");
  });
});
