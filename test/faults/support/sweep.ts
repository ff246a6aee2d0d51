/** One write of an update from nothing goes wrong: whichever it is, one command puts the stack right. */
import type { Inventory } from "../../../local/drills/inventory.ts";
import type { Ground } from "./ground.ts";
import { UP } from "./ground.ts";
import type { Fault } from "./proxy.ts";

/** What goes wrong with a write, or with the engine at it. */
export const STRIKES = {
  killed: "SIGKILL of the engine, the program and the provider, once the API server has done it and none of them knows",
  "lost-reply": "the API server does it, and the connection is cut before its answer",
  "error-500": "answered with 500, and not done",
} as const;
export type Strike = keyof typeof STRIKES;

export interface Struck {
  strike: Strike;
  /** Its number among the writes of the update. */
  write: number;
  /** What was written, as `statefulsets/postgres`. */
  what: string;
  /** How many the update has. */
  writes: number;
  /** Nothing where all is well after `npm run recover`. */
  wrong: string[];
  seconds: number;
}

/** What stands where nothing goes wrong, and how many writes that takes. */
export async function landWhole(ground: Ground, namespace: string): Promise<{ whole: Inventory; writes: number }> {
  return { whole: await ground.land(namespace), writes: ground.proxy.writes };
}

/** @param whole what stands where nothing goes wrong */
export async function strike(
  ground: Ground,
  whole: Inventory,
  kind: Strike,
  write: number,
): Promise<Omit<Struck, "writes">> {
  const begun = Date.now();
  await ground.beginAnew(`pybase-${kind}-${write}`);
  const what = await strikeOnce(ground, kind, write);
  const before = await ground.inventory();
  ground.proxy.beginAnew();
  const { code, output } = await ground.recover();
  const wrong = [
    ...(code === 0 ? [] : [`npm run recover ended with ${code}: ${output}`]),
    ...(await ground.wrongs(whole, before)),
  ];
  return { strike: kind, write, what, wrong, seconds: Math.round((Date.now() - begun) / 1000) };
}

/** @returns what was struck */
async function strikeOnce({ proxy, stack }: Ground, kind: Strike, write: number): Promise<string> {
  let what = "";
  let done = () => {};
  const struck = new Promise<void>((resolve) => {
    done = resolve;
  });
  const fault: Fault =
    kind === "error-500" ? { kind: "status", status: 500 } : { kind: "lost-reply", afterwards: done };
  proxy.fault = (asked) => {
    if (asked.write !== write) return undefined;
    what = /\/([^/]+\/[^/?]+)\?/.exec(asked.path)?.[1] ?? asked.path;
    return fault;
  };
  if (kind === "killed") await stack.leave(UP, () => struck);
  else await stack.run(...UP);
  if (what === "") throw new Error(`the update ended before its write ${write}`);
  return what;
}

/** All of 1 to `count`, each a good way from the last: what is not got to is missing here and there. */
export function spread(count: number): number[] {
  const greatest = (a: number, b: number): number => (b === 0 ? a : greatest(b, a % b));
  let stride = Math.max(1, Math.round(count * 0.4));
  while (greatest(count, stride) !== 1) stride++;
  return Array.from({ length: count }, (_, index) => ((index * stride) % count) + 1);
}
