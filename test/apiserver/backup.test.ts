/** Copies to a bucket, and snapshots by the script that the cluster has, asked of a real API server. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { KubeConfig } from "@kubernetes/client-node";
import { temporaryDirectory } from "../support/api-server.ts";
import { clusterConfig, sharedCluster, type TestCluster } from "../support/cluster.ts";
import { eventually, readCustomObjects, readNamespace } from "../support/read.ts";
import type { TestStack } from "../support/stack.ts";
import { stackOf } from "../support/stack-of.ts";

const namespace = "copies";
const resources = { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "200m", memory: "256Mi" } };

const application = {
  name: "copies",
  datastores: {
    vectors: { engine: "qdrant", servers: 3, storage: "1Gi", volumes: { snapshots: "1Gi" } },
    db: { engine: "postgres", storage: "1Gi" },
    objects: { engine: "objectstore", buckets: ["uploads", "backups"] },
  },
  backup: {
    to: { datastore: "objects", bucket: "backups", encrypt: true },
    snapshots: { class: "kept", keep: 2 },
  },
  tiers: { web: { kind: "worker", image: "copies/web:1.0.0", uses: ["db"], resources } },
};

describe("Backups on a real API server", function () {
  this.timeout(300_000);
  const home = temporaryDirectory();
  let cluster: TestCluster;
  let stack: TestStack;

  before(async () => {
    cluster = await sharedCluster();
    stack = stackOf(cluster, application, {
      "landfall:cluster": {
        ...clusterConfig(cluster),
        snapshotClasses: { kept: { driver: "volumes.landfall.local", deletionPolicy: "Delete" } },
      },
    });
    await stack.create();
    await stack.up();
  });
  after(async () => {
    await stack?.destroy();
    stack?.remove();
    home.remove();
  });

  it("are admitted and run to their end, a copy on a volume that goes with its pod", async () => {
    const { batch, core } = cluster.clients;
    const { cronJobs } = await readNamespace(cluster.clients, namespace);
    const names = cronJobs.map(({ metadata }) => metadata?.labels?.["app.kubernetes.io/name"]).sort();
    assert.deepEqual(names, ["db-backup", "vectors-backup", "volume-snapshots"]);
    for (const { metadata, spec } of cronJobs) {
      const name = `${metadata?.labels?.["app.kubernetes.io/name"]}-now`;
      await batch.createNamespacedJob({ namespace, body: { metadata: { name }, spec: spec?.jobTemplate.spec } });
      await eventually(
        async () => (await batch.readNamespacedJob({ name, namespace })).status?.succeeded,
        (succeeded) => succeeded === 1,
      );
    }
    const { items } = await core.listNamespacedPersistentVolumeClaim({ namespace });
    const ephemeral = items.filter(({ metadata }) => metadata?.ownerReferences?.[0]?.kind === "Pod");
    assert.deepEqual(ephemeral.map(({ spec }) => spec?.resources?.requests?.storage).sort(), ["1Gi", "3Gi"]);
    await batch.deleteCollectionNamespacedJob({ namespace, propagationPolicy: "Background" });
  });

  /** What the pod would do, at a time of the test's choice, as the account that the pod has. */
  async function snapshotAt(time: string): Promise<void> {
    const { core } = cluster.clients;
    const config = new KubeConfig();
    config.loadFromFile(cluster.kubeconfig);
    const account = join(home.path, "account");
    mkdirSync(join(home.path, "bin"), { recursive: true });
    mkdirSync(account, { recursive: true });
    const { status } = await core.createNamespacedServiceAccountToken({
      namespace,
      name: "volume-snapshots",
      body: { spec: { audiences: [], expirationSeconds: 600 } },
    });
    writeFileSync(join(account, "token"), status?.token ?? "");
    writeFileSync(join(account, "namespace"), namespace);
    writeFileSync(join(account, "ca.crt"), Buffer.from(config.getCurrentCluster()?.caData ?? "", "base64"));
    writeFileSync(join(home.path, "bin", "date"), `#!/bin/sh\necho ${time}\n`);
    chmodSync(join(home.path, "bin", "date"), 0o755);
    rmSync(join(home.path, "made"), { force: true });
    const { cronJobs } = await readNamespace(cluster.clients, namespace);
    const command = cronJobs
      .find(({ metadata }) => metadata?.labels?.["app.kubernetes.io/name"] === "volume-snapshots")
      ?.spec?.jobTemplate.spec?.template.spec?.containers[0]?.command?.at(-1);
    const script = (command ?? "")
      .replaceAll("https://kubernetes.default.svc", config.getCurrentCluster()?.server ?? "")
      .replaceAll("/var/run/secrets/kubernetes.io/serviceaccount", account);
    await promisify(execFile)("sh", ["-euc", script], {
      env: { PATH: `${join(home.path, "bin")}${delimiter}${process.env.PATH}`, HOME: home.path },
    });
  }

  const snapshots = () =>
    readCustomObjects(cluster.clients, {
      group: "snapshot.storage.k8s.io",
      version: "v1",
      namespace,
      plural: "volumesnapshots",
    });

  it("take a snapshot of every volume of every server, and keep the latest", async () => {
    const days = ["20261101010000", "20261102010000", "20261103010000"];
    for (const day of days) await snapshotAt(day);
    const claims = [
      "data-db-0",
      "data-objects-0",
      ...[0, 1, 2].flatMap((server) => [`data-vectors-${server}`, `snapshots-vectors-${server}`]),
    ];
    const taken = await snapshots();
    assert.deepEqual(
      taken.map(({ metadata }) => metadata?.name).sort(),
      claims.flatMap((claim) => days.slice(1).map((day) => `${claim}-${day}`)).sort(),
    );
    const [one] = taken.filter(({ metadata }) => metadata?.name === "data-db-0-20261103010000");
    assert.deepEqual(one?.spec, {
      volumeSnapshotClassName: "copies-kept",
      source: { persistentVolumeClaimName: "data-db-0" },
    });
    assert.deepEqual(one?.metadata?.labels, {
      "app.kubernetes.io/name": "db",
      "app.kubernetes.io/part-of": "copies",
      "app.kubernetes.io/instance": "dev",
      "app.kubernetes.io/managed-by": "landfall",
    });
  });
});
