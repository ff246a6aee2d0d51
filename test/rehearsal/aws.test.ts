import assert from "node:assert/strict";
import { drillDrain } from "../../local/drills/drain.ts";
import { onStage } from "../../local/drills/stage.ts";
import { Rehearsed } from "../support/rehearsed.ts";

const REGION = "eu-west-1";
const ZONES = ["a", "b", "c"].map((zone) => `${REGION}${zone}`);

/** What AWS calls the versions of a cluster and of its machines. */
const CLUSTER = "aws:eks/cluster:Cluster";
const NODE_GROUP = "aws:eks/nodeGroup:NodeGroup";

/** PyBase in production on EKS with RDS, ElastiCache and S3, by the real engine and on a real API server. */
describe("PyBase on EKS, as Pulumi.eks.yaml has it", function () {
  this.timeout("20m");
  let landed: Rehearsed;
  before(async () => {
    landed = await Rehearsed.land("eks", "cluster.version=1.35");
  });
  after(() => landed?.clear());

  it("runs on machines of the type that the stack asks for, in three zones", async () => {
    assert.deepEqual(await landed.labels("topology.kubernetes.io/zone"), ZONES);
    assert.deepEqual(new Set(await landed.labels("node.kubernetes.io/instance-type")), new Set(["m6i.xlarge"]));
    assert.deepEqual(new Set(await landed.labels("eks.amazonaws.com/capacityType")), new Set(["ON_DEMAND"]));
  });

  it("keeps its volumes on encrypted disks that are made where the pod is", async () => {
    const [claim] = landed.namespace.claims;
    assert.equal(claim?.spec?.storageClassName, "gp3");
  });

  it("tells tiers of the clouds' stores as it does of bundled ones, with TLS and an authority to trust", () => {
    const [instance] = landed.inWorld("aws:rds/instance:Instance");
    const [servers] = landed.inWorld("aws:elasticache/replicationGroup:ReplicationGroup");
    const { DATABASE_URL, REDIS_URL } = landed.secretOf("pybase-api-secret");
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
    const [bucket] = landed.inWorld("aws:s3/bucket:Bucket");
    const config = landed.configOf("pybase-api-config");
    assert.equal(config.S3_BUCKET_NAME, bucket?.id);
    assert.equal(config.S3_ENDPOINT_URL, `https://s3.${REGION}.amazonaws.com`);
    assert.ok(!("S3_ACCESS_KEY" in { ...config, ...landed.secretOf("pybase-api-secret") }));
    const associations = landed
      .inWorld("aws:eks/podIdentityAssociation:PodIdentityAssociation")
      .map(({ inputs }) => `${inputs.namespace}/${inputs.serviceAccount}`);
    assert.deepEqual(associations.sort(), [
      "cluster-autoscaler/cluster-autoscaler",
      "pybase/api",
      "pybase/extraction-worker",
    ]);
  });

  it("lets the API out to the stores' ports in the network, to S3 and to whoever hands out credentials", () => {
    const blocks = landed.egressOf("api");
    assert.deepEqual(blocks, ["0.0.0.0/0 443", "10.0.0.0/16 5432", "10.0.0.0/16 6379", "169.254.170.23/32 80"]);
  });

  it("keeps the passwords out of the state", () => {
    const { DATABASE_URL, REDIS_URL } = landed.secretOf("pybase-api-secret");
    const [postgres, redis] = [DATABASE_URL, REDIS_URL].map((url) => new URL(url as string).password);
    for (const password of [postgres, redis]) assert.equal(password?.length, 32);
    landed.keepsToItself(/pybase-redis-user/, { postgres, redis } as Record<string, string>);
  });

  it("is as the stack has it at the second update", async () => {
    await landed.isAsTheStackHasIt(100);
  });

  it("moves a pod with a disk within its zone when machines are drained", async () => {
    const zonesOfSearch = async () => {
      const parts = await Promise.all(ZONES.map((zone) => landed.tiersOn("topology.kubernetes.io/zone", zone)));
      return ZONES.filter((_, index) => parts[index]?.includes("search"));
    };
    const before = await zonesOfSearch();
    const { outcome, findings } = await onStage(landed.rehearsal, drillDrain);
    assert.deepEqual([outcome, findings.map(({ subject }) => subject)], ["passed", ["search"]]);
    assert.deepEqual([before.length, await zonesOfSearch()], [1, before]);
  });

  it("takes an edit in place", async () => {
    await landed.rehearsal.configure({ "tiers.api.autoscale.max": "12" });
    const { updated, unchanged: _, ...others } = await landed.rehearsal.up();
    assert.deepEqual([others, updated], [{}, 2]);
  });

  it("is upgraded in place: the control plane, the add-ons that go with it, the machines", async () => {
    const identity = landed.inWorld(CLUSTER)[0]?.outputs.createdAt;
    await landed.rehearsal.configure({ "cluster.version": "1.36" });
    const { updated, unchanged: _, ...others } = await landed.rehearsal.up();
    assert.deepEqual(others, {});
    assert.ok((updated as number) >= 3, `${updated} updated`);
    assert.deepEqual(
      [CLUSTER, NODE_GROUP].flatMap((type) => landed.inWorld(type).map(({ inputs }) => inputs.version)),
      ["1.36", "1.36"],
    );
    assert.equal(landed.inWorld(CLUSTER)[0]?.outputs.createdAt, identity);
  });

  it("rolls the machines to another release of their image, and nothing else", async () => {
    await landed.rehearsal.configure({ "cluster.nodeRelease": "1.36.2-20261112" });
    const { unchanged: _, ...changes } = await landed.rehearsal.up();
    assert.deepEqual(changes, { updated: 1 });
    assert.equal(landed.inWorld(NODE_GROUP)[0]?.inputs.releaseVersion, "1.36.2-20261112");
  });

  it("puts a tier on machines of the spot market, and keeps everything else off them", async () => {
    await landed.rehearsal.configure({ "cluster.nodePools.batch.spot": "true" });
    await landed.rehearsal.configure({ "cluster.nodePools.batch.machines[0]": "c6i.2xlarge" });
    await landed.rehearsal.configure({ "cluster.nodePools.batch.machines[1]": "c6a.2xlarge" });
    await landed.rehearsal.configure({ "cluster.nodePools.general.min": "3" });
    await landed.rehearsal.configure({ "tiers.extraction-worker.spot": "required" });
    await landed.rehearsal.up();
    assert.deepEqual(await landed.tiersOn("landfall.dev/pool", "batch"), ["extraction-worker"]);
  });

  it("is kept by AWS until its owner says otherwise, and leaves nothing behind then", async () => {
    await landed.isKeptUntilItsOwnerSaysOtherwise();
  });
});
