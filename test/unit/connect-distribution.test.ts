import assert from "node:assert/strict";
import type { Ask } from "../../cloud/api-server.ts";
import { checkDistribution } from "../../cloud/distribution-checks.ts";
import type { Plan } from "../../config/plan.ts";
import { planOf } from "../support/shop.ts";

interface Cluster {
  version?: string;
  labels?: Record<string, string>;
  providerID?: string;
  /** Images of its DaemonSets; left out where these are hidden. */
  images?: string[];
  /** Labels of its DaemonSets. */
  daemonSets?: Record<string, string>;
}

const K3S = { version: "v1.36.1+k3s1" };
const MICROK8S = { labels: { "microk8s.io/cluster": "true" } };
const MINIKUBE = { labels: { "minikube.k8s.io/name": "minikube" } };
const KIND = { providerID: "kind://docker/kind/kind-control-plane" };

/** What is said against the cluster, and what it is warned of. */
async function check(
  plan: Plan,
  { version = "v1.36.1", labels = {}, providerID = "", images = [], daemonSets = {} }: Cluster,
): Promise<{ refusal: string; warnings: string[] }> {
  const answers: Record<string, unknown> = {
    "/version": { gitVersion: version },
    "/api/v1/nodes?limit=100": { items: [{ metadata: { labels }, spec: { providerID } }] },
    "/apis/apps/v1/daemonsets?limit=500": {
      items: [
        {
          metadata: { name: "any", labels: daemonSets },
          spec: { template: { spec: { containers: images.map((image) => ({ image })) } } },
        },
      ],
    },
  };
  const warnings: string[] = [];
  try {
    await checkDistribution((async (path: string) => answers[path]) as Ask, plan, (text) => void warnings.push(text));
    return { refusal: "", warnings };
  } catch (error) {
    return { refusal: (error as Error).message, warnings };
  }
}

const planOn = (distribution?: string, addons?: object) =>
  planOf(({ stack }) => {
    stack.cluster.distribution = distribution;
    stack.addons = addons;
    stack.edge.class = distribution === undefined ? "traefik" : undefined;
  });
const metallb = { metallb: { pools: { lan: { addresses: ["192.0.2.10-192.0.2.20"], mode: "l2" } } } };

describe("Before anything is created, a cluster of a distribution", () => {
  for (const [distribution, cluster] of Object.entries({
    k3s: K3S,
    microk8s: MICROK8S,
    minikube: MINIKUBE,
    kind: KIND,
  })) {
    it(`is known for ${distribution}`, async () => {
      assert.equal((await check(planOn(distribution), cluster)).refusal, "");
      const { refusal } = await check(planOn("kubeadm"), cluster);
      assert.match(
        refusal,
        new RegExp(`made with \\w+, not with kubeadm\\.\n {2}fix {6}set it to ${distribution}, or`),
      );
    });
  }

  it("is taken at the stack's word where it shows nothing", async () => {
    for (const name of ["k3s", "kubeadm"]) assert.equal((await check(planOn(name), {})).refusal, "");
  });

  it("does not get MetalLB beside ServiceLB", async () => {
    const daemonSets = { "svccontroller.k3s.cattle.io/svcname": "traefik" };
    assert.equal(
      (await check(planOn("k3s", metallb), { ...K3S, daemonSets })).refusal,
      `landfall:addons.metallb: k3s gives Services their addresses itself here, with ServiceLB, and the two would fight.
  fix      start k3s on every server with --disable servicelb, or do without the add-on
  Nothing was created or changed.
`,
    );
    assert.equal((await check(planOn("k3s", metallb), K3S)).refusal, "");
    assert.equal((await check(planOn("k3s"), { ...K3S, daemonSets })).refusal, "");
  });

  it("is warned of where its own controller would be kept out", async () => {
    const { warnings } = await check(planOn(), K3S);
    assert.match(warnings.join(), /runs in namespace "kube-system", and .* let in "traefik"\. .*distribution: k3s\.$/);
    assert.deepEqual((await check(planOn("k3s"), K3S)).warnings, []);
    assert.deepEqual((await check(planOn(), {})).warnings, []);
  });

  const networks: [what: string, cluster: Cluster, warned: boolean][] = [
    ["minikube's bridge", { ...MINIKUBE, images: ["registry.k8s.io/kube-proxy:v1.36.1"] }, true],
    ["minikube with Calico", { ...MINIKUBE, images: ["docker.io/calico/node:v3.31.2"] }, false],
    ["kind 0.23", { ...KIND, images: ["docker.io/kindest/kindnetd:v20240513-cd2ac642"] }, true],
    ["kind 0.24", { ...KIND, images: ["docker.io/kindest/kindnetd:v20240813-c6f155d6"] }, false],
    ["Flannel", { images: ["ghcr.io/flannel-io/flannel:v0.27.4"] }, true],
    [
      "Flannel with a helper",
      { images: ["ghcr.io/flannel-io/flannel:v0.27.4", "registry.k8s.io/networking/kube-network-policies:v0.9.2"] },
      false,
    ],
    ["Cilium", { images: ["quay.io/cilium/cilium:v1.18.4"] }, false],
    ["a network that nobody here knows", { images: ["example.com/network:1"] }, false],
  ];
  for (const [what, cluster, warned] of networks) {
    it(`${warned ? "is warned of" : "is not warned of"} for its network: ${what}`, async () => {
      const { warnings } = await check(planOn(), cluster);
      const about = warnings.filter((text) => text.includes("does not enforce NetworkPolicies"));
      assert.equal(about.length > 0, warned);
    });
  }

  it("is neither refused nor warned of where all is hidden", async () => {
    const nothing = (async () => undefined) as Ask;
    await assert.doesNotReject(checkDistribution(nothing, planOn("k3s", metallb), assert.fail));
  });
});
