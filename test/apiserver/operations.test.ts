/** The recipes of docs/operations.md for a new release, as a user runs them in a checkout: upgrade, and roll back. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { MISSING_IMAGES } from "../../local/cluster/stages.ts";
import { sharedCluster, type TestCluster } from "../support/cluster.ts";
import { eventually, readNamespace, the } from "../support/read.ts";
import type { TestStack } from "../support/stack.ts";
import { stackOf } from "../support/stack-of.ts";

const namespace = "quay";
const application = {
  name: namespace,
  datastores: { db: { engine: "postgres", version: "16", storage: "1Gi" } },
  tiers: {
    api: {
      kind: "web",
      image: "quay/api:1.0.0",
      port: 8080,
      route: "/",
      uses: ["db"],
      migrate: ["migrate"],
      replicas: 2,
      resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "200m", memory: "256Mi" } },
    },
    jobs: {
      kind: "worker",
      image: "quay/jobs:1.0.0",
      uses: ["db"],
      replicas: 2,
      // The provider looks every ten seconds why pods do not get ready.
      progressDeadlineSeconds: 45,
      resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "200m", memory: "256Mi" } },
    },
  },
};

describe("A new release, by the recipes of docs/operations.md", function () {
  this.timeout("10m");
  let cluster: TestCluster;
  let stack: TestStack;

  before(async () => {
    cluster = await sharedCluster();
    stack = stackOf(cluster, application);
    await stack.create();
    git("init", "--quiet");
    commit("1.0.0");
    await stack.up();
  });
  after(async () => {
    await stack?.destroy();
    stack?.remove();
  });

  function git(...args: string[]): void {
    const author = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.com"];
    execFileSync("git", [...author, ...args], { cwd: stack.directory, stdio: "pipe" });
  }
  function commit(what: string): void {
    git("add", "--force", stack.stackFile);
    git("commit", "--quiet", "--message", what);
  }
  const look = () => readNamespace(cluster.clients, namespace);
  const imageOf = async (tier: string) =>
    the((await look()).deployments, tier).spec?.template.spec?.containers[0]?.image;
  const preview = () => stack.runCommand("local/preview.ts", "dev");

  it("is upgraded: the preview says what it means, its migration runs first, then its pods roll", async () => {
    const before = the((await look()).jobs, "api-migrate").metadata?.uid;
    stack.configure({ "landfall:tiers": { api: { image: "quay/api:1.1.0" } } });
    commit("1.1.0");
    const { code, output } = await preview();
    assert.equal(code, 0, output);
    assert.match(output, /api restarts \(.*\), pod after pod, while the others serve/);
    await stack.up();

    assert.equal(await imageOf("api"), "quay/api:1.1.0");
    const { jobs, pods, deployments } = await look();
    assert.equal(the(deployments, "api").status?.readyReplicas, 2);
    const migration = the(jobs, "api-migrate");
    assert.notEqual(migration.metadata?.uid, before);
    assert.equal(migration.spec?.template.spec?.containers[0]?.image, "quay/api:1.1.0");
    const migrated = migration.status?.completionTime as Date;
    const released = pods.filter(({ spec, metadata }) => {
      const isApi = metadata?.labels?.["app.kubernetes.io/name"] === "api";
      return isApi && spec?.containers[0]?.image === "quay/api:1.1.0";
    });
    assert.ok(released.length >= 2);
    for (const { metadata } of released) assert.ok((metadata?.creationTimestamp as Date) >= migrated);
  });

  it("that never gets ready fails in the pod's own words while the old pods serve, and is rolled back by git", async () => {
    stack.configure({
      "landfall:tiers": { api: { image: "quay/api:1.1.0" }, jobs: { image: `${MISSING_IMAGES}jobs:2.0.0` } },
    });
    commit("2.0.0");
    const { code, output } = await stack.run("up", "--yes", "--skip-preview", "--stack", "dev");
    assert.notEqual(code, 0, output);
    assert.match(output, /ImagePullBackOff/);
    assert.ok((the((await look()).deployments, "jobs").status?.readyReplicas ?? 0) >= 1);

    git("revert", "--no-edit", "HEAD");
    const back = await preview();
    assert.equal(back.code, 0, back.output);
    await stack.up();
    assert.equal(await imageOf("jobs"), "quay/jobs:1.0.0");
    assert.equal(await imageOf("api"), "quay/api:1.1.0");
    const seen = await eventually(look, ({ deployments }) => the(deployments, "jobs").status?.readyReplicas === 2);
    assert.equal(the(seen.deployments, "jobs").status?.unavailableReplicas ?? 0, 0);
    const { unchanged, ...changed } = await stack.preview("--refresh", "--expect-no-changes");
    assert.deepEqual(changed, {});
  });

  it("is rolled back whole where it had got ready: the image of before, and its migration again", async () => {
    const before = the((await look()).jobs, "api-migrate").metadata?.uid;
    // The revert, then 2.0.0, then 1.1.0.
    git("revert", "--no-edit", "HEAD~2");
    await stack.up();
    assert.equal(await imageOf("api"), "quay/api:1.0.0");
    assert.notEqual(the((await look()).jobs, "api-migrate").metadata?.uid, before);
  });
});
