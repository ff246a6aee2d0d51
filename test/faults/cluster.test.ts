/** The cluster does not take what lands on it, or somebody has been at it. */
import assert from "node:assert/strict";
import { CRASHING_IMAGES, MISSING_IMAGES } from "../../local/cluster/stages.ts";
import { changed, type Inventory } from "../../local/drills/inventory.ts";
import type { ClusterObject } from "../../local/proofs/snapshot.ts";
import { sharedCluster } from "../support/cluster.ts";
import { eventually } from "../support/read.ts";
import { CLUSTER, type Fault } from "./support/faults.ts";
import { Ground, UP } from "./support/ground.ts";
import { WATCHED, watchedPier } from "./support/pier.ts";
import { assertTold, putRight, survive } from "./support/survive.ts";

const NAMESPACE = "pier";
/** How long the crane's pods may take to get ready. */
const DEADLINE_SECONDS = 15;
const DEPLOYMENTS = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`;
const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

describe("A fault of the cluster:", function () {
  this.timeout("25m");
  let ground: Ground;
  let whole: Inventory;
  before(async () => {
    ground = await Ground.open(await sharedCluster(), watchedPier, WATCHED);
    whole = await ground.land(NAMESPACE);
  });
  after(() => ground?.close());

  const create = (path: string, object: object) =>
    ground.api.request("POST", path, JSON.stringify(object), "application/json");
  const remove = (path: string) => ground.api.request("DELETE", path);
  const crane = (settings: object) => ground.stack.configure({ "landfall:tiers": { crane: settings } });

  /** What an update says that fails. */
  async function failure(fault: Fault, update = () => ground.stack.run(...UP)): Promise<void> {
    const { code, output } = await update();
    assert.notEqual(code, 0, output);
    assertTold(fault, output);
  }

  /** An update that fails until `mended`. */
  async function refusedUntil(fault: Fault, mended: () => Promise<unknown>): Promise<void> {
    const before = await ground.inventory();
    ground.edit();
    await failure(fault);
    await mended();
    await putRight(ground, fault, whole, before);
  }

  /** A release whose pods never get ready: the old ones serve on. */
  async function badRelease(fault: Fault, settings: object): Promise<void> {
    const before = await ground.inventory();
    crane({ ...settings, progressDeadlineSeconds: DEADLINE_SECONDS });
    await failure(fault, () => ground.recover()).finally(() => crane({}));
    const { status } = await ground.api.get<ClusterObject>(`${DEPLOYMENTS}/crane`);
    assert.equal(status.availableReplicas, 2, "the old pods serve on");
    await putRight(ground, fault, whole, before);
  }

  const nodes = () => ground.api.list<ClusterObject>("/api/v1/nodes");
  async function cordon(unschedulable: boolean): Promise<void> {
    for (const { metadata } of await nodes()) {
      await ground.api.merge(`/api/v1/nodes/${metadata.name}`, { spec: { unschedulable } });
    }
  }

  survive(CLUSTER, {
    webhook: async (fault) => {
      const path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
      await create(path, {
        metadata: { name: "gone" },
        webhooks: [
          {
            name: "gone.example.com",
            admissionReviewVersions: ["v1"],
            sideEffects: "None",
            clientConfig: { url: "https://127.0.0.1:1/" },
            rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }],
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": NAMESPACE } },
          },
        ],
      });
      await refusedUntil(fault, () => remove(`${path}/gone`));
    },

    quota: async (fault) => {
      const path = `/api/v1/namespaces/${NAMESPACE}/resourcequotas`;
      await create(path, { metadata: { name: "by-hand" }, spec: { hard: { pods: "3" } } });
      const before = new Map(await ground.inventory());
      crane({ env: { HOOKS: "quota" }, progressDeadlineSeconds: DEADLINE_SECONDS });
      try {
        await failure(fault, () => ground.recover());
      } finally {
        await remove(`${path}/by-hand`);
      }
      crane({});
      before.delete("ResourceQuota/by-hand");
      await putRight(ground, fault, whole, before);
    },

    forbidden: async (fault) => {
      const rules = [{ apiGroups: ["*"], resources: ["*"], verbs: ["get", "list", "watch"] }];
      const path = "/apis/rbac.authorization.k8s.io/v1";
      await create(`${path}/clusterroles`, { metadata: { name: "deployer" }, rules });
      await create(`${path}/clusterrolebindings`, {
        metadata: { name: "deployer" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "deployer" },
        subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "deployer" }],
      });
      ground.proxy.user = "deployer";
      await refusedUntil(fault, async () => {
        ground.proxy.user = undefined;
        await remove(`${path}/clusterrolebindings/deployer`);
        await remove(`${path}/clusterroles/deployer`);
      });
    },

    image: (fault) => badRelease(fault, { image: `${MISSING_IMAGES}crane:1.0.1` }),

    "crash-loop": (fault) => badRelease(fault, { image: `${CRASHING_IMAGES}crane:1.0.1` }),

    unschedulable: async (fault) => {
      await cordon(true);
      const before = await ground.inventory();
      crane({ env: { HOOKS: "unschedulable" }, progressDeadlineSeconds: DEADLINE_SECONDS });
      try {
        await failure(fault, () => ground.recover());
      } finally {
        await cordon(false);
      }
      crane({});
      await putRight(ground, fault, whole, before);
    },

    "node-lost": async (fault) => {
      const before = await ground.inventory();
      const [pod] = await ground.api.list<ClusterObject>(
        `/api/v1/namespaces/${NAMESPACE}/pods?labelSelector=app.kubernetes.io/name%3Dcrane`,
      );
      const path = `/api/v1/nodes/${pod?.spec.nodeName}`;
      const { metadata, spec, ...node } = await ground.api.get<ClusterObject>(path);
      const { name, labels, annotations } = metadata;
      await remove(path);
      await eventually(
        () => ground.api.get<ClusterObject>(`${DEPLOYMENTS}/crane`),
        ({ status }) => status.availableReplicas === 2 && status.observedGeneration > 0,
      );
      await putRight(ground, fault, whole, before);
      await create("/api/v1/nodes", { ...node, metadata: { name, labels, annotations }, spec });
    },

    "hand-edits": async (fault) => {
      const before = await ground.inventory();
      const kinds = await editByHand(ground);
      assert.ok(kinds.length >= 12, `only ${kinds.join(", ")} were changed`);
      await putRight(ground, fault, whole, before);
      assert.deepEqual(changed(before, await ground.inventory()), []);
    },

    deleted: async (fault) => {
      const before = await ground.inventory();
      await remove(`${DEPLOYMENTS}/crane`);
      await remove(`/api/v1/namespaces/${NAMESPACE}/services/db`);
      for (const { metadata } of before.get("Secret/pier-db-credentials") ?? []) {
        await remove(`/api/v1/namespaces/${NAMESPACE}/secrets/${metadata.name}`);
      }
      await putRight(ground, fault, whole, before);
    },

    definition: async (fault) => {
      const before = await ground.inventory();
      const path = `${DEFINITIONS}/servicemonitors.monitoring.coreos.com`;
      const { metadata, spec, apiVersion, kind } = await ground.api.get<ClusterObject>(path);
      await remove(path);
      await eventually(
        () => ground.api.list<ClusterObject>(DEFINITIONS),
        (left) => left.every(({ metadata: { name } }) => name !== metadata.name),
      );
      await failure(fault);
      const { name, annotations, labels } = metadata;
      await create(DEFINITIONS, { apiVersion, kind, metadata: { name, annotations, labels }, spec });
      await eventually(
        () => ground.api.get<ClusterObject>(path),
        ({ status }) =>
          (status?.conditions ?? []).some(
            (it: { type: string; status: string }) => it.type === "Established" && it.status === "True",
          ),
      );
      await putRight(ground, fault, whole, before);
    },

    "claim-unbound": async (fault) => {
      const path = "/apis/storage.k8s.io/v1/storageclasses";
      await create(path, { metadata: { name: "never" }, provisioner: "never.invalid", volumeBindingMode: "Immediate" });
      try {
        await ground.beginAnew(`${NAMESPACE}-unbound`);
        ground.stack.configure({ "landfall:datastores": { db: { storageClass: "never" } } });
        await failure(fault, () => ground.recover());
        const claimRef = { namespace: ground.namespace, name: "data-db-0" };
        const spec = { storageClassName: "never", accessModes: ["ReadWriteOnce"], capacity: { storage: "1Gi" } };
        await create("/api/v1/persistentvolumes", {
          metadata: { name: "by-driver" },
          spec: { ...spec, claimRef, hostPath: { path: "/by-driver" } },
        });
        await putRight(ground, fault, whole, await ground.inventory());
      } finally {
        await remove(`${path}/never`);
        ground.stack.configure({ "landfall:datastores": undefined });
      }
      whole = await ground.land(NAMESPACE);
    },

    terminating: async (fault) => {
      const namespace = `/api/v1/namespaces/${NAMESPACE}`;
      await create(`${namespace}/configmaps`, { metadata: { name: "held", finalizers: ["example.com/held"] } });
      await remove(namespace);
      const look = () => ground.api.get<ClusterObject>(namespace);
      await eventually(look, ({ status }) => JSON.stringify(status).includes("example.com/held"));
      await failure(fault);
      await ground.api.merge(`${namespace}/configmaps/held`, { metadata: { finalizers: null } });
      const all = () => ground.api.list<ClusterObject>("/api/v1/namespaces");
      await eventually(all, (left) => left.every(({ metadata }) => metadata.name !== NAMESPACE));
      await putRight(ground, fault, whole, new Map());
    },
  });
});

/** Changes one object of each kind that the stack has, as `kubectl edit` does. @returns those kinds */
async function editByHand({ api, namespace }: Ground): Promise<string[]> {
  const core = `/api/v1/namespaces/${namespace}`;
  const of = (group: string) => `/apis/${group}/namespaces/${namespace}`;
  const label = { metadata: { labels: { "app.kubernetes.io/part-of": "by-hand" } } };
  const edits: Record<string, [lists: string, fields: object]> = {
    Service: [`${core}/services`, { spec: { selector: { "app.kubernetes.io/name": "nobody" } } }],
    ConfigMap: [`${core}/configmaps`, label],
    Secret: [`${core}/secrets`, label],
    ServiceAccount: [`${core}/serviceaccounts`, label],
    PersistentVolumeClaim: [`${core}/persistentvolumeclaims`, label],
    ResourceQuota: [`${core}/resourcequotas`, { spec: { hard: { pods: "1000" } } }],
    LimitRange: [`${core}/limitranges`, label],
    Deployment: [`${of("apps/v1")}/deployments`, { spec: { replicas: 1, revisionHistoryLimit: 9 } }],
    StatefulSet: [
      `${of("apps/v1")}/statefulsets`,
      { spec: { template: { spec: { terminationGracePeriodSeconds: 7 } } } },
    ],
    NetworkPolicy: [
      `${of("networking.k8s.io/v1")}/networkpolicies`,
      { spec: { ingress: [{}], policyTypes: ["Ingress"] } },
    ],
    PodDisruptionBudget: [`${of("policy/v1")}/poddisruptionbudgets`, label],
    Role: [`${of("rbac.authorization.k8s.io/v1")}/roles`, { rules: [] }],
    RoleBinding: [`${of("rbac.authorization.k8s.io/v1")}/rolebindings`, { subjects: [] }],
    ServiceMonitor: [`${of("monitoring.coreos.com/v1")}/servicemonitors`, { spec: { endpoints: [] } }],
    PrometheusRule: [`${of("monitoring.coreos.com/v1")}/prometheusrules`, { spec: { groups: [] } }],
  };
  const done: string[] = [];
  for (const [kind, [path, fields]] of Object.entries(edits)) {
    const ours = await api.list<ClusterObject>(`${path}?labelSelector=app.kubernetes.io/managed-by%3Dlandfall`);
    const [object] = ours.filter(({ metadata }) => metadata.ownerReferences === undefined);
    if (!object) continue;
    await api.request(
      "PATCH",
      `${path}/${object.metadata.name}?fieldManager=kubectl-edit`,
      JSON.stringify(fields),
      "application/merge-patch+json",
    );
    done.push(kind);
  }
  await api.merge(core, { metadata: { labels: { "pod-security.kubernetes.io/enforce": "privileged" } } });
  return [...done, "Namespace"];
}
