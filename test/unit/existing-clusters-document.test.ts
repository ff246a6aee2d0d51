/** What docs/bare-metal.md and docs/kubeconfig.md show of stack files makes a plan. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { distributions } from "../../cloud/distributions.ts";
import { planOf } from "../support/shop.ts";

const read = (page: string) => readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8");
const bareMetal = read("bare-metal.md");

/** The shop's plan with these settings over its stack file, as far as it has what they name. */
function planWith(settings: Record<string, unknown>) {
  return planOf(({ stack, secrets }) => {
    for (const [key, value] of Object.entries(settings)) stack[key.replace(/^landfall:/, "")] = value;
    for (const named of ["datastores", "tiers"]) delete stack[named];
    secrets.stackSecretLength = 44;
  });
}

/** YAML that is shown of a stack file, by key; a fragment of `cluster` stands below its key. */
function* shownIn(page: string): Generator<Record<string, unknown>> {
  for (const [, block = ""] of page.matchAll(/```yaml\n([\s\S]*?)```/g)) {
    const shown = parse(block);
    if (shown.apiVersion) continue;
    if (shown.cloud) yield { cluster: { provider: "kubeconfig", ...shown } };
    else yield shown.config ?? shown;
  }
}

describe("The pages on clusters that are there", () => {
  for (const page of ["bare-metal.md", "kubeconfig.md"]) {
    it(`show stack files that make a plan: ${page}`, () => {
      const shown = [...shownIn(read(page))];
      assert.ok(shown.length > 1);
      for (const settings of shown) assert.doesNotThrow(() => planWith(settings), JSON.stringify(settings));
    });
  }

  it("show a cluster of each distribution, with what goes beside it", () => {
    const rows = Array.from(bareMetal.matchAll(/^\| \w+ \| `(\{ provider.*\})` \| (.*) \|$/gm));
    assert.equal(rows.length, Object.keys(distributions).length);
    for (const [, cluster = "", beside = ""] of rows) {
      const [, addons] = /`landfall:addons: (\{.*\})`/.exec(beside) ?? [];
      planWith({ cluster: parse(cluster), addons: addons && parse(addons) });
    }
  });

  it("say of each distribution's ingress what the defaults are", () => {
    for (const { title, ingress } of Object.values(distributions)) {
      const row = new RegExp(`^\\| ${title} \\| .*$`, "gm");
      const rows = bareMetal.match(row) ?? [];
      const said = rows.at(-1) ?? "";
      for (const word of [ingress?.class, ingress?.namespace]) assert.ok(!word || said.includes(`\`${word}\``), title);
    }
  });
});
