import assert from "node:assert/strict";
import { type Asked, behaviorOf, faster, tooFast, tooSoon } from "../../local/drills/behavior.ts";
import { changed, type Inventory, lostOrDoubled } from "../../local/drills/inventory.ts";
import { lowest } from "../../local/drills/ready-pods.ts";
import { reasonOf } from "../../local/drills/reasons.ts";
import { nextRelease } from "../../local/drills/releases.ts";
import { updateFloor } from "../../local/drills/rolling-update.ts";
import type { ClusterObject } from "../../local/proofs/snapshot.ts";
import { planFor } from "../support/pybase.ts";

describe("An autoscaler's behaviour", () => {
  const slow = behaviorOf({
    scaleUp: {
      stabilizationWindowSeconds: 60,
      selectPolicy: "Max",
      policies: [{ type: "Pods", value: 2, periodSeconds: 60 }],
    },
    scaleDown: {
      stabilizationWindowSeconds: 300,
      selectPolicy: "Min",
      policies: [
        { type: "Percent", value: 50, periodSeconds: 60 },
        { type: "Pods", value: 1, periodSeconds: 60 },
      ],
    },
  });
  const asked = (...steps: [number, number][]): Asked[] => steps.map(([at, replicas]) => ({ at, replicas }));

  it("is Kubernetes' own where the object says nothing", () => {
    const { scaleUp, scaleDown } = behaviorOf();
    assert.equal(scaleUp.stabilizationWindowSeconds, 0);
    assert.equal(scaleDown.stabilizationWindowSeconds, 300);
    assert.deepEqual(tooFast(asked([0, 2], [10, 6], [30, 12]), { scaleUp, scaleDown }), []);
    assert.deepEqual(tooFast(asked([0, 2], [10, 7]), { scaleUp, scaleDown }), [
      "from 2 to 7 at once, where 6 was the limit",
    ]);
  });

  it("is the same at ten times the pace, in whole seconds", () => {
    const { scaleUp, scaleDown } = faster(slow, 10);
    assert.equal(scaleUp.stabilizationWindowSeconds, 6);
    assert.equal(scaleDown.stabilizationWindowSeconds, 30);
    assert.deepEqual(
      scaleDown.policies.map(({ periodSeconds }) => periodSeconds),
      [6, 6],
    );
    assert.equal(faster(behaviorOf(), 100).scaleUp.policies[0]?.periodSeconds, 1);
  });

  it("counts what a policy's period has had already", () => {
    assert.deepEqual(tooFast(asked([0, 2], [10, 4], [80, 6]), slow), []);
    assert.deepEqual(tooFast(asked([0, 2], [10, 4], [40, 6]), slow), ["from 4 to 6 at once, where 4 was the limit"]);
  });

  it("goes down by the smaller change where that is what it selects", () => {
    assert.deepEqual(tooFast(asked([0, 10], [400, 9]), slow), []);
    assert.deepEqual(tooFast(asked([0, 10], [400, 5]), slow), ["from 10 to 5 at once, where 9 was the limit"]);
  });

  it("does not move where that is turned off", () => {
    const { scaleUp } = slow;
    const rules = { scaleUp, scaleDown: { ...slow.scaleDown, selectPolicy: "Disabled" as const } };
    assert.deepEqual(tooFast(asked([0, 3], [400, 2]), rules), ["from 3 to 2 at once, where 3 was the limit"]);
  });

  it("waits for its window", () => {
    assert.equal(tooSoon(asked([0, 10], [350, 9]), 100, slow.scaleDown), true);
    assert.equal(tooSoon(asked([0, 10], [401, 9]), 100, slow.scaleDown), false);
    assert.equal(tooSoon(asked([0, 10]), 100, slow.scaleDown), false);
  });
});

