/** A fault as a test: provoked, told, and put right by what the table says. */
import assert from "node:assert/strict";
import type { Inventory } from "../../../local/drills/inventory.ts";
import type { Outcome } from "../../support/stack.ts";
import { type Fault, UNTOUCHED } from "./faults.ts";
import { type Ground, UP } from "./ground.ts";

const isAll = process.env.LANDFALL_TEST === "all";

/** Those that run by now, each as a test of its own; one without a test does not compile. */
export function survive<Id extends string>(
  faults: Readonly<Record<Id, Fault>>,
  tests: Readonly<Record<Id, (fault: Fault) => Promise<void>>>,
): void {
  for (const [id, test] of Object.entries(tests) as [Id, (fault: Fault) => Promise<void>][]) {
    const fault: Fault = faults[id];
    if (isAll || fault.always) it(fault.what, () => test(fault));
  }
}

/** That the user reads what the table says. */
export function assertTold({ told }: Fault, output: string): void {
  if (told === undefined) return;
  const pattern = told.split("…").map(quoted).join("[\\s\\S]*?");
  assert.match(output.replaceAll(/\n +/g, "  "), new RegExp(pattern));
  assert.doesNotMatch(output, /^\s+at .*\(.*:\d+:\d+\)$/m, "a stack trace is of no use to a user");
}

/** Does what the table says, and holds what then stands against what stood before. */
export async function putRight(
  ground: Ground,
  { remedy, left }: Fault,
  whole: Inventory,
  before: Inventory,
): Promise<void> {
  ground.proxy.beginAnew();
  const { code, output } = await remedied(ground, remedy);
  assert.equal(code, 0, output);
  // `npm run recover` has previewed it; where nothing was written, an update that writes nothing says as much.
  if (left === UNTOUCHED && remedy === "up") assert.equal(ground.proxy.writes, 0);
  else if (remedy !== "recover") {
    const preview = await ground.stack.run("preview", "--refresh", "--expect-no-changes", "--stack", "dev");
    assert.equal(preview.code, 0, preview.output);
  }
  assert.deepEqual(await ground.wrongs(whole, before), []);
}

async function remedied(ground: Ground, remedy: Fault["remedy"]): Promise<Outcome> {
  switch (remedy) {
    case "nothing":
      return { code: 0, output: "" };
    case "up":
      return ground.stack.run(...UP);
    case "refresh":
      return ground.stack.run(...UP, "--refresh");
    case "recover":
      return ground.recover();
    case "destroy":
      return ground.stack.runCommand("local/destroy.ts", "dev", "--yes");
  }
}

function quoted(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
