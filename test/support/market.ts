/** A small application that asks for everything that a way in can do, for the tests of the edge. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Application } from "../../components/application.ts";
import type { Plan } from "../../config/plan.ts";
import { resolve } from "../../config/resolve.ts";
import type { ApplicationFile } from "../../config/schema.ts";
import { type Registration, record } from "./mocks.ts";
import { cloudWith } from "./pybase.ts";

const resources = { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "200m", memory: "256Mi" } };

export const CORS = { origins: ["https://app.example.com"], credentials: true };

export const market = {
  name: "market",
  datastores: { queue: { engine: "redis", storage: "1Gi" } },
  tiers: {
    shop: { kind: "web", image: "market/shop:1.0.0", port: 8080, route: "/", uses: ["api"], resources },
    api: {
      kind: "web",
      image: "market/api:1.0.0",
      port: 8000,
      route: [
        { path: "/api", rateLimit: { perMinute: 100 }, timeoutSeconds: 60, cors: CORS },
        { path: "/", host: "api", responseHeaders: { "Cache-Control": "no-store" }, timeoutSeconds: 60 },
      ],
      uses: ["queue"],
      readiness: { http: "/health" },
      resources,
    },
    live: {
      kind: "web",
      image: "market/live:1.0.0",
      port: 8501,
      route: { path: "/live", websockets: true },
      resources,
    },
  },
  edge: { headers: { contentSecurityPolicy: false } },
} satisfies ApplicationFile;

/** Its security headers. */
export const HEADERS = {
  "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
  "X-Frame-Options": "SAMEORIGIN",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "strict-origin-when-cross-origin",
};

// biome-ignore lint/suspicious/noExplicitAny: tests put mistakes into it
export type Loose = any;

/** Its plan behind `edge`, after `change`. */
export function marketPlan(edge: object, change: (app: Loose) => void = () => {}): Plan {
  const application = structuredClone(market);
  change(application);
  return resolve({
    application,
    source: "apps/market.ts",
    settings: {
      profile: "staging",
      cluster: { provider: "kubeconfig", context: "test" },
      edge: { host: "market.example.com", tls: { secretName: "market-cert" }, ...edge },
    },
    secrets: { stackSecretLength: 44, names: [] },
    stack: "test",
  });
}

/** Everything that lands for the plan. */
export function landMarket(plan: Plan): Promise<Registration[]> {
  const secrets = Object.fromEntries(plan.secrets.map(({ name }) => [name, pulumi.secret("secret")]));
  return record(() => {
    const provider = new k8s.Provider("cluster", { clusterIdentifier: "the-cluster" });
    new Application(plan.application, { plan, secrets, cloud: cloudWith(provider) }, { providers: [provider] });
  });
}
