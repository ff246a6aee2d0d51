/** Runs the program's components against nothing and records what they register: no engine, no plugin, no cluster. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type ApiServerAddresses, type Cloud, connect, withStores } from "../../cloud/cloud.ts";
import { installAddons } from "../../components/addons/addons.ts";
import { Application } from "../../components/application.ts";
import type { Plan } from "../../config/plan.ts";
import { nameOf } from "./names.ts";
import { sentinelOf } from "./sentinels.ts";
import type { KnownOutputs } from "./state.ts";

/** A resource as the engine would be told of it. */
export interface Registration {
  type: string;
  name: string;
  urn: string;
  parent?: string;
  /** What it is made of; an object of Kubernetes with its name. */
  inputs: Record<string, unknown>;
  /** URNs of what it waits for. */
  dependsOn: string[];
  protect: boolean;
}

export interface Surroundings {
  /** Where pods reach the API server, of a cluster that is not the stack's. */
  apiServer: ApiServerAddresses;
  /** What clouds have answered for the resources of the stack, as far as it is known. */
  known: KnownOutputs;
}

/** What stands in place of a value that is not known before an update. */
export const UNKNOWN: string = pulumi.runtime.unknownValue;

/** Everything that the plan registers, in the order in which it is registered. */
export async function registrationsOf(plan: Plan, { apiServer, known }: Surroundings): Promise<Registration[]> {
  const registrations: Registration[] = [];
  const latest = new Map<string, Registration>();
  const mocks: pulumi.runtime.Mocks = {
    newResource: ({ type, name, inputs }) => {
      const answered = known.get(`${type}::${name}`);
      if (answered) return { id: answered.id, state: { ...inputs, ...answered.outputs } };
      const registration = latest.get(`${type}::${name}`);
      const isObject = registration !== undefined && type.startsWith("kubernetes:");
      return isObject
        ? { id: name, state: { ...inputs, metadata: registration.inputs.metadata } }
        : { id: undefined, state: inputs };
    },
    call: () => ({}),
  };
  // Previewing, what a cloud has not answered stays unknown, and so does all that is made of it.
  await pulumi.runtime.setMocks(mocks, "landfall", plan.stack, true, "organization");
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, ...rest) => {
    const registration = registrationOf(request, monitor);
    registrations.push(registration);
    latest.set(`${registration.type}::${registration.name}`, registration);
    return register(request, ...rest);
  };
  await land(plan, apiServer);
  await pulumi.runtime.disconnect();
  return registrations;
}

/** As index.ts does, with a cluster that nobody asks anything. */
async function land(plan: Plan, apiServer: ApiServerAddresses): Promise<void> {
  const secrets = Object.fromEntries(
    plan.secrets.filter(({ stored }) => !stored).map((secret) => [secret.name, pulumi.secret(sentinelOf(secret))]),
  );
  const cloud = await cloudOf(plan, apiServer);
  const addons = installAddons(
    `${plan.application}-addons`,
    { plan, secrets, cloud },
    { providers: [cloud.provider], dependsOn: cloud.ready },
  );
  new Application(plan.application, { plan, secrets, cloud }, { providers: [cloud.provider], dependsOn: addons });
}

function cloudOf(plan: Plan, apiServer: ApiServerAddresses): Promise<Cloud> {
  const { cluster } = plan;
  switch (cluster.provider) {
    case "kubeconfig":
    case "stack":
      return withStores(plan, cluster, { provider: new k8s.Provider("cluster", {}), apiServer, ready: [] });
    default:
      return connect(plan);
  }
}

interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getObject(): { toJavaScript(): Record<string, unknown> };
  getProtect(): boolean;
  getDependenciesList(): string[];
}

interface Monitor {
  registerResource(request: Request, ...rest: unknown[]): unknown;
  newUrn(parent: string, type: string, name: string): string;
}

function registrationOf(request: Request, monitor: Monitor): Registration {
  const [type, name, parent] = [request.getType(), request.getName(), request.getParent()];
  const inputs = patient(reveal(request.getObject().toJavaScript()) as Record<string, unknown>);
  const { metadata } = inputs as { metadata?: Record<string, unknown> };
  return {
    type,
    name,
    urn: monitor.newUrn(parent, type, name),
    parent: parent || undefined,
    inputs: metadata ? { ...inputs, metadata: { ...metadata, name: nameOf(name, inputs) } } : inputs,
    dependsOn: request.getDependenciesList(),
    protect: request.getProtect(),
  };
}

/** Tries of a job: with the pauses between, about 40 minutes. */
const TRIES = 10;

/** Whoever applies the objects may not wait for databases before a migration, which then has to wait for them. */
function patient(inputs: Record<string, unknown>): Record<string, unknown> {
  if (inputs.kind !== "Job") return inputs;
  return { ...inputs, spec: { ...(inputs.spec as object), backoffLimit: TRIES } };
}

/** Secrets without their wrapping: their values are stand-ins. */
function reveal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reveal);
  if (pulumi.runtime.isRpcSecret(value)) return reveal(pulumi.runtime.unwrapRpcSecret(value));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, reveal(inner)]));
}
