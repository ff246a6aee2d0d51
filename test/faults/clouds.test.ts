/** A cloud does not make what it is asked for, or does not say so. */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { CloudFaults } from "../../local/emulators/faults.ts";
import { World } from "../../local/emulators/world.ts";
import { makeHome } from "../../local/rehearsal/stand-ins.ts";
import { temporaryDirectory } from "../support/api-server.ts";
import { sharedCluster } from "../support/cluster.ts";
import { eventually } from "../support/read.ts";
import { CLOUDS, type Fault } from "./support/faults.ts";
import { Ground, UP } from "./support/ground.ts";
import { pier } from "./support/pier.ts";
import { assertTold, survive } from "./support/survive.ts";

const INSTANCE = "aws:rds/instance:Instance";
const VPC = "vpc-0a1b2c3d4e5f60718";
const SUBNETS = ["subnet-0a1b2c3d4e5f60718", "subnet-0b2c3d4e5f6071829"];

/** A cluster that is there, with a database beside it that AWS runs. */
const besideAws = (cluster: object) => ({
  "landfall:cluster": {
    ...cluster,
    cloud: {
      provider: "aws",
      region: "eu-west-1",
      vpcId: VPC,
      subnetIds: SUBNETS,
      cidrs: ["10.8.0.0/22"],
      clients: { cidrs: ["192.168.0.0/16"] },
    },
  },
  "landfall:datastores": { db: { mode: "managed", size: "small" } },
});

describe("A fault of a cloud:", function () {
  this.timeout("20m");
  const directory = temporaryDirectory();
  const home = join(directory.path, "pulumi");
  const worldDirectory = join(directory.path, "world");
  const faults = new CloudFaults(join(worldDirectory, "aws.faults"));
  let ground: Ground;
  let landings = 0;
  const world = () => new World(join(worldDirectory, "aws.json"));
  before(async () => {
    mkdirSync(worldDirectory);
    makeHome(home, worldDirectory);
    symlinkSync(join(process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "versions"), join(home, "versions"));
    const theirs = world();
    theirs.put({ type: "aws:ec2/vpc:Vpc", id: VPC, inputs: {}, outputs: {}, foreign: true });
    for (const [index, id] of SUBNETS.entries()) {
      const inputs = { vpcId: VPC, availabilityZone: `eu-west-1${"ab"[index]}` };
      theirs.put({ type: "aws:ec2/subnet:Subnet", id, inputs, outputs: inputs, foreign: true });
    }
    ground = await Ground.open(await sharedCluster(), pier, {}, { PULUMI_HOME: home });
    ground.stack.configure(besideAws(ground.landing));
  });
  after(async () => {
    await ground?.close();
    directory.remove();
  });

  const up = () => ground.stack.run(...UP);

  /** From nothing, with a database that the cloud does not make as it is asked. */
  async function befallen(fault: Fault, error: string, more: { times?: number; isMade?: boolean } = {}): Promise<void> {
    await ground.stack.destroy();
    await ground.beginAnew(`pier-${++landings}`);
    faults.set([{ type: INSTANCE, error, times: 1, ...more }]);
    const { code, output } = await up();
    assert.notEqual(code, 0, output);
    assertTold(fault, output);
  }

  /** The database is there once, and nothing is left to do. */
  async function putRight({ remedy }: Fault): Promise<void> {
    const { code, output } = remedy === "recover" ? await ground.recover() : await up();
    assert.equal(code, 0, output);
    await isWell();
  }

  async function isWell(): Promise<void> {
    assert.equal(world().all(INSTANCE).length, 1);
    const preview = await ground.stack.run("preview", "--refresh", "--expect-no-changes", "--stack", "dev");
    assert.equal(preview.code, 0, preview.output);
    assert.equal(ground.pending(), 0);
  }

  survive(CLOUDS, {
    throttling: async (fault) => {
      await befallen(fault, "ThrottlingException: Rate exceeded", { times: 2 });
      await putRight(fault);
    },

    capacity: async (fault) => {
      await befallen(fault, "InsufficientDBInstanceCapacity: the DB instance class is not available in this zone");
      await putRight(fault);
    },

    "cloud-quota": async (fault) => {
      await befallen(fault, "InstanceQuotaExceeded: request would exceed the allowed number of DB instances");
      await putRight(fault);
    },

    consistency: async (fault) => {
      await befallen(fault, "DBSubnetGroupNotFoundFault: DB subnet group does not exist");
      await putRight(fault);
    },

    "given-up": async (fault) => {
      await befallen(fault, "timeout while waiting for state to become 'available'", { isMade: true });
      await putRight(fault);
    },

    "killed-creation": async (fault) => {
      await ground.stack.destroy();
      await ground.beginAnew(`pier-${++landings}`);
      faults.set([{ type: INSTANCE, error: "", times: 1, isMade: true, isSilent: true }]);
      await ground.stack.leave(UP, () =>
        eventually(
          async () => world().all(INSTANCE).length,
          (count) => count === 1,
        ),
      );
      const first = await ground.recover();
      assert.notEqual(first.code, 0, first.output);
      assertTold(fault, first.output);
      const [instance] = world().all(INSTANCE);
      assert.ok(instance);
      const theirs = world();
      theirs.remove(instance);
      await putRight(fault);
    },
  });
});
