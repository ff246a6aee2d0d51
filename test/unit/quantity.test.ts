import assert from "node:assert/strict";
import { compareQuantities, formatBytes, formatCpu, parseQuantity } from "../../config/quantity.ts";

describe("Kubernetes quantities", () => {
  const parsed: [text: string, thousandths: bigint][] = [
    ["0", 0n],
    ["500m", 500n],
    ["2", 2000n],
    ["0.5", 500n],
    ["1.25", 1250n],
    ["0.001", 1n],
    ["1k", 1_000_000n],
    ["1M", 1_000_000_000n],
    ["1G", 1_000_000_000_000n],
    ["1T", 1_000_000_000_000_000n],
    ["1Ki", 1_024_000n],
    ["256Mi", 268_435_456_000n],
    ["1.5Gi", 1_610_612_736_000n],
    ["1Ti", 1_099_511_627_776_000n],
  ];
  for (const [text, thousandths] of parsed) {
    it(`reads ${text} as ${thousandths} thousandths`, () => {
      assert.equal(parseQuantity(text), thousandths);
    });
  }

  for (const text of ["", "m", "10GB", "10 Gi", "-1", "1.2345", "1e3", ".5", "5.", "1gi", "1Gi\n", "NaN"]) {
    it(`refuses ${JSON.stringify(text)} and says what a quantity looks like`, () => {
      assert.throws(() => parseQuantity(text), {
        message: `"${text}" is not a Kubernetes quantity such as 500m, 2, 512Mi or 10Gi`,
      });
    });
  }

  it("writes whole cores as cores and the rest in thousandths", () => {
    assert.deepEqual([0n, 1n, 500n, 1000n, 1500n, 2000n].map(formatCpu), ["0", "1m", "500m", "1", "1500m", "2"]);
  });

  it("writes bytes in the largest binary unit that divides them", () => {
    assert.equal(formatBytes(parseQuantity("768Mi")), "768Mi");
    assert.equal(formatBytes(parseQuantity("12Gi")), "12Gi");
    assert.equal(formatBytes(parseQuantity("1536Mi")), "1536Mi");
    assert.equal(formatBytes(0n), "0Gi");
  });

  it("rounds bytes up, so that a sum is never short", () => {
    assert.equal(formatBytes(1n), "1Mi");
    assert.equal(formatBytes(parseQuantity("1Mi") + 1n), "2Mi");
    assert.equal(formatBytes(parseQuantity("1G")), "954Mi"); // 10^9 / 2^20 = 953.67
  });

  it("compares across units", () => {
    assert.equal(compareQuantities("1", "1000m"), 0);
    assert.equal(compareQuantities("1Gi", "1024Mi"), 0);
    assert.equal(compareQuantities("1G", "1Gi"), -1);
    assert.equal(compareQuantities("501m", "0.5"), 1);
  });

  it("compares exactly where floating point could not", () => {
    assert.equal(compareQuantities("9007199254740993", "9007199254740992"), 1);
  });
});
