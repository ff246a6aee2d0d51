import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { mock } from "node:test";
import { terminalProgress } from "../../local/progress.ts";

describe("Progress that nobody watches live", () => {
  beforeEach(() => mock.timers.enable({ apis: ["Date", "setInterval"] }));
  afterEach(() => mock.timers.reset());

  /** What a step writes that ends with `words` after so many seconds. */
  function written(words: string, seconds: number): string {
    const stream = new PassThrough();
    const step = terminalProgress(stream as unknown as NodeJS.WriteStream).step("Machines");
    for (let second = 0; second < seconds; second++) mock.timers.tick(1000);
    step.done(words);
    return String(stream.read());
  }

  it("says how long a step took behind its title, and not behind what else there is to say", () => {
    assert.equal(written("Machines: 3\n  ! one is small", 2), "• Machines\n✓ Machines: 3 (2 s)\n  ! one is small\n");
  });

  it("says now and then that a step goes on", () => {
    assert.equal(
      written("Machines", 65),
      "• Machines\n• Machines (30 s)\n• Machines (1 min 0 s)\n✓ Machines (1 min 5 s)\n",
    );
  });

  it("says nothing of how long it took where it took no time", () => {
    assert.equal(written("Machines", 0), "• Machines\n✓ Machines\n");
  });
});
