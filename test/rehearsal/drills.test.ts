/** Drills of PyBase in production, and of what they must catch. The slow ones only by `npm run test:all`. */
import assert from "node:assert/strict";
import type { Drill } from "../../local/drills/drill.ts";
import { DRILLS } from "../../local/drills/drills.ts";
import { onStage } from "../../local/drills/stage.ts";
import { failuresOf } from "../../local/rehearsal/proving.ts";
import { Rehearsed } from "../support/rehearsed.ts";

const SLOW = ["load", "zone-loss", "api-server-away"];

describe("A drill of PyBase in production", function () {
  this.timeout("30m");
  let landed: Rehearsed;

  before(async () => {
    landed = await Rehearsed.land("production");
  });
  after(() => landed?.clear());

  const hold = (name: string): Promise<Drill> => onStage(landed.rehearsal, DRILLS[name] as (typeof DRILLS)[string]);

  const isAll = process.env.LANDFALL_TEST === "all";
  for (const name of Object.keys(DRILLS).filter((name) => isAll || !SLOW.includes(name))) {
    it(`${name}: it is withstood, and as it was afterwards`, async () => {
      const drill = await hold(name);
      assert.deepEqual(failuresOf([drill]), []);
      assert.equal(drill.outcome, "passed");
      assert.ok(drill.detail.marks.length > 0);
    });
  }

  it("leaves nothing for an update to do", async () => {
    const { unchanged, ...changed } = await landed.rehearsal.up();
    assert.deepEqual(changed, {});
    assert.ok(unchanged);
  });

  it("catches a budget that lets no pod go", async () => {
    const { policy } = landed.clients;
    const { namespace } = landed.rehearsal.plan;
    await policy.patchNamespacedPodDisruptionBudget({
      name: "frontend",
      namespace,
      body: [
        { op: "remove", path: "/spec/maxUnavailable" },
        { op: "add", path: "/spec/minAvailable", value: "100%" },
      ].filter(({ op }) => op === "add" || landed.namespace.disruptionBudgets.some(hasMaxUnavailable)),
    });
    const { outcome, findings } = await hold("drain");
    assert.equal(outcome, "failed");
    assert.ok(
      findings.some(({ subject, sentence }) => subject.startsWith("frontend-") && /can be drained/.test(sentence)),
    );
  });
});

function hasMaxUnavailable({ metadata, spec }: { metadata?: { name?: string }; spec?: { maxUnavailable?: unknown } }) {
  return metadata?.name === "frontend" && spec?.maxUnavailable !== undefined;
}
