/** Applications of one's own, from `npm run new` to pods. */
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { clusterConfig, sharedCluster, type TestCluster } from "../support/cluster.ts";
import { eventually, readNamespace, the } from "../support/read.ts";
import { TestStack } from "../support/stack.ts";

const compose = fileURLToPath(new URL("../support/compose/django.yaml", import.meta.url));

/** A folder in which `npm run new` has written its two files. */
async function made(cluster: TestCluster, name: string, ...args: string[]): Promise<TestStack> {
  const stack = new TestStack(`${name}-dev`, {});
  rmSync(stack.stackFile);
  const { code, output } = await stack.runCommand("local/new.ts", name, ...args);
  assert.equal(code, 0, output);
  assert.match(output, new RegExp(`\nNext:\n {2}npm start -- ${name}-dev\n`));
  const storageClasses = { fast: "fast", shared: "shared" };
  stack.configure({ "landfall:cluster": { ...clusterConfig(cluster), storageClasses } });
  return stack.create();
}

describe("An application that npm run new has written", function () {
  this.timeout(300_000);
  let cluster: TestCluster;
  before(async () => {
    cluster = await sharedCluster();
  });

  describe("from options", () => {
    let stack: TestStack;
    before(async () => {
      const image = "shop/web:1.0.0";
      const tiers = ["--tier", "api=shop/api:1.0.0:8000", "--tier", "worker=shop/worker:1.0.0"];
      const stores = ["--datastore", "orders=postgres", "--datastore", "redis"];
      stack = await made(cluster, "shop", "--image", image, "--port", "8080", ...tiers, ...stores);
    });
    after(() => stack?.remove());

    it("comes up, and has nothing to do the second time", async () => {
      const { created } = await stack.up();
      const { deployments, statefulSets, services } = await eventually(
        () => readNamespace(cluster.clients, "shop"),
        ({ deployments }) =>
          deployments.length === 3 && deployments.every(({ status }) => (status?.readyReplicas ?? 0) > 0),
      );
      assert.deepEqual(statefulSets.map(({ metadata }) => metadata?.name).sort(), ["orders", "redis"]);
      assert.deepEqual(
        services.map(({ metadata }) => metadata?.name).filter((name) => ["web", "api", "worker"].includes(name ?? "")),
        ["api", "web"],
      );
      assert.equal(the(deployments, "web").spec?.template.spec?.containers[0]?.image, "shop/web:1.0.0");
      assert.deepEqual(await stack.up(), { unchanged: created });
    });

    it("is explained with the lines of its file, rendered, and told its mistakes by them", async () => {
      const file = join(stack.directory, "shop.yaml");
      const line =
        readFileSync(file, "utf8")
          .split("\n")
          .findIndex((text) => text.includes("shop/api:1.0.0")) + 1;
      const explained = await stack.runCommand("local/explain.ts", "shop-dev", "tiers.api.image");
      assert.match(explained.output, new RegExp(`shop/api:1\\.0\\.0 +shop\\.yaml:${line}\n`));
      const rendered = await stack.runCommand("local/render.ts", "shop-dev", "--out", "deploy");
      assert.match(rendered.output, /objects of stack shop-dev in deploy/);
      stack.configure({ "landfall:app": "./shpo.yaml" });
      const { code, output } = await stack.run("preview", "--stack", "shop-dev");
      assert.notEqual(code, 0);
      assert.match(output, /landfall:app: there is no such file\n +got +"\.\/shpo\.yaml"/);
      stack.configure({ "landfall:app": "./shop.yaml" });
    });

    it("goes without a trace", async () => {
      await stack.destroy();
    });
  });

  describe("from a Compose file", () => {
    let stack: TestStack;
    before(async () => {
      stack = await made(cluster, "imported", "--from", compose);
    });
    after(() => stack?.remove());

    it("comes up with its migration, and has nothing to do the second time", async () => {
      const { created } = await stack.up();
      const { jobs, deployments, claims } = await eventually(
        () => readNamespace(cluster.clients, "imported"),
        ({ deployments }) => deployments.every(({ status }) => (status?.readyReplicas ?? 0) > 0),
      );
      assert.equal(the(jobs, "web-migrate").status?.succeeded, 1);
      assert.equal(the(deployments, "web").spec?.replicas, 2);
      assert.ok(claims.some(({ spec }) => spec?.accessModes?.includes("ReadWriteMany")));
      assert.deepEqual(await stack.up(), { unchanged: created });
      await stack.destroy();
    });
  });
});
