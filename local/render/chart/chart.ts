/**
 * A chart of Helm: the plain rendering with values where people tune. The program itself tells where host and namespace
 * go: it is run a second time with others in their place.
 */
import { isDeepStrictEqual } from "node:util";
import type { ApiServerAddresses } from "../../../cloud/cloud.ts";
import type { Plan } from "../../../config/plan.ts";
import { type Files, knownAs } from "../files.ts";
import { contentsOf } from "../names.ts";
import type { Manifest, RenderedObject, Rendering } from "../objects.ts";
import { type SecretNote, secretsIn } from "../secrets.ts";
import { yaml } from "../yaml.ts";
import { sectionOf, sharedPath, tune } from "./knobs.ts";
import {
  API_SERVER_RULE,
  asTemplate,
  contentsName,
  define,
  derivedText,
  environmentContents,
  nameByContents,
  secretName,
  secretTemplate,
} from "./parts.ts";
import { reconciled } from "./reconciled.ts";
import { type Markers, templateOf } from "./template.ts";
import { Value, Values } from "./values.ts";
import { valuesSchema } from "./values-schema.ts";

/** What the program is run with in place of the stack's own. */
export const MARKED = {
  host: "host-of-the-chart.invalid",
  namespace: "namespace-of-the-chart",
  apiServer: { cidrs: ["203.0.113.254/32"], ports: [443] },
};

const MARKERS: Markers = { [MARKED.host]: ".Values.host", [MARKED.namespace]: ".Values.namespace" };

const NOTES = `{{ .Chart.Name }} is on its way in namespace {{ .Values.namespace }}, at https://{{ .Values.host }}

{{- if not .Values.apiServer.cidrs }}

No pod reaches the API server: set apiServer.cidrs where one has to.
{{- end }}
{{- range $name, $value := .Values.secrets }}
{{- if not $value }}

secrets.{{ $name }} is empty: Secrets with it, by the names in SECRETS.md, have to be there.
{{- end }}
{{- end }}
`;

export interface ChartArgs {
  plan: Plan;
  version: string;
  /** With the stack's own settings. */
  own: Rendering;
  /** With `MARKED` in their place. */
  marked: Rendering;
  /** The stack's; with no range where it says none. */
  apiServer: ApiServerAddresses;
}

export function chartFiles({ plan, version, own, marked, apiServer }: ChartArgs): Files {
  const values = new Values();
  values.at(["namespace"], plan.namespace);
  values.at(["createNamespace"], true);
  values.at(["host"], plan.edge.host);
  values.at(["apiServer"], apiServer);
  const secrets = own.secrets.filter(isGiven);
  for (const secret of new Set(secrets.flatMap(secretsIn))) values.at(["secrets", secret], "");

  const chart = new Chart(plan, values, own, marked);
  for (const object of [...marked.objects].sort(migrationsLast)) chart.add(object);
  for (const note of secrets) chart.addSecret(note);
  return {
    "chart/Chart.yaml": yaml({
      apiVersion: "v2",
      name: plan.application,
      description: `${plan.application} as stack ${plan.stack} has it, rendered by Landfall.`,
      type: "application",
      version,
      kubeVersion: ">=1.30.0-0",
    }),
    "chart/values.yaml": values.text(),
    "chart/values.schema.json": `${JSON.stringify(valuesSchema(values.tree), undefined, 2)}\n`,
    "chart/templates/NOTES.txt": NOTES,
    ...chart.files(),
  };
}

class Chart {
  readonly #plan: Plan;
  readonly #values: Values;
  readonly #own: ReadonlyMap<string, RenderedObject>;
  readonly #markedSecrets: ReadonlyMap<string, SecretNote>;
  /** What an object is called by others that has a digest of values in its name, by the name in the marked rendering. */
  readonly #names: ReadonlyMap<string, Value>;
  /** What stands in the place of each marker. */
  readonly #ownTexts: Markers;
  readonly #parts: string[];
  readonly #templates: Files = {};

