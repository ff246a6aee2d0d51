/** What is applied to a cluster, of what the program registers. */
import { UserError } from "../command.ts";
import { type Release, releaseOf } from "./addons.ts";
import { type Registration, UNKNOWN } from "./registrations.ts";
import { type SecretNote, secretNote } from "./secrets.ts";
import { holdsSecret } from "./sentinels.ts";
import { RELEASE, stagesOf } from "./stages.ts";

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  [field: string]: unknown;
}

export interface RenderedObject {
  manifest: Manifest;
  /** As the program knows it. */
  resource: string;
  /** What has to be ready before it is in the stages before. */
  stage: number;
}

export interface Rendering {
  objects: RenderedObject[];
  /** Secrets whose values only their owner has. */
  secrets: SecretNote[];
  /** Add-ons, each a release of a chart. */
  releases: Release[];
}

/** Has the tools that apply objects leave alone what `pulumi up` would refuse to delete. */
const KEPT = {
  "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
  "helm.sh/resource-policy": "keep",
  "kustomize.toolkit.fluxcd.io/prune": "disabled",
};

/** @throws UserError that lists what only a cloud knows. */
export function renderingOf(registrations: readonly Registration[], stack: string): Rendering {
  const stages = stagesOf(registrations);
  const rendering: Rendering = { objects: [], secrets: [], releases: [] };
  const objects = registrations.filter(
    ({ type, inputs }) => type.startsWith("kubernetes:") && (inputs.kind || type === RELEASE),
  );
  refuseUnknown(objects, registrations, stack);
  for (const registration of objects) {
    const stage = stages.get(registration.urn) ?? 0;
    if (registration.type === RELEASE) rendering.releases.push(releaseOf(registration, stage));
    else if (registration.inputs.kind === "Secret") rendering.secrets.push(secretNote(registration));
    else rendering.objects.push({ manifest: manifestOf(registration, stage), resource: registration.name, stage });
  }
  rendering.objects.sort((a, b) => a.stage - b.stage || compare(keyOf(a.manifest), keyOf(b.manifest)));
  rendering.secrets.sort((a, b) => compare(a.name, b.name));
  rendering.releases.sort((a, b) => a.stage - b.stage || compare(a.name, b.name));
  for (const { manifest } of rendering.objects)
    if (anyText(manifest, holdsSecret)) throw new Error(`a secret is in ${keyOf(manifest)}`);
  return rendering;
}

export function keyOf({ kind, metadata }: Manifest): string {
  return [metadata.namespace ?? "", kind, metadata.name].join("/");
}

function manifestOf({ inputs, protect }: Registration, stage: number): Manifest {
  const { metadata, ...fields } = inputs as Manifest;
  const kept = Object.entries(metadata.annotations ?? {}).filter(([key]) => !key.startsWith("pulumi.com/"));
  const annotations = {
    ...Object.fromEntries(kept),
    ...(stage > 0 ? { "argocd.argoproj.io/sync-wave": String(stage) } : {}),
    ...(protect ? KEPT : {}),
  };
  const { annotations: _, ...rest } = metadata;
  const withAnnotations = Object.keys(annotations).length > 0 ? { ...rest, annotations } : rest;
  return inOrder(closed({ ...fields, metadata: withAnnotations })) as Manifest;
}

/** Without rules to the address that stands for an API server which nobody named: no rule, no way. */
function closed(manifest: object): object {
  const { kind, spec } = manifest as { kind: string; spec?: { egress?: { to?: { ipBlock?: { cidr: string } }[] }[] } };
  if (kind !== "NetworkPolicy" || !spec?.egress) return manifest;
  const egress = spec.egress.filter(({ to }) => !to?.some(({ ipBlock }) => ipBlock?.cidr === NO_API_SERVER.cidrs[0]));
  return { ...manifest, spec: { ...spec, egress } };
}

/** Stands for the address of an API server that nobody named; of TEST-NET-1 (RFC 5737), where nothing is. */
export const NO_API_SERVER = { cidrs: ["192.0.2.254/32"], ports: [443] };

const FIRST = ["apiVersion", "kind", "metadata", "name", "namespace", "image"];

/** Keys as people write them: what it is, then the alphabet. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  const place = (key: string) => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length);
  const entries = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined);
  entries.sort(([a], [b]) => place(a) - place(b) || compare(a, b));
  return Object.fromEntries(entries.map(([key, inner]) => [key, inOrder(inner)]));
}

function refuseUnknown(objects: readonly Registration[], all: readonly Registration[], stack: string): void {
  const open = objects.filter(({ inputs }) => inputs.kind !== "Secret" && anyText(inputs, (text) => text === UNKNOWN));
  if (open.length === 0) return;
  const clouds = new Map(
    all.filter(({ type }) => !/^(kubernetes|landfall|pulumi):/.test(type)).map((it) => [it.urn, it]),
  );
  const lines = open.map(({ inputs, dependsOn }) => {
    const from = dependsOn.flatMap((urn) => clouds.get(urn)?.name ?? []);
    const known = [...new Set(from)].sort().join(", ");
    return `  ${keyOf(inputs as Manifest).replace(/^\//, "")}${known ? `, of ${known}` : ""}`;
  });
  throw new UserError(
    "Only the cloud knows values of these objects, such as the host of a managed datastore:\n\n" +
      `${[...new Set(lines)].sort().join("\n")}\n\n` +
      `  fix      once the stack is up: npx pulumi stack export --stack ${stack} --file state.json, then --state state.json;\n` +
      "           or name stores that are there already: landfall:datastores.<name>: { mode: external, host: … }",
  );
}

function anyText(value: unknown, test: (text: string) => boolean): boolean {
  if (typeof value === "string") return test(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some((inner) => anyText(inner, test));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
