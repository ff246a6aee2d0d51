import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ControlPlanes } from "../../local/emulators/control-planes.ts";
import { Emulator } from "../../local/emulators/emulator.ts";
import { CloudFaults, GivenUp } from "../../local/emulators/faults.ts";
import type { CloudEmulator, Rules } from "../../local/emulators/rules.ts";
import { UNKNOWN } from "../../local/emulators/sdk.ts";
import { World } from "../../local/emulators/world.ts";

const VPC = "aws:ec2/vpc:Vpc";
const SUBNET = "aws:ec2/subnet:Subnet";
const BUCKET = "aws:s3/bucket:Bucket";
const CLUSTER = "aws:eks/cluster:Cluster";

/** A cloud of three types, of which nothing is special. */
const rules: Record<string, Rules> = {
  [VPC]: {
    immutable: ["cidrBlock"],
    check: ({ cidrBlock }) => (cidrBlock === "bad" ? [{ property: "cidrBlock", reason: "is bad" }] : []),
    create: (_, { world }) => ({ id: `vpc-${world.unique(4)}`, outputs: { arn: "arn" } }),
  },
  [SUBNET]: {
    references: { vpcId: { to: VPC } },
    create: (_, { world }) => ({ id: `subnet-${world.unique(4)}`, outputs: {} }),
  },
  [BUCKET]: {
    autoname: { property: "bucket", maxLength: 20 },
    create: ({ bucket }) => ({ id: bucket as string, outputs: { arn: `arn:aws:s3:::${bucket}` } }),
  },
};
const cloud: CloudEmulator = {
  cloud: "aws",
  checkSettings: () => [],
  resources: rules,
  functions: { "aws:index/getRegion:getRegion": (_, { settings }) => ({ name: settings.region }) },
  common: ({ tags = {} }) => ({ tagsAll: tags }),
};

