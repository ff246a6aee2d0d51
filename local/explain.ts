/** `npm run explain`: what a stack's plan is, where each value comes from, and what depends on it. */
import { writeFileSync } from "node:fs";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { diagram } from "../config/diagram.ts";
import { isMapping } from "../config/mistakes.ts";
import { run, UserError } from "./command.ts";
import { Explanation } from "./explain/explained.ts";
import { type Difference, differencesText, sourceOf, tableText, valueText } from "./explain/words.ts";
import { isConfigurationError } from "./rehearsal/stack-file.ts";

const USAGE = `npm run explain -- STACK [PATH] [-c KEY=VALUE]... [--json]
npm run explain -- --diff STACK STACK [--json]
npm run explain -- STACK --graph [--out FILE]

  STACK          a stack that has a file Pulumi.STACK.yaml
  PATH           a value, such as tiers.api.autoscale.max, or all below one, such as tiers.api
  -c KEY=VALUE   a setting over the file's
  --diff         two stacks side by side, where they differ
  --graph        the picture of what stands and who calls whom, in Mermaid's words
  --out FILE     the picture, drawn, as a page for a browser
  --json         for machines

What depends on a value is found by trying another one: the program is run with it, and what changes depends on it.
Neither a cluster nor an account is asked anything. Exit code 0; 1 where there is no such stack or path.`;

// As index.ts does: Pulumi's hook looks for source maps whenever it makes a promise.
Reflect.deleteProperty(Error, "prepareStackTrace");

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      config: { type: "string", short: "c", multiple: true, default: [] },
      diff: { type: "boolean" },
      graph: { type: "boolean" },
      out: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  const [stack, second] = positionals;
  if (values.help || !stack || (values.diff && !second)) {
    console.log(USAGE);
    return values.help ? 0 : 1;
  }
  try {
    const explanation = await Explanation.of(stack, values.config);
    if (values.graph && values.out) {
      const { picturePage } = await import("./explain/picture-page.ts");
      writeFileSync(values.out, picturePage(explanation.plan));
    } else if (values.graph) console.log(diagram(explanation.plan));
    else if (values.diff)
      await tellDifferences(explanation, await Explanation.of(second as string, values.config), values.json);
    else await tellValues(explanation, second?.replace(/^landfall:/, ""), values.json);
    return 0;
  } catch (error) {
    throw isConfigurationError(error) ? new UserError(error.message) : error;
  }
}

async function tellValues(explanation: Explanation, path: string | undefined, json = false): Promise<void> {
  const { stack, settings } = explanation;
  const asked = path === undefined ? undefined : explanation.at(path);
  if (asked && !isMapping(asked.value)) {
    // It loads the program with Pulumi, which takes longer than all else.
    const { dependentsOf } = await import("./explain/dependents.ts");
    const tried = await dependentsOf(stack, settings, asked);
    const { value, said } = asked;
    if (json) print({ stack, path, value, from: sourceOf(asked), said, tried });
    else console.log(valueText(stack, asked, asked.schema ? tried : "not tried"));
    return;
  }
  const rows = explanation.all(path);
  if (json) print(rows.map((row) => ({ path: row.path, value: row.value, from: sourceOf(row) })));
  else console.log(tableText(rows));
}

async function tellDifferences(one: Explanation, other: Explanation, json = false): Promise<void> {
  const [first, second] = [one, other].map((it) => new Map(it.all().map(({ path, value }) => [path, value])));
  const paths = [...new Set([...(first?.keys() ?? []), ...(second?.keys() ?? [])])].sort();
  const rows = paths
    .map((path): Difference => ({ path, values: [first?.get(path), second?.get(path)] }))
    .filter(({ values: [a, b] }) => !isDeepStrictEqual(a, b));
  if (json) print(rows.map(({ path, values: [a, b] }) => ({ path, [one.stack]: a, [other.stack]: b })));
  else console.log(differencesText([one.stack, other.stack], rows));
}

function print(value: unknown): void {
  console.log(JSON.stringify(value, undefined, 2));
}

await run(main);
