/** Applications whose secrets come from a store, as the program registers them. */
import assert from "node:assert/strict";
import { applicationNames } from "../../config/application.ts";
import type { Plan } from "../../config/plan.ts";
import { resolve } from "../../config/resolve.ts";
import { autoName, find, ofType, type Registration, secret } from "../support/mocks.ts";
import { land, passwordOf, planFor } from "../support/pybase.ts";
import { EXTERNAL_SECRETS, sealed, sealedSecrets, VAULT } from "../support/secret-stores.ts";
import { harborInputs } from "../support/watched.ts";

const EXTERNAL_SECRET = "kubernetes:external-secrets.io/v1:ExternalSecret";
const SEALED_SECRET = "kubernetes:bitnami.com/v1alpha1:SealedSecret";
const SECRET = "kubernetes:core/v1:Secret";
const REGISTRY = { server: "registry.example.com", username: "robot" };

/** Production's plan of PyBase, whose PostgreSQL and Redis are elsewhere, and no secret of the stack's own. */
function stored(secretStore: object, settings: object = {}): Plan {
  return planFor("production", { secretStore, ...settings }, []);
}

const labels = (component: string) => ({
  "app.kubernetes.io/name": component,
  "app.kubernetes.io/part-of": "pybase",
  "app.kubernetes.io/instance": "production",
  "app.kubernetes.io/managed-by": "landfall",
});
const inDatabase = (key: string, database: string) =>
  `rediss://:{{ index . "${key}" | urlquery | replace "+" "%20" }}@redis.example.com:6379/${database}`;
const ENVIRONMENT = {
  DATABASE_URL:
    'postgresql://pybase:{{ index . "DATABASE_URL" | urlquery | replace "+" "%20" }}@postgres.example.com:5432/pybase?sslmode=require',
  REDIS_URL: inDatabase("REDIS_URL", "0"),
  CELERY_BROKER_URL: inDatabase("CELERY_BROKER_URL", "1?ssl_cert_reqs=required"),
  CELERY_RESULT_BACKEND: inDatabase("CELERY_RESULT_BACKEND", "2?ssl_cert_reqs=required"),
  MEILISEARCH_API_KEY: '{{ index . "MEILISEARCH_API_KEY" }}',
  SECRET_KEY: '{{ index . "SECRET_KEY" }}',
};

interface Pod {
  containers: [{ env: { name: string; valueFrom?: object }[]; envFrom: object[] }];
  imagePullSecrets?: object;
}
const podOf = (registrations: readonly Registration[], type: string, name: string) =>
  (find(registrations, type, name).inputs as unknown as { spec: { template: { spec: Pod } } }).spec.template.spec;

