/** A teardown in plain words. */
import type { Left } from "./kinds.ts";
import type { TeardownPlan } from "./plan.ts";
import type { Held } from "./protections.ts";

export function describe(stack: string, { goes, data, held, stays, orphans }: TeardownPlan): string {
  const total = goes.reduce((sum, { count }) => sum + count, 0);
  return [
    `Teardown of ${stack}`,
    ...section(
      `Goes: ${total} resources`,
      goes.map(({ kind, count }) => `${String(count).padStart(4)}  ${kind}`),
    ),
    ...section(
      "Data among it",
      data.map(
        ({ part, kind, name, size, kept }) =>
          `${part}: ${kind} ${name}${size ? `, ${size}` : ""}${kept ? ", whose volume stays" : ""}`,
      ),
    ),
    ...section("Held, until it is named with --release", held.map(heldLine)),
    ...section("Stays, keeps data or costs money", stays.map(leftLine)),
    ...section("Made by controllers, and removed by them before the cluster goes", orphans.map(leftLine)),
    "",
  ].join("\n");
}

export function refusal(stack: string, held: readonly Held[]): string {
  const names = held.map(({ what }) => `--release ${what}`).join(" ");
  return [
    `${stack} holds what nobody has let go of; nothing was deleted.`,
    ...held.map((it) => `  ${heldLine(it)}`),
    `  fix      name what may go: npm run destroy -- ${stack} ${names}`,
    "           --release all lets go of everything; --backup takes a last copy first",
  ].join("\n");
}

export function leftOver(left: readonly Left[]): string {
  if (left.length === 0) return "Nothing is left.";
  return ["Left, each with what removes it:", ...left.map((it) => `  ${leftLine(it)}`)].join("\n");
}

function heldLine({ what, resources, byCloud }: Held): string {
  const by = [...(resources.length > 0 ? ["Pulumi"] : []), ...(byCloud ? ["the cloud"] : [])].join(" and ");
  return `${what}: by ${by}${resources.length > 0 ? ` (${resources.join(", ")})` : ""}`;
}

function leftLine({ kind, name, why, remove }: Left): string {
  return `${kind} ${name}: ${why}${remove ? `\n    ${remove}` : ""}`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", `${title}:`, ...lines.map((line) => `  ${line}`)];
}
