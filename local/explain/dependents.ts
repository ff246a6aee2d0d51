/** What depends on a value, found by trying: the program is run with another one, and what changes depends on it. */
import { isDeepStrictEqual } from "node:util";
import { overlay } from "../../config/layers.ts";
import { isMapping } from "../../config/mistakes.ts";
import { planOf, type Settings } from "../rehearsal/stack-file.ts";
import { type Registration, registrationsOf } from "../render/registrations.ts";
import { apiServerOf } from "../render/render.ts";
import type { Node } from "../schema/annotated.ts";
import { nested } from "./tree.ts";

export interface Dependent {
  /** `HorizontalPodAutoscaler pybase/api`, or a cloud's type and the resource's name. */
  resource: string;
  /** What of it changes; nothing where it comes or goes. */
  fields: string[];
  how: "changes" | "comes" | "goes";
}

export interface Tried {
  /** Value that was tried. */
  with: unknown;
  dependents: Dependent[];
}

/** @returns undefined where no other value could be tried, since each is refused. */
export async function dependentsOf(
  stack: string,
  settings: Settings,
  { path, value, schema }: { path: string; value: unknown; schema?: Node },
): Promise<Tried | undefined> {
  for (const candidate of candidates(value, schema)) {
    const changed = await attempt(stack, overlay(settings, nested(path, candidate)) as Settings);
    if (!changed) continue;
    const before = await attempt(stack, settings);
    return { with: candidate, dependents: differences(before as Registration[], changed) };
  }
  return undefined;
}

async function attempt(stack: string, settings: Settings): Promise<Registration[] | undefined> {
  try {
    const { plan } = await planOf(settings, stack);
    return await registrationsOf(plan, { apiServer: apiServerOf(plan), known: new Map() });
  } catch (error) {
    if (error instanceof Error && error.name === "ConfigurationError") return undefined;
    throw error;
  }
}

/** Other values of the same kind, those nearest first. */
function candidates(value: unknown, schema: Node | undefined): unknown[] {
  const forms = schema ? [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])] : [];
  const listed = forms.flatMap(({ enum: values = [] }) => values).filter((other) => other !== value);
  if (listed.length > 0) return listed;
  if (typeof value === "boolean") return [!value];
  if (typeof value === "number") return [value + 1, value - 1, value * 2, value * 10];
  if (typeof value === "string") {
    const [, amount, unit] = /^(\d+)([A-Za-z%]*)$/.exec(value) ?? [];
    if (amount !== undefined) return [1, 10, 100].map((more) => `${Number(amount) + more}${unit}`);
    return [`${value}x`, `x${value}`, `x.${value}`];
  }
  if (value === undefined) return [1, "1", "1Gi", true, "other", ...(schema?.examples ?? [])];
  return [];
}

/** Without the digests in names, which say that something else has changed. */
const DIGEST = /-[0-9a-f]{10}(?=$|["/])/g;

function differences(before: readonly Registration[], after: readonly Registration[]): Dependent[] {
  const [old, now] = [before, after].map((all) => new Map(all.flatMap((it) => (isCustom(it) ? [[idOf(it), it]] : []))));
  const ids = [
    ...new Set([...(old as Map<string, Registration>).keys(), ...(now as Map<string, Registration>).keys()]),
  ];
  return ids.sort().flatMap((id): Dependent[] => {
    const [was, is] = [old?.get(id), now?.get(id)];
    if (!is) return [{ resource: id, fields: [], how: "goes" }];
    if (!was) return [{ resource: id, fields: [], how: "comes" }];
    const fields = changedFields(plain(was.inputs), plain(is.inputs));
    return fields.length > 0 ? [{ resource: id, fields, how: "changes" }] : [];
  });
}

function isCustom({ type }: Registration): boolean {
  return !/^(landfall|pulumi):/.test(type);
}

function idOf({ type, name, inputs }: Registration): string {
  const { kind, metadata } = inputs as { kind?: string; metadata?: { name: string; namespace?: string } };
  if (!kind || !metadata) return `${type} ${name}`;
  const known = metadata.name.replace(DIGEST, "");
  return `${kind} ${metadata.namespace ? `${metadata.namespace}/` : ""}${known}`;
}

function plain(inputs: unknown): unknown {
  return JSON.parse(JSON.stringify(inputs).replaceAll(DIGEST, ""));
}

function changedFields(was: unknown, is: unknown, path = ""): string[] {
  if (isDeepStrictEqual(was, is)) return [];
  if (!isMapping(was) || !isMapping(is)) return [path];
  const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return keys.flatMap((key) => changedFields(was[key], is[key], path ? `${path}.${key}` : key));
}