describe("An emulated cloud", () => {
  const directory = mkdtempSync(join(tmpdir(), "landfall-world-"));
  const open = () => new Emulator(cloud, new World(join(directory, "aws.json")), new ControlPlanes(directory));
  const emulator = open();
  const urn = (type: string, name = "thing") =>
    `urn:pulumi:production::landfall::landfall:aws:Network$${type}::${name}`;
  const says = (type: string, inputs: Record<string, unknown>) =>
    emulator.check(urn(type), undefined, inputs).failures.map(({ property, reason }) => `${property} ${reason}`);
  after(() => rmSync(directory, { recursive: true }));
  emulator.configure({ region: "eu-west-1" });

  it("refuses what the SDK does not know, and what the rehearsal has no rules for", () => {
    assert.deepEqual(says("aws:ec2/vcp:Vcp", {}), [" aws has no resource type aws:ec2/vcp:Vcp"]);
    assert.deepEqual(says("aws:sqs/queue:Queue", {}), [
      " the rehearsal knows no rules for aws:sqs/queue:Queue yet; they belong into local/emulators/aws",
    ]);
    assert.deepEqual(says(VPC, { cidrBlok: "10.0.0.0/16" })[0]?.slice(0, 28), "cidrBlok is no property here");
  });

  it("checks before it is made what is all known, and leaves the rest for then", () => {
    assert.deepEqual(says(VPC, { cidrBlock: "bad" }), ["cidrBlock is bad"]);
    assert.deepEqual(says(VPC, { cidrBlock: UNKNOWN }), []);
    assert.deepEqual(says(VPC, { cidrBlock: "bad", ipv4IpamPoolId: UNKNOWN }), []);
  });

  it("names what has no name, once, and within the cloud's limit", () => {
    const { inputs } = emulator.check(urn(BUCKET, "a-rather-long-name-for-a-bucket"), undefined, {});
    assert.match(inputs.bucket as string, /^a-rather-lon-[0-9a-f]{7}$/);
    assert.deepEqual(emulator.check(urn(BUCKET), inputs, {}).inputs, inputs);
    assert.deepEqual(emulator.check(urn(BUCKET), inputs, { bucket: "mine" }).inputs, { bucket: "mine" });
  });

  it("shows before it is made what will be known of it", () => {
    const outputs = emulator.preview(urn(VPC), { cidrBlock: "10.0.0.0/16" });
    assert.equal(outputs.cidrBlock, "10.0.0.0/16");
    assert.equal(outputs.arn, UNKNOWN);
    const { vpcConfig } = emulator.preview(urn(CLUSTER), { vpcConfig: { subnetIds: ["subnet-1"] } });
    const { subnetIds, clusterSecurityGroupId, endpointPublicAccess } = vpcConfig as Record<string, unknown>;
    assert.deepEqual([subnetIds, clusterSecurityGroupId, endpointPublicAccess], [["subnet-1"], UNKNOWN, undefined]);
  });

  it("makes nothing that names what is not there", async () => {
    const made = emulator.create(urn(SUBNET), { vpcId: "vpc-none", cidrBlock: "10.0.0.0/24" });
    await assert.rejects(made, /NotFound: vpcId names vpc-none/);
  });

  it("keeps what it made for the next one who asks", async () => {
    const { id, outputs } = await emulator.create(urn(VPC), { cidrBlock: "10.0.0.0/16", tags: { a: "b" } });
    assert.deepEqual(outputs, { cidrBlock: "10.0.0.0/16", tags: { a: "b" }, tagsAll: { a: "b" }, arn: "arn" });
    assert.deepEqual(open().read(urn(VPC), id)?.outputs, outputs);
  });

  it("deletes nothing that is still used", async () => {
    const vpc = await emulator.create(urn(VPC), { cidrBlock: "10.1.0.0/16" });
    const subnet = await emulator.create(urn(SUBNET), { vpcId: vpc.id, cidrBlock: "10.1.0.0/24" });
    await assert.rejects(emulator.remove(urn(VPC), vpc.id), /DependencyViolation: .* is still used by subnet-/);
    await emulator.remove(urn(SUBNET), subnet.id);
    await emulator.remove(urn(VPC), vpc.id);
    assert.equal(emulator.read(urn(VPC), vpc.id), undefined);
  });

  it("tells a change in place from one that makes the resource anew", () => {
    const before = { cidrBlock: "10.0.0.0/16", tags: { a: "1", b: "2" } };
    assert.deepEqual(emulator.diff(urn(VPC), before, { cidrBlock: "10.1.0.0/16", tags: { a: "1", c: "3" } }), [
      { path: "cidrBlock", kind: "update", replaces: true },
      { path: "tags.b", kind: "delete", replaces: false },
      { path: "tags.c", kind: "add", replaces: false },
    ]);
    assert.deepEqual(emulator.diff(urn(VPC), before, structuredClone(before)), []);
  });

  it("answers the functions that it knows, and says which it does not", async () => {
    assert.deepEqual(await emulator.invoke("aws:index/getRegion:getRegion", {}), { name: "eu-west-1" });
    await assert.rejects(emulator.invoke("aws:index/getNothing:getNothing", {}), /aws has no function/);
    await assert.rejects(emulator.invoke("aws:index/getPartition:getPartition", {}), /does not know .* yet/);
    await assert.rejects(emulator.invoke("aws:index/getRegion:getRegion", { regoin: "x" }), /regoin: is no property/);
  });

  it("does not make what a fault befalls, as often as it does", async () => {
    const faults = new CloudFaults(join(directory, "aws.faults"));
    const world = new World(join(directory, "faulty.json"));
    const faulty = new Emulator(cloud, world, new ControlPlanes(directory), faults);
    const make = () => faulty.create(urn(VPC), { cidrBlock: "10.0.0.0/16" });
    faults.set([{ type: VPC, error: "RequestLimitExceeded", times: 2 }]);
    await assert.rejects(make, { message: "RequestLimitExceeded" });
    await assert.rejects(make, { message: "RequestLimitExceeded" });
    assert.deepEqual(world.all(VPC), []);
    await make();
    assert.equal(world.all(VPC).length, 1);
  });

  it("has made what its provider gave up on, and says so with what it is", async () => {
    const faults = new CloudFaults(join(directory, "aws.faults"));
    const world = new World(join(directory, "given-up.json"));
    const faulty = new Emulator(cloud, world, new ControlPlanes(directory), faults);
    faults.set([{ type: BUCKET, error: "timeout", times: 1, isMade: true }]);
    await assert.rejects(
      () => faulty.create(urn(BUCKET), { bucket: "mine" }),
      (error: Error) => {
        assert.ok(error instanceof GivenUp);
        assert.deepEqual([error.message, error.id, error.inputs], ["timeout", "mine", { bucket: "mine" }]);
        return true;
      },
    );
    assert.equal(world.all(BUCKET).length, 1);
  });
});
