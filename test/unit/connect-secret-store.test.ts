import assert from "node:assert/strict";
import type { Ask } from "../../cloud/api-server.ts";
import { ClusterError } from "../../cloud/kubeconfig-file.ts";
import { checkSecretStore } from "../../cloud/secrets.ts";
import { EXTERNAL_SECRETS, sealedSecrets, VAULT } from "../support/secret-stores.ts";
import { planOf } from "../support/shop.ts";

const EXTERNAL = "/apis/external-secrets.io/v1";
const SHARED = `${EXTERNAL}/clustersecretstores`;
const OWN = `${EXTERNAL}/namespaces/shop/secretstores`;
const IN_NAMESPACE = { kind: "external-secrets", store: { name: "team", kind: "SecretStore" } };
const SEALED = sealedSecrets(["db", "queue", "session-key"]);

const kinds = (...names: string[]) => ({ resources: names.map((kind) => ({ kind })) });
const named = (...names: string[]) => ({ items: names.map((name) => ({ metadata: { name } })) });

describe("A store of secrets, before anything is made,", () => {
  let answers: Record<string, unknown>;
  let asked: string[];
  beforeEach(() => {
    asked = [];
    answers = {
      "/apis": { groups: [] },
      [EXTERNAL]: kinds("ExternalSecret", "SecretStore", "ClusterSecretStore"),
      "/apis/bitnami.com/v1alpha1": kinds("SealedSecret"),
      [SHARED]: named("local", "corporate"),
      "/api/v1/namespaces/shop": {},
      [OWN]: named("team"),
    };
  });
  const ask = (async (path: string) => {
    asked.push(path);
    return answers[path];
  }) as Ask;
  const check = (secretStore: unknown) =>
    checkSecretStore(
      ask,
      planOf(({ stack }) => (stack.secretStore = secretStore)),
    );
  async function refusal(secretStore: unknown): Promise<string> {
    const error = await check(secretStore).catch((it) => it);
    assert.ok(error instanceof ClusterError);
    return error.message;
  }

  it("is asked for nothing where the stack has none", async () => {
    await check(undefined);
    assert.deepEqual(asked, []);
  });

  for (const store of [EXTERNAL_SECRETS, IN_NAMESPACE, VAULT, SEALED]) {
    it(`is accepted where the cluster has what it needs: ${JSON.stringify(store).slice(0, 60)}`, async () => {
      await check(store);
    });
  }

  it("is refused without External Secrets, by the kinds' names", async () => {
    answers[EXTERNAL] = kinds("SecretStore", "ClusterSecretStore");
    assert.equal(
      await refusal(VAULT),
      `landfall:secretStore: the cluster does not know ExternalSecret (external-secrets.io/v1).
  fix      set landfall:addons.external-secrets: true, or install the External Secrets operator, of a release that serves external-secrets.io/v1, with its Helm chart; or remove landfall:secretStore
  Nothing was created or changed.
`,
    );
  });

  it("is refused without Sealed Secrets", async () => {
    delete answers["/apis/bitnami.com/v1alpha1"];
    assert.equal(
      await refusal(SEALED),
      `landfall:secretStore: the cluster does not know SealedSecret (bitnami.com/v1alpha1).
  fix      set landfall:addons.sealed-secrets: true, or install the Sealed Secrets controller, with its Helm chart; or remove landfall:secretStore
  Nothing was created or changed.
`,
    );
  });

  it("is refused where there is no ClusterSecretStore of that name, with those that there are", async () => {
    assert.equal(
      await refusal({ kind: "external-secrets", store: { name: "corporat" } }),
      `landfall:secretStore.store.name: there is no ClusterSecretStore "corporat".
  allowed  local, corporate
  fix      use one of these, or make it first
  Nothing was created or changed.
`,
    );
  });

  it("is refused where the namespace is there, and its SecretStore is not", async () => {
    answers[OWN] = named();
    assert.equal(
      await refusal(IN_NAMESPACE),
      `landfall:secretStore.store.name: there is no SecretStore "team" in namespace "shop".
  allowed  none
  fix      use one of these, or make it first
  Nothing was created or changed.
`,
    );
    delete answers["/api/v1/namespaces/shop"];
    await check(IN_NAMESPACE);
  });

  it("is not refused for what may not be seen", async () => {
    answers = {};
    for (const store of [EXTERNAL_SECRETS, IN_NAMESPACE, VAULT, SEALED]) await check(store);
  });
});
