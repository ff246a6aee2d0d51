/** Variables of services, and what they come to in a tier. */

import { engines } from "../../../components/datastores/engines.ts";
import { isMapping } from "../../../config/mistakes.ts";
import type { Field } from "../../../config/schema/tier.ts";
import { isCredential } from "./credentials.ts";
import type { ComposeFile, Mapping } from "./file.ts";
import type { Store } from "./stores.ts";
import { nameOf } from "./words.ts";

export interface Variable {
  value: string;
  /** Variables of the Compose file that it is made of. */
  variables: string[];
  /** Where it stands. */
  at: string;
}

/** Every variable of a service, those of its files first; what has no value is told. */
export function variablesOf(file: ComposeFile, service: string, given: Mapping): Record<string, Variable> {
  const place = `services.${service}`;
  const found: Record<string, Variable> = {};
  const files = [given.env_file ?? []].flat() as unknown[];
  for (const entry of files) {
    const path = isMapping(entry) ? String(entry.path) : String(entry);
    const variables = file.variablesOf(String(file.value(path, `${place}.env_file`)));
    if (!variables) {
      file.note(`${place}.env_file`, `${path} is not there`, "put its variables into the tier's env");
      continue;
    }
    for (const [name, value] of Object.entries(variables))
      found[name] = { value, variables: [], at: `${place}.env_file` };
  }
  if (given.env_file !== undefined) file.carry(`${place}.env_file`);
  const own = given.environment;
  if (own === undefined) return found;
  file.carry(`${place}.environment`);
  const pairs = Array.isArray(own)
    ? own.map((line) => {
        const [name = "", ...rest] = String(line).split("=");
        return [name, rest.length > 0 ? rest.join("=") : null] as const;
      })
    : Object.entries(own as Mapping);
  for (const [name, raw] of pairs) {
    const at = `${place}.environment.${name}`;
    if (raw === null || raw === undefined) {
      file.note(at, "its value is taken from the shell", `set ${name} in the tier's env`);
      continue;
    }
    const { text, variables } = file.text(String(raw), at);
    found[name] = { value: text, variables, at };
  }
  return found;
}

/** A datastore of the application, by the service that it comes from. */
export interface KnownStore extends Store {
  /** As the application calls it. */
  name: string;
  buckets: string[];
}

export interface Surroundings {
  file: ComposeFile;
  /** Name of the application. */
  application: string;
  stores: Readonly<Record<string, KnownStore>>;
  /** Names of the tiers by their services, those that others call with their port. */
  tiers: Readonly<Record<string, { name: string; port?: number }>>;
  /** Secrets of the application so far: name by value, so that what is one secret stays one. */
  secrets: Map<string, string>;
}

export type EnvironmentValue = string | { from: string; field: Field; database?: string | number } | { secret: string };

interface Outcome {
  env: Record<string, EnvironmentValue>;
  /** What the tier talks to. */
  uses: Set<string>;
}

export function environmentOf(variables: Readonly<Record<string, Variable>>, around: Surroundings): Outcome {
  const outcome: Outcome = { env: {}, uses: new Set() };
  const talksTo = new Set(
    Object.values(variables).flatMap(({ value }) => Object.keys(around.stores).filter((host) => mentions(value, host))),
  );
  for (const [name, variable] of Object.entries(variables)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      around.file.note(
        variable.at,
        "the name of a variable has letters, digits and underscores",
        "give it another name",
      );
      continue;
    }
    const value = carriedValue(name, variable, [...talksTo], around, outcome.uses);
    if (value !== undefined) outcome.env[name] = value;
  }
  return outcome;
}

const URL_FORM = /^([a-z][a-z0-9+.-]*):\/\/(?:([^/@]*)@)?([^/:?@,]+)(?::(\d+))?(\/[^?]*)?(\?.*)?$/i;

function carriedValue(
  name: string,
  { value, variables, at }: Variable,
  talksTo: readonly string[],
  around: Surroundings,
  uses: Set<string>,
): EnvironmentValue | undefined {
  const { file, stores, tiers } = around;
  const [, scheme = "", , host = "", , path = "", query = ""] = URL_FORM.exec(value) ?? [];
  const store = stores[host];
  if (store) {
    uses.add(store.name);
    return urlOf(store, { scheme, database: path.slice(1), query }, file, at);
  }
  const called = tiers[host];
  if (called && called.port !== undefined && !isCredential(name, value, variables)) {
    uses.add(called.name);
    const isWhole = scheme === "http" && (path === "" || path === "/") && query === "";
    return isWhole ? { from: called.name, field: "url" } : value.replace(`//${host}`, `//${called.name}`);
  }
  const part = partOf(name, value, talksTo, around, uses);
  if (part) return part;
  if (/_FILE$/.test(name) && value.startsWith("/run/secrets/")) {
    const secret = nameOf(value.slice("/run/secrets/".length));
    file.note(
      at,
      "secrets are variables here, not files",
      `read ${name.replace(/_FILE$/, "")}: { secret: ${secret} } in the tier's env instead`,
    );
    return undefined;
  }
  if (isCredential(name, value, variables)) return { secret: secretOf(name, value, at, around) };
  const mentioned = Object.keys(stores).find((host) => mentions(value, host));
  if (mentioned) {
    const { name: own } = stores[mentioned] as KnownStore;
    uses.add(own);
    file.note(
      at,
      `"${mentioned}" is inside a text, which stays as it is`,
      `take the parts with { from: ${own}, field: host } and the like, so that it follows the store wherever it runs`,
    );
    return value.replaceAll(new RegExp(`(?<![\\w.-])${escaped(mentioned)}(?![\\w.-])`, "g"), own);
  }
  const neighbour = Object.keys(tiers).find((host) => mentions(value, host));
  if (neighbour && (tiers[neighbour]?.port ?? undefined) !== undefined)
    uses.add((tiers[neighbour] as { name: string }).name);
  return value;
}

