import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Entity } from "../../local/emulators/rules.ts";
import { silentProgress } from "../../local/progress.ts";
import { Rehearsal } from "../../local/rehearsal/rehearsal.ts";
import { readSettings } from "../../local/rehearsal/stack-file.ts";
import { ensureTools } from "../../local/toolchain/toolchain.ts";
import { temporaryDirectory } from "../support/api-server.ts";
import { type Clients, clientsFor, readNamespace } from "../support/read.ts";

const REGION = "europe-west4";

/** PyBase in production on GKE with Cloud SQL, Memorystore and Cloud Storage, by the real engine and API server. */
describe("PyBase on GKE, as Pulumi.gke.yaml has it", function () {
  this.timeout("20m");
  const directory = temporaryDirectory();
  let rehearsal: Rehearsal;
  let clients: Clients;
  let namespace: Awaited<ReturnType<typeof readNamespace>>;

  const inWorld = (type: string) => {
    const world = readFileSync(join(directory.path, "world", "gcp.json"), "utf8");
    return (JSON.parse(world) as { entities: Entity[] }).entities.filter((entity) => entity.type === type);
  };
  const secretOf = (name: string) =>
    Object.fromEntries(
      Object.entries(namespace.secrets.find(({ metadata }) => metadata?.name?.startsWith(name))?.data ?? {}).map(
        ([key, value]) => [key, Buffer.from(value, "base64").toString()],
      ),
    );
  const configOf = (name: string) =>
    namespace.configMaps.find(({ metadata }) => metadata?.name?.startsWith(name))?.data ?? {};

  before(async () => {
    const { pulumi } = await ensureTools(["pulumi", "pulumi-resource-kubernetes"], silentProgress);
    const settings = readSettings(".", "gke");
    rehearsal = await Rehearsal.prepare({ stack: "gke", settings, directory: directory.path, pulumi });
    await rehearsal.up();
    const [cluster] = inWorld("gcp:container/cluster:Cluster");
    clients = clientsFor(join(directory.path, "world", "clusters", `${cluster?.inputs.name}.kubeconfig`));
    namespace = await readNamespace(clients, "pybase");
  });
  after(async () => {
    await rehearsal?.clear();
    directory.remove();
  });

  it("runs on machines of the type that the stack asks for, in three zones", async () => {
    const { items } = await clients.core.listNode();
    const label = (name: string) => items.map(({ metadata }) => metadata?.labels?.[name]).sort();
    assert.deepEqual(
      label("topology.kubernetes.io/zone"),
      ["a", "b", "c"].map((zone) => `${REGION}-${zone}`),
    );
    assert.deepEqual(new Set(label("node.kubernetes.io/instance-type")), new Set(["e2-standard-4"]));
    const [pool] = inWorld("gcp:container/nodePool:NodePool");
    assert.deepEqual(new Set(label("cloud.google.com/gke-nodepool")), new Set([pool?.inputs.name]));
  });

  it("keeps its volumes on balanced disks", () => {
    const claims = namespace.claims.map(({ metadata, spec, status }) => [
      metadata?.name,
      spec?.storageClassName,
      status?.phase,
    ]);
    // The copies' volume is made with the first of them.
    assert.deepEqual(claims.sort(), [
      ["data-search-0", "balanced", "Bound"],
      ["search-backup", "balanced", "Pending"],
    ]);
  });

  it("tells tiers of Google's stores as it does of bundled ones, with TLS and an authority to trust", async () => {
    const [instance] = inWorld("gcp:sql/databaseInstance:DatabaseInstance");
    const [redis] = inWorld("gcp:redis/instance:Instance");
    const { DATABASE_URL, CELERY_BROKER_URL } = secretOf("pybase-api-secret");
    const database = new URL(DATABASE_URL as string);
    assert.deepEqual(
      [database.hostname, database.port, database.search],
      [
        instance?.outputs.privateIpAddress,
        "5432",
        "?sslmode=verify-ca&sslrootcert=/etc/landfall/certificates/postgres.pem",
      ],
    );
    const broker = new URL(CELERY_BROKER_URL as string);
    assert.deepEqual(
      [broker.protocol, broker.host, broker.pathname, broker.password],
      ["rediss:", `${redis?.outputs.host}:6378`, "/1", redis?.outputs.authString],
    );
    const trusted = broker.searchParams.get("ssl_ca_certs") as string;
    const api = namespace.pods.find(({ metadata }) => metadata?.labels?.["app.kubernetes.io/name"] === "api");
    const mount = api?.spec?.containers[0]?.volumeMounts?.find(({ name }) => name === "store-certificates");
    assert.ok(trusted.startsWith(`${mount?.mountPath}/`), `${trusted} is not in ${mount?.mountPath}`);
    assert.match(configOf("pybase-redis-certificates")["redis.pem"] ?? "", /BEGIN CERTIFICATE/);
  });

  it("signs for Cloud Storage as S3's clients do, with the key of an account that may use one bucket", () => {
    const [bucket] = inWorld("gcp:storage/bucket:Bucket");
    const [key] = inWorld("gcp:storage/hmacKey:HmacKey");
    const { S3_BUCKET_NAME, S3_ENDPOINT_URL, S3_ACCESS_KEY } = configOf("pybase-api-config");
    assert.deepEqual(
      [S3_BUCKET_NAME, S3_ENDPOINT_URL, S3_ACCESS_KEY],
      [bucket?.id, "https://storage.googleapis.com", key?.outputs.accessId],
    );
    assert.equal(secretOf("pybase-api-secret").S3_SECRET_KEY, key?.outputs.secret);
    assert.deepEqual(
      inWorld("gcp:storage/bucketIAMMember:BucketIAMMember").map(({ inputs }) => [inputs.bucket, inputs.member]),
      [[bucket?.id, `serviceAccount:${key?.inputs.serviceAccountEmail}`]],
    );
  });

  it("lets the API out to the stores' ports in their range and to Cloud Storage, and nowhere else", () => {
    const policy = namespace.networkPolicies.find(({ metadata }) => metadata?.name?.startsWith("pybase-api-network"));
    const blocks = (policy?.spec?.egress ?? []).flatMap(({ to = [], ports = [] }) =>
      to.flatMap(({ ipBlock }) => (ipBlock ? [`${ipBlock.cidr} ${ports.map(({ port }) => port).join(",")}`] : [])),
    );
    assert.deepEqual(blocks.sort(), ["0.0.0.0/0 443", "10.0.192.0/19 5432", "10.0.192.0/19 6378"]);
  });

  it("lets Google's front ends in, and has a certificate of Google's", async () => {
    const policy = namespace.networkPolicies.find(({ metadata }) => metadata?.name?.startsWith("pybase-api-network"));
    const blocks = (policy?.spec?.ingress ?? []).flatMap(({ _from = [] }) => _from.map(({ ipBlock }) => ipBlock?.cidr));
    assert.deepEqual(
      blocks.filter((cidr) => cidr !== undefined),
      ["130.211.0.0/22", "35.191.0.0/16"],
    );
    const [ingress] = namespace.ingresses;
    assert.equal(ingress?.metadata?.annotations?.["networking.gke.io/managed-certificates"], "pybase-certificate");
  });

  it("keeps the passwords out of the state", () => {
    const [redis] = inWorld("gcp:redis/instance:Instance");
    const [key] = inWorld("gcp:storage/hmacKey:HmacKey");
    const database = new URL(secretOf("pybase-api-secret").DATABASE_URL as string).password;
    const state = readdirSync(join(directory.path, "state"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
      .join("");
    assert.match(state, /pybase-postgres-instance/);
    for (const password of [database, redis?.outputs.authString, key?.outputs.secret] as string[]) {
      assert.ok(password.length >= 32 && !state.includes(password));
    }
  });

  it("is as the stack has it at the second update", async () => {
    const { unchanged, ...changed } = await rehearsal.up();
    assert.deepEqual(changed, {});
    assert.ok((unchanged as number) > 80);
  });

  it("takes an edit, an upgrade and another pool in place", async () => {
    await rehearsal.configure("tiers.api.autoscale.max", "12");
    await rehearsal.configure("cluster.version", "1.36");
    await rehearsal.configure("cluster.nodePools.general.min", "3");
    await rehearsal.configure("cluster.nodePools.batch.min", "1");
    await rehearsal.configure("cluster.nodePools.batch.spot", "true");
    const { unchanged: _, ...changes } = await rehearsal.up();
    assert.deepEqual(changes, { created: 1, updated: 3 });
    const { items } = await clients.core.listNode();
    const spot = items.filter(({ metadata }) => metadata?.labels?.["cloud.google.com/gke-spot"] === "true");
    assert.equal(spot.length, 1);
  });

  it("is kept by Google until its owner says otherwise, and leaves nothing behind then", async () => {
    await assert.rejects(rehearsal.destroy(), /protected|protect/);
    await rehearsal.unprotect();
    await rehearsal.destroy();
    assert.deepEqual(Object.values(rehearsal.leftovers()).flat(), []);
  });
});
