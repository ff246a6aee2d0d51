import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CostDifference } from "../../local/proofs/cost-difference.ts";
import { assess } from "../../local/risk/assess.ts";
import { consequenceOf } from "../../local/risk/consequences.ts";
import { complaintsOf, readPreview, withRefused } from "../../local/risk/preview.ts";
import { exitCode, json, markdown, type Report, text } from "../../local/risk/report.ts";
import { runsPerYear } from "../../local/risk/schedule.ts";
import { object, pods, step, theApplication } from "../support/steps.ts";

const CLAIM = "kubernetes:core/v1:PersistentVolumeClaim";
const SERVER = "landfall:datastores:BundledServer";
const within = [SERVER, "shop-db"] as const;
/** What is called a kind and is no object of a custom resource. */
const NO_OBJECTS = [
  "Config",
  "ExecCredential",
  "Deployment",
  "StatefulSet",
  "ServiceAccount",
  "Secret",
  "Role",
  "StorageV2",
  "Linux",
  "MSProm",
];

const lostVolume = step("delete", CLAIM, { before: object("db", {}), within });

function reportOf(steps: readonly ReturnType<typeof step>[], rest: Partial<Report> = {}): Report {
  return {
    stack: "production",
    findings: assess({ steps }),
    preview: { steps },
    allowed: [],
    violations: [],
    errors: [],
    ...rest,
  };
}

