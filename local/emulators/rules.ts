/** What an emulator knows of a cloud: for each resource type what the cloud checks, refuses, fills in and gives back. */
import type { Plan } from "../../config/plan.ts";
import type { ControlPlanes } from "./control-planes.ts";
import type { Failure } from "./sdk.ts";
import type { World } from "./world.ts";

export type Values = Record<string, unknown>;

/** Something that exists in the emulated cloud. */
export interface Entity {
  type: string;
  id: string;
  inputs: Values;
  outputs: Values;
  /** Whether it was there before the stack. */
  foreign?: boolean;
}

/** A property that names other resources of the same cloud. */
export interface Reference {
  /** Types that it may name. */
  to: string | readonly string[];
  /** Output by which it names them. @default id */
  by?: string;
  /** Whether what is named can be deleted while it is. @default false, as clouds have it */
  releases?: boolean;
  /** Values that name nothing of ours, such as a policy that the cloud brings. */
  except?: RegExp;
}

export interface Context {
  world: World;
  controlPlanes: ControlPlanes;
  /** The provider's own settings, such as the region. */
  settings: Readonly<Record<string, string>>;
  /** Logical name of the resource. */
  name: string;
}

export interface Made {
  id: string;
  /** What the cloud adds to the inputs. */
  outputs: Values;
}

export interface Rules {
  /** Property that gets a name of its own where none is given, as the provider gives it. */
  autoname?: {
    property: string;
    maxLength: number;
    /** Property that takes its place: a prefix, which the cloud completes. */
    unless?: string;
  };
  /** Paths of properties that the cloud cannot change: the resource is made anew. */
  immutable?: readonly string[];
  /** By path; lists on the way are gone through. */
  references?: Readonly<Record<string, Reference>>;
  /** What the cloud says against the inputs, beyond their types. Values that are not known yet are left out. */
  check?(inputs: Values, context: Context): Failure[];
  /** @throws CloudError */
  create(inputs: Values, context: Context): Made | Promise<Made>;
  /** What the cloud adds after a change. @default what it added before. @throws CloudError */
  update?(before: Entity, inputs: Values, context: Context): Values | Promise<Values>;
  /** @throws CloudError where the cloud keeps it, such as for its deletion protection */
  remove?(entity: Entity, context: Context): void | Promise<void>;
}

export type Function = (given: Values, context: Context) => Values | Promise<Values>;

/** What of a plan names things that are there already. */
export type Found = Pick<Plan, "cluster" | "zones">;

export interface CloudEmulator {
  /** Name of its SDK and provider, such as aws. */
  cloud: string;
  /** Whether the SDK knows all values of its enumerations. @default false: the cloud may have newer ones */
  enumerationsAreWhole?: boolean;
  /** What is wrong with the provider's settings. */
  checkSettings(settings: Readonly<Record<string, string>>): Failure[];
  resources: Readonly<Record<string, Rules>>;
  functions: Readonly<Record<string, Function>>;
  /** What a stack says that it finds in the cloud, such as the network that it lands in. */
  existing?(plan: Found): Entity[];
  /** Outputs that all resources have, such as tags. */
  common?(inputs: Values, context: Context): Values;
}

/** The cloud refuses. */
export class CloudError extends Error {}

/** All that stands at `path`, lists gone through. */
export function valuesAt(values: unknown, path: string): unknown[] {
  return path.split(".").reduce<unknown[]>((found, key) => found.flatMap((value) => child(value, key)), [values]);
}

function child(value: unknown, key: string): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => child(item, key));
  const found = (value as Values | null | undefined)?.[key];
  if (found === undefined || found === null) return [];
  return Array.isArray(found) ? found : [found];
}
