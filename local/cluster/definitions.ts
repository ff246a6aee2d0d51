import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Step } from "../progress.ts";
import type { Api } from "./api.ts";
import { until } from "./until.ts";

const PATH = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const PARALLEL = 8;

/** A custom resource definition as it came; parsing all of them takes longer than starting the cluster. */
export interface Definition {
  name: string;
  text: string;
}

interface List {
  items: { metadata: { name: string }; status?: { conditions?: { type: string; status: string }[] } }[];
}

/** Custom resource definitions below `directory`. */
export function readDefinitions(directory: string): Definition[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.ya?ml$/.test(file))
    .sort()
    .flatMap((file) => readFileSync(join(directory, file), "utf8").split(/^---.*$/m))
    .filter(
      (text) =>
        /^kind: CustomResourceDefinition\s*$/m.test(text) && /^apiVersion: apiextensions\.k8s\.io\/v1\s*$/m.test(text),
    )
    .map((text) => ({ text, name: /^ {2}name: "?([\w.-]+)"?\s*$/m.exec(text)?.[1] as string }));
}

/** Applies the definitions and waits until the API server serves them. */
export async function applyDefinitions(api: Api, definitions: readonly Definition[], step: Step): Promise<void> {
  const queue = [...definitions];
  await Promise.all(
    Array.from({ length: PARALLEL }, async () => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        await api.applyText(`${PATH}/${next.name}`, next.text);
        step.update(`custom resources, ${definitions.length - queue.length} of ${definitions.length}`);
      }
    }),
  );
  const names = new Set(definitions.map(({ name }) => name));
  await until("the API server serves all custom resources", () => areEstablished(api, names));
}

async function areEstablished(api: Api, names: ReadonlySet<string>): Promise<boolean> {
  const { items } = await api.get<List>(PATH);
  return items
    .filter(({ metadata }) => names.has(metadata.name))
    .every(({ status }) => status?.conditions?.some(({ type, status }) => type === "Established" && status === "True"));
}

export function digest(...parts: string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}
