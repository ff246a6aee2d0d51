import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { descendantsOf, killTree, startOf } from "../../local/system-processes.ts";
import { eventually } from "../support/read.ts";

/** Starts another of a group of its own, as Pulumi starts providers, and says its number. */
const PARENT = `
  const child = require("node:child_process").spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
  console.log(child.pid);
  setInterval(() => {}, 1000);`;

describe("A process that is killed with all that it has started", () => {
  it("takes along what has a group of its own", async () => {
    const parent = spawn(process.execPath, ["--eval", PARENT]);
    const [line] = await once(parent.stdout.setEncoding("utf8"), "data");
    const child = Number(line);
    assert.deepEqual(descendantsOf(parent.pid as number), [child]);
    assert.ok(descendantsOf(process.pid).includes(child));
    killTree(parent);
    await once(parent, "close");
    await eventually(
      async () => startOf(child),
      (start) => start === "",
    );
    killTree(parent); // nothing is left to kill
  });
});
