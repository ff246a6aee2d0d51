/** The table in docs/edge.md is what the code says. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import type { Capabilities, Feature } from "../../components/edge/capabilities.ts";
import { controllers } from "../../components/edge/controllers/controllers.ts";
import { implementations } from "../../components/edge/gateways/implementations.ts";
import { istio } from "../../components/edge/istio.ts";

const FILE = new URL("../../docs/edge.md", import.meta.url);
const MARK = "<!-- capabilities -->\n";

const FEATURES: readonly Feature[] = [
  "rateLimit.perMinute",
  "rateLimit.perHour",
  "rateLimit",
  "timeoutSeconds",
  "retries",
  "websockets",
  "cors",
  "responseHeaders",
  "redirectHttps",
];

function table(): string {
  const all: [key: string, capable: Capabilities][] = [
    ...Object.entries(controllers).map(([key, it]) => [`ingress, \`${key}\``, it] as [string, Capabilities]),
    ...Object.entries(implementations).map(([key, it]) => [`gateway, \`${key}\``, it] as [string, Capabilities]),
    ["istio", istio],
  ];
  const titles = FEATURES.map((feature) => (feature === "rateLimit" ? "both limits" : `\`${feature}\``));
  return [
    `| | ${titles.join(" | ")} | \`tls\` |`,
    `|---|${FEATURES.map(() => "---|").join("")}---|`,
    ...all.map(([key, { title, can, tls }]) => {
      const cells = FEATURES.map((feature) => (can.includes(feature) ? "yes" : ""));
      return `| ${title} (${key}) | ${cells.join(" | ")} | ${tls.join(", ")} |`;
    }),
    "",
  ].join("\n");
}

describe("The document on the way in", () => {
  it("says who can do what as the code does", () => {
    const [text = "", said] = readFileSync(FILE, "utf8").split(MARK);
    if (process.env.UPDATE_GOLDEN) writeFileSync(FILE, text + MARK + table());
    else assert.equal(said, table(), "UPDATE_GOLDEN=1 npx mocha --no-config 'test/unit/edge-document.test.ts'");
  });
});
