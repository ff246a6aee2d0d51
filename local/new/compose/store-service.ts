/** A service that is a datastore: what of it is said to the engine, and what is the engine's to decide. */
import { engines } from "../../../components/datastores/engines.ts";
import { isMapping } from "../../../config/mistakes.ts";
import type { KnownStore, Variable } from "./environment.ts";
import type { ComposeFile, Mapping } from "./file.ts";
import { nameOf, words } from "./words.ts";

/** What a datastore's service says is the engine's to decide. */
export function tellStoreKeys(
  file: ComposeFile,
  service: string,
  given: Mapping,
  store: { engine: KnownStore["engine"]; version?: string; understood: string[] },
  variables: Readonly<Record<string, Variable>>,
): void {
  const place = `services.${service}`;
  const versions = Object.keys(engines[store.engine].images);
  if (store.version === undefined) {
    file.note(
      `${place}.image`,
      `${given.image} becomes ${store.engine} ${versions[0]}`,
      `look whether that version takes your data; known are ${versions.join(", ")}`,
    );
  }
  file.carry(
    ...["image", "healthcheck", "restart", "user", "stop_grace_period", "read_only", "cap_drop", "tmpfs"]
      .filter((key) => key in given)
      .map((key) => `${place}.${key}`),
  );
  const told: Record<string, [why: string, fix: string]> = {
    build: ["the engine's own image runs", "leave it, or run yours as a tier"],
    configs: ["the server is configured by settings", `put them into datastores.${nameOf(service)}.settings`],
    cpus: ["the engine's own sizes hold", `set datastores.${nameOf(service)}.resources`],
    depends_on: ["datastores start first", "nothing to do"],
    deploy: [
      "the engine's own sizes hold, and one server",
      `set resources and servers of datastores.${nameOf(service)}`,
    ],
    entrypoint: ["the engine's own image runs", "put settings into datastores"],
    labels: ["labels are for Docker", "nothing to do"],
    links: ["datastores call nobody", "nothing to do"],
    mem_limit: ["the engine's own sizes hold", `set datastores.${nameOf(service)}.resources`],
    mem_reservation: ["the engine's own sizes hold", `set datastores.${nameOf(service)}.resources`],
    ports: [
      "it is reached from within the cluster only",
      `kubectl port-forward service/${nameOf(service)} opens it for a while`,
    ],
    scale: ["one server runs", `set datastores.${nameOf(service)}.servers`],
    secrets: ["its password is derived from the stack's secret", "nothing to do"],
  };
  for (const [key, [why, fix]] of Object.entries(told))
    if (given[key] !== undefined) file.note(`${place}.${key}`, why, fix);
  if (given.expose !== undefined) file.carry(`${place}.expose`);
  tellStoreVolumes(file, place, given, store.engine);
  for (const [name, { at }] of Object.entries(variables)) {
    if (store.understood.includes(name) || name === "MINIO_DEFAULT_BUCKETS") continue;
    file.note(
      at === `${place}.env_file` ? at : `${place}.environment.${name}`,
      `${name} is for the image, which is the engine's own here`,
      `put it into datastores.${nameOf(service)}.settings where it tunes the server`,
    );
  }
  if (store.understood.length > 0) {
    file.note(
      `${place}.environment`,
      "the user is Landfall's, and the password derived from the stack's secret",
      "nothing to do: env refers to both",
    );
  }
}

function tellStoreVolumes(file: ComposeFile, place: string, { volumes }: Mapping, engine: KnownStore["engine"]): void {
  if (volumes === undefined) return;
  file.carry(`${place}.volumes`);
  for (const [index, volume] of (Array.isArray(volumes) ? volumes : []).entries()) {
    const source = isMapping(volume) ? String(volume.source ?? "") : (String(volume).split(":")[0] as string);
    const target = isMapping(volume) ? String(volume.target ?? "") : (String(volume).split(":")[1] ?? source);
    if (target.includes("docker-entrypoint-initdb.d")) {
      file.note(
        `${place}.volumes[${index}]`,
        "scripts are not run when the database is made",
        "put them into the migrate of the tier that uses it",
      );
    } else if (/^[./~]/.test(source) && source !== target) {
      file.note(
        `${place}.volumes[${index}]`,
        `${source} is of this machine`,
        `the data is on a volume of ${engines[engine].defaults.storage}; bring it over by a dump`,
      );
    }
  }
}

/** The datastore, with the settings that its command has. */
export function datastoreOf(file: ComposeFile, store: KnownStore & { service: string; given: Mapping }): Mapping {
  const { engine, version, database, buckets, service, given } = store;
  const settings = settingsOf(file, service, engine, given.command);
  const isName = database !== undefined && /^[a-z_][a-z0-9_]{0,62}$/.test(database);
  if (database !== undefined && !isName && engine === "postgres") {
    file.note(
      `services.${service}.environment`,
      `the database ${database} is called otherwise: lower-case letters, digits and underscores`,
      "set datastores.<name>.database",
    );
  }
  return {
    engine,
    ...(version === undefined ? {} : { version }),
    storage: engines[engine].defaults.storage,
    ...(engine === "postgres" && isName ? { database } : {}),
    ...(buckets.length > 0 ? { buckets } : {}),
    ...(Object.keys(settings).length > 0 ? { settings } : {}),
  };
}

/** Flags that say what the engine says by itself. */
const OWN_FLAGS =
  /^(appendonly|appendfsync|dir|port|bind|requirepass|masterauth|save|loglevel|protected-mode|console-address|address)$/;

function settingsOf(
  file: ComposeFile,
  service: string,
  engine: KnownStore["engine"],
  command: unknown,
): Record<string, string> {
  if (command === undefined || command === null) return {};
  const at = `services.${service}.command`;
  file.carry(at);
  const line = Array.isArray(command) ? command.map(String) : words(String(command));
  const flags =
    engine === "postgres"
      ? line.flatMap((word, index) => (line[index - 1] === "-c" ? [word.split("=") as [string, string]] : []))
      : line.flatMap((word, index): [string, string][] =>
          word.startsWith("--")
            ? [
                [
                  word.slice(2).split("=")[0] as string,
                  word.split("=")[1] ?? (line[index + 1]?.startsWith("--") ? "" : (line[index + 1] ?? "")),
                ],
              ]
            : [],
        );
  const allowed = engines[engine].settings;
  const settings: Record<string, string> = {};
  for (const [name, value = ""] of flags) {
    if (OWN_FLAGS.test(name)) file.note(at, `--${name} is the engine's own to set`, "nothing to do");
    else if (allowed?.test(name)) settings[name] = value;
    else file.note(at, `${name} is no setting of ${engine} here`, "leave it out");
  }
  if (flags.length === 0 && line.length > 1)
    file.note(at, "the engine's own command runs", "put settings into datastores");
  return settings;
}
