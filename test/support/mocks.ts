/** Runs components against Pulumi's mocks and records everything that they register. */
import * as pulumi from "@pulumi/pulumi";

/** A resource as the engine is told of it. */
export interface Registration {
  type: string;
  name: string;
  /** Name of the parent; none at the top. */
  parent?: string;
  custom: boolean;
  /** Inputs as they go over the wire, a secret as `secret(value)`. */
  inputs: Record<string, unknown>;
  protect: boolean;
  /** Names of what it waits for. */
  dependsOn: string[];
  /** Name of what takes it along when it goes. */
  deletedWith?: string;
  /** Outputs that the state keeps encrypted. */
  secretOutputs: string[];
  /** How long its deletion may take. */
  deleteTimeout?: string;
}

/** What a recorded secret looks like. */
export const secret = (value: unknown) => ({ "[secret]": value });

/** What the provider adds to a name that it chooses. */
const AUTO_NAME = "-1a2b3c4d";

/** The name that the mocked cluster gives the object of the resource `name`. */
export const autoName = (name: string) => `${name}${AUTO_NAME}`;

interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getCustom(): boolean;
  getObject(): { toJavaScript(): Record<string, unknown> };
  getProtect(): boolean;
  getDependenciesList(): string[];
  getDeletedwith(): string;
  getAdditionalsecretoutputsList(): string[];
  getCustomtimeouts(): { getDelete(): string } | undefined;
}

interface Monitor {
  registerResource(request: Request, ...rest: unknown[]): unknown;
}

/** What a cloud adds to the inputs of a resource, or answers to a question, by type. */
export type Answers = Readonly<Record<string, (inputs: Record<string, unknown>, name: string) => object>>;

/** Everything that `program` registers, children of its children included, sorted by name and type. */
export async function record(program: () => unknown, stack = "dev", answers: Answers = {}): Promise<Registration[]> {
  const registrations: Registration[] = [];
  const added = (type: string, inputs: Record<string, unknown>, name: string) => answers[type]?.(inputs, name) ?? {};
  const mocks: pulumi.runtime.Mocks = {
    newResource(args) {
      const { id, state } = newResource(args);
      return { id, state: { ...state, ...added(args.type, args.inputs, args.name) } };
    },
    call: ({ token, inputs }) => ({ ...inputs, ...added(token, inputs, "") }),
  };
  await pulumi.runtime.setMocks(mocks, "landfall", stack, false, "organization");
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, ...rest) => {
    registrations.push(registrationOf(request));
    return register(request, ...rest);
  };
  await program();
  await pulumi.runtime.disconnect();
  return registrations.sort((a, b) => compare(a.name, b.name) || compare(a.type, b.type));
}

/** The resource of that type and name. */
export function find(registrations: readonly Registration[], type: string, name: string): Registration {
  const found = registrations.filter((it) => it.type === type && it.name === name);
  if (found.length === 1) return found[0] as Registration;
  const names = registrations.filter((it) => it.type === type).map((it) => it.name);
  throw new Error(`${found.length} resources ${type} "${name}"; of that type there are: ${names.join(", ") || "none"}`);
}

export function ofType(registrations: readonly Registration[], type: string): Registration[] {
  return registrations.filter((it) => it.type === type);
}

/** An object as a provider answers for it: its name chosen where the program leaves it open. */
function newResource({ name, inputs }: pulumi.runtime.MockResourceArgs): {
  id: string;
  state: Record<string, unknown>;
} {
  const { metadata } = inputs as { metadata?: { name?: string } };
  return {
    id: `${name}-id`,
    state: metadata ? { ...inputs, metadata: { name: autoName(name), ...metadata } } : inputs,
  };
}

function registrationOf(request: Request): Registration {
  return {
    type: request.getType(),
    name: request.getName(),
    parent: nameOf(request.getParent()),
    custom: request.getCustom(),
    inputs: reveal(request.getObject().toJavaScript()) as Record<string, unknown>,
    protect: request.getProtect(),
    dependsOn: request
      .getDependenciesList()
      .map((urn) => nameOf(urn) as string)
      .sort(compare),
    deletedWith: nameOf(request.getDeletedwith()),
    secretOutputs: request.getAdditionalsecretoutputsList(),
    deleteTimeout: request.getCustomtimeouts()?.getDelete() || undefined,
  };
}

function nameOf(urn: string): string | undefined {
  return urn === "" ? undefined : urn.split("::").at(-1);
}

function reveal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reveal);
  if (pulumi.runtime.isRpcSecret(value)) return secret(reveal(pulumi.runtime.unwrapRpcSecret(value)));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, reveal(inner)]));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
