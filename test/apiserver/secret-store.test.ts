/** Secrets from a store, through the real engine on an API server with the operators' own kinds. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { clusterConfig, sharedCluster, type TestCluster } from "../support/cluster.ts";
import { eventually, type NamespaceContents, readCustomObjects, readNamespace, the } from "../support/read.ts";
import { EXTERNAL_SECRETS, sealed, sealedSecrets, VAULT } from "../support/secret-stores.ts";
import { TestStack } from "../support/stack.ts";
import { MONITORING, NOTIFICATION_SECRETS } from "../support/watched.ts";

const NAMESPACE = "harbor-stored";
const REGISTRY = { server: "registry.example.com", username: "robot" };
const NAMES = ["db", "cache", "documents", "search", "registry", ...NOTIFICATION_SECRETS];

const KINDS = {
  externalSecrets: { group: "external-secrets.io", version: "v1", plural: "externalsecrets" },
  secretStores: { group: "external-secrets.io", version: "v1", plural: "secretstores" },
  sealedSecrets: { group: "bitnami.com", version: "v1alpha1", plural: "sealedsecrets" },
};

const STORES = [
  { says: "External Secrets", store: EXTERNAL_SECRETS, makes: "externalSecrets" },
  { says: "Vault", store: { ...VAULT, reloader: true }, makes: "externalSecrets" },
  { says: "Sealed Secrets", store: sealedSecrets(NAMES), makes: "sealedSecrets" },
] as const;

const settings = (cluster: TestCluster, store: object) => ({
  "landfall:app": "harbor",
  "landfall:namespace": NAMESPACE,
  "landfall:profile": "staging",
  "landfall:cluster": clusterConfig(cluster),
  "landfall:edge": { kind: "ingress", host: "harbor.localhost", tls: { secretName: "harbor-tls" } },
  "landfall:monitoring": MONITORING,
  "landfall:registryCredentials": REGISTRY,
  "landfall:secretStore": store,
});
const harbor = { "apps/harbor.ts": readFileSync(new URL("../support/harbor.ts", import.meta.url), "utf8") };

/** Secrets that pods get variables, keys or credentials from, each with the key if one is named. */
function askedFor({ deployments, statefulSets }: NamespaceContents): { name?: string; key?: string }[] {
  const pods = [...deployments, ...statefulSets].flatMap(({ spec }) => spec?.template.spec ?? []);
  return pods.flatMap(({ containers, imagePullSecrets = [] }) => [
    ...imagePullSecrets.map(({ name }) => ({ name, key: ".dockerconfigjson" })),
    ...containers.flatMap(({ env = [], envFrom = [] }) => [
      ...envFrom.flatMap(({ secretRef }) => (secretRef ? [{ name: secretRef.name }] : [])),
      ...env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []),
    ]),
  ]);
}

