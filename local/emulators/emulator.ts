import { isDeepStrictEqual } from "node:util";
import type { ControlPlanes } from "./control-planes.ts";
import { type CloudFaults, GivenUp } from "./faults.ts";
import {
  type CloudEmulator,
  CloudError,
  type Context,
  type Entity,
  type Rules,
  type Values,
  valuesAt,
} from "./rules.ts";
import { type Failure, mismatches, Sdk, UNKNOWN, withUnknowns } from "./sdk.ts";
import type { World } from "./world.ts";

export interface Difference {
  path: string;
  kind: "add" | "delete" | "update";
  /** Whether the resource is made anew for it. */
  replaces: boolean;
}

/** A cloud's provider without the cloud: strict where the cloud is, and everything that it makes is in a file. */
export class Emulator {
  readonly #cloud: CloudEmulator;
  readonly #sdk: Sdk;
  readonly #world: World;
  readonly #controlPlanes: ControlPlanes;
  readonly #faults: CloudFaults | undefined;
  #settings: Readonly<Record<string, string>> = {};

  /** @param faults that befall it. @default none */
  constructor(cloud: CloudEmulator, world: World, controlPlanes: ControlPlanes, faults?: CloudFaults) {
    this.#cloud = cloud;
    this.#sdk = new Sdk(cloud.cloud, cloud.enumerationsAreWhole);
    this.#world = world;
    this.#controlPlanes = controlPlanes;
    this.#faults = faults;
  }

  checkSettings(settings: Readonly<Record<string, string>>): Failure[] {
    return this.#cloud.checkSettings(settings);
  }

  configure(settings: Readonly<Record<string, string>>): void {
    this.#settings = settings;
  }