describe("With External Secrets", () => {
  let landed: Registration[];
  before(async () => {
    landed = await land(stored(EXTERNAL_SECRETS, { registryCredentials: REGISTRY }));
  });

  it("a tier's Secret is an ExternalSecret with the same keys, whose templates escape what goes into URLs", () => {
    const { inputs, dependsOn, deletedWith } = find(landed, EXTERNAL_SECRET, "pybase-search-worker-secret");
    const redis = { key: "pybase/redis", property: "password" };
    assert.deepEqual(inputs, {
      apiVersion: "external-secrets.io/v1",
      kind: "ExternalSecret",
      metadata: {
        namespace: "pybase",
        labels: labels("search-worker"),
        annotations: { "pulumi.com/waitFor": "condition=Ready" },
      },
      spec: {
        refreshInterval: "1h",
        secretStoreRef: { name: "local", kind: "ClusterSecretStore" },
        target: {
          creationPolicy: "Owner",
          template: { engineVersion: "v2", metadata: { labels: labels("search-worker") }, data: ENVIRONMENT },
        },
        data: [
          { secretKey: "CELERY_BROKER_URL", remoteRef: redis },
          { secretKey: "CELERY_RESULT_BACKEND", remoteRef: redis },
          { secretKey: "DATABASE_URL", remoteRef: { key: "pybase/postgres", property: "password" } },
          { secretKey: "MEILISEARCH_API_KEY", remoteRef: { key: "pybase/search", property: "password" } },
          { secretKey: "REDIS_URL", remoteRef: redis },
          { secretKey: "SECRET_KEY", remoteRef: { key: "pybase/secret-key", property: "password" } },
        ],
      },
    });
    assert.ok(dependsOn.includes("pybase-default-deny"));
    assert.equal(deletedWith, undefined);
    const [container] = podOf(landed, "kubernetes:apps/v1:Deployment", "pybase-search-worker-deployment").containers;
    assert.deepEqual(container.envFrom[1], {
      secretRef: { name: autoName("pybase-search-worker-secret") },
    });
  });

  it("a bundled server reads its password from the operator's Secret", () => {
    const { spec } = find(landed, EXTERNAL_SECRET, "pybase-search-credentials").inputs as {
      spec: { target: { template: { data: object } } };
    };
    assert.deepEqual(spec.target.template.data, { username: "", password: '{{ index . "password" }}' });
    const [container] = podOf(landed, "kubernetes:apps/v1:StatefulSet", "pybase-search-server").containers;
    const key = container.env.find(({ name }) => name === "MEILI_MASTER_KEY");
    assert.deepEqual(key?.valueFrom, {
      secretKeyRef: { name: autoName("pybase-search-credentials"), key: "password" },
    });
  });

  it("the registry's account is put together by the operator", () => {
    const { spec } = find(landed, EXTERNAL_SECRET, "pybase-registry").inputs as {
      spec: { target: { template: { type: string; data: object } } };
    };
    assert.equal(spec.target.template.type, "kubernetes.io/dockerconfigjson");
    assert.deepEqual(spec.target.template.data, {
      ".dockerconfigjson":
        '{"auths":{"registry.example.com":{"username":"robot","password":{{ index . ".dockerconfigjson" | toJson }},"auth":"{{ printf "%s:%s" "robot" (index . ".dockerconfigjson") | b64enc }}"}}}',
    });
    const { imagePullSecrets } = podOf(landed, "kubernetes:apps/v1:Deployment", "pybase-api-deployment");
    assert.deepEqual(imagePullSecrets, [{ name: autoName("pybase-registry") }]);
  });

  it("no value passes through the program, and no annotation asks for a restart that nobody wants", () => {
    assert.deepEqual(ofType(landed, SECRET), []);
    assert.doesNotMatch(JSON.stringify(landed), /password-of-|\[secret\]|reloader/);
  });

  it("secrets that are not named stay the stack's own, in a Secret beside the other", async () => {
    const both = await land(
      planFor("dev", { secretStore: { ...EXTERNAL_SECRETS, secrets: ["search", "secret-key"] } }),
    );
    const { spec } = find(both, EXTERNAL_SECRET, "pybase-search-worker-secret").inputs as {
      spec: { target: { template: { data: object } } };
    };
    assert.deepEqual(Object.keys(spec.target.template.data), ["MEILISEARCH_API_KEY", "SECRET_KEY"]);
    const { inputs } = find(both, SECRET, "pybase-search-worker-secret");
    assert.deepEqual(
      inputs.stringData,
      secret({
        DATABASE_URL: `postgresql://app:${passwordOf("postgres")}@postgres:5432/pybase`,
        REDIS_URL: `redis://:${passwordOf("redis")}@redis:6379/0`,
        CELERY_BROKER_URL: `redis://:${passwordOf("redis")}@redis:6379/1`,
        CELERY_RESULT_BACKEND: `redis://:${passwordOf("redis")}@redis:6379/2`,
      }),
    );
    const [container] = podOf(both, "kubernetes:apps/v1:Deployment", "pybase-search-worker-deployment").containers;
    assert.equal(container.envFrom.length, 3);
  });

  it("Reloader restarts the pods of tiers and datastores where the stack asks for it", async () => {
    const reloaded = await land(stored({ ...EXTERNAL_SECRETS, reloader: true }));
    const workloads = ["Deployment", "StatefulSet"].flatMap((kind) => ofType(reloaded, `kubernetes:apps/v1:${kind}`));
    assert.equal(workloads.length, 6);
    for (const { inputs } of workloads) {
      assert.deepEqual((inputs.metadata as { annotations: object }).annotations, {
        "reloader.stakater.com/auto": "true",
      });
    }
  });
});

