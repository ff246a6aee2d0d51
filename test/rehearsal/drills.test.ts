/** Drills of PyBase in production, and of what they must catch. The slow ones only by `npm run test:all`. */
import assert from "node:assert/strict";
import type { Drill } from "../../local/drills/drill.ts";
import { DRILLS } from "../../local/drills/drills.ts";
import { onStage } from "../../local/drills/stage.ts";
import { failuresOf, proveWhole } from "../../local/rehearsal/proving.ts";
import type { ReportData } from "../../local/report/data.ts";
import { pictureOf } from "../../local/report/picture.ts";
import { writeReport } from "../../local/report/write.ts";
import { temporaryDirectory } from "../support/api-server.ts";
import { Canaries, valuesOf } from "../support/canary.ts";
import { Rehearsed } from "../support/rehearsed.ts";

const SLOW = ["load", "zone-loss", "api-server-away"];

describe("A drill of PyBase in production", function () {
  this.timeout("30m");
  let landed: Rehearsed;

  before(async () => {
    landed = await Rehearsed.land("production");
  });
  after(() => landed?.clear());

  const held: Drill[] = [];
  const hold = (name: string): Promise<Drill> => onStage(landed.rehearsal, DRILLS[name] as (typeof DRILLS)[string]);

  const isAll = process.env.LANDFALL_TEST === "all";
  for (const name of Object.keys(DRILLS).filter((name) => isAll || !SLOW.includes(name))) {
    it(`${name}: it is withstood, and as it was afterwards`, async () => {
      const drill = await hold(name);
      held.push(drill);
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

  it("is told of in a report that has none of the stack's secrets", async () => {
    const { rehearsal, namespace } = landed;
    const { application, cluster } = rehearsal.plan;
    const directory = temporaryDirectory();
    const data: ReportData = {
      ...{ stack: "production", application, provider: cluster.provider, when: new Date().toISOString(), acts: [] },
      ...{ proofs: await proveWhole(rehearsal), drills: held, kinds: await rehearsal.resources() },
      picture: pictureOf(rehearsal.plan),
    };
    writeReport(directory.write("production-pybase.report.json", JSON.stringify(data, undefined, 2)));
    const canaries = new Canaries(valuesOf(namespace.secrets));
    assert.deepEqual(canaries.below(directory.path, { fewest: 2 }), []);
    directory.remove();
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
