/** A Compose file as an application: https://github.com/compose-spec/compose-spec */
import { isMapping } from "../../../config/mistakes.ts";
import { isCredential } from "./credentials.ts";
import { type KnownStore, variablesOf } from "./environment.ts";
import { ComposeFile, type Mapping, type Note } from "./file.ts";
import { attachMigrations, migrationsIn } from "./migrations.ts";
import { portOf } from "./ports.ts";
import { datastoreOf, tellStoreKeys } from "./store-service.ts";
import { FOREIGN, storeOf } from "./stores.ts";
import { tellKeys } from "./tell.ts";
import { type ImportedTier, type Service, type ServiceContext, tierOf } from "./tier.ts";
import { nameOf } from "./words.ts";

export interface Imported {
  application: Mapping;
  /** What is not as it was, line by line. */
  notes: Note[];
  /** Paths of what is in the application. */
  carried: string[];
}

/** @param name of the application */
export function importCompose(path: string, name: string): Imported {
  const file = new ComposeFile(path);
  const { services, stores } = sort(file);
  const context = contextOf(file, name, services, stores);
  const migrations = migrationsIn(services);
  const tiers: Record<string, ImportedTier & { migrate?: object }> = {};
  for (const service of services.filter(({ service }) => !migrations.has(service))) {
    tiers[service.name] = tierOf(service, context);
    restartOf(file, service);
  }
  routes(file, services, tiers);
  attachMigrations(file, migrations, services, tiers, context);
  const datastores = Object.fromEntries(Object.values(stores).map((store) => [store.name, datastoreOf(file, store)]));
  dropIdle(file, datastores, tiers);
  tellTopLevel(file);
  const secrets = [...new Set(context.secrets.values())].sort();
  const application = {
    name,
    ...(secrets.length > 0 ? { secrets } : {}),
    ...(Object.keys(datastores).length > 0 ? { datastores } : {}),
    ...(Object.keys(context.volumes).length > 0 ? { volumes: context.volumes } : {}),
    tiers,
  };
  return { application, notes: file.notes.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)), carried: file.carried };
}

/** Services that become tiers, and those that are datastores. */
function sort(file: ComposeFile): {
  services: Service[];
  stores: Record<string, KnownStore & { service: string; given: Mapping }>;
} {
  const services: Service[] = [];
  const stores: Record<string, KnownStore & { service: string; given: Mapping }> = {};
  const taken = new Set<string>();
  for (const [service, raw] of Object.entries(file.services)) {
    const place = `services.${service}`;
    if (raw.profiles !== undefined && [raw.profiles].flat().length > 0) {
      file.note(
        `${place}.profiles`,
        "it is started on demand only, so it is left out with all that it says",
        "write a tier of its own where it is wanted",
      );
      file.carry(...Object.keys(raw).map((key) => `${place}.${key}`));
      continue;
    }
    const { environment: _, env_file: __, ...rest } = raw;
    const given = file.value(rest, place) as Mapping;
    const variables = variablesOf(file, service, raw);
    const name = unique(nameOf(service), taken);
    if (name !== service) file.note(place, `it is called ${name} here`, "call it so where a program has its name");
    const plain = Object.fromEntries(Object.entries(variables).map(([key, { value }]) => [key, value]));
    const store = typeof given.image === "string" ? storeOf(given.image, plain) : undefined;
    if (store) stores[service] = { ...store, name, buckets: bucketsIn(plain), service, given };
    else services.push({ service, name, given, variables });
    tellKeys(file, service, given, store !== undefined);
    if (store) tellStoreKeys(file, service, given, store, variables);
  }
  return { services, stores };
}

function unique(name: string, taken: Set<string>): string {
  let own = name;
  for (let number = 2; taken.has(own); number++) own = `${name.slice(0, 37)}-${number}`;
  taken.add(own);
  return own;
}

