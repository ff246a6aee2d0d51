/** What is lost and comes back: the recipes of docs/operations.md, on a real API server. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { sharedCluster, type TestCluster } from "../support/cluster.ts";
import { eventually, readNamespace, the } from "../support/read.ts";
import type { TestStack } from "../support/stack.ts";
import { stackOf } from "../support/stack-of.ts";

const namespace = "harvest";
const application = {
  name: "harvest",
  datastores: { db: { engine: "postgres", version: "16", storage: "1Gi" } },
  backup: { to: { storage: "1Gi" } },
  tiers: {
    api: {
      kind: "worker",
      image: "harvest/api:1.0.0",
      uses: ["db"],
      resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "200m", memory: "256Mi" } },
      terminationGracePeriodSeconds: 1,
    },
  },
};

describe("A stack that has lost", function () {
  this.timeout("10m");
  let cluster: TestCluster;
  let stack: TestStack;

  before(async () => {
    cluster = await sharedCluster();
    stack = stackOf(cluster, application);
    await stack.create();
    await stack.up();
  });
  after(async () => {
    await stack?.destroy();
    stack?.remove();
  });

  const look = () => readNamespace(cluster.clients, namespace);
  async function stands(): Promise<void> {
    const seen = await eventually(look, ({ deployments }) =>
      deployments.some(({ status }) => status?.readyReplicas === 1),
    );
    assert.ok(the(seen.statefulSets, "db"));
    assert.ok(the(seen.cronJobs, "db-backup"));
    const { unchanged, ...changed } = await stack.preview("--refresh", "--expect-no-changes");
    assert.deepEqual(changed, {});
  }

  it("a volume makes an empty one, which a copy is put into", async () => {
    const { core, apps } = cluster.clients;
    const lost = the(
      (await look()).claims.filter(({ metadata }) => metadata?.name === "data-db-0"),
      "db",
    );
    await apps.deleteNamespacedStatefulSet({ namespace, name: "db" });
    await core.deleteNamespacedPersistentVolumeClaim({ namespace, name: "data-db-0" });
    await eventually(look, ({ claims }) => !claims.some(({ metadata }) => metadata?.uid === lost.metadata?.uid));
    await stack.succeed("up", "--yes", "--refresh", "--skip-preview", "--stack", "dev");
    await stands();
    const { code, output } = await stack.runCommand("local/restore.ts", "dev", "db", "--yes", "--without-copy");
    assert.equal(code, 0, output);
  });

  it("its namespace makes it anew", async () => {
    await cluster.clients.core.deleteNamespace({ name: namespace });
    const gone = () => cluster.clients.core.listNamespace({ fieldSelector: `metadata.name=${namespace}` });
    await eventually(gone, ({ items }) => items.length === 0);
    await stack.succeed("up", "--yes", "--refresh", "--skip-preview", "--stack", "dev");
    await stands();
  });

  it("its state takes it from what was exported", async () => {
    const exported = join(stack.directory, "state.json");
    await stack.succeed("stack", "export", "--file", exported, "--stack", "dev");
    rmSync(join(stack.directory, ".landfall", "state"), { recursive: true });
    await stack.succeed("stack", "init", "dev");
    await stack.succeed("stack", "import", "--file", exported, "--stack", "dev");
    await stack.succeed("up", "--yes", "--refresh", "--skip-preview", "--stack", "dev");
    await stands();
  });
});
