import assert from "node:assert/strict";
import { differences } from "../support/differences.ts";

const made = (name: string, inputs: object = {}) => ({ type: "kubernetes:core/v1:Service", name, inputs });

describe("The difference of two lists of registrations", () => {
  it("is nothing where they are the same in another order", () => {
    assert.deepEqual(differences([made("a"), made("b")], [made("b"), made("a")]), []);
  });

  it("names what is gone, what is new, and what changed with its path, before and after", () => {
    const expected = [made("a", { ports: [80, 81], gone: true }), made("b")];
    const actual = [made("a", { ports: [80, 82, 83] }), made("c")];
    assert.deepEqual(differences(expected, actual), [
      "  ~ a (Service) inputs.ports[1]: 81 -> 82",
      "  ~ a (Service) inputs.ports[2]: undefined -> 83",
      "  ~ a (Service) inputs.gone: true -> undefined",
      "  - b (Service)",
      "  + c (Service)",
    ]);
  });

  it("stays short however much changed", () => {
    const many = Array.from({ length: 50 }, (_, index) => made(`s${index}`));
    const lines = differences(many, []);
    assert.equal(lines.length, 21);
    assert.equal(lines.at(-1), "  and 30 more");
  });
});
