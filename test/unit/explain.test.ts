import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dependentsOf } from "../../local/explain/dependents.ts";
import { Explanation } from "../../local/explain/explained.ts";
import { picturePage } from "../../local/explain/picture-page.ts";
import { at, byName, leavesOf, nested } from "../../local/explain/tree.ts";
import { differencesText, sourceOf, valueText } from "../../local/explain/words.ts";

/** Line of a text in a file, counted from 1. */
const lineOf = (file: string, text: string) =>
  readFileSync(file, "utf8")
    .split("\n")
    .findIndex((line) => line.includes(text)) + 1;

describe("The explanation of a value", function () {
  this.timeout(60_000);

  it("names each layer that says it, the one that holds first, the stack file's by its line", async () => {
    const { value, said } = (await Explanation.of("production", [])).at("tiers.api.autoscale.max");
    assert.equal(value, 15);
    assert.deepEqual(said, [
      { value: 15, from: `Pulumi.production.yaml:${lineOf("Pulumi.production.yaml", "max: 15")}` },
      { value: 10, from: "apps/pybase.ts: tiers.api.autoscale.max" },
    ]);
  });

  it("puts the command line over the file, and knows the application's profile", async () => {
    const { said } = (await Explanation.of("production", ["tiers.api.autoscale.max=20"])).at("tiers.api.autoscale.max");
    assert.deepEqual(
      said.map(({ from }) => from.replace(/:\d+$/, "")),
      ["-c tiers.api.autoscale.max", "Pulumi.production.yaml", "apps/pybase.ts: tiers.api.autoscale.max"],
    );
    const backup = (await Explanation.of("production", [])).at("backup.to.storage");
    assert.deepEqual(backup.said, [{ value: "50Gi", from: "apps/pybase.ts: profiles.production.backup.to.storage" }]);
  });

  it("says what a value is that nobody says", async () => {
    const grace = (await Explanation.of("production", [])).at("tiers.api.terminationGracePeriodSeconds");
    assert.deepEqual([grace.value, sourceOf(grace)], [30, "default: 30"]);
    const quota = (await Explanation.of("production", [])).at("quota.pods");
    assert.deepEqual([typeof quota.value, quota.said], ["number", []]);
  });

  it("lists all that a stack may say below a path", async () => {
    const paths = (await Explanation.of("dev", [])).all("tiers.api").map(({ path }) => path);
    for (const path of ["image", "replicas", "autoscale.max", "resources.limits.cpu"]) {
      assert.ok(paths.includes(`tiers.api.${path}`), path);
    }
    assert.ok(paths.every((path) => path.startsWith("tiers.api.")));
  });

  it("refuses a path that is not there, with the one that was meant", async () => {
    const explanation = await Explanation.of("dev", []);
    assert.throws(
      () => explanation.at("tiers.api.autoscal.max"),
      /has no tiers\.api\.autoscal\.\n[\s\S]*did you mean "tiers\.api\.autoscale\.max"\?/,
    );
    assert.throws(() => explanation.at("tires"), /did you mean "tiers"\?/);
    assert.throws(
      () => explanation.at("tiers.nobody"),
      /allowed {2}api, api-migrate, extraction-worker, frontend, search-worker/,
    );
    await assert.rejects(Explanation.of("nowhere", []), /There is no stack file Pulumi\.nowhere\.yaml/);
  });
});

describe("What depends on a value", function () {
  this.timeout(120_000);

  const found = async (path: string) => {
    const explanation = await Explanation.of("production", []);
    return dependentsOf("production", explanation.settings, explanation.at(path));
  };

  it("is what changes when it does", async () => {
    const tried = await found("tiers.api.autoscale.max");
    assert.equal(tried?.with, 16);
    assert.deepEqual(
      tried?.dependents.map(({ resource }) => resource),
      ["HorizontalPodAutoscaler pybase/api", "ResourceQuota pybase/quota"],
    );
    assert.deepEqual(tried?.dependents[0]?.fields, ["spec.maxReplicas"]);
  });

  it("are the ConfigMap and its pods where it is in an environment, and no secret is told", async () => {
    const tried = await found("datastores.postgres.host");
    const resources = tried?.dependents.map(({ resource }) => resource) ?? [];
    assert.ok(resources.includes("Secret pybase/pybase-api-secret"));
    assert.equal(JSON.stringify(tried).includes("\\u0002"), false);
  });

  it("is told as docs/explain.md shows", async () => {
    const explanation = await Explanation.of("production", []);
    const asked = explanation.at("tiers.api.autoscale.max");
    const text = valueText("production", asked, await found(asked.path));
    assert.ok(readFileSync("docs/explain.md", "utf8").includes(`\`\`\`\n${text}\`\`\``), text);
  });

  it("comes and goes with what decides it", async () => {
    const tried = await found("backup.keep");
    assert.ok(tried?.dependents.some(({ resource }) => resource.startsWith("CronJob pybase/")));
  });
});

describe("Explanations in words", () => {
  it("show a value over those that it is laid over, and what depends on it", () => {
    const text = valueText(
      "production",
      {
        path: "tiers.api.replicas",
        value: 3,
        said: [
          { value: 3, from: "Pulumi.production.yaml:7" },
          { value: 2, from: "apps/pybase.ts: tiers.api.replicas" },
        ],
        schema: { type: "integer", minimum: 1, description: "Replicas. Default: the profile's." },
      },
      { with: 4, dependents: [{ resource: "Deployment pybase/api", fields: ["spec.replicas"], how: "changes" }] },
    );
    assert.equal(
      text,
      [
        "landfall:tiers.api.replicas of stack production",
        "",
        "             3  Pulumi.production.yaml:7",
        "  laid over  2  apps/pybase.ts: tiers.api.replicas",
        "",
        "  Replicas. Default: the profile's.",
        "  Allowed: a whole number from 1.",
        "",
        "  On it depend, as 4 would show:",
        "",
        "  Deployment pybase/api  spec.replicas",
        "",
      ].join("\n"),
    );
  });

  it("show two stacks side by side", () => {
    const text = differencesText(["dev", "production"], [{ path: "tiers.api.replicas", values: [undefined, 3] }]);
    assert.equal(text, "                      dev  production\n  tiers.api.replicas  -    3");
    assert.equal(differencesText(["a", "b"], []), "a and b are alike.\n");
  });
});

describe("The picture of a stack", () => {
  it("is a page that loads nothing, with every tier and datastore", async () => {
    const { plan } = await Explanation.of("dev", []);
    const page = picturePage(plan);
    for (const { name } of [...plan.tiers, ...plan.datastores]) assert.ok(page.includes(name), name);
    assert.doesNotMatch(page, /<script|(src|href)="http/);
  });
});

describe("Trees of settings", () => {
  it("are read and made by path", () => {
    const tree = { tiers: { api: { env: {}, replicas: 2 } } };
    assert.deepEqual(
      [...leavesOf(tree)],
      [
        ["tiers.api.env", {}],
        ["tiers.api.replicas", 2],
      ],
    );
    assert.equal(at(tree, "tiers.api.replicas"), 2);
    assert.equal(at(tree, "tiers.worker.replicas"), undefined);
    assert.deepEqual(nested("tiers.api.replicas", 3), { tiers: { api: { replicas: 3 } } });
  });

  it("have what is listed by name under its name", () => {
    assert.deepEqual(byName({ tiers: [{ name: "api", replicas: 2 }], cidrs: ["a"] }), {
      tiers: { api: { name: "api", replicas: 2 } },
      cidrs: ["a"],
    });
  });
});
