import assert from "node:assert/strict";
import { EXTERNAL_SECRETS, sealed, sealedSecrets, VAULT } from "../support/secret-stores.ts";
import { errorOf, planOf, refuses } from "../support/shop.ts";

const NAMES = ["db", "queue", "session-key"];
const kubeseal = (name: string) =>
  `npx pulumi config set --plaintext --path 'landfall:secretStore.values.${name}' "$(printf %s "$SECRET" | kubeseal --raw --scope namespace-wide --namespace shop)" --stack test`;

describe("Of a store of secrets is refused:", () => {
  refuses([
    [
      "a kind that there is not",
      ({ stack }) => (stack.secretStore = { kind: "sealed-secret", values: {} }),
      {
        path: "landfall:secretStore.kind",
        got: "sealed-secret",
        problem: "not one of the allowed values",
        allowed: "external-secrets, vault, sealed-secrets",
        fix: 'did you mean "sealed-secrets"?',
      },
    ],
    [
      "a secret that the application does not have",
      ({ stack }) => (stack.secretStore = { ...EXTERNAL_SECRETS, secrets: ["db", "que"] }),
      {
        path: "landfall:secretStore.secrets",
        got: "que",
        problem: 'there is no secret "que"',
        allowed: "db, queue, session-key",
        fix: 'did you mean "queue"?',
      },
    ],
    [
      "the place of a secret that nobody has",
      ({ stack }) => (stack.secretStore = { ...EXTERNAL_SECRETS, remote: { sessionkey: { key: "shop/session" } } }),
      {
        path: "landfall:secretStore.remote.sessionkey",
        got: "sessionkey",
        problem: 'there is no secret "sessionkey"',
        allowed: "db, queue, session-key",
        fix: 'did you mean "session-key"?',
      },
    ],
    [
      "the place of a secret that does not come from it",
      ({ stack }) =>
        (stack.secretStore = { ...EXTERNAL_SECRETS, secrets: ["db"], remote: { queue: { key: "shop/queue" } } }),
      {
        path: "landfall:secretStore.remote.queue",
        problem: '"queue" is not among landfall:secretStore.secrets',
        allowed: "db",
        fix: "add it there, or remove it here",
      },
    ],
    [
      "a secret that is set in the stack too",
      ({ stack, secrets }) => {
        stack.secretStore = EXTERNAL_SECRETS;
        secrets.names = ["db"];
      },
      {
        path: "landfall:secrets.db",
        problem: "comes from landfall:secretStore already",
        fix: "npx pulumi config rm --path 'landfall:secrets.db' --stack test, or name the others only in landfall:secretStore.secrets",
      },
    ],
    [
      "a version of a secret that is not derived",
      ({ stack }) => {
        stack.secretStore = EXTERNAL_SECRETS;
        stack.secretVersions = { queue: 2 };
      },
      {
        path: "landfall:secretVersions.queue",
        problem: "rotates a derived secret, and this one comes from landfall:secretStore",
        fix: "remove it, and change the value in the store",
      },
    ],
    [
      "a Vault that is asked in the clear",
      ({ stack }) => (stack.secretStore = { ...VAULT, server: "http://vault.vault.svc:8200" }),
      {
        path: "landfall:secretStore.server",
        got: "http://vault.vault.svc:8200",
        problem: "not valid",
        allowed: "an address such as https://vault.example.com:8200",
        fix: "write it in that form",
      },
    ],
    [
      "a Vault without a role",
      ({ stack }) => (stack.secretStore = { kind: "vault", server: VAULT.server, auth: {} }),
      {
        path: "landfall:secretStore.auth.role",
        problem: "is missing",
        allowed: "a string",
        fix: "set it",
      },
    ],
    [
      "a tier with the name of the account that reads from Vault",
      ({ app, stack }) => {
        app.tiers["secret-store"] = app.tiers.jobs;
        stack.secretStore = VAULT;
      },
      {
        path: "apps/shop.ts: tiers.secret-store",
        got: "secret-store",
        problem: "the name is that of the account which reads from Vault",
        fix: "rename the tier",
      },
    ],
    [
      "a refresh interval without a unit",
      ({ stack }) => (stack.secretStore = { ...EXTERNAL_SECRETS, refreshInterval: "60" }),
      {
        path: "landfall:secretStore.refreshInterval",
        got: "60",
        problem: "not valid",
        allowed: "a duration such as 30m or 1h",
        fix: "write it in that form",
      },
    ],
    [
      "a secret that was not sealed, with the command that seals it",
      ({ stack }) => (stack.secretStore = sealedSecrets(["db", "session-key"])),
      {
        path: "landfall:secretStore.values.queue",
        problem: "is missing: the secret, sealed for the cluster",
        fix: kubeseal("queue"),
      },
    ],
    [
      "a password where a sealed value has to be, without repeating it",
      ({ stack }) => (stack.secretStore = { ...sealedSecrets(NAMES), values: { db: "hunter2" } }),
      {
        path: "landfall:secretStore.values.db",
        got: "(not shown)",
        problem: "not valid",
        allowed: "what kubeseal --raw prints",
        fix: "write it in that form",
      },
    ],
    [
      "a password of digits there, likewise",
      ({ stack }) => (stack.secretStore = { ...sealedSecrets(NAMES), values: { db: 12345 } }),
      {
        path: "landfall:secretStore.values.db",
        got: "(not shown)",
        problem: "not valid",
        allowed: "what kubeseal --raw prints",
        fix: "write it in that form",
      },
    ],
    [
      "a stack without a secret, where one is still derived",
      ({ stack, secrets }) => {
        stack.secretStore = { ...EXTERNAL_SECRETS, secrets: ["db", "queue"] };
        secrets.stackSecretLength = undefined;
      },
      {
        path: "landfall:secret",
        problem: "is missing: session-key, which landfall:secretStore.secrets leaves out, would be derived from it",
        allowed: "a secret of 32 characters or more",
        fix: 'npx pulumi config set --secret landfall:secret "$(openssl rand -base64 32)" --stack test',
      },
    ],
  ]);

  it("a sealed value for another namespace's command: the stack's namespace is in it", () => {
    const { mistakes } = errorOf(({ stack }) => {
      stack.namespace = "shop-test";
      stack.secretStore = { kind: "sealed-secrets", values: { db: sealed("db"), queue: sealed("queue") } };
    });
    assert.equal(mistakes[0]?.fix, kubeseal("session-key").replace("--namespace shop)", "--namespace shop-test)"));
  });
});

describe("A store that has every secret", () => {
  for (const store of [EXTERNAL_SECRETS, VAULT, sealedSecrets(NAMES)]) {
    it(`needs no stack secret: ${store.kind}`, () => {
      const { secrets } = planOf(({ stack, secrets }) => {
        stack.secretStore = store;
        secrets.stackSecretLength = undefined;
      });
      assert.ok(secrets.every(({ stored }) => stored));
    });
  }

  it("knows an external datastore's password as well", () => {
    const plan = planOf(({ stack }) => {
      stack.secretStore = { ...EXTERNAL_SECRETS, prefix: "prod/shop", remote: { db: { key: "rds!db-1" } } };
      stack.datastores = { db: { mode: "external", host: "10.0.0.7" } };
    });
    assert.deepEqual(plan.secretStore, {
      kind: "external-secrets",
      store: { name: "local", kind: "ClusterSecretStore" },
      refreshInterval: "1h",
      reloader: false,
      remote: {
        db: { key: "rds!db-1" },
        queue: { key: "prod/shop/queue", property: "password" },
        "session-key": { key: "prod/shop/session-key", property: "password" },
      },
    });
  });
});
