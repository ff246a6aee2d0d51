/** Everything that is generated from the schema, by path. */
import { annotatedApplicationSchema, annotatedSchema, type Node } from "./annotated.ts";
import { APPLICATION_PAGE_FILE, APPLICATION_SCHEMA_FILE, PAGE_FILE, SCHEMA_FILE } from "./names.ts";
import { applicationPage, configurationPage } from "./page.ts";

export function generatedFiles(): Record<string, string> {
  const schema = annotatedSchema();
  const application = annotatedApplicationSchema();
  return {
    [SCHEMA_FILE]: json(stackFile(withoutNotes(schema))),
    [PAGE_FILE]: configurationPage(schema),
    [APPLICATION_SCHEMA_FILE]: json({
      $schema: DRAFT,
      title: "An application of Landfall",
      ...withoutNotes(application),
    }),
    [APPLICATION_PAGE_FILE]: applicationPage(application),
  };
}

const DRAFT = "http://json-schema.org/draft-07/schema#";

function json(schema: object): string {
  return `${JSON.stringify(schema, undefined, 1)}\n`;
}

const SECURE: Node = {
  type: "object",
  properties: { secure: { type: "string" } },
  required: ["secure"],
  additionalProperties: false,
  errorMessage: "encrypt it: npx pulumi config set --secret",
};

/** A file Pulumi.STACK.yaml: https://www.pulumi.com/docs/iac/concepts/projects/stack-settings-file/ */
function stackFile({ properties = {}, required = [] }: Node): object {
  const ours = Object.entries(properties).map(([key, node]) => [`landfall:${key}`, node]);
  return {
    $schema: DRAFT,
    title: "A stack of Landfall",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: {
          ...Object.fromEntries(ours),
          "landfall:secret": {
            ...SECURE,
            description:
              "What the passwords of bundled datastores are derived from: npx pulumi config set --secret landfall:secret",
          },
          "landfall:secrets": {
            type: "object",
            description:
              "Secrets that only you know, by name: npx pulumi config set --secret --path 'landfall:secrets.<name>'",
            additionalProperties: SECURE,
          },
        },
        // Keys of others, such as aws:profile.
        patternProperties: { "^(?!landfall:)[^:]+:.+$": {} },
        required: required.map((key) => `landfall:${key}`),
        additionalProperties: false,
      },
      encryptionsalt: { type: "string" },
      encryptedkey: { type: "string" },
      secretsprovider: { type: "string" },
      environment: {},
    },
    required: ["config"],
    additionalProperties: false,
  };
}

function withoutNotes<T>(node: T): T {
  return JSON.parse(JSON.stringify(node, (key, value) => (key === "x-default" ? undefined : value)));
}
