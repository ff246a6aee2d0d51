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

const REGION = "eu-west-1";

/** PyBase in production on EKS with RDS, ElastiCache and S3, by the real engine and on a real API server. */
describe("PyBase on EKS, as Pulumi.eks.yaml has it", function () {
  this.timeout("20m");
  const directory = temporaryDirectory();
  let rehearsal: Rehearsal;
  let clients: Clients;
  let namespace: Awaited<ReturnType<typeof readNamespace>>;

  const world = () =>
    (JSON.parse(readFileSync(join(directory.path, "world", "aws.json"), "utf8")) as { entities: Entity[] }).entities;
  const inWorld = (type: string) => world().filter((entity) => entity.type === type);
  const decoded = (name: string) =>
    Object.fromEntries(
      Object.entries(namespace.secrets.find(({ metadata }) => metadata?.name?.startsWith(name))?.data ?? {}).map(
        ([key, value]) => [key, Buffer.from(value, "base64").toString()],
      ),
    );

  before(async () => {
    const { pulumi } = await ensureTools(["pulumi", "pulumi-resource-kubernetes"], silentProgress);
    const settings = readSettings(".", "eks");
    rehearsal = await Rehearsal.prepare({ stack: "eks", settings, directory: directory.path, pulumi });
    await rehearsal.up();
    clients = clientsFor(join(directory.path, "world", "clusters", "pybase-production.kubeconfig"));
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
      ["a", "b", "c"].map((zone) => `${REGION}${zone}`),
    );
    assert.deepEqual(new Set(label("node.kubernetes.io/instance-type")), new Set(["m6i.xlarge"]));
    assert.deepEqual(new Set(label("eks.amazonaws.com/capacityType")), new Set(["ON_DEMAND"]));
  });

  it("keeps its volumes on encrypted disks that are made where the pod is", async () => {
    const [claim] = namespace.claims;
    assert.equal(claim?.spec?.storageClassName, "gp3");
  });

  it("tells tiers of the clouds' stores as it does of bundled ones, with TLS and an authority to trust", () => {
    const [instance] = inWorld("aws:rds/instance:Instance");
    const [servers] = inWorld("aws:elasticache/replicationGroup:ReplicationGroup");
    const { DATABASE_URL, REDIS_URL } = decoded("pybase-api-secret");
    const database = new URL(DATABASE_URL as string);
    assert.equal(database.hostname, instance?.outputs.address);
    assert.deepEqual(Object.fromEntries(database.searchParams), {
      sslmode: "verify-full",
      sslrootcert: "/etc/landfall/certificates/postgres.pem",
    });
    const redis = new URL(REDIS_URL as string);
    assert.deepEqual(
      [redis.protocol, redis.username, redis.hostname],
      ["rediss:", "app", servers?.outputs.primaryEndpointAddress],
    );
  });

  it("asks S3 as who it is: a bucket and an address, and no key", () => {
    const [bucket] = inWorld("aws:s3/bucket:Bucket");
    const config = namespace.configMaps.find(({ metadata }) => metadata?.name?.startsWith("pybase-api-config"))?.data;
    assert.equal(config?.S3_BUCKET_NAME, bucket?.id);
    assert.equal(config?.S3_ENDPOINT_URL, `https://s3.${REGION}.amazonaws.com`);
    assert.ok(!("S3_ACCESS_KEY" in { ...config, ...decoded("pybase-api-secret") }));
    const associations = inWorld("aws:eks/podIdentityAssociation:PodIdentityAssociation").map(
      ({ inputs }) => `${inputs.namespace}/${inputs.serviceAccount}`,
    );
    assert.deepEqual(associations.sort(), ["kube-system/cluster-autoscaler", "pybase/api", "pybase/extraction-worker"]);
  });

  it("lets the API out to the stores' ports in the network, to S3 and to whoever hands out credentials", () => {
    const policy = namespace.networkPolicies.find(({ metadata }) => metadata?.name?.startsWith("pybase-api-network"));
    const blocks = (policy?.spec?.egress ?? []).flatMap(({ to = [], ports = [] }) =>
      to.flatMap(({ ipBlock }) => (ipBlock ? [`${ipBlock.cidr} ${ports.map(({ port }) => port).join(",")}`] : [])),
    );
    assert.deepEqual(blocks.sort(), ["0.0.0.0/0 443", "10.0.0.0/16 5432", "10.0.0.0/16 6379", "169.254.170.23/32 80"]);
  });

  it("keeps the passwords out of the state", () => {
    const { DATABASE_URL, REDIS_URL } = decoded("pybase-api-secret");
    const passwords = [DATABASE_URL, REDIS_URL].map((url) => new URL(url as string).password);
    const state = readdirSync(join(directory.path, "state"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
      .join("");
    assert.match(state, /pybase-redis-user/);
    for (const password of passwords) assert.ok(password.length === 32 && !state.includes(password));
  });

  it("is as the stack has it at the second update", async () => {
    const { unchanged, ...changed } = await rehearsal.up();
    assert.deepEqual(changed, {});
    assert.ok((unchanged as number) > 100);
  });

  it("takes an edit in place", async () => {
    await rehearsal.configure("tiers.api.autoscale.max", "12");
    const { updated, unchanged: _, ...others } = await rehearsal.up();
    assert.deepEqual([others, updated], [{}, 2]);
  });

  it("is kept by AWS until its owner says otherwise, and leaves nothing behind then", async () => {
    await assert.rejects(rehearsal.destroy(), /protected|protect/);
    await rehearsal.unprotect();
    await rehearsal.destroy();
    assert.deepEqual(Object.values(rehearsal.leftovers()).flat(), []);
  });
});
