import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { readDefinitions } from "../../../local/cluster/definitions.ts";
import { terminalProgress } from "../../../local/progress.ts";
import { ensureCheckov, ensureManifests, ensureTools, KUBERNETES_VERSION } from "../../../local/toolchain/toolchain.ts";
import { countByRendering, type Judgement, objectOf } from "./finding.ts";
import { run } from "./run.ts";

/** The target's minor and its neighbours. */
export const MINORS = neighbours(KUBERNETES_VERSION);

interface Conformity {
  resources: { filename: string; status: string; msg?: string }[];
}

const VALID = "statusValid";

/**
 * Strict, by the schemas of three minors and by those of the custom resources' own definitions. What has no schema is a
 * finding: nothing is skipped.
 *
 * @param scratch folder for the schemas
 */
export async function kubeconform(root: string, scratch: string): Promise<Judgement> {
  const { kubeconform: command } = await ensureTools(["kubeconform"], terminalProgress());
  const { schemas } = await ensureCheckov(terminalProgress());
  const { customResourceDefinitions } = await ensureManifests(terminalProgress());
  const custom = join(scratch, "custom");
  writeCustomSchemas(customResourceDefinitions, custom);
  const judged: (Conformity["resources"][number] & { minor: string; object: string })[] = [];
  for (const minor of MINORS) {
    const own = join(scratch, minor);
    writeSchemas(join(schemas, `v${minor}-local-strict`), own);
    const options = ["-strict", "-output", "json", "-verbose", "-kubernetes-version", minor];
    const places = [
      `${own}/{{.ResourceKind}}{{.KindSuffix}}.json`,
      `${custom}/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json`,
    ].flatMap((place) => ["-schema-location", place]);
    const { resources } = JSON.parse(await run(command, [...options, ...places, root])) as Conformity;
    judged.push(...resources.map((it) => ({ ...it, minor, object: objectOf(it.filename, root) })));
  }
  return {
    findings: judged
      .filter(({ status }) => status !== VALID)
      .map(({ status, msg, minor, object }) => ({
        judge: "kubeconform",
        check: minor,
        title: `${status.replace("status", "").toLowerCase()}: ${msg}`,
        object,
      })),
    passed: countByRendering(judged.filter(({ status }) => status === VALID).map(({ object }) => object)),
  };
}

/** As published, but with references that are found wherever the files lie. */
function writeSchemas(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(from)) {
    const { $schema: _, $id: __, ...schema } = JSON.parse(readFileSync(join(from, file), "utf8"));
    const text = JSON.stringify(schema).replaceAll('"/api/_definitions.json', '"_definitions.json');
    writeFileSync(join(to, file), text);
  }
}

interface Definition {
  spec: {
    group: string;
    names: { kind: string };
    versions: { name: string; schema?: { openAPIV3Schema: Schema } }[];
  };
}

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  [key: string]: unknown;
}

function writeCustomSchemas(from: string, to: string): void {
  for (const { text } of readDefinitions(from)) {
    const { spec } = parse(text) as Definition;
    mkdirSync(join(to, spec.group), { recursive: true });
    for (const { name, schema } of spec.versions) {
      if (!schema) continue;
      const { properties, ...rest } = schema.openAPIV3Schema;
      // The API server has these of its own.
      const own = { apiVersion: { type: "string" }, kind: { type: "string" }, metadata: { type: "object" } };
      const strict = closed({ ...rest, properties: { ...properties, ...own } });
      writeFileSync(join(to, spec.group, `${spec.names.kind.toLowerCase()}_${name}.json`), JSON.stringify(strict));
    }
  }
}

/** What a schema does not name is refused, as by `kubectl apply --validate=strict`. */
function closed(schema: Schema): Schema {
  const { properties, items, additionalProperties } = schema;
  const isOpen = schema["x-kubernetes-preserve-unknown-fields"] === true || additionalProperties !== undefined;
  return {
    ...schema,
    ...(properties
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([key, value]) => [key, key === "metadata" ? value : closed(value)]),
          ),
          ...(isOpen ? {} : { additionalProperties: false }),
        }
      : {}),
    ...(items ? { items: closed(items) } : {}),
    ...(typeof additionalProperties === "object" ? { additionalProperties: closed(additionalProperties) } : {}),
    ...(schema["x-kubernetes-int-or-string"] ? { type: ["integer", "string"] } : {}),
  };
}

function neighbours(version: string): string[] {
  const [major, minor] = version.slice(1).split(".").map(Number) as [number, number];
  return [minor - 1, minor, minor + 1].map((each) => `${major}.${each}.0`);
}