for (const { says, store, makes } of STORES) {
  describe(`An application whose secrets come from ${says}, on a real API server`, function () {
    this.timeout(600_000);
    let cluster: TestCluster;
    let stack: TestStack;
    let created: number;
    let seen: NamespaceContents;
    const list = (kind: keyof typeof KINDS) =>
      readCustomObjects(cluster.clients, { ...KINDS[kind], namespace: NAMESPACE });

    before(async () => {
      cluster = await sharedCluster();
      stack = await new TestStack("test", settings(cluster, store), {}, harbor).create({});
      const changes = await stack.up();
      assert.deepEqual(Object.keys(changes), ["created"]);
      created = changes.created as number;
      seen = await readNamespace(cluster.clients, NAMESPACE);
    });

    after(() => stack?.remove());

    it("has every Secret made by the operator, and none by the program", async () => {
      const objects = await list(makes);
      assert.deepEqual(
        objects.map(({ metadata }) => metadata?.name).sort(),
        seen.secrets.map(({ metadata }) => metadata?.name).sort(),
      );
      for (const { metadata } of seen.secrets) {
        const [owner] = metadata?.ownerReferences ?? [];
        assert.equal(owner?.name, metadata?.name);
        assert.equal(metadata?.labels?.["app.kubernetes.io/managed-by"], "landfall");
      }
    });

    it("has pods that find every Secret and key that they ask for", () => {
      const asked = askedFor(seen);
      assert.ok(asked.length >= 10);
      for (const { name, key } of asked) {
        const secret = seen.secrets.find(({ metadata }) => metadata?.name === name);
        assert.ok(secret, `there is no Secret ${name}`);
        if (key) assert.ok(key in (secret.data ?? {}), `${name} has no ${key}`);
      }
    });

    it("needs no stack secret, and has none in its state", async () => {
      assert.doesNotMatch(readFileSync(stack.stackFile, "utf8"), /landfall:secret:/);
      assert.doesNotMatch(await stack.state(), /"ciphertext"|1b47061264138c4ac30d75fd1eb44270/);
    });

    it("is unchanged by a second update", async () => {
      assert.deepEqual(await stack.up(), { unchanged: created });
    });

    it("rolls the pods of a secret that is told anew, and no others", async () => {
      const told = {
        "External Secrets": { ...store, remote: { db: { key: "elsewhere/db" } } },
        Vault: { ...store, remote: { db: { key: "elsewhere/db" } } },
        "Sealed Secrets": { ...store, values: { ...sealedSecrets(NAMES).values, db: sealed("db", 2) } },
      }[says];
      stack.configure({ "landfall:secretStore": told });
      await stack.up();
      const now = await readNamespace(cluster.clients, NAMESPACE);
      const credentials = (contents: NamespaceContents, component: string) =>
        the(contents.statefulSets, component).spec?.template.spec?.containers[0]?.env?.flatMap(
          ({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? [],
        );
      assert.notDeepEqual(credentials(now, "db"), credentials(seen, "db"));
      assert.deepEqual(credentials(now, "cache"), credentials(seen, "cache"));
      const left = await eventually(
        async () => (await readNamespace(cluster.clients, NAMESPACE)).secrets,
        ({ length }) => length === seen.secrets.length,
      );
      for (const { name } of askedFor(now)) assert.ok(left.some(({ metadata }) => metadata?.name === name));
    });

    it("goes without a trace", async () => {
      await stack.destroy();
      const { items } = await cluster.clients.core.listNamespace();
      assert.ok(!items.some(({ metadata }) => metadata?.name === NAMESPACE));
    });
  });
}

describe("An application with a secret of its own beside those of a store", function () {
  this.timeout(600_000);
  const CANARY = "canary-of-db";
  let cluster: TestCluster;
  let stack: TestStack;

  before(async () => {
    cluster = await sharedCluster();
    const others = { ...EXTERNAL_SECRETS, secrets: NAMES.filter((name) => name !== "db") };
    stack = await new TestStack("test", settings(cluster, others), {}, harbor).create({
      "landfall:secrets.db": CANARY,
    });
  });

  after(() => stack?.remove());

  it("has the canary in Secrets alone, and gives it up when the store has that one too", async () => {
    await stack.up();
    const { secrets, ...others } = await readNamespace(cluster.clients, NAMESPACE);
    const encoded = Buffer.from(CANARY).toString("base64");
    assert.equal(secrets.filter(({ data = {} }) => Object.values(data).includes(encoded)).length, 1);
    for (const text of [JSON.stringify(others), await stack.state()]) {
      for (const form of [CANARY, encoded]) assert.ok(!text.includes(form));
    }

    await stack.succeed("config", "rm", "landfall:secrets");
    stack.configure({ "landfall:secretStore": EXTERNAL_SECRETS });
    await stack.up();
    const now = await readNamespace(cluster.clients, NAMESPACE);
    for (const { metadata } of now.secrets) assert.equal(metadata?.ownerReferences?.[0]?.kind, "ExternalSecret");
    assert.doesNotMatch(await stack.state(), /"ciphertext"/);
  });

  it("goes without a trace", () => stack.destroy());
});
