import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { applicationNames, readApplication } from "../../config/application.ts";
import { applicationSchema, stackSchema } from "../../config/schema.ts";
import { annotatedApplicationSchema, annotatedSchema, type Node } from "../../local/schema/annotated.ts";
import { APPLICATION_EXAMPLES, EXAMPLES } from "../../local/schema/examples.ts";
import { generatedFiles } from "../../local/schema/files.ts";
import { APPLICATION_SCHEMA_FILE, SCHEMA_FILE } from "../../local/schema/names.ts";

const ROOT = new URL("../../", import.meta.url);
const stackFiles = readdirSync(ROOT).filter((file) => /^Pulumi\..+\.yaml$/.test(file));

describe("What is generated from the schema", () => {
  for (const [path, text] of Object.entries(generatedFiles())) {
    it(`${path} is up to date`, () => {
      assert.ok(readFileSync(new URL(path, ROOT), "utf8") === text, "npm run schema writes it anew");
    });
  }

  it("describes every key of a stack file, with an example that the schema takes", () => {
    const { properties = {} } = annotatedSchema();
    for (const [key, { description, examples }] of Object.entries(properties)) {
      assert.ok(description, `landfall:${key} has no description`);
      assert.equal(examples?.length, 1, `landfall:${key} has no example in local/schema/examples.ts`);
    }
    const whole = { ...EXAMPLES };
    assert.deepEqual(stackSchema.safeParse(whole).error?.issues, undefined);
  });

  it("describes every key of an application's file, with an example that the schema takes", () => {
    const { properties = {} } = annotatedApplicationSchema();
    for (const [key, { description, examples }] of Object.entries(properties)) {
      assert.ok(description, `${key} has no description`);
      assert.equal(examples?.length, 1, `${key} has no example in local/schema/examples.ts`);
    }
    assert.deepEqual(applicationSchema.safeParse(APPLICATION_EXAMPLES).error?.issues, undefined);
  });

  it("takes words, defaults and what editors say from the sources of the schema", () => {
    const at = (path: string): Node =>
      path.split(".").reduce<Node>((node, key) => {
        if (key === "*") return node.additionalProperties as Node;
        return (
          node.properties?.[key] ??
          (node.oneOf ?? node.anyOf ?? []).find((form) => form.properties?.[key])?.properties?.[key] ??
          {}
        );
      }, annotatedSchema());
    assert.deepEqual(at("tiers.*.terminationGracePeriodSeconds"), {
      type: "integer",
      minimum: 0,
      maximum: 86_400,
      description: "How long running work may take to finish after the signal to stop. Default: 30.",
      "x-default": "30",
      default: 30,
    });
    assert.match(at("tiers.*.pool").description as string, /^One of the cluster's node pools/);
    assert.equal(at("tiers.*.image").patternErrorMessage, "an image with a tag or digest");
    assert.equal(at("namespace")["x-default"], "the application's");
    assert.equal(at("addons.traefik").description, "Traefik.");
    assert.match(
      at("cluster.nodeUpgradePercent").description as string,
      /^Machines of a pool that an upgrade replaces/,
    );
  });
});

describe("The schema for editors", () => {
  const schema = z.fromJSONSchema(JSON.parse(readFileSync(new URL(SCHEMA_FILE, ROOT), "utf8")));

  for (const file of stackFiles) {
    it(`is named by ${file}, and takes it`, () => {
      const text = readFileSync(new URL(file, ROOT), "utf8");
      assert.equal(text.split("\n")[0], `# yaml-language-server: $schema=./${SCHEMA_FILE}`);
      assert.deepEqual(schema.safeParse(parse(text)).error?.issues, undefined);
    });
  }

  for (const name of applicationNames()) {
    it(`of an application's file takes apps/${name}.ts as YAML`, async () => {
      const file = readFileSync(new URL(APPLICATION_SCHEMA_FILE, ROOT), "utf8");
      const { application } = await readApplication(name);
      const text = stringify(application, { aliasDuplicateObjects: false });
      assert.deepEqual(z.fromJSONSchema(JSON.parse(file)).safeParse(parse(text)).error?.issues, undefined);
    });
  }

  const valid = {
    "landfall:profile": "dev",
    "landfall:cluster": { provider: "kubeconfig" },
    "landfall:edge": EXAMPLES.edge,
  };
  const judged = (config: object) => schema.safeParse({ config: { ...valid, ...config } }).success;

  it("takes encrypted secrets and keys of others, and no secret in the clear", () => {
    assert.equal(judged({ "landfall:secret": { secure: "v1:abc" }, "aws:profile": "mine" }), true);
    assert.equal(judged({ "landfall:secret": "in the clear" }), false);
    assert.equal(judged({ "landfall:secrets": { postgres: "in the clear" } }), false);
  });

  it("marks a key that is not there, and a value that cannot be", () => {
    assert.equal(judged({ "landfall:tires": {} }), false);
    assert.equal(judged({ "landfall:tiers": { api: { replicsa: 3 } } }), false);
    assert.equal(judged({ "landfall:tiers": { api: { replicas: "many" } } }), false);
    assert.equal(judged({ "landfall:profile": "prod" }), false);
  });
});