/** Bitnami's MinIO makes them by itself. */
function bucketsIn({ MINIO_DEFAULT_BUCKETS: buckets = "" }: Record<string, string>): string[] {
  return buckets
    .split(/[,;]/)
    .map((bucket) => bucket.split(":")[0]?.trim() ?? "")
    .filter((bucket) => bucket !== "");
}

function contextOf(
  file: ComposeFile,
  application: string,
  services: Service[],
  stores: Record<string, KnownStore>,
): ServiceContext {
  const everything = services.flatMap(({ variables }) => Object.values(variables).map(({ value }) => value));
  for (const service of services) service.port = portOf(file, service, everything);
  const passwords = [
    ...Object.values(stores).flatMap(({ password }) => password ?? []),
    ...services.flatMap(({ variables }) =>
      Object.entries(variables).flatMap(([name, { value, variables }]) =>
        isCredential(name, value, variables) ? value : [],
      ),
    ),
  ];
  const tiers = Object.fromEntries(services.map(({ service, name, port }) => [service, { name, port }]));
  return { file, stores, tiers, secrets: new Map(), application, passwords, volumes: {} };
}

/** The first service with a published port is the way in; each further one has a path of its own. */
function routes(file: ComposeFile, services: readonly Service[], tiers: Record<string, ImportedTier>): void {
  const published = services.filter(({ given, name }) => given.ports !== undefined && tiers[name]?.port !== undefined);
  const isFront = ({ name, port }: Service) =>
    /^(web|www|frontend|front|nginx|proxy|caddy|ui|app)/.test(name) || port === 80;
  const front = published.find(isFront) ?? published[0];
  for (const service of published) {
    const route = service === front ? "/" : `/${service.name}`;
    (tiers[service.name] as ImportedTier).route = route;
    if (service !== front)
      file.note(
        `services.${service.service}.ports`,
        `there is one host, on which it has the path ${route}`,
        "change route, or remove it where only other tiers call it",
      );
  }
  for (const { service, given, name } of services) {
    const image = String(given.image ?? "");
    if (tiers[name] && FOREIGN.test(image)) {
      file.note(
        `services.${service}.image`,
        `Landfall has no engine for ${image}: it runs as a tier, without copies or protection`,
        "have the cloud run it, and name its address in env",
      );
    }
  }
}

function restartOf(file: ComposeFile, { service, given }: Service): void {
  if (given.restart === undefined) return;
  const at = `services.${service}.restart`;
  file.carry(at);
  if (given.restart === "no" || given.restart === false)
    file.note(at, "containers are always started anew", "make it a migrate of another tier where it is to run once");
}

/** A datastore that nobody uses is no datastore of the plan. */
function dropIdle(file: ComposeFile, datastores: Mapping, tiers: Record<string, ImportedTier>): void {
  const used = new Set(Object.values(tiers).flatMap(({ uses = [] }) => uses));
  for (const name of Object.keys(datastores).filter((name) => !used.has(name))) {
    file.note(`services.${name}`, "no tier connects to it", "name it in the uses of those that do");
  }
}

function tellTopLevel(file: ComposeFile): void {
  const told: Record<string, [why: string, fix: string]> = {
    include: [
      "included files are not looked into",
      "docker compose config > flat.yaml writes it out; import that file",
    ],
    models: ["models are not run here", "name the server of the model as a tier, or its address in env"],
    networks: ["there is one network, and only what uses says may connect", "look through uses"],
    secrets: [
      "values of secrets stay out of files",
      "set them in the stack: npx pulumi config set --secret --path 'landfall:secrets.<name>'",
    ],
  };
  for (const [key, [why, fix]] of Object.entries(told)) if (file.contents[key] !== undefined) file.note(key, why, fix);
  const volumes = isMapping(file.contents.volumes) ? file.contents.volumes : {};
  for (const [name, volume] of Object.entries(volumes)) {
    if (isMapping(volume) && Object.keys(volume).some((key) => !["name", "labels"].includes(key))) {
      file.note(
        `volumes.${name}`,
        "drivers and volumes that are there already are the cluster's",
        "set storageClass in the stack file, and bring the data over",
      );
    }
  }
}
