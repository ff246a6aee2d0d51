import assert from "node:assert/strict";
import type { Ask } from "../../cloud/api-server.ts";
import { readSnapshot, Snapshot } from "../../local/proofs/snapshot.ts";

const groups = ["apps/v1", "gateway.networking.k8s.io/v1", "networking.istio.io/v1", "metrics.k8s.io/v1beta1"];

/** What a cluster answers; `null` where it does not. */
const answers: Record<string, unknown> = {
  "/apis": { groups: groups.map((groupVersion) => ({ preferredVersion: { groupVersion } })) },
  "/api/v1": resources(["pods", "Pod"], ["secrets", "Secret"], ["events", "Event"], ["pods/log", "Pod"]),
  "/apis/apps/v1": resources(["deployments", "Deployment"]),
  "/apis/gateway.networking.k8s.io/v1": resources(["gateways", "Gateway"]),
  "/apis/networking.istio.io/v1": resources(["gateways", "Gateway"]),
  "/apis/metrics.k8s.io/v1beta1": null,
  "/api/v1/pods?limit=500": { items: [named("one", "a")], metadata: { continue: "next page" } },
  "/api/v1/pods?limit=500&continue=next%20page": { items: [named("two", "b")], metadata: {} },
  "/api/v1/secrets?limit=500": { items: [{ ...named("password", "a"), data: { key: "dmFsdWU=" } }], metadata: {} },
  "/apis/apps/v1/deployments?limit=500": undefined,
  "/apis/gateway.networking.k8s.io/v1/gateways?limit=500": { items: [named("way-in", "a")], metadata: {} },
  "/apis/networking.istio.io/v1/gateways?limit=500": { items: [named("mesh", "a")], metadata: {} },
};

function resources(...kinds: [name: string, kind: string][]) {
  return { resources: kinds.map(([name, kind]) => ({ name, kind, namespaced: true, verbs: ["list"] })) };
}

function named(name: string, namespace: string) {
  return { metadata: { name, namespace } };
}

const asked: string[] = [];
const ask: Ask = async <T>(path: string) => {
  asked.push(path);
  assert.ok(path in answers, path);
  if (answers[path] === null) throw new Error("503");
  return answers[path] as T;
};

describe("a snapshot of a cluster", function () {
  this.timeout(10_000);
  let snapshot: Snapshot;
  before(async () => {
    snapshot = await readSnapshot(ask);
  });

  it("has the objects of every page, each with its kind", () => {
    assert.deepEqual(
      snapshot.of("Pod").map(({ kind, apiVersion, metadata }) => [kind, apiVersion, metadata.name]),
      [
        ["Pod", "v1", "one"],
        ["Pod", "v1", "two"],
      ],
    );
    assert.deepEqual(
      snapshot.of("Pod", "b").map(({ metadata }) => metadata.name),
      ["two"],
    );
  });

  it("tells kinds of one name apart by their groups", () => {
    const gateways = (kind: string) => snapshot.of(kind).map(({ metadata }) => metadata.name);
    assert.deepEqual(gateways("Gateway"), ["way-in", "mesh"]);
    assert.deepEqual(gateways("Gateway.networking.istio.io"), ["mesh"]);
    assert.deepEqual(gateways("Gateway.gateway.networking.k8s.io"), ["way-in"]);
  });

  it("has no values of secrets, and nothing that says how a second went", () => {
    assert.deepEqual(snapshot.of("Secret")[0]?.data, { key: "" });
    assert.deepEqual(snapshot.of("Event"), []);
    assert.ok(!asked.some((path) => path.includes("events") || path.includes("log")));
  });

  it("goes on without an API that nobody answers for, after asking it again", () => {
    assert.deepEqual(snapshot.unread, ["Deployment", "metrics.k8s.io/v1beta1"]);
    assert.equal(asked.filter((path) => path.startsWith("/apis/metrics")).length, 3);
  });

  it("proves nothing by what it may not read", () => {
    assert.throws(() => snapshot.of("Deployment"), /objects of kind Deployment could not be read/);
    assert.deepEqual(new Snapshot([]).of("Deployment"), []);
  });
});