/** Whether the text has `host` as the name of a server. */
export function mentions(text: string, host: string): boolean {
  return text === host || new RegExp(`(^|[/@,=\\s])${escaped(host)}(:\\d+|$|[/,;\\s?])`).test(text);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function urlOf(
  store: KnownStore,
  { scheme, database, query }: { scheme: string; database: string; query: string },
  file: ComposeFile,
  at: string,
): EnvironmentValue {
  const ours = engines[store.engine].url(
    { host: "host", port: 1, username: "", database: "", buckets: [], tls: false },
    "" as never,
  );
  const ownScheme = (/^[a-z0-9+.-]+(?=:)/i.exec(ours) ?? [""])[0];
  if (scheme !== ownScheme && !(scheme === "postgres" && ownScheme === "postgresql")) {
    file.note(
      at,
      `the URL begins with ${ownScheme}:// and not with ${scheme}://`,
      "have the program take either, or put it together from { from, field } parts",
    );
  }
  if (query !== "")
    file.note(
      at,
      `the URL's ${query} is left out`,
      "set what it says elsewhere; encryption follows from where the store runs",
    );
  const isNumber = store.engine === "redis" && /^\d+$/.test(database) && database !== "0";
  const isOther =
    store.engine !== "redis" && database !== "" && store.database !== undefined && database !== store.database;
  const own = isNumber ? { database: Number(database) } : isOther ? { database } : {};
  if (isOther && store.engine === "postgres") {
    file.note(at, `the database ${database} is not made`, "have the migration make it, or use the one that is");
  }
  return { from: store.name, field: "url", ...own };
}

const PARTS: readonly [Field, RegExp, (store: KnownStore, value: string, service: string) => boolean][] = [
  ["host", /./, (_, value, service) => value === service],
  [
    "password",
    /(pass|password|passwd|pwd|secret(_access)?_?key|master_key|api_?key|key)$/i,
    (store, value) => value === store.password,
  ],
  ["username", /(user|username|login|access_?key(_id)?)$/i, (store, value) => value === store.user],
  ["database", /(db|database|db_?name|name)$/i, (store, value) => value === store.database],
  ["port", /port$/i, (store, value) => value === String(Object.values(engines[store.engine].ports)[0])],
];

/** A part of a connection: what a variable's name and value agree on. */
function partOf(
  name: string,
  value: string,
  talksTo: readonly string[],
  { stores }: Surroundings,
  uses: Set<string>,
): EnvironmentValue | undefined {
  if (value === "") return undefined;
  for (const service of talksTo) {
    const store = stores[service] as KnownStore;
    const offered = engines[store.engine].fields;
    if (store.engine === "objectstore" && /bucket/i.test(name) && /^[a-z0-9][-a-z0-9]{1,61}[a-z0-9]$/.test(value)) {
      uses.add(store.name);
      if (!store.buckets.includes(value)) store.buckets.push(value);
      return store.buckets[0] === value ? { from: store.name, field: "bucket" } : value;
    }
    const part = PARTS.find(
      ([field, form, agrees]) => offered.includes(field) && form.test(name) && agrees(store, value, service),
    );
    if (!part) continue;
    uses.add(store.name);
    return { from: store.name, field: part[0] };
  }
  return undefined;
}

function secretOf(
  name: string,
  value: string,
  at: string,
  { file, application, secrets, stores }: Surroundings,
): string {
  const known = secrets.get(value);
  if (known !== undefined && value !== "") return known;
  const plain = nameOf(name);
  const taken = [...Object.values(stores).map((store) => store.name), ...secrets.values()];
  let own = plain;
  for (let number = 2; taken.includes(own); number++) own = `${plain.slice(0, 37)}-${number}`;
  secrets.set(value === "" ? `${at}` : value, own);
  file.note(
    at,
    `its value may be a secret, and is not in the file: it is the secret ${own}, derived unless it is set`,
    `where it is somebody else's to give: npx pulumi config set --secret --stack ${application}-dev --path 'landfall:secrets.${own}'`,
  );
  return own;
}
