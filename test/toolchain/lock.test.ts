import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withLock } from "../../local/lock.ts";
import { startOf } from "../../local/system-processes.ts";
import { eventually } from "../support/read.ts";

describe("A lock", function () {
  this.timeout(60_000);
  const root = mkdtempSync(join(tmpdir(), "landfall-lock-"));
  const path = join(root, "it.lock");
  const journal = join(root, "journal");

  beforeEach(() => writeFileSync(journal, ""));
  after(() => rmSync(root, { recursive: true, force: true }));

  /** A process that takes the lock, writes "in", works for so long, writes "out" and lets go. */
  function worker(milliseconds: number) {
    const program = `
      import { appendFileSync } from "node:fs";
      import { withLock } from ${JSON.stringify(new URL("../../local/lock.ts", import.meta.url).href)};
      await withLock(${JSON.stringify(path)}, async () => {
        appendFileSync(${JSON.stringify(journal)}, "in\\n");
        await new Promise((resolve) => setTimeout(resolve, ${milliseconds}));
        appendFileSync(${JSON.stringify(journal)}, "out\\n");
      });`;
    return spawn(process.execPath, ["--input-type=module", "--eval", program], { stdio: "inherit" });
  }

  const ended = (child: ReturnType<typeof worker>) => new Promise((resolve) => child.once("close", resolve));
  const lines = () => readFileSync(journal, "utf8").trim().split("\n");

  it("is held by one process at a time", async () => {
    await Promise.all([1, 2, 3, 4].map(() => ended(worker(100))));
    assert.deepEqual(lines(), ["in", "out", "in", "out", "in", "out", "in", "out"]);
    assert.equal(existsSync(path), false);
  });

  it("of a process that was killed goes to one of those who wait", async () => {
    const killed = worker(600_000);
    await eventually(
      async () => lines(),
      ([first]) => first === "in",
    );
    const waiting = [1, 2, 3].map(() => ended(worker(100)));
    killed.kill("SIGKILL");
    await Promise.all(waiting);
    assert.deepEqual(lines(), ["in", "in", "out", "in", "out", "in", "out"]);
  });

  it("is not taken for a stranger's who has got a dead owner's number", async () => {
    writeFileSync(path, JSON.stringify({ pid: process.pid, started: "long ago" }));
    assert.equal(await withLock(path, async () => "done"), "done");
  });

  it("says whom it waits for, once", async () => {
    const holder = worker(1_000);
    await eventually(
      async () => lines(),
      ([first]) => first === "in",
    );
    const told: number[] = [];
    await withLock(
      path,
      async () => {},
      (pid) => told.push(pid),
    );
    assert.deepEqual(told, [holder.pid]);
  });

  it("is let go where the work fails", async () => {
    await assert.rejects(
      withLock(path, async () => Promise.reject(new Error("no"))),
      /^Error: no$/,
    );
    assert.equal(existsSync(path), false);
  });
});

describe("The start of a process", () => {
  it("is the same each time, and none for one that is not there", () => {
    assert.notEqual(startOf(process.pid), "");
    assert.equal(startOf(process.pid), startOf(process.pid));
    assert.equal(startOf(2 ** 22 + 1), "");
  });
});
