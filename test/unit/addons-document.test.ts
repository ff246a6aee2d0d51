/** The table in docs/addons.md is what the catalogue says. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { ADDON_NAMES, catalogue } from "../../config/addons/catalogue.ts";
import { pull } from "../../config/addons/mirror.ts";

const FILE = new URL("../../docs/addons.md", import.meta.url);
const MARK = "<!-- catalogue -->\n";

function table(): string {
  return [
    "| add-on | | namespace | Pod Security | |",
    "|---|---|---|---|---|",
    ...ADDON_NAMES.map((name) => {
      const { title, namespace, podSecurity } = catalogue[name];
      return `| \`${name}\` | ${title} | \`${namespace}\` | ${podSecurity} | \`${pull(name)}\` |`;
    }),
    "",
  ].join("\n");
}

describe("The document on add-ons", () => {
  it("lists what the catalogue has", () => {
    const [text = "", said] = readFileSync(FILE, "utf8").split(MARK);
    if (process.env.UPDATE_GOLDEN) writeFileSync(FILE, text + MARK + table());
    else assert.equal(said, table(), "UPDATE_GOLDEN=1 npx mocha --no-config 'test/unit/addons-document.test.ts'");
  });
});
