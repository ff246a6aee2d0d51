import assert from "node:assert/strict";
import { named, Rehearsed } from "../support/rehearsed.ts";

const REGION = "europe-west4";

/** PyBase in production on GKE with Cloud SQL, Memorystore and Cloud Storage, by the real engine and API server. */
describe("PyBase on GKE, as Pulumi.gke.yaml has it", function () {
  this.timeout("20m");
  let landed: Rehearsed;
  before(async () => {
    landed = await Rehearsed.land("gke");
  });
  after(() => landed?.clear());

  it("runs on machines of the type that the stack asks for, in three zones", async () => {
    assert.deepEqual(
      await landed.labels("topology.kubernetes.io/zone"),
      ["a", "b", "c"].map((zone) => `${REGION}-${zone}`),
    );
    assert.deepEqual(new Set(await landed.labels("node.kubernetes.io/instance-type")), new Set(["e2-standard-4"]));
    const [pool] = landed.inWorld("gcp:container/nodePool:NodePool");
    assert.deepEqual(new Set(await landed.labels("cloud.google.com/gke-nodepool")), new Set([pool?.inputs.name]));
  });

  it("keeps its volumes on balanced disks", () => {
    const claims = landed.namespace.claims.map(({ metadata, spec, status }) => [
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
    const [instance] = landed.inWorld("gcp:sql/databaseInstance:DatabaseInstance");
    const [redis] = landed.inWorld("gcp:redis/instance:Instance");
    const { DATABASE_URL, CELERY_BROKER_URL } = landed.secretOf("pybase-api-secret");
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
    const api = landed.namespace.pods.find(({ metadata }) => metadata?.labels?.["app.kubernetes.io/name"] === "api");
    const mount = api?.spec?.containers[0]?.volumeMounts?.find(({ name }) => name === "store-certificates");
    assert.ok(trusted.startsWith(`${mount?.mountPath}/`), `${trusted} is not in ${mount?.mountPath}`);
    assert.match(landed.configOf("pybase-redis-certificates")["redis.pem"] ?? "", /BEGIN CERTIFICATE/);
  });

  it("signs for Cloud Storage as S3's clients do, with the key of an account that may use one bucket", () => {
    const [bucket] = landed.inWorld("gcp:storage/bucket:Bucket");
    const [key] = landed.inWorld("gcp:storage/hmacKey:HmacKey");
    const { S3_BUCKET_NAME, S3_ENDPOINT_URL, S3_ACCESS_KEY } = landed.configOf("pybase-api-config");
    assert.deepEqual(
      [S3_BUCKET_NAME, S3_ENDPOINT_URL, S3_ACCESS_KEY],
      [bucket?.id, "https://storage.googleapis.com", key?.outputs.accessId],
    );
    assert.equal(landed.secretOf("pybase-api-secret").S3_SECRET_KEY, key?.outputs.secret);
    assert.deepEqual(
      landed.inWorld("gcp:storage/bucketIAMMember:BucketIAMMember").map(({ inputs }) => [inputs.bucket, inputs.member]),
      [[bucket?.id, `serviceAccount:${key?.inputs.serviceAccountEmail}`]],
    );
  });

  it("lets the API out to the stores' ports in their range and to Cloud Storage, and nowhere else", () => {
    const blocks = landed.egressOf("api");
    assert.deepEqual(blocks, ["0.0.0.0/0 443", "10.0.192.0/19 5432", "10.0.192.0/19 6378"]);
  });

  it("lets Google's front ends in, and has a certificate of Google's", async () => {
    const policy = named(landed.namespace.networkPolicies, "api");
    const blocks = (policy.spec?.ingress ?? []).flatMap(({ _from = [] }) => _from.map(({ ipBlock }) => ipBlock?.cidr));
    assert.deepEqual(
      blocks.filter((cidr) => cidr !== undefined),
      ["130.211.0.0/22", "35.191.0.0/16"],
    );
    const [ingress] = landed.namespace.ingresses;
    assert.equal(ingress?.metadata?.annotations?.["networking.gke.io/managed-certificates"], "pybase-certificate");
  });

  it("keeps the passwords out of the state", () => {
    const [redis] = landed.inWorld("gcp:redis/instance:Instance");
    const [key] = landed.inWorld("gcp:storage/hmacKey:HmacKey");
    const database = new URL(landed.secretOf("pybase-api-secret").DATABASE_URL as string).password;
    landed.keepsToItself(/pybase-postgres-instance/, {
      database,
      redis: redis?.outputs.authString as string,
      objects: key?.outputs.secret as string,
    });
  });

  it("is as the stack has it at the second update", async () => {
    await landed.isAsTheStackHasIt(80);
  });

  it("takes an edit, an upgrade and another pool in place", async () => {
    await landed.rehearsal.configure({ "tiers.api.autoscale.max": "12" });
    await landed.rehearsal.configure({ "cluster.version": "1.36" });
    await landed.rehearsal.configure({ "cluster.nodePools.general.min": "3" });
    await landed.rehearsal.configure({ "cluster.nodePools.batch.min": "1" });
    await landed.rehearsal.configure({ "cluster.nodePools.batch.spot": "true" });
    const { unchanged: _, ...changes } = await landed.rehearsal.up();
    assert.deepEqual(changes, { created: 1, updated: 3 });
    const items = await landed.nodes();
    const spot = items.filter(({ metadata }) => metadata?.labels?.["cloud.google.com/gke-spot"] === "true");
    assert.equal(spot.length, 1);
    assert.deepEqual(await landed.tiersOn("cloud.google.com/gke-spot", "true"), []);
  });

  it("puts a tier on spot machines, and a datastore on a pool that it has for itself", async () => {
    await landed.rehearsal.configure({ "tiers.extraction-worker.spot": "required" });
    await landed.rehearsal.configure({ "cluster.nodePools.data.taints[0].key": "data" });
    await landed.rehearsal.configure({ "cluster.nodePools.data.taints[0].effect": "NoSchedule" });
    await landed.rehearsal.configure({ "datastores.search.pool": "data" });
    const { unchanged: _, ...changes } = await landed.rehearsal.up();
    assert.deepEqual(changes, { created: 1, updated: 2 });
    assert.deepEqual(await landed.tiersOn("landfall.dev/pool", "batch"), ["extraction-worker"]);
    assert.deepEqual(await landed.tiersOn("landfall.dev/pool", "data"), ["search"]);
  });

  it("is kept by Google until its owner says otherwise, and leaves nothing behind then", async () => {
    await landed.isKeptUntilItsOwnerSaysOtherwise();
  });
});
