/** The table in docs/policies.md is what the pack has. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { POLICY_NAMES, type PolicyFacts, policies } from "../../config/policies.ts";
import { PROFILES } from "../../config/schema.ts";

const FILE = new URL("../../docs/policies.md", import.meta.url);
const MARK = "<!-- policies -->\n";

function table(): string {
  return [
    `| policy | what has to be so | ${PROFILES.join(" | ")} | what to do |`,
    "|---|---|---|---|---|---|",
    ...POLICY_NAMES.map((name) => {
      const { sentence, fix, levels }: PolicyFacts = policies[name];
      const told = PROFILES.map((profile) => (levels[profile] === "disabled" ? "" : levels[profile]));
      return `| \`${name}\` | ${sentence} | ${told.join(" | ")} | ${fix} |`;
    }),
    "",
  ].join("\n");
}

describe("The document on policies", () => {
  it("lists what the pack has", () => {
    const [text = "", said] = readFileSync(FILE, "utf8").split(MARK);
    if (process.env.UPDATE_GOLDEN) writeFileSync(FILE, text + MARK + table());
    else assert.equal(said, table(), "UPDATE_GOLDEN=1 npx mocha --no-config 'test/unit/policies-document.test.ts'");
  });
});
