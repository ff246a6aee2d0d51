import assert from "node:assert/strict";
import type { Ask, Send } from "../../cloud/api-server.ts";
import { backUp, backupsOf } from "../../local/teardown/backup.ts";
import { awaitVolumes, type Cluster, closeWaysIn, removeNamespaces } from "../../local/teardown/cluster.ts";
import { look } from "../../local/teardown/found.ts";
import { explain } from "../../local/teardown/stuck.ts";

const INGRESSES = "/apis/networking.k8s.io/v1/ingresses";
const GATEWAYS = "/apis/gateway.networking.k8s.io/v1/gateways";
const SERVICES = "/api/v1/services";
const VOLUMES = "/api/v1/persistentvolumes";
const PATIENCE = { pollMilliseconds: 1, seconds: 0.2 };

interface Item {
  metadata: { name: string; namespace?: string; finalizers?: string[]; deletionTimestamp?: string };
  [field: string]: unknown;
}

/** Objects by the path of their list; a deleted one goes at once, unless a finalizer holds it. */
class FakeCluster implements Cluster {
  readonly sent: string[] = [];
  readonly lists: Record<string, Item[]>;
  answers: Record<string, unknown> = {};

  constructor(lists: Record<string, Item[]>) {
    this.lists = lists;
  }

  readonly ask: Ask = async <T>(path: string) => {
    const items = this.lists[path];
    return (items ? { items } : this.answers[path]) as T | undefined;
  };

  readonly send: Send = async <T>(method: string, path: string, body?: object) => {
    this.sent.push(`${method} ${path}`);
    if (method !== "DELETE") return { ...body, metadata: { name: "made" } } as T;
    const [, namespace, name] = /namespaces\/([^/]+)\/\w+\/(.+)$/.exec(path) ?? [];
    for (const [list, items] of Object.entries(this.lists)) {
      if (!path.startsWith(list.slice(0, list.lastIndexOf("/")))) continue;
      for (const item of items.filter(({ metadata }) => metadata.name === name && metadata.namespace === namespace)) {
        item.metadata.deletionTimestamp = "now";
        if (!item.metadata.finalizers?.length) items.splice(items.indexOf(item), 1);
      }
    }
    return {} as T;
  };

  close() {}
}

const object = (namespace: string, name: string, more: object = {}, finalizers: string[] = []): Item => ({
  metadata: { name, namespace, finalizers },
  ...more,
});
const balanced = { spec: { type: "LoadBalancer" } };

describe("The ways in of a stack that goes", () => {
  it("are deleted before the Services that their controllers may make anew", async () => {
    const cluster = new FakeCluster({
      [SERVICES]: [object("pybase", "api", { spec: { type: "ClusterIP" } }), object("envoy", "gate", balanced)],
      [INGRESSES]: [object("pybase", "web")],
      [GATEWAYS]: [object("pybase", "gate")],
    });
    await closeWaysIn(cluster, "cluster", PATIENCE);
    assert.deepEqual(cluster.sent, [
      "DELETE /apis/gateway.networking.k8s.io/v1/namespaces/pybase/gateways/gate",
      "DELETE /apis/networking.k8s.io/v1/namespaces/pybase/ingresses/web",
      "DELETE /api/v1/namespaces/envoy/services/gate",
    ]);
  });

  it("are left alone in namespaces that are not the stack's", async () => {
    const cluster = new FakeCluster({ [INGRESSES]: [object("other", "web"), object("pybase", "web")] });
    await closeWaysIn(cluster, ["pybase"], PATIENCE);
    assert.deepEqual(
      cluster.lists[INGRESSES]?.map(({ metadata }) => metadata.namespace),
      ["other"],
    );
  });

  it("are waited for; one that does not go is named with the finalizers that hold it, and deleted once", async () => {
    const finalizer = "service.kubernetes.io/load-balancer-cleanup";
    const cluster = new FakeCluster({ [SERVICES]: [object("traefik", "traefik", balanced, [finalizer])] });
    await assert.rejects(
      closeWaysIn(cluster, "cluster", PATIENCE),
      new RegExp(`Service traefik/traefik, held by ${finalizer}`),
    );
    assert.equal(cluster.sent.length, 1);
  });
});

describe("The volumes of a namespace that is gone", () => {
  const volume = (namespace: string, policy: string) => ({
    ...object("", `of-${namespace}-${policy}`),
    spec: {
      claimRef: { namespace, name: "data" },
      persistentVolumeReclaimPolicy: policy,
      capacity: { storage: "1Gi" },
      csi: { driver: "disk.csi.azure.com", volumeHandle: "/disks/1" },
    },
  });

  it("are not waited for where they are retained, or another's", async () => {
    const cluster = new FakeCluster({ [VOLUMES]: [volume("pybase", "Retain"), volume("other", "Delete")] });
    await awaitVolumes(cluster, ["pybase"], PATIENCE);
  });

  it("are waited for where their driver deletes them, and named where it does not", async () => {
    const cluster = new FakeCluster({ [VOLUMES]: [volume("pybase", "Delete")] });
    await assert.rejects(
      awaitVolumes(cluster, ["pybase"], PATIENCE),
      /PersistentVolume of-pybase-Delete of pybase\/data/,
    );
  });

  it("are known by what their storage calls them", async () => {
    const { volumes } = await look(new FakeCluster({ [VOLUMES]: [volume("pybase", "Retain")] }).ask, ["pybase"]);
    assert.deepEqual(
      volumes.map(({ handle, size }) => [handle, size]),
      [["/disks/1", "1Gi"]],
    );
  });
});

