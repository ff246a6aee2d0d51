import assert from "node:assert/strict";
import { allCells, nameOf, settingsOf } from "../../local/rehearsal/matrix.ts";
import { planOf } from "../../local/rehearsal/stack-file.ts";
import type { Registration } from "../support/mocks.ts";
import { land } from "../support/pybase.ts";

interface Named {
  name?: string;
  namespace?: string;
}
const metadataOf = ({ inputs }: Registration) => (inputs.metadata ?? {}) as Named;
const bundled = allCells().filter(({ provider, mode }) => provider === "kubeconfig" && mode === "bundled");

describe("Names of objects", () => {
  for (const cell of bundled) {
    it(`of ${nameOf(cell)} are fixed, but for what pods read, and none is given twice`, async () => {
      const planned = await settingsOf(cell);
      assert.equal(planned.kind, "possible");
      const { plan } = await planOf(planned.settings, cell.profile);
      const objects = (await land(plan)).filter(
        ({ type, inputs }) => type.startsWith("kubernetes:") && inputs.metadata,
      );
      const completed = objects.filter((object) => metadataOf(object).name === undefined);
      assert.deepEqual([...new Set(completed.map(({ type }) => type.split(":").at(-1)))].sort(), [
        "ConfigMap",
        "Secret",
      ]);
      const names = objects.flatMap((object) => {
        const { namespace, name } = metadataOf(object);
        return name === undefined ? [] : [`${object.type} ${namespace}/${name}`];
      });
      assert.deepEqual(
        names.filter((name, index) => names.indexOf(name) !== index),
        [],
      );
    });
  }
});
