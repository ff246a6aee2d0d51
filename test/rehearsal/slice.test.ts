/**
 * Cells of the matrix that PyBase's landings leave open: each other application, kind of cluster, profile and place. The
 * first always, all by `npm run test:all`.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { silentProgress } from "../../local/progress.ts";
import { allCells, nameOf, settingsOf } from "../../local/rehearsal/matrix.ts";
import { failuresOf, proveStack } from "../../local/rehearsal/proving.ts";
import { Rehearsal } from "../../local/rehearsal/rehearsal.ts";
import { rehearse } from "../../local/rehearsal/sequence.ts";
import { ensureTools } from "../../local/toolchain/toolchain.ts";
import { temporaryDirectory } from "../support/api-server.ts";

const SLICE = [
  "samplemind/eks/dev/managed",
  "mlcf/aks/staging/bundled",
  "thebot/gke/production/external",
  "graphmemory/kubeconfig-aws/staging/managed",
  "samplemind/kubeconfig-azure/production/managed",
];

describe("A cell of the matrix", function () {
  this.timeout("20m");
  for (const name of process.env.LANDFALL_TEST === "all" ? SLICE : SLICE.slice(0, 1)) {
    it(`${name} comes up, changes nothing, is proved, is tuned and goes`, async () => {
      const cell = allCells().find((other) => nameOf(other) === name);
      assert.ok(cell);
      const planned = await settingsOf(cell);
      assert.equal(planned.kind, "possible");
      const { pulumi } = await ensureTools(["pulumi", "pulumi-resource-kubernetes"], silentProgress);
      const { path, remove } = temporaryDirectory();
      const { settings } = planned;
      const rehearsal = await Rehearsal.prepare({
        stack: cell.profile,
        settings,
        directory: join(path, "cell"),
        pulumi,
      });
      try {
        const { proofs } = await rehearse(rehearsal, { act: (_, work) => work(), prove: proveStack });
        assert.deepEqual(failuresOf(proofs), []);
      } finally {
        await rehearsal.ground.clear();
        remove();
      }
    });
  }
});