describe("With Vault", () => {
  it("External Secrets reads it as an account of the namespace, by a store that is made before any secret", async () => {
    const landed = await land(stored(VAULT, { registryCredentials: REGISTRY }));
    const { inputs } = find(landed, "kubernetes:external-secrets.io/v1:SecretStore", "pybase-secret-store");
    assert.deepEqual(inputs.spec, {
      provider: {
        vault: {
          server: "https://vault.example.com:8200",
          path: "secret",
          version: "v2",
          caBundle: Buffer.from(VAULT.caBundle).toString("base64"),
          auth: {
            kubernetes: { mountPath: "kubernetes", role: "harbor", serviceAccountRef: { name: "secret-store" } },
          },
        },
      },
    });
    const account = find(landed, "kubernetes:core/v1:ServiceAccount", "pybase-secret-store-account").inputs;
    assert.equal(account.automountServiceAccountToken, false);
    assert.equal((account.metadata as { name: string }).name, "secret-store");
    const secrets = ofType(landed, EXTERNAL_SECRET);
    assert.equal(secrets.length, 11);
    for (const { inputs, dependsOn, name } of secrets) {
      assert.deepEqual((inputs.spec as { secretStoreRef: object }).secretStoreRef, {
        name: "pybase",
        kind: "SecretStore",
      });
      assert.ok(dependsOn.includes("pybase-secret-store"), name);
    }
  });
});

describe("With Sealed Secrets", () => {
  const names = ["postgres", "redis", "objects", "search", "secret-key"];
  let landed: Registration[];
  before(async () => {
    landed = await land(stored(sealedSecrets(names)));
  });

  it("a tier's Secret is a SealedSecret, each value under the key whose template it fills", () => {
    const { inputs } = find(landed, SEALED_SECRET, "pybase-search-worker-secret");
    assert.deepEqual(inputs, {
      apiVersion: "bitnami.com/v1alpha1",
      kind: "SealedSecret",
      metadata: {
        namespace: "pybase",
        labels: labels("search-worker"),
        annotations: {
          "sealedsecrets.bitnami.com/namespace-wide": "true",
          "pulumi.com/waitFor": "condition=Synced",
        },
      },
      spec: {
        encryptedData: {
          DATABASE_URL: sealed("postgres"),
          REDIS_URL: sealed("redis"),
          CELERY_BROKER_URL: sealed("redis"),
          CELERY_RESULT_BACKEND: sealed("redis"),
          MEILISEARCH_API_KEY: sealed("search"),
          SECRET_KEY: sealed("secret-key"),
        },
        template: { immutable: true, metadata: { labels: labels("search-worker") }, data: ENVIRONMENT },
      },
    });
  });

  it("no Secret is made by the program", () => assert.deepEqual(ofType(landed, SECRET), []));
});

/** Names of Secrets that `inputs` refer to, wherever they stand. */
function referencesIn(inputs: unknown, key = ""): string[] {
  if (Array.isArray(inputs)) return inputs.flatMap((inner) => referencesIn(inner, key));
  if (typeof inputs !== "object" || inputs === null) return [];
  const isReference = ["secretRef", "secretKeyRef", "secretTargetRef", "imagePullSecrets"].includes(key);
  const { name } = inputs as { name?: string };
  if (isReference && name !== undefined) return [name];
  return Object.entries(inputs).flatMap(([inner, value]) => referencesIn(value, inner));
}

describe("Every application with all its secrets in a store", () => {
  const applications = applicationNames();
  for (const application of [...applications, "harbor"]) {
    it(`refers to Secrets that the operator makes, and to no others: ${application}`, async () => {
      const { default: file } =
        application === "harbor" ? { default: undefined } : await import(`../../apps/${application}.ts`);
      const inputs = harborInputs({}, { secretStore: EXTERNAL_SECRETS, registryCredentials: REGISTRY });
      const settings = { ...(inputs.settings as Record<string, unknown>) };
      if (file) delete settings.monitoring;
      settings.cluster = { provider: "kubeconfig", storageClasses: { fast: "fast", shared: "shared" } };
      const landed = await land(
        resolve({ ...inputs, application: file ?? inputs.application, settings, secrets: { names: [] } }),
      );
      assert.deepEqual(ofType(landed, SECRET), []);
      const made = new Set(ofType(landed, EXTERNAL_SECRET).map(({ name }) => autoName(name)));
      const asked = new Set(landed.flatMap(({ inputs }) => referencesIn(inputs)));
      assert.deepEqual(
        [...asked].filter((name) => !made.has(name)),
        [],
      );
      const forAlertmanager = application === "harbor" ? [autoName("harbor-monitoring-receivers")] : [];
      assert.deepEqual(
        [...made].filter((name) => !asked.has(name)),
        forAlertmanager,
      );
    });
  }
});
