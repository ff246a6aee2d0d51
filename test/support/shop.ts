/** A small application for the tests of mistakes, and what is found wrong with it. */
import assert from "node:assert/strict";
import type { Charts } from "../../config/addons/mirror.ts";
import { ConfigurationError, type Mistake } from "../../config/mistakes.ts";
import type { LastPlaced } from "../../config/placed.ts";
import type { Plan } from "../../config/plan.ts";
import { type ResolveInputs, resolve } from "../../config/resolve.ts";

/** Anything goes: the tests put mistakes into it. */
// biome-ignore lint/suspicious/noExplicitAny: mistakes are what the types forbid
type Loose = any;

/** What a test may change before it is resolved. */
export interface Shop {
  app: Loose;
  stack: Loose;
  secrets: { stackSecretLength?: number; names: string[] };
  /** What the last update left. */
  placed?: LastPlaced;
  now?: Date;
}

const resources = { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "200m", memory: "256Mi" } };

function shop(): Shop {
  return {
    app: {
      name: "shop",
      secrets: ["session-key"],
      datastores: {
        db: { engine: "postgres", version: "16", storage: "10Gi" },
        queue: { engine: "redis", storage: "1Gi" },
      },
      tiers: {
        web: {
          kind: "web",
          image: "shop/web:1.0.0",
          port: 8080,
          route: "/",
          uses: ["db"],
          env: { DATABASE_URL: { from: "db", field: "url" } },
          replicas: 2,
          resources: structuredClone(resources),
          autoscale: { max: 4, cpu: 70 },
        },
        jobs: {
          kind: "worker",
          image: "shop/jobs:1.0.0",
          uses: ["db", "queue"],
          resources: structuredClone(resources),
        },
        clock: { kind: "singleton", image: "shop/clock:1.0.0", resources: structuredClone(resources) },
      },
      roles: { reader: { rules: [], bindings: { web: ["web"] } } },
    },
    stack: {
      profile: "staging",
      cluster: { provider: "kubeconfig", context: "test" },
      edge: { kind: "ingress", host: "shop.example.com", tls: { secretName: "shop-tls" } },
    },
    secrets: { stackSecretLength: 44, names: [] },
  };
}

function inputs(change: (shop: Shop) => void): ResolveInputs {
  const changed = shop();
  change(changed);
  return {
    application: changed.app,
    source: "apps/shop.ts",
    settings: changed.stack,
    secrets: changed.secrets,
    stack: "test",
    placed: changed.placed,
    now: changed.now,
  };
}

/** The plan of the shop after `change`, where the mirror is a folder with these charts. */
export function resolveWith(change: (shop: Shop) => void, charts: Charts): Plan {
  return resolve({ ...inputs(change), charts });
}

/** The plan of the shop after `change`. */
export function planOf(change: (shop: Shop) => void = () => {}): Plan {
  return resolve(inputs(change));
}

/** What the configuration error says after `change`; throws where there is none. */
export function errorOf(change: (shop: Shop) => void): ConfigurationError {
  let plan: Plan;
  try {
    plan = planOf(change);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error(`no mistake was found; namespace ${plan.namespace} would land`);
}

/** A mistake and the change that makes it. */
export type Refusal = [what: string, change: (shop: Shop) => void, mistake: Mistake];

/** One test for each: exactly that one mistake is found. */
export function refuses(refusals: readonly Refusal[]): void {
  for (const [what, change, mistake] of refusals) {
    it(what, () => assert.deepEqual(errorOf(change).mistakes, [mistake]));
  }
}
