/** What bad input gets: a message for a tired person, an exit code, and nothing made. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { clusterConfig, sharedCluster, type TestCluster } from "../support/cluster.ts";
import { TestStack } from "../support/stack.ts";

const NAMESPACE = "pybase-refused";

describe("bad input", function () {
  this.timeout(300_000);
  let cluster: TestCluster;
  let stack: TestStack;
  let good: Record<string, unknown>;

  before(async () => {
    cluster = await sharedCluster();
    good = {
      "landfall:profile": "dev",
      "landfall:namespace": NAMESPACE,
      "landfall:cluster": clusterConfig(cluster),
      "landfall:edge": { kind: "ingress", host: "refused.localhost", tls: { issuer: "local" } },
    };
    stack = await new TestStack("dev", good).create();
  });

  after(() => stack?.remove());

  afterEach("nothing was made", async () => {
    const { items } = await cluster.clients.core.listNamespace();
    assert.equal(
      items.some(({ metadata }) => metadata?.name === NAMESPACE),
      false,
    );
  });

  /** What `pulumi up` says with `config` laid over a good one. */
  async function refused(config: Record<string, unknown>, on = stack): Promise<string> {
    on.configure({ "landfall:tiers": {}, "landfall:datastores": {}, ...good, ...config });
    const { code, output } = await on.run("up", "--yes", "--skip-preview", "--stack", "dev");
    assert.notEqual(code, 0, output);
    assert.doesNotMatch(output, /^\s+at .*\(.*:\d+:\d+\)$/m, "a stack trace is of no use to a user");
    return output;
  }

  it("several mistakes are told at once", async () => {
    const output = await refused({
      "landfall:profile": "prod",
      "landfall:tiers": { api: { replicsa: 3 } },
      "landfall:datastores": { postgres: { mode: "external" } },
    });
    assert.match(output, /3 mistakes in the configuration; nothing was created or changed\./);
    assert.match(
      output,
      /landfall:profile: not one of the allowed values\n\s+got\s+"prod"\n\s+allowed\s+dev, staging, production/,
    );
    assert.match(output, /landfall:tiers\.api\.replicsa: unknown key\n.*\n\s+fix\s+did you mean "replicas"\?/);
    assert.match(output, /landfall:datastores\.postgres\.host: is missing/);
  });

  it("an unknown application", async () => {
    assert.match(
      await refused({ "landfall:app": "pybaes" }),
      /there is no application "pybaes"[\s\S]*did you mean "pybase"\?/,
    );
    stack.configure({ "landfall:app": "pybase" });
  });

  it("a context that the kubeconfig does not have", async () => {
    const output = await refused({ "landfall:cluster": { ...clusterConfig(cluster), context: "landfal" } });
    assert.match(output, /there is no context "landfal"[\s\S]*did you mean "landfall"\?/);
  });

  it("a kubeconfig that is not there", async () => {
    const output = await refused({ "landfall:cluster": { provider: "kubeconfig", path: "nowhere/kubeconfig" } });
    assert.match(output, /There is no kubeconfig at nowhere\/kubeconfig\.[\s\S]*npm start/);
  });

  it("a cluster that does not answer", async () => {
    const output = await refused({
      "landfall:cluster": kubeconfigWith(stack, cluster, /server: .*/, "server: https://127.0.0.1:1"),
    });
    assert.match(output, /cannot be reached at https:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/);
  });

  it("credentials that are not accepted", async () => {
    const output = await refused({
      "landfall:cluster": kubeconfigWith(
        stack,
        cluster,
        /client-certificate-data: .*\n\s+client-key-data: .*/,
        "token: expired",
      ),
    });
    assert.match(output, /does not accept its credentials \(401\)[\s\S]*log in again/);
    assert.ok(!output.includes("token: expired"));
  });

  it("a storage class that the cluster does not have", async () => {
    const output = await refused({ "landfall:cluster": { ...clusterConfig(cluster), storageClass: "gold" } });
    assert.match(output, /no storage class "gold"[\s\S]*allowed\s+.*standard/);
  });

  it("an ingress class that the cluster does not have", async () => {
    const edge = { kind: "ingress", host: "refused.localhost", class: "nginx", tls: { issuer: "local" } };
    assert.match(await refused({ "landfall:edge": edge }), /no ingress class "nginx"[\s\S]*allowed\s+.*traefik/);
  });

  it("a secret that stands in the clear", async () => {
    const output = await refused({ "landfall:secrets": { postgres: "in-the-clear-and-not-to-be-shown" } });
    assert.match(output, /landfall:secrets: is in plaintext in the stack file/);
    assert.ok(!output.includes("not-to-be-shown"));
    stack.configure({ "landfall:secrets": undefined });
  });

  it("no stack secret: the message has the command that sets one", async () => {
    const bare = await new TestStack("dev", good).create({});
    try {
      assert.match(
        await refused({}, bare),
        /landfall:secret: is missing[\s\S]*npx pulumi config set --secret landfall:secret/,
      );
    } finally {
      bare.remove();
    }
  });

  it("the wrong passphrase", async () => {
    const stranger = new TestStack(
      "dev",
      {},
      {
        PULUMI_CONFIG_PASSPHRASE: "wrong",
        PULUMI_BACKEND_URL: `file://${stack.directory}/.landfall/state`,
      },
    );
    try {
      writeFileSync(stranger.stackFile, readFileSync(stack.stackFile));
      const { code, output } = await stranger.run("up", "--yes", "--skip-preview", "--stack", "dev");
      assert.notEqual(code, 0);
      assert.match(output, /incorrect passphrase/);
    } finally {
      stranger.remove();
    }
  });

  it("a stack that was never made, or has no file, is told by its name, with those that there are", async () => {
    const fresh = new TestStack("dev", { ...good, "landfall:backup": { to: { storage: "1Gi" } } });
    try {
      for (const [command, ...args] of [
        ["smoke", "dev"],
        ["preview", "dev"],
        ["recover", "dev"],
        ["destroy", "dev"],
        ["restore", "dev", "redis"],
      ] as const) {
        const { code, output } = await fresh.runCommand(`local/${command}.ts`, ...args);
        assert.equal(code, 1, output);
        assert.match(
          output,
          /There is no stack dev in the backend file:\S+\/state\.\n {2}allowed {2}none: it has no stack yet\n {2}fix {6}npx pulumi stack init dev, /,
          command,
        );
        assert.doesNotMatch(output, /no stack named|\n {4}at /);
      }
      const { code, output } = await fresh.runCommand("local/destroy.ts", "deb");
      assert.equal(code, 1, output);
      assert.match(
        output,
        /There is no stack file Pulumi\.deb\.yaml\.\n {2}allowed {2}dev\n {2}fix {6}did you mean "dev"\?/,
      );
    } finally {
      fresh.remove();
    }
  });
});

/** `landfall:cluster` with the shared cluster's kubeconfig changed in one place. */
function kubeconfigWith(stack: TestStack, cluster: TestCluster, what: RegExp, by: string): Record<string, unknown> {
  const path = join(stack.directory, ".landfall", "kubeconfig-changed");
  writeFileSync(path, readFileSync(cluster.kubeconfig, "utf8").replace(what, by));
  return { ...clusterConfig(cluster), path };
}