  constructor(plan: Plan, values: Values, own: Rendering, marked: Rendering) {
    this.#plan = plan;
    this.#values = values;
    this.#ownTexts = { [MARKED.host]: plan.edge.host, [MARKED.namespace]: plan.namespace };
    this.#parts = [API_SERVER_RULE, derivedText(plan.edge.host, plan.namespace)];
    this.#own = new Map(own.objects.map((object) => [identityOf(object), object]));
    this.#markedSecrets = new Map(marked.secrets.map((note) => [note.resource, note]));
    const named = marked.objects.filter((object) => this.#isNamedByValues(object));
    const notes = marked.secrets.filter(isGiven);
    const literal = marked.secrets.filter((note) => !isGiven(note));
    const ownName = (note: SecretNote) => own.secrets.find(({ resource }) => resource === note.resource)?.name;
    this.#names = new Map<string, Value>([
      ...named.map(({ manifest, resource }) => [manifest.metadata.name, nameOf(resource)] as const),
      ...notes.map(({ name, resource }) => [name, nameOf(resource)] as const),
      ...literal.map((note) => [note.name, new Value(JSON.stringify(ownName(note)))] as const),
    ]);
  }

  files(): Files {
    return { "chart/templates/_helpers.tpl": this.#parts.join(""), ...this.#templates };
  }

  add(object: RenderedObject): void {
    const own = this.#ownOf(object);
    const { resource } = object;
    const environment = this.#environment(object);
    const named = withNames(object.manifest, this.#names);
    const tuned = reconciled(own.manifest, named, this.#ownTexts) as Manifest;
    tune(tuned, this.#plan, this.#values);
    this.#templates[`chart/templates/${own.manifest.kind.toLowerCase()}-${knownAs(own.manifest, resource)}.yaml`] =
      tuned.kind === "Job"
        ? this.#job(tuned, own)
        : this.#isNamedByValues(object)
          ? this.#named(tuned, resource, environment)
          : this.#plain(tuned);
  }

  addSecret(note: SecretNote): void {
    const marked = this.#markedSecrets.get(note.resource) as SecretNote;
    this.#parts.push(secretName(note, marked));
    this.#templates[`chart/templates/secret-${note.resource}.yaml`] = secretTemplate(marked, MARKERS);
  }

  #ownOf(object: RenderedObject): RenderedObject {
    const own = this.#own.get(identityOf(object));
    if (own) return own;
    throw new Error(`${identityOf(object)} is there only under another host or namespace`);
  }

  #isNamedByValues(object: RenderedObject): boolean {
    const contents = contentsOf(object.manifest);
    if (Object.keys(contents).length === 0) return false;
    return isEnvironment(object) || !isDeepStrictEqual(contents, contentsOf(this.#ownOf(object).manifest));
  }

  #plain(manifest: Manifest): string {
    const text = templateOf(withApiServer(manifest), MARKERS);
    const isOwn = manifest.kind === "Namespace" && manifest.metadata.name === MARKED.namespace;
    return isOwn ? `{{- if .Values.createNamespace }}\n${text}{{- end }}\n` : text;
  }

  /** What is changed in it makes it another one. */
  #job({ spec, ...manifest }: Manifest, own: RenderedObject): string {
    const { resource } = own;
    this.#parts.push(
      define(contentsName(resource), templateOf(spec, MARKERS)),
      nameByContents(resource, knownAs(own.manifest, resource)),
    );
    const text = templateOf(renamed(manifest as Manifest, resource), MARKERS);
    return `${text}spec:\n{{- include "landfall.${contentsName(resource)}" . | nindent 2 }}\n`;
  }

  #named(manifest: Manifest, resource: string, environment: readonly string[] | undefined): string {
    const contents = contentsOf(manifest);
    const rest = Object.fromEntries(Object.entries(manifest).filter(([key]) => !(key in contents)));
    this.#parts.push(
      define(contentsName(resource), environment ? environmentContents(environment) : templateOf(contents, MARKERS)),
      nameByContents(resource, resource),
    );
    const text = templateOf(renamed(rest as Manifest, resource), MARKERS);
    return `${text}{{ include "landfall.${contentsName(resource)}" . }}\n`;
  }

  /** Where in the values a tier's environment is, which is put there. */
  #environment(object: RenderedObject): readonly string[] | undefined {
    if (!isEnvironment(object)) return undefined;
    const component = componentOf(object);
    const data = Object.entries(object.manifest.data as Record<string, string>);
    const environment = Object.fromEntries(data.map(([key, value]) => [key, asTemplate(value, MARKERS)]));
    const path = sharedPath([sectionOf(component, this.#plan), component, "env"], environment, this.#values);
    this.#values.at(path, environment);
    return path;
  }
}

/** The same object, whatever the namespace and host. */
function identityOf({ manifest, resource }: RenderedObject): string {
  return `${manifest.kind} ${resource}`;
}

function componentOf({ manifest }: RenderedObject): string {
  return manifest.metadata.labels?.["app.kubernetes.io/name"] ?? "";
}

/** Whether it is what a tier finds in its environment. */
function isEnvironment(object: RenderedObject): boolean {
  return object.manifest.kind === "ConfigMap" && object.resource.endsWith(`-${componentOf(object)}-config`);
}

/** A tier's migration has its image and environment, which come first. */
function migrationsLast(a: RenderedObject, b: RenderedObject): number {
  return Number(componentOf(a).endsWith("-migrate")) - Number(componentOf(b).endsWith("-migrate"));
}

/** Whether somebody can give what it is made of; a cloud's own secrets nobody can. */
function isGiven(note: SecretNote): boolean {
  return secretsIn(note).every((secret) => !secret.startsWith("cloud."));
}

function nameOf(resource: string): Value {
  return new Value(`include "landfall.name.${resource}" .`);
}

function renamed(manifest: Manifest, resource: string): object {
  return { ...manifest, metadata: { ...manifest.metadata, name: nameOf(resource) } };
}

function withNames(tree: unknown, names: ReadonlyMap<string, Value>): unknown {
  if (tree instanceof Value) return tree;
  if (typeof tree === "string") return names.get(tree) ?? tree;
  if (Array.isArray(tree)) return tree.map((inner) => withNames(inner, names));
  if (typeof tree !== "object" || tree === null) return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, inner]) => [key, withNames(inner, names)]));
}

type Rule = { to?: { ipBlock?: { cidr: unknown } }[] };

/** With the rule to the API server as one of the chart's values. */
function withApiServer(manifest: Manifest): Manifest {
  const { spec } = manifest as { spec?: { egress?: Rule[] } };
  if (manifest.kind !== "NetworkPolicy" || !spec?.egress) return manifest;
  const isRule = ({ to = [] }: Rule) => to.some(({ ipBlock }) => ipBlock?.cidr === MARKED.apiServer.cidrs[0]);
  const rule = new Value('include "landfall.api-server-rule" .', "entries");
  return { ...manifest, spec: { ...spec, egress: spec.egress.map((entry) => (isRule(entry) ? rule : entry)) } };
}
