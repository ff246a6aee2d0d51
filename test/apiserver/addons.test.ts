/** Add-ons from a folder of real charts, through the real engine and Helm, on an API server that lacks MetalLB. */
import assert from "node:assert/strict";
import { ApiextensionsV1Api, KubeConfig } from "@kubernetes/client-node";
import { catalogue } from "../../config/addons/catalogue.ts";
import { readMirror } from "../../config/addons/mirror.ts";
import { terminalProgress } from "../../local/progress.ts";
import { ensureManifests } from "../../local/toolchain/toolchain.ts";
import { addApplication } from "../support/application.ts";
import { clusterConfig, sharedCluster, type TestCluster } from "../support/cluster.ts";
import { eventually } from "../support/read.ts";
import { TEST_SECRET, TestStack } from "../support/stack.ts";

const SYSTEM = "metallb-system";
const CANARIES = { router: "canary-of-the-router", bundle: "canary-of-the-bundle" };

const resources = { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "100m", memory: "128Mi" } };
const pier = { name: "pier", tiers: { crane: { kind: "worker", image: "pier/crane:1.0.0", resources } } };

const METALLB = {
  // Its webhook is a pod, and pods do not run here.
  values: { crds: { validationFailurePolicy: "Ignore" } },
  pools: {
    shore: { addresses: ["192.0.2.10-192.0.2.50"], mode: "l2" },
    sea: { addresses: ["198.51.100.0/28"], mode: "bgp" },
  },
  peers: [{ name: "router", myASN: 64500, peerASN: 64501, peerAddress: "192.0.2.1", password: { secret: "router" } }],
};