describe("The risk report", () => {
  it("begins with the worst", () => {
    const steps = [
      step("delete", "kubernetes:policy/v1:PodDisruptionBudget", { before: object("api", {}) }),
      lostVolume,
      step("delete", "landfall:application:Tier", { name: "shop-web" }),
    ];
    assert.deepEqual(
      assess({ steps: [theApplication, ...steps] }).map(({ level, id }) => [level, id]),
      [
        ["data at risk", "data:db"],
        ["downtime", "availability:web"],
        ["brief interruption", "availability:api"],
      ],
    );
  });

  it("says of a store that goes only that, and not what else goes with it", () => {
    const gone = [
      theApplication,
      step("delete", SERVER, { name: "shop-db" }),
      lostVolume,
      step("delete", "kubernetes:core/v1:Service", { before: object("db", {}), within }),
      step("delete", "kubernetes:apps/v1:StatefulSet", { before: object("db", pods()), within }),
    ];
    assert.deepEqual(
      assess({ steps: gone }).map(({ rule }) => rule),
      ["datastore-removed"],
    );
  });

  it("says that it does not know a kind, rather than nothing", () => {
    const [finding] = assess({ steps: [step("replace", "aws:dynamodb/table:Table", { name: "sessions" })] });
    assert.equal(finding?.level, "data at risk");
    assert.match(finding?.sentence ?? "", /this report does not know what a aws:dynamodb\/table:Table holds/);
  });

  it("says nothing of what is only made", () => {
    assert.deepEqual(assess({ steps: [step("create", "aws:dynamodb/table:Table")] }), []);
  });

  it("ends with 2 while data is at risk that nobody has allowed", () => {
    assert.equal(exitCode(reportOf([lostVolume])), 2);
    assert.equal(exitCode(reportOf([lostVolume], { allowed: ["data:db"] })), 0);
    assert.equal(exitCode(reportOf([lostVolume], { allowed: ["data:other"] })), 2);
  });

  it("ends with 0 where nothing worse than downtime is ahead", () => {
    assert.equal(exitCode(reportOf([step("delete", "landfall:application:Tier", { name: "shop-web" })])), 0);
    assert.equal(exitCode(reportOf([])), 0);
  });

  it("ends with 1 where the change would not go through, and with 2 where data is at risk too", () => {
    assert.equal(exitCode(reportOf([], { errors: ["no"] })), 1);
    assert.equal(exitCode(reportOf([lostVolume], { errors: ["no"] })), 2);
    assert.equal(exitCode(reportOf([lostVolume], { errors: ["no"], allowed: ["data:db"] })), 1);
  });

  it("is told to people with what it means above, and the steps below", () => {
    const told = text(reportOf([theApplication, lostVolume]));
    assert.match(told, /^production: data at risk, in one place\n\n {2}data at risk \(data:db\)\n {4}The volume db/);
    assert.match(told, /\n - {2}kubernetes:core\/v1:PersistentVolumeClaim thing\n\n1 to delete, 1 unchanged$/);
  });

  it("marks what is allowed", () => {
    assert.match(text(reportOf([lostVolume], { allowed: ["data:db"] })), /data at risk, allowed \(data:db\)/);
  });

  it("is a table in a pull request", () => {
    const told = markdown(reportOf([lostVolume]));
    assert.match(told, /^### production: data at risk, in one place\n\n\| level \|/);
    assert.match(told, /\| \*\*data at risk\*\* \| The volume db .* \| `data:db` \|/);
  });

  it("tells machines rule, level, sentence, address and what to do instead of each finding", () => {
    const { findings, exitCode: code, level } = JSON.parse(json(reportOf([lostVolume])));
    assert.deepEqual([code, level], [2, "data at risk"]);
    assert.deepEqual(Object.keys(findings[0]).sort(), ["allowed", "id", "instead", "level", "rule", "sentence", "urn"]);
  });

  it("says what it costs more or less a month, and nothing where that is the same", () => {
    const machines = (item: string, typical: number) =>
      ({ component: "machines", item, least: typical, typical, most: typical }) as const;
    const cost: CostDifference = {
      total: { least: 20, typical: 31.6, most: 90 },
      changed: [
        {
          component: "machines",
          before: machines("pool general: 3 m6i.xlarge", 400),
          after: machines("pool general: 4 m6i.xlarge", 540),
        },
        { component: "machines", before: machines("pool batch: 1 c6i.large", 108.4) },
      ],
    };
    const report = reportOf([], { cost });
    const told = [
      "  cost: +32 USD a month typically, +20 to +90 (estimate, by list prices)",
      "    +140  pool general: 4 m6i.xlarge",
      "    -108  pool batch: 1 c6i.large, no more",
    ].join("\n");
    assert.ok(text(report).includes(told), text(report));
    assert.ok(markdown(report).includes(told.trim()));
    assert.deepEqual(JSON.parse(json(report)).cost.total, cost.total);
    assert.doesNotMatch(text(reportOf([], { cost: { ...cost, changed: [] } })), /cost/);
  });

  it("tells no values of variables", () => {
    const server = (value: string) => object("api", { replicas: 1, ...pods({ env: [{ name: "TOKEN", value }] }) });
    const steps = [
      step("update", "kubernetes:apps/v1:Deployment", { before: server("hush-1"), after: server("hush-2") }),
    ];
    const report = reportOf(steps);
    for (const told of [text(report), markdown(report), json(report)]) assert.doesNotMatch(told, /hush/);
    assert.match(text(report), /api restarts \(variables\)/);
  });
});

describe("The kinds that the risk report knows", () => {
  for (const type of typesMade()) it(`are also ${type}`, () => assert.ok(consequenceOf(type)));
});

describe("What pulumi preview says", () => {
  const urn = lostVolume.urn;

  it("is none where it is no JSON", () => assert.equal(readPreview("error: no stack selected"), undefined));

  it("has a step for what the engine refuses to delete for its protection", () => {
    const message = `resource "${urn}" cannot be deleted\nbecause it is protected. To unprotect the resource, …`;
    const preview = { steps: [], diagnostics: [{ message, severity: "error" }] };
    assert.deepEqual(withRefused(preview).steps, [{ urn, op: "delete" }]);
    const refusal = "error: Pulumi refuses to delete kubernetes:core/v1:PersistentVolumeClaim thing: it is protected.";
    assert.deepEqual(complaintsOf(preview, ""), [refusal]);
  });

  it("goes wrong in the words of the program, or of pulumi where the program did not come to speak", () => {
    const mistakes = {
      message: "2 mistakes in the configuration; nothing was created or changed.\n",
      severity: "error",
    };
    const last = { message: "error: preview failed", severity: "error" };
    assert.deepEqual(complaintsOf({ steps: [], diagnostics: [mistakes, last] }, ""), [mistakes.message.trim()]);
    assert.deepEqual(complaintsOf({ steps: [], diagnostics: [] }, "error: no stack\n"), ["error: no stack"]);
  });

  it("has a step for a component whose turn to be deleted did not come", () => {
    const component = lostVolume.oldState?.parent as string;
    const told = withRefused({ steps: [lostVolume], diagnostics: [] });
    assert.deepEqual(told.steps, [lostVolume, { urn: component, op: "delete" }]);
    assert.deepEqual(
      assess({ steps: [theApplication, ...told.steps] }).map(({ rule }) => rule),
      ["datastore-removed"],
    );
  });

  it("has no step more where the component stays", () => {
    const component = { ...theApplication, urn: lostVolume.oldState?.parent as string };
    const steps = [component, lostVolume];
    assert.deepEqual(withRefused({ steps, diagnostics: [] }).steps, steps);
  });

  it("has a step for what the engine refuses to replace for its protection", () => {
    const message = `unable to replace resource "${urn}"\nas it is currently marked for protection. To unprotect …`;
    const same = { ...lostVolume, op: "same" };
    const told = withRefused({ steps: [same], diagnostics: [{ message, severity: "error" }] });
    assert.deepEqual(told.steps, [{ ...same, op: "replace" }]);
  });
});

describe("How often a schedule runs", () => {
  const schedules: [string, number][] = [
    ["0 1 * * *", 365],
    ["*/30 * * * *", 17_520],
    ["0 */6 * * *", 1460],
    ["@hourly", 8760],
    ["0 3 * * 1-5", 261],
    ["0 3 * * SUN", 52],
  ];
  for (const [schedule, runs] of schedules) {
    it(`is ${runs} times a year for ${schedule}`, () => assert.equal(Math.round(runsPerYear(schedule) ?? 0), runs));
  }
  it("is not known of what is no schedule", () => assert.equal(runsPerYear("every night"), undefined));
});

/** Types of the resources that the program makes, by its own text and by the golden files. */
function typesMade(): string[] {
  const sources = ["cloud", "components"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(join(folder, file), "utf8")),
  );
  const made = sources.flatMap((source) =>
    Array.from(source.matchAll(/new (aws|gcp|azure)\.(\w+)\.(\w+)\(/g), ([, cloud, module, kind = ""]) => {
      const member = kind.charAt(0).toLowerCase() + kind.slice(1);
      return cloud === "azure" ? `azure-native:${module}:${kind}` : `${cloud}:${module}/${member}:${kind}`;
    }),
  );
  const custom = sources.flatMap((source) => Array.from(source.matchAll(/\bkind: "([A-Z]\w+)"/g), ([, kind]) => kind));
  const landed = readdirSync("test/golden").flatMap((file) =>
    (JSON.parse(readFileSync(join("test/golden", file), "utf8")) as { type: string }[]).map(({ type }) => type),
  );
  const kubernetes = custom
    .filter((kind) => !NO_OBJECTS.includes(kind as string))
    .map((kind) => `kubernetes:example.com/v1:${kind}`);
  const others = landed.filter((type) => !/^(landfall|pulumi):/.test(type));
  return [...new Set([...made, ...kubernetes, ...others])].sort();
}
