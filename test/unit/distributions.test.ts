import assert from "node:assert/strict";
import type { Plan } from "../../config/plan.ts";
import type { DistributionName } from "../../config/schema/distribution.ts";
import { planOf, refuses, type Shop } from "../support/shop.ts";

const on =
  (distribution: DistributionName, edge: object = {}, addons: object = {}) =>
  ({ stack }: Shop): void => {
    stack.cluster.distribution = distribution;
    Object.assign(stack.edge, edge);
    stack.addons = addons;
  };

/** The ingress class, whose annotations it understands, and the namespaces that are let in. */
function wayInto({ edge, links }: Plan) {
  assert.ok(edge.kind === "ingress");
  const namespaces = links.flatMap(({ from }) => (from.kind === "edge" ? [from.namespace] : []));
  return [edge.ingress.class, edge.ingress.controller, ...new Set(namespaces)];
}

describe("What a cluster was made with", () => {
  for (const [distribution, expected] of [
    ["k3s", ["traefik", "traefik", "kube-system"]],
    ["microk8s", ["public", undefined, "ingress"]],
    ["minikube", ["nginx", "ingress-nginx", "ingress-nginx"]],
    ["kind", ["traefik", "traefik", "traefik"]],
    ["kubeadm", ["traefik", "traefik", "traefik"]],
  ] as const) {
    it(`is the way in by default: ${distribution}'s`, () => {
      assert.deepEqual(wayInto(planOf(on(distribution))), expected);
    });
  }

  it("gives way to what the stack says", () => {
    const class_ = on("k3s", { class: "haproxy" });
    assert.deepEqual(wayInto(planOf(class_)), ["haproxy", "haproxy", "haproxy"]);
    const namespace = on("k3s", { controllerNamespace: "edge" });
    assert.deepEqual(wayInto(planOf(namespace)), ["traefik", "traefik", "edge"]);
    const controller = on("microk8s", { controller: "traefik" });
    assert.deepEqual(wayInto(planOf(controller)), ["public", "traefik", "ingress"]);
  });

  it("is not the way in where an add-on of the stack's is a controller, unless the stack asks for its class", () => {
    assert.deepEqual(wayInto(planOf(on("minikube", {}, { traefik: true }))), ["traefik", "traefik", "traefik"]);
    const asked = on("minikube", { class: "nginx" }, { traefik: true });
    assert.deepEqual(wayInto(planOf(asked)), ["nginx", "ingress-nginx", "ingress-nginx"]);
  });

  it("leaves the storage class to the cluster, for a claim cannot change its own", () => {
    const claims = planOf(on("k3s")).datastores.map((store) => store.mode === "bundled" && store.storageClass);
    assert.deepEqual(claims, [undefined, undefined]);
  });
});

describe("What a cluster was made with is refused:", () => {
  refuses([
    [
      "by another name",
      ({ stack }) => {
        stack.cluster.distribution = "k3";
      },
      {
        path: "landfall:cluster.distribution",
        got: "k3",
        problem: "not one of the allowed values",
        allowed: "k3s, microk8s, minikube, kind, kubeadm",
        fix: 'did you mean "k3s"?',
      },
    ],
  ]);
});
