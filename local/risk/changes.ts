/** The engine's steps as changes of resources: one for each resource, with what it was and what it will be. */
import { STORES } from "./components.ts";
import type { Inputs, Preview, State, Step } from "./preview.ts";
import { at, same } from "./values.ts";

export type Operation = "create" | "update" | "replace" | "delete" | "same";

export interface Change {
  urn: string;
  /** Pulumi's type, such as `kubernetes:apps/v1:StatefulSet`. */
  type: string;
  /** The resource's name in the program. */
  name: string;
  /** The tier, datastore, backup or object that it belongs to. */
  subject: string;
  operation: Operation;
  /** Whether what it was is gone before what it will be is there. */
  deletedFirst: boolean;
  before: Inputs;
  after: Inputs;
  /** Whether the engine refuses to delete it, before and after. */
  protect: { before: boolean; after: boolean };
  /** Properties that cannot be changed in place. */
  reasons: readonly string[];
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  create: "create",
  update: "update",
  replace: "replace",
  delete: "delete",
  "read-replacement": "replace",
  same: "same",
  import: "create",
  "import-replacement": "replace",
  remove: "delete",
};

const APPLICATION = "landfall:application:Application";

/** What the preview would do, and what it would leave as it is. */
export class Changes {
  /** In the order of the engine's steps. */
  readonly all: readonly Change[];
  /** Those that do something. */
  readonly list: readonly Change[];

  constructor({ steps }: Pick<Preview, "steps">) {
    const applications = steps.map(({ urn }) => parts(urn)).filter(({ type }) => type === APPLICATION);
    const application = applications[0]?.name;
    const replaced = firstSteps(steps);
    this.all = steps.flatMap((step) => {
      const operation = OPERATIONS[step.op];
      return operation ? [changeOf(step, operation, replaced.get(step.urn) === "delete-replaced", application)] : [];
    });
    this.list = this.all.filter(({ operation }) => operation !== "same");
  }

  /** Changes of the tier, datastore, backup or object. */
  of(subject: string): readonly Change[] {
    return this.all.filter((change) => change.subject === subject);
  }
}

/** The first thing that is done with each resource. */
function firstSteps(steps: readonly Step[]): Map<string, string> {
  const first = new Map<string, string>();
  for (const { urn, op } of steps) if (!first.has(urn)) first.set(urn, op);
  return first;
}

function changeOf(step: Step, operation: Operation, deletedFirst: boolean, application: string | undefined): Change {
  const { urn, oldState, newState, replaceReasons } = step;
  const { type, name } = parts(urn);
  const before = operation === "create" ? {} : (oldState?.inputs ?? {});
  const after = operation === "delete" ? {} : (newState?.inputs ?? oldState?.inputs ?? {});
  return {
    urn,
    type,
    name,
    subject: subjectOf(name, newState ?? oldState ?? {}, application),
    operation,
    deletedFirst,
    before,
    after,
    // What is not protected says nothing of it.
    protect: { before: oldState?.protect ?? false, after: (newState ?? oldState)?.protect ?? false },
    reasons: replaceReasons ?? [],
  };
}

/** `urn:pulumi:<stack>::<project>::<types of its parents$>type::name` */
function parts(urn: string): { type: string; name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.split("$").at(-1) ?? "", name: name.join("::") };
}

/** Whether the component is a tier, a backup or a datastore itself: what is in it bears its name. */
function isWhole(type: string): boolean {
  return type in STORES || /^landfall:(application:Tier|backup:\w+)$/.test(type);
}

function subjectOf(name: string, { inputs, parent }: State, application: string | undefined): string {
  const labelled = component(inputs);
  if (labelled) return labelled;
  const above = parent === undefined ? undefined : parts(parent);
  if (above && isWhole(above.type)) return without(application, above.name);
  return without(above?.type.startsWith("landfall:") ? above.name : application, name, application);
}

function component(inputs: unknown): string | undefined {
  const labels = (inputs as { metadata?: { labels?: Record<string, unknown> } } | undefined)?.metadata?.labels;
  const name = labels?.["app.kubernetes.io/name"];
  return typeof name === "string" ? name : undefined;
}

/** The name without those that it begins with. */
function without(prefix: string | undefined, name: string, other?: string): string {
  for (const start of [prefix, other]) {
    if (start !== undefined && name.startsWith(`${start}-`)) return name.slice(start.length + 1);
  }
  return name;
}

export function isGone({ operation }: Change): boolean {
  return operation === "delete" || operation === "replace";
}

/** Whether it is there before and after. */
export function stays({ operation }: Change): boolean {
  return operation === "update" || operation === "replace";
}

export function differs({ before, after }: Change, path: string): boolean {
  return !same(at(before, path), at(after, path));
}

export function differsIn({ before, after }: Change, read: (inputs: Inputs) => unknown): boolean {
  return !same(read(before), read(after));
}

/** What forced a replacement, where the engine says so: ` (spec.selector)`. */
export function reasonsOf({ reasons }: Change): string {
  return reasons.length > 0 ? ` (${reasons.join(", ")})` : "";
}
