/** The engine ends before its work does. */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Inventory } from "../../local/drills/inventory.ts";
import { sharedCluster } from "../support/cluster.ts";
import { ENGINE } from "./support/faults.ts";
import { Ground, UP } from "./support/ground.ts";
import { pier } from "./support/pier.ts";
import { assertTold, putRight, survive } from "./support/survive.ts";
import { landWhole, spread, strike } from "./support/sweep.ts";

const DESTROY = ["destroy", "--yes", "--skip-preview", "--stack", "dev"] as const;
/** Of a file, in 512-byte blocks: less than the state of what stands. */
const ROOM = 120;

describe("A fault of the engine:", function () {
  this.timeout("20m");
  let ground: Ground;
  let whole: Inventory;
  before(async () => {
    ground = await Ground.open(await sharedCluster(), pier);
    whole = await ground.land("pier-engine");
  });
  after(() => ground?.close());

  const locks = () => {
    const folder = join(ground.stack.directory, ".landfall/state/.pulumi/locks");
    return existsSync(folder)
      ? readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".json"))
      : [];
  };

  survive(ENGINE, {
    interrupted: async (fault) => {
      const before = await ground.inventory();
      ground.edit();
      ground.proxy.beginAnew();
      const { code, output } = await ground.stack.interrupt(UP, () => ground.written(1));
      assert.notEqual(code, 0, output);
      assertTold(fault, output);
      assert.deepEqual(locks(), []);
      await putRight(ground, fault, whole, before);
    },

    "two-updates": async (fault) => {
      const before = await ground.inventory();
      ground.edit();
      ground.proxy.beginAnew();
      let second: Promise<void> | undefined;
      ground.proxy.fault = ({ write }) => {
        if (write !== 1) return undefined;
        second = (async () => {
          const { code, output } = await ground.stack.run(...UP);
          assert.notEqual(code, 0, output);
          assertTold(fault, output);
          const recovery = await ground.recover();
          assert.equal(recovery.code, 1, recovery.output);
          assert.match(
            recovery.output,
            /dev is being updated by .*, process \d+\.\n {2}fix {6}wait until that has ended/,
          );
        })();
        return { kind: "late", until: second };
      };
      const first = await ground.stack.run(...UP);
      await second;
      assert.equal(first.code, 0, first.output);
      await putRight(ground, fault, whole, before);
    },

    "disk-full": async (fault) => {
      const before = await ground.inventory();
      ground.edit();
      const { code, output } = await ground.stack.runWithin(ROOM, ...UP);
      assert.notEqual(code, 0, output);
      assertTold(fault, output);
      await putRight(ground, fault, whole, before);
    },

    "killed-destroy": async (fault) => {
      ground.proxy.beginAnew();
      await ground.stack.leave(DESTROY, () => ground.written(1));
      await destroyed(fault.remedy);
    },

    "interrupted-destroy": async (fault) => {
      ground.proxy.beginAnew();
      const { output } = await ground.stack.interrupt(DESTROY, () => ground.written(1));
      assertTold(fault, output);
      await destroyed(fault.remedy);
    },
  });

  /** The teardown that was cut short is done again, and nothing is left; then the stack lands anew. */
  async function destroyed(remedy: string): Promise<void> {
    assert.equal(remedy, "destroy");
    ground.proxy.beginAnew();
    const { code, output } = await ground.stack.runCommand("local/destroy.ts", "dev", "--yes");
    assert.equal(code, 0, output);
    assert.deepEqual([...(await ground.inventory()).keys()], []);
    await ground.stack.up();
  }
});

describe("The engine is killed at a write of PyBase's first update:", function () {
  this.timeout("20m");
  const COUNT = 5;
  let ground: Ground;
  before(async () => {
    ground = await Ground.open(await sharedCluster());
  });
  after(() => ground?.close());

  it(`${COUNT} of them, a good way from each other; npm run recover puts the stack right`, async () => {
    const { whole, writes } = await landWhole(ground, "pybase-whole");
    for (const write of spread(writes).slice(0, COUNT)) {
      const { what, wrong } = await strike(ground, whole, "killed", write);
      assert.deepEqual(wrong, [], `killed at write ${write}, ${what}`);
    }
  });
});
