/** The role in docs/bare-metal.md, followed to the letter: it suffices, and is no administrator's. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { V1ClusterRole } from "@kubernetes/client-node";
import { parse, stringify } from "yaml";
import { clusterConfig, sharedCluster, type TestCluster } from "../support/cluster.ts";
import { readNamespace } from "../support/read.ts";
import { TestStack } from "../support/stack.ts";

const NAMESPACE = "pybase-permitted";
const ACCOUNT = { name: "deployer", namespace: "default" };
const page = readFileSync(new URL("../../docs/bare-metal.md", import.meta.url), "utf8");

describe("a user with the role of the page on bare metal", function () {
  this.timeout(600_000);
  let cluster: TestCluster;
  let stack: TestStack;
  let role: V1ClusterRole;

  before(async () => {
    cluster = await sharedCluster();
    const { core, rbac } = cluster.clients;
    const [text] = page.split("```yaml\n").filter((block) => block.startsWith("apiVersion: rbac"));
    role = parse(text?.split("```")[0] as string) as V1ClusterRole;
    await rbac.createClusterRole({ body: role });
    await rbac.createClusterRoleBinding({
      body: {
        metadata: { name: "landfall" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "landfall" },
        subjects: [{ kind: "ServiceAccount", ...ACCOUNT }],
      },
    });
    await core.createNamespacedServiceAccount({ namespace: ACCOUNT.namespace, body: { metadata: ACCOUNT } });
    const { status } = await core.createNamespacedServiceAccountToken({
      ...ACCOUNT,
      body: { spec: { audiences: [], expirationSeconds: 3600 } },
    });
    const settings = {
      "landfall:profile": "dev",
      "landfall:namespace": NAMESPACE,
      "landfall:edge": { kind: "ingress", host: "permitted.localhost", tls: { issuer: "local" } },
    };
    stack = await new TestStack("dev", settings).create();
    const kubeconfig = parse(readFileSync(cluster.kubeconfig, "utf8"));
    for (const entry of kubeconfig.users) entry.user = { token: status?.token };
    const path = join(stack.directory, ".landfall", "kubeconfig");
    writeFileSync(path, stringify(kubeconfig), { mode: 0o600 });
    stack.configure({ "landfall:cluster": { ...clusterConfig(cluster), path } });
  });

  after(async () => {
    if (!stack) return;
    await stack.destroy();
    stack.remove();
    const { core, rbac } = cluster.clients;
    await rbac.deleteClusterRoleBinding({ name: "landfall" });
    await rbac.deleteClusterRole({ name: "landfall" });
    await core.deleteNamespacedServiceAccount(ACCOUNT);
  });

  it("deploys an application, changes it and has nothing left to do", async () => {
    await stack.up();
    const { deployments } = await readNamespace(cluster.clients, NAMESPACE);
    assert.ok(deployments.length >= 4);
    stack.configure({ "landfall:tiers": { api: { replicas: 3 } } });
    const { updated } = await stack.up();
    assert.ok((updated as number) > 0);
    assert.deepEqual(await stack.preview("--expect-no-changes"), await stack.up());
  });

  it("may nothing that belongs to the cluster but make namespaces and look", () => {
    for (const { apiGroups, resources, verbs } of role.rules ?? []) {
      assert.ok(![...(apiGroups ?? []), ...(resources ?? []), ...verbs].includes("*"));
      for (const [group, resource] of [
        ["rbac.authorization.k8s.io", "clusterroles"],
        ["", "persistentvolumes"],
      ] as const) {
        assert.ok(!(apiGroups?.includes(group) && resources?.includes(resource)));
      }
    }
  });
});
