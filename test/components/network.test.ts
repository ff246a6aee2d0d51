import assert from "node:assert/strict";
import { find, ofType, type Registration } from "../support/mocks.ts";
import { land, planFor } from "../support/pybase.ts";

const POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const pods = (component: string) => ({
  podSelector: { matchLabels: { "app.kubernetes.io/name": component, "app.kubernetes.io/part-of": "pybase" } },
});
const ports = (...numbers: number[]) => numbers.map((port) => ({ protocol: "TCP", port }));
const edge = { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "traefik" } } };

interface Rule {
  from?: Record<string, unknown>[];
  to?: Record<string, unknown>[];
  ports: { port: number }[];
}

describe("NetworkPolicies", () => {
  let dev: Registration[];
  before(async () => {
    dev = await land(planFor("dev"));
  });

  it("open for the object store what its clients and the ingress controller need, and nothing outwards", () => {
    const { inputs } = find(dev, POLICY, "pybase-objects-network");
    assert.deepEqual(inputs, {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: {
        name: "objects",
        namespace: "pybase",
        labels: {
          "app.kubernetes.io/name": "objects",
          "app.kubernetes.io/part-of": "pybase",
          "app.kubernetes.io/instance": "dev",
          "app.kubernetes.io/managed-by": "landfall",
        },
      },
      spec: {
        ...pods("objects"),
        policyTypes: ["Ingress", "Egress"],
        ingress: [
          { from: [pods("api")], ports: ports(9000, 9001) },
          { from: [pods("api-migrate")], ports: ports(9000, 9001) },
          { from: [pods("extraction-worker")], ports: ports(9000, 9001) },
          { from: [edge], ports: ports(9000, 9001) },
        ],
        egress: [],
      },
    });
  });

  it("let nothing in to a worker", () => {
    for (const worker of ["extraction-worker", "search-worker", "api-migrate"]) {
      const { inputs } = find(dev, POLICY, `pybase-${worker}-network`);
      assert.deepEqual((inputs.spec as { ingress: unknown[] }).ingress, [], worker);
    }
  });

  it("let the frontend reach the API and nothing else", () => {
    const { inputs } = find(dev, POLICY, "pybase-frontend-network");
    assert.deepEqual((inputs.spec as { egress: unknown[] }).egress, [{ to: [pods("api")], ports: ports(8000) }]);
  });

  it("agree at both ends: whatever one pod may open to another, the other lets in", () => {
    const ends = (direction: "ingress" | "egress") =>
      ofType(dev, POLICY)
        .flatMap(({ name, inputs }) => {
          const rules = ((inputs.spec as Record<string, unknown>)[direction] ?? []) as Rule[];
          const self = name.replace(/^pybase-(.*)-network$/, "$1");
          return rules.flatMap((rule) =>
            (rule.from ?? rule.to ?? []).flatMap((peer) => {
              const other = (peer.podSelector as { matchLabels: Record<string, string> } | undefined)?.matchLabels;
              if (!other) return []; // the outside, which has one end here
              const component = other["app.kubernetes.io/name"];
              const [from, to] = direction === "ingress" ? [component, self] : [self, component];
              return rule.ports.map(({ port }) => `${from} > ${to}:${port}`);
            }),
          );
        })
        .sort();
    assert.deepEqual(ends("ingress"), ends("egress"));
    // frontend 1, api and its migration 5 each, extraction worker 4, search worker 3
    assert.equal(ends("egress").length, 18);
  });
});