describe("Ready pods over time", () => {
  it("are at their lowest within a stretch, what held at its beginning included", () => {
    const steps = [
      { at: 0, ready: 3 },
      { at: 5, ready: 1 },
      { at: 6, ready: 3 },
    ];
    assert.equal(lowest(steps), 1);
    assert.equal(lowest(steps, 5.5), 1);
    assert.equal(lowest(steps, 6), 3);
  });

  const deployment = (replicas: number, strategy?: object) => ({
    object: { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "api" }, spec: { strategy } },
    replicas,
  });

  it("stay as many in an update as the Deployment says, a part of a pod being none", () => {
    assert.equal(updateFloor(deployment(3)), 3);
    assert.equal(updateFloor(deployment(8)), 6);
    assert.equal(updateFloor(deployment(3, { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } })), 2);
    assert.equal(updateFloor(deployment(3, { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "50%" } })), 2);
    assert.equal(updateFloor(deployment(1, { type: "Recreate" })), undefined);
    assert.equal(
      updateFloor({ ...deployment(3), object: { ...deployment(3).object, kind: "StatefulSet" } }),
      undefined,
    );
  });
});

describe("The next release", () => {
  it("has another tag, or another digest, for every tier", () => {
    const plan = planFor("production");
    const first = plan.tiers.find(({ name }) => name === "api");
    assert.ok(first);
    assert.ok(plan.tiers.some(({ name }) => name === "api-migrate"));
    assert.deepEqual(Object.keys(nextRelease(plan)).sort(), [
      "tiers.api.image",
      "tiers.extraction-worker.image",
      "tiers.frontend.image",
      "tiers.search-worker.image",
    ]);
    assert.equal(nextRelease(plan)[`tiers.${first.name}.image`], `${first.image}-next`);
    const pinned = { ...plan, tiers: [{ ...first, image: `shop/api@sha256:${"a".repeat(64)}` }] };
    assert.match(nextRelease(pinned)[`tiers.${first.name}.image`] ?? "", /^shop\/api@sha256:(?!a{64})[0-9a-f]{64}$/);
  });
});

describe("The reason of a failed update", () => {
  it("is what the engine calls errors, each once, else its last line", () => {
    const output =
      "  error: no such image\n  x **failed** error: no such image\n  error: update failed\nDuration: 2s\n";
    assert.equal(reasonOf(output), "no such image");
    assert.equal(reasonOf("killed\n"), "killed");
  });

  it("is the last of a list, where the provider says of a pod what is wrong", () => {
    const list =
      "    error: 2 errors occurred:\n    \t* 'api' timed out\n    \t* [Pod api-1]: no such image\n\nOutputs:\n";
    const progress = " ~  Deployment api **updating failed** error: 2 errors occurred:\n";
    assert.equal(reasonOf(`${progress}${list}`), "[Pod api-1]: no such image");
  });
});

describe("An inventory", () => {
  const object = (kind: string, name: string, over: Partial<ClusterObject> = {}): ClusterObject => ({
    apiVersion: "v1",
    kind,
    metadata: { name, uid: `${kind}-${name}` },
    ...over,
  });
  const inventory = (...objects: ClusterObject[]): Inventory =>
    Map.groupBy(objects, ({ kind, metadata }) => `${kind}/${metadata.name}`);

  it("tells what is lost, doubled, or was made anew though it holds data", () => {
    const before = inventory(object("Service", "api"), object("StatefulSet", "db"), object("ConfigMap", "api"));
    const after = inventory(
      object("StatefulSet", "db", { metadata: { name: "db", uid: "another" } }),
      object("ConfigMap", "api"),
      object("ConfigMap", "api"),
    );
    assert.deepEqual(lostOrDoubled(before, after), [
      "ConfigMap/api is there 2 times.",
      "Service/api is lost.",
      "StatefulSet/db was made anew.",
    ]);
    assert.deepEqual(lostOrDoubled(before, before), []);
  });

  it("tells what says something else, whoever counts its replicas", () => {
    const before = inventory(object("Deployment", "api", { spec: { replicas: 2, template: "a" } }));
    const scaled = inventory(
      object("Deployment", "api", { spec: { replicas: 5, template: "a" }, status: { replicas: 5 } }),
    );
    const edited = inventory(object("Deployment", "api", { spec: { replicas: 2, template: "b" } }));
    assert.deepEqual(changed(before, scaled), []);
    assert.deepEqual(changed(before, edited), ["Deployment/api"]);
  });
});