  /** The inputs with the name that the provider gives, and what is wrong with them. */
  check(urn: string, before: Values | undefined, given: Values): { inputs: Values; failures: Failure[] } {
    const { type, name } = partsOf(urn);
    const rules = this.#rulesOf(type);
    const resource = this.#sdk.resource(type);
    if (!rules || !resource) {
      const reason = resource
        ? `the rehearsal knows no rules for ${type} yet; they belong into local/emulators/${this.#cloud.cloud}`
        : `${this.#cloud.cloud} has no resource type ${type}`;
      return { inputs: given, failures: [{ property: "", reason }] };
    }
    const inputs = this.#named(rules, name, before, given);
    const failures = mismatches(this.#sdk, resource.inputs, inputs);
    // What a preview does not know yet may be what makes it right: it is judged when it is made.
    if (failures.length > 0 || hasUnknown(inputs)) return { inputs, failures };
    return { inputs, failures: rules.check?.(inputs, this.#context(name)) ?? [] };
  }

  diff(urn: string, before: Values, after: Values): Difference[] {
    const immutable = this.#rulesOf(partsOf(urn).type)?.immutable ?? [];
    return differences(before, after).map((difference) => ({
      ...difference,
      replaces: immutable.some((path) => covers(path, difference.path)),
    }));
  }

  /** What will be, as far as it is known before it is made. */
  preview(urn: string, inputs: Values, before?: Values): Values {
    if (before) return over(before, inputs);
    return withUnknowns(this.#sdk, this.#sdk.resource(partsOf(urn).type)?.outputs ?? {}, inputs);
  }

  async create(urn: string, inputs: Values): Promise<{ id: string; outputs: Values }> {
    const { type, name } = partsOf(urn);
    const rules = this.#rulesOf(type) as Rules;
    const context = this.#context(name);
    this.#checkReferences(rules, inputs);
    refuse(rules.check?.(inputs, context));
    const fault = this.#faults?.take(type);
    if (fault && !fault.isMade) throw new CloudError(fault.error);
    const made = await rules.create(inputs, context);
    if (this.#world.get(type, made.id)) throw new CloudError(`AlreadyExists: ${made.id} (${type})`);
    const outputs = { ...inputs, ...this.#cloud.common?.(inputs, context), ...made.outputs };
    this.#world.put({ type, id: made.id, inputs, outputs });
    if (fault?.isSilent) await new Promise(() => {});
    if (fault) throw new GivenUp(fault.error, { id: made.id, inputs, outputs });
    return { id: made.id, outputs };
  }

  async update(urn: string, id: string, inputs: Values): Promise<Values> {
    const { type, name } = partsOf(urn);
    const rules = this.#rulesOf(type) as Rules;
    const context = this.#context(name);
    const before = this.#existing(type, id);
    this.#checkReferences(rules, inputs);
    refuse(rules.check?.(inputs, context));
    const changed = await rules.update?.(before, inputs, context);
    const outputs = { ...over(addedTo(before), inputs), ...this.#cloud.common?.(inputs, context), ...changed };
    this.#world.put({ ...before, inputs, outputs });
    return outputs;
  }

  /** Undefined where it is gone. */
  read(urn: string, id: string): Entity | undefined {
    return this.#world.get(partsOf(urn).type, id);
  }

  async remove(urn: string, id: string): Promise<void> {
    const { type, name } = partsOf(urn);
    const entity = this.#world.get(type, id);
    if (!entity) return;
    const users = this.#world.usersOf(entity, (type) => this.#rulesOf(type));
    if (users.length > 0) {
      const who = users.map((user) => `${user.id} (${user.type})`);
      throw new CloudError(`DependencyViolation: ${id} (${type}) is still used by ${who.join(", ")}`);
    }
    await this.#rulesOf(type)?.remove?.(entity, this.#context(name));
    this.#world.remove(entity);
  }

  async invoke(token: string, given: Values): Promise<Values> {
    const fields = this.#sdk.arguments(token);
    const answer = this.#cloud.functions[token];
    if (!fields) throw new CloudError(`${this.#cloud.cloud} has no function ${token}`);
    if (!answer) {
      throw new CloudError(
        `The rehearsal does not know ${token} yet; it belongs into local/emulators/${this.#cloud.cloud}`,
      );
    }
    refuse(mismatches(this.#sdk, fields, given));
    return answer(given, this.#context(""));
  }

  #rulesOf(type: string): Rules | undefined {
    return this.#cloud.resources[type];
  }

  #context(name: string): Context {
    return { world: this.#world, controlPlanes: this.#controlPlanes, settings: this.#settings, name };
  }

  #existing(type: string, id: string): Entity {
    const entity = this.#world.get(type, id);
    if (!entity) throw new CloudError(`NotFound: ${id} (${type})`);
    return entity;
  }

  #named({ autoname }: Rules, name: string, before: Values | undefined, given: Values): Values {
    if (!autoname || given[autoname.property] !== undefined) return given;
    if (autoname.unless && given[autoname.unless] !== undefined) return given;
    const made = before?.[autoname.property] ?? `${name.slice(0, autoname.maxLength - 8)}-${this.#world.unique(7)}`;
    return { ...given, [autoname.property]: made };
  }

  #checkReferences({ references = {} }: Rules, inputs: Values): void {
    for (const [path, reference] of Object.entries(references)) {
      for (const value of valuesAt(inputs, path)) {
        if (reference.except?.test(String(value)) || this.#world.named(value, reference)) continue;
        throw new CloudError(
          `NotFound: ${path} names ${value}, and there is no such ${[reference.to].flat().join(" or ")}`,
        );
      }
    }
  }
}

function refuse(failures: readonly Failure[] = []): void {
  if (failures.length === 0) return;
  throw new CloudError(failures.map(({ property, reason }) => `${property}: ${reason}`).join("; "));
}

/** `urn:pulumi:stack::project::parent$type::name` */
function partsOf(urn: string): { type: string; name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.slice(types.lastIndexOf("$") + 1), name: name.join("::") };
}

/** What the cloud had added to the inputs, within their mappings too. */
function addedTo({ inputs, outputs }: Pick<Entity, "inputs" | "outputs">): Values {
  const added = Object.entries(outputs).flatMap(([key, value]): [string, unknown][] => {
    if (!(key in inputs)) return [[key, value]];
    const asked = inputs[key];
    return isMapping(asked) && isMapping(value) ? [[key, addedTo({ inputs: asked, outputs: value })]] : [];
  });
  return Object.fromEntries(added);
}

function hasUnknown(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === UNKNOWN;
  return Object.values(value).some(hasUnknown);
}

function differences(before: unknown, after: unknown, path = ""): Omit<Difference, "replaces">[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (isMapping(before) && isMapping(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differences(before[key], after[key], path === "" ? key : `${path}.${key}`));
  }
  if (before === undefined || before === null) return after === null ? [] : [{ path, kind: "add" }];
  if (after === undefined || after === null) return [{ path, kind: "delete" }];
  return [{ path, kind: "update" }];
}

function isMapping(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether one of the two paths lies within the other. */
function covers(path: string, other: string): boolean {
  return path === other || other.startsWith(`${path}.`) || path.startsWith(`${other}.`);
}

/** Lays inputs over what a cloud has, mapping by mapping. */
function over(before: Values, inputs: Values): Values {
  const merged = Object.entries(inputs).map(([key, value]) => {
    const was = before[key];
    return [key, isMapping(was) && isMapping(value) ? over(was, value) : value];
  });
  return { ...before, ...Object.fromEntries(merged) };
}