describe("Add-ons from a folder, on a real API server", function () {
  this.timeout(900_000);
  let cluster: TestCluster;
  let stack: TestStack;
  let mirror: string;

  before(async () => {
    cluster = await sharedCluster();
    mirror = (await ensureManifests(terminalProgress())).charts;
    stack = await new TestStack("test", {
      "landfall:app": "pier",
      "landfall:profile": "dev",
      "landfall:cluster": clusterConfig(cluster),
      "landfall:edge": { kind: "ingress", host: "pier.localhost", tls: { secretName: "pier-tls" } },
      "landfall:addons": { mirror, metallb: METALLB },
    }).create({
      "landfall:secret": TEST_SECRET,
      "landfall:secrets.router": CANARIES.router,
    });
    addApplication(stack, "pier", pier);
    assert.deepEqual(await definitions(), []);
    await stack.up();
  });

  after(async () => {
    await stack?.destroy();
    stack?.remove();
  });

  const read = async (plural: string, version = "v1beta1") => {
    const of = { group: "metallb.io", version, namespace: SYSTEM, plural };
    const { items } = await cluster.clients.custom.listNamespacedCustomObject(of);
    return Object.fromEntries(
      // biome-ignore lint/suspicious/noExplicitAny: each kind has a form of its own
      items.map(({ metadata, spec }: any) => [metadata.name, spec]),
    );
  };
  const namespaces = async () =>
    (await cluster.clients.core.listNamespace()).items.map(({ metadata }) => metadata?.name);
  const definitions = async () => {
    const config = new KubeConfig();
    config.loadFromFile(cluster.kubeconfig);
    const { items } = await config.makeApiClient(ApiextensionsV1Api).listCustomResourceDefinition();
    return items.map(({ metadata }) => metadata?.name ?? "").filter((name) => name.endsWith(".metallb.io"));
  };

  it("are there after an update, with custom resources whose kinds came in the same update", async () => {
    const { core, apps } = cluster.clients;
    const labels = (await core.readNamespace({ name: SYSTEM })).metadata?.labels;
    assert.equal(labels?.["pod-security.kubernetes.io/enforce"], "privileged");
    const controller = await apps.readNamespacedDeployment({ name: "metallb-controller", namespace: SYSTEM });
    assert.equal(controller.status?.readyReplicas, 1);
    assert.equal(controller.metadata?.labels?.["helm.sh/chart"], `metallb-${catalogue.metallb.version}`);

    assert.deepEqual(await read("ipaddresspools"), {
      sea: { addresses: ["198.51.100.0/28"], autoAssign: true, avoidBuggyIPs: false },
      shore: { addresses: ["192.0.2.10-192.0.2.50"], autoAssign: true, avoidBuggyIPs: false },
    });
    assert.deepEqual(Object.keys(await read("l2advertisements")), ["shore"]);
    assert.deepEqual(Object.keys(await read("bgpadvertisements")), ["sea"]);
    const { router } = await read("bgppeers", "v1beta2");
    const secret = await core.readNamespacedSecret({ name: router.passwordSecret.name, namespace: SYSTEM });
    assert.equal(secret.type, "kubernetes.io/basic-auth");
    assert.equal(Buffer.from(secret.data?.password ?? "", "base64").toString(), CANARIES.router);
  });

  it("are unchanged by a second update, and changed by an edit of values and pools", async () => {
    const { unchanged, ...changes } = await stack.up();
    assert.ok((unchanged ?? 0) > 10);
    assert.deepEqual(changes, {});

    const { peers, pools } = METALLB;
    const values = { ...METALLB.values, controller: { logLevel: "warn" } };
    const shore = { ...pools.shore, autoAssign: false };
    stack.configure({ "landfall:addons": { mirror, metallb: { peers, pools: { ...pools, shore }, values } } });
    const { unchanged: rest, ...edited } = await stack.up();
    assert.deepEqual(edited, { updated: 2 });
    const controller = await cluster.clients.apps.readNamespacedDeployment({
      name: "metallb-controller",
      namespace: SYSTEM,
    });
    assert.ok(controller.spec?.template.spec?.containers[0]?.args?.includes("--log-level=warn"));
    assert.equal((await read("ipaddresspools")).shore.autoAssign, false);
  });

  it("fail in Helm's own words where the chart does not take a value", async () => {
    const values = { ...METALLB.values, controller: { logLevel: "shout" } };
    stack.configure({ "landfall:addons": { mirror, metallb: { ...METALLB, values } } });
    const { code, output } = await stack.run("up", "--yes", "--skip-preview", "--stack", "test");
    assert.notEqual(code, 0);
    assert.match(output, /values don't meet the specifications of the schema[\s\S]*logLevel/);
  });

  it("are refused where the folder lacks the chart, with the command that fetches it", async () => {
    stack.configure({ "landfall:addons": { mirror, metallb: METALLB, "metrics-server": { version: "3.99.0" } } });
    const { code, output } = await stack.run("preview", "--stack", "test");
    assert.notEqual(code, 0);
    assert.match(output, /it lacks the chart of metrics-server: metrics-server-3\.99\.0\.tgz/);
    assert.ok(
      output.includes(
        `helm pull metrics-server --repo https://kubernetes-sigs.github.io/metrics-server --version 3.99.0 --destination ${mirror}`,
      ),
    );
  });

  it("are refused where the cluster has one of somebody else's, unless it is taken over", async () => {
    const version = readMirror(mirror)?.unpacked["metrics-server"];
    stack.configure({ "landfall:addons": { mirror, metallb: METALLB, "metrics-server": { version } } });
    const { code, output } = await stack.run("preview", "--stack", "test");
    assert.notEqual(code, 0);
    assert.match(output, /landfall:addons\.metrics-server: the cluster has metrics\.k8s\.io already/);

    await stack.succeed("config", "set", "--secret", "--path", "landfall:secrets.bundle", CANARIES.bundle);
    const taken = {
      version,
      adopt: true,
      values: { apiService: { create: false } },
      secretValues: { "apiService.caBundle": "bundle" },
    };
    stack.configure({ "landfall:addons": { mirror, metallb: METALLB, "metrics-server": taken } });
    await stack.up();
    const server = await cluster.clients.apps.readNamespacedDeployment({
      name: "metrics-server",
      namespace: "metrics-server",
    });
    assert.equal(server.status?.readyReplicas, 1); // admitted by Pod Security restricted
  });

  it("show no secret in the state", async () => {
    const state = await stack.state();
    for (const value of Object.values(CANARIES)) {
      for (const form of [value, Buffer.from(value).toString("base64")]) assert.ok(!state.includes(form), value);
    }
  });

  it("go once the stack says nothing of them, and the application stays", async () => {
    await stack.succeed("config", "rm", "landfall:secrets");
    stack.configure({ "landfall:addons": undefined });
    await stack.up();
    const left = await eventually(namespaces, (all) => !all.includes(SYSTEM) && !all.includes("metrics-server"));
    assert.ok(left.includes("pier"));
    assert.deepEqual(await definitions(), []);
  });
});