describe("A namespace that goes", () => {
  const path = "/api/v1/namespaces/pybase";

  it("is deleted as a whole, and waited for", async () => {
    const cluster = new FakeCluster({});
    await removeNamespaces(cluster, ["pybase"], PATIENCE);
    assert.deepEqual(cluster.sent, [`DELETE ${path}`]);
  });

  it("is named where it stays", async () => {
    const cluster = new FakeCluster({});
    cluster.answers = { [path]: { metadata: { name: "pybase" } } };
    await assert.rejects(removeNamespaces(cluster, ["pybase"], PATIENCE), /kubectl describe namespace pybase/);
  });
});

describe("A namespace that stays in Terminating", () => {
  it("is explained by its objects and their finalizers, and by what the controller says", async () => {
    const cluster = new FakeCluster({
      "/apis/acme.example/v1/namespaces/pybase/orders": [
        { metadata: { name: "o1", deletionTimestamp: "now", finalizers: ["acme.example/clean"] } },
        { metadata: { name: "o2", finalizers: ["acme.example/clean"] } },
      ],
    });
    cluster.answers = {
      "/api/v1/namespaces/pybase": {
        metadata: { name: "pybase", deletionTimestamp: "now" },
        status: {
          conditions: [
            {
              type: "NamespaceDeletionDiscoveryFailure",
              status: "True",
              message: "metrics.k8s.io/v1beta1 does not answer",
            },
            { type: "NamespaceDeletionContentFailure", status: "False", message: "fine" },
          ],
        },
      },
      "/apis": { groups: [{ preferredVersion: { groupVersion: "acme.example/v1" } }] },
      "/apis/acme.example/v1": {
        resources: [
          { name: "orders", kind: "Order", namespaced: true, verbs: ["list"] },
          { name: "orders/status", kind: "Order", namespaced: true, verbs: ["get"] },
        ],
      },
    };
    assert.deepEqual(await explain(cluster.ask, ["pybase", "gone"]), [
      "namespace pybase: metrics.k8s.io/v1beta1 does not answer",
      "namespace pybase: Order o1 is held by the finalizers acme.example/clean; see that their controllers run",
    ]);
  });
});

describe("A last backup", () => {
  const CRON_JOB = "/apis/batch/v1/namespaces/pybase/cronjobs/search-backup-1";
  const JOB = "/apis/batch/v1/namespaces/pybase/jobs/made";
  const cronJob = {
    metadata: { name: "search-backup-1", uid: "1", labels: { app: "x" } },
    spec: {
      jobTemplate: {
        spec: { template: { spec: { volumes: [{ persistentVolumeClaim: { claimName: "search-backup" } }] } } },
      },
    },
  };
  const ended = (type: string) => ({
    metadata: { name: "made" },
    status: { conditions: [{ type, status: "True", message: "no space left" }] },
  });
  const of = (claim: string) => ({
    metadata: { name: `pv-${claim}` },
    spec: { claimRef: { namespace: "pybase", name: claim } },
  });

  it("is made by every CronJob of a backup, and by no other", () => {
    const backup = { urn: "u::db-backup", type: "landfall:backup:Backup", custom: false };
    const schedule = {
      urn: "u::db-backup-schedule",
      type: "kubernetes:batch/v1:CronJob",
      custom: true,
      id: "pybase/nightly",
      parent: backup.urn,
    };
    const check = { ...schedule, urn: "u::db-backup-check-schedule", id: "pybase/check" };
    const report = { ...schedule, id: "pybase/report", parent: "u::tier" };
    const resources = [backup, schedule, check, report];
    assert.deepEqual(backupsOf({ resources, pendingCreates: [] }), ["pybase/nightly"]);
  });

  it("runs to its end, and its volume is kept", async () => {
    const cluster = new FakeCluster({ [VOLUMES]: [of("search-backup"), of("data-search-0")] });
    cluster.answers = { [CRON_JOB]: cronJob, [JOB]: ended("Complete") };
    await backUp(cluster, "pybase/search-backup-1");
    assert.deepEqual(cluster.sent, [
      "POST /apis/batch/v1/namespaces/pybase/jobs",
      "PATCH /api/v1/persistentvolumes/pv-search-backup",
    ]);
  });

  it("that fails says why, and stops the teardown", async () => {
    const cluster = new FakeCluster({});
    cluster.answers = { [CRON_JOB]: cronJob, [JOB]: ended("Failed") };
    await assert.rejects(backUp(cluster, "pybase/search-backup-1"), /no space left.*\n.*nothing was deleted/);
  });
});
