import assert from "node:assert/strict";
import { checkOverrideNames, type Layers, layersOf, overlay, placeOf } from "../../config/layers.ts";
import type { Application, Stack } from "../../config/schema.ts";

describe("Laying one layer over another", () => {
  it("merges mappings key by key, however deep", () => {
    const base = { resources: { requests: { cpu: "1", memory: "1Gi" } }, replicas: 2 };
    assert.deepEqual(overlay(base, { resources: { requests: { cpu: "2" } } }), {
      resources: { requests: { cpu: "2", memory: "1Gi" } },
      replicas: 2,
    });
  });

  it("replaces lists and plain values as a whole", () => {
    assert.deepEqual(overlay({ cidrs: ["a", "b"], size: 1 }, { cidrs: ["c"], size: 0 }), { cidrs: ["c"], size: 0 });
  });

  it("replaces a mapping by a plain value and the other way round", () => {
    assert.deepEqual(overlay({ autoscale: { max: 3 } }, { autoscale: false }), { autoscale: false });
    assert.deepEqual(overlay({ autoscale: false }, { autoscale: { max: 3 } }), { autoscale: { max: 3 } });
  });

  it("says nothing where the upper layer says nothing", () => {
    assert.deepEqual(overlay({ a: 1 }, undefined), { a: 1 });
    assert.deepEqual(overlay({ a: 1 }, { a: undefined }), { a: 1 });
  });

  it("leaves both layers as they were", () => {
    const base = { a: { b: 1 } };
    const over = { a: { c: 2 } };
    overlay(base, over);
    assert.deepEqual({ base, over }, { base: { a: { b: 1 } }, over: { a: { c: 2 } } });
  });
});

function layers(stack: object, profiles: object = {}): Layers {
  const application = { name: "shop", tiers: { api: {}, jobs: {} }, datastores: { db: {} }, profiles };
  const cluster = { provider: "kubeconfig" };
  return layersOf(
    application as unknown as Application,
    { profile: "dev", cluster, ...stack } as Stack,
    "apps/shop.ts",
  );
}

describe("The place that decided a value", () => {
  const forDev = { dev: { tiers: { api: { replicas: 2 } } } };

  it("is the stack file where that says anything of it", () => {
    const said = layers({ tiers: { api: { replicas: 3 } } }, forDev);
    assert.equal(placeOf(said, "tiers", "api", "replicas"), "landfall:tiers.api.replicas");
  });

  it("is the application's profile where the stack file is silent", () => {
    const said = layers({ tiers: { api: { env: {} } } }, forDev);
    assert.equal(placeOf(said, "tiers", "api", "replicas"), "apps/shop.ts: profiles.dev.tiers.api.replicas");
  });

  it("is the application where neither says anything, another profile included", () => {
    const said = layers({}, { production: { tiers: { api: { replicas: 9 } } } });
    assert.equal(placeOf(said, "tiers", "api", "replicas"), "apps/shop.ts: tiers.api.replicas");
  });
});

describe("Overrides of what the application does not have", () => {
  it("are reported with the file that names them, and the name that was probably meant", () => {
    const said = layers({ tiers: { apu: {} } }, { dev: { datastores: { cache: { mode: "bundled" } } } });
    checkOverrideNames(said);
    assert.deepEqual(said.mistakes, [
      {
        path: "landfall:tiers.apu",
        got: "apu",
        problem: 'there is no tier "apu"',
        allowed: "api, jobs",
        fix: 'did you mean "api"?',
      },
      {
        path: "apps/shop.ts: profiles.dev.datastores.cache",
        got: "cache",
        problem: 'there is no datastore "cache"',
        allowed: "db",
        fix: "use one of these, or remove it",
      },
    ]);
  });

  it("are no mistake where the names are known", () => {
    const said = layers({ tiers: { api: {} }, datastores: { db: { mode: "bundled" } } });
    checkOverrideNames(said);
    assert.deepEqual(said.mistakes, []);
  });
});
