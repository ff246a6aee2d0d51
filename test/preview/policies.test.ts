/** The policy pack at work in the real engine, on a program that nobody should write. */
import assert from "node:assert/strict";
import { KNOWING_EVENT_LOGS, WITH_POLICIES, withPolicies } from "../../local/policies.ts";
import { TestStack } from "../support/stack.ts";

const PASSWORD = "never-to-be-seen";

/** A Deployment that keeps no policy, written to files instead of a cluster. */
const PROGRAM = `
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
const provider = new k8s.Provider("files", { renderYamlToDirectory: "rendered" });
const password = new pulumi.Config("landfall").requireSecret("secret");
const labels = { app: "bad" };
new k8s.apps.v1.Deployment(
  "bad",
  {
    metadata: { namespace: "bad", labels },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: "bad", image: "bad:latest", env: [{ name: "PASSWORD", value: password }] }] },
      },
    },
  },
  { provider },
);
`;
const ALONE = [
  "dropped-capabilities",
  "no-default-tokens",
  "no-secrets-in-plaintext",
  "pinned-images",
  "restricted-pods",
];
const MILDER_IN_DEV = ["labels-and-tags", "read-only-root", "requests-and-limits"];
const TOGETHER = ["default-deny"];
const TOGETHER_MILDER_IN_DEV = ["disruption-budgets"];

const lastDay = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

describe("A stack that keeps no policy", function () {
  this.timeout("10m");
  let stack: TestStack;

  before(async () => {
    const settings = { "landfall:profile": "dev" };
    stack = await new TestStack("bad", settings, KNOWING_EVENT_LOGS, { "index.ts": PROGRAM }).create({
      "landfall:secret": PASSWORD,
    });
  });

  after(() => stack?.remove());

  async function judged(...command: string[]) {
    const answer = await withPolicies((options) => stack.run(...command, "--stack", "bad", ...options));
    const names = (level: string) => [
      ...new Set(answer.violations.filter((it) => it.level === level).map(({ policy }) => policy)),
    ];
    return { ...answer, mandatory: names("mandatory").sort(), advisory: names("advisory").sort() };
  }

  it("is refused, policy by policy, with what to do; milder in dev", async () => {
    const { code, output, mandatory, advisory, violations } = await judged("preview");
    assert.notEqual(code, 0);
    assert.deepEqual(mandatory, [...ALONE, ...TOGETHER].sort(), output);
    assert.deepEqual(advisory, [...MILDER_IN_DEV, ...TOGETHER_MILDER_IN_DEV].sort(), output);
    const pinned = violations.find(({ policy }) => policy === "pinned-images");
    assert.match(
      pinned?.message ?? "",
      /bad container bad runs bad:latest, which is another one tomorrow\n +fix +name the version that was tested/,
    );
    assert.match(pinned?.urn ?? "", /kubernetes:apps\/v1:Deployment::bad$/);
  });

  it("is refused by plain pulumi as well, before anything is made", async () => {
    const { code, output } = await stack.run("up", "--yes", "--skip-preview", "--stack", "bad", ...WITH_POLICIES);
    assert.notEqual(code, 0);
    assert.match(output, /pinned-images/);
    assert.doesNotMatch(await stack.state(), /apps\/v1:Deployment/);
  });

  it("is told no secret of", async () => {
    const { output, violations } = await judged("preview");
    assert.doesNotMatch(output + JSON.stringify(violations), new RegExp(PASSWORD));
  });

  it("is judged by the production's policies in production", async () => {
    stack.configure({ "landfall:profile": "production" });
    const { mandatory, advisory } = await judged("preview");
    assert.deepEqual(mandatory, [...ALONE, ...MILDER_IN_DEV, ...TOGETHER, ...TOGETHER_MILDER_IN_DEV].sort());
    assert.deepEqual(advisory, []);
  });

  it("goes through by waivers while they hold, and is told which one is over", async () => {
    const waive = (policy: string, days: number) => ({ policy, reason: "for this test", until: lastDay(days) });
    const all = [...ALONE, ...MILDER_IN_DEV, ...TOGETHER, ...TOGETHER_MILDER_IN_DEV];
    stack.configure({ "landfall:policy": { waivers: all.map((policy) => waive(policy, 1)) } });
    const waived = await judged("preview");
    assert.equal(waived.code, 0, waived.output);
    assert.deepEqual(waived.violations, []);

    stack.configure({
      "landfall:policy": { waivers: all.map((policy) => waive(policy, policy === "pinned-images" ? -2 : 1)) },
    });
    const over = await judged("preview");
    assert.deepEqual(over.mandatory, ["pinned-images"]);
    assert.match(over.violations[0]?.message ?? "", /until \d{4}-\d\d-\d\d, which is over: for this test/);
  });
});
