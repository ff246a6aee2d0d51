/** A service as a tier. */
import { isMapping } from "../../../config/mistakes.ts";
import { holdsCredential } from "./credentials.ts";
import { type EnvironmentValue, environmentOf, type Surroundings, type Variable } from "./environment.ts";
import type { ComposeFile, Mapping } from "./file.ts";
import { type Probe, probesOf } from "./probes.ts";
import { type Resources, resourcesOf } from "./resources.ts";
import { storageOf } from "./storage.ts";
import { nameOf, seconds, words } from "./words.ts";

const PIN_ME = "pin-me";

export interface ImportedTier {
  kind: "web" | "worker";
  image: string;
  command?: string[];
  args?: string[];
  uid?: number;
  port?: number;
  route?: string;
  uses?: string[];
  env?: Record<string, EnvironmentValue>;
  replicas?: number;
  files?: Record<string, string>;
  mounts?: Record<string, string>;
  writable?: string[];
  readiness?: Probe;
  liveness?: Probe;
  startup?: Probe;
  terminationGracePeriodSeconds?: number;
  resources: Resources;
}

export interface ServiceContext extends Surroundings {
  /** Passwords that stand somewhere in the file. */
  passwords: readonly string[];
  /** Volumes that tiers mount, by name; filled here. */
  volumes: Record<string, { storage: string }>;
}

export interface Service {
  /** As the Compose file calls it. */
  service: string;
  /** As the application does. */
  name: string;
  /** With its variables put in, but for those of its environment. */
  given: Mapping;
  variables: Readonly<Record<string, Variable>>;
  port?: number;
}

/** @returns the tier without its route */
export function tierOf({ service, given, variables, port }: Service, context: ServiceContext): ImportedTier {
  const { file } = context;
  const place = `services.${service}`;
  const { env, uses } = environmentOf(variables, context);
  for (const other of neighbours(file, service, given, context)) uses.add(other);
  const probes = probesOf(file, place, given, port, context.passwords);
  const storage = storageOf(file, place, given, context);
  const tier: ImportedTier = {
    kind: port === undefined ? "worker" : "web",
    image: imageOf(file, service, given, context.application),
    command: commandOf(file, `${place}.entrypoint`, given.entrypoint, context.passwords),
    args: commandOf(file, `${place}.command`, given.command, context.passwords),
    uid: uidOf(file, place, given),
    port,
    uses: uses.size > 0 ? [...uses].sort() : undefined,
    env: Object.keys(env).length > 0 ? env : undefined,
    replicas: replicasOf(file, place, given),
    ...storage,
    ...probes,
    terminationGracePeriodSeconds: graceOf(file, place, given),
    resources: resourcesOf(file, place, given),
  };
  return JSON.parse(JSON.stringify(tier));
}

export function imageOf(file: ComposeFile, service: string, given: Mapping, application: string): string {
  const place = `services.${service}`;
  const asked = typeof given.image === "string" && given.image !== "" ? given.image : undefined;
  if (given.image !== undefined) file.carry(`${place}.image`);
  if (given.build !== undefined) {
    file.note(
      `${place}.build`,
      "images are pulled, not built",
      asked ? `push the image: docker push ${asked}` : "build and push it, and put its name into image",
    );
  }
  const image = asked ?? `${application}/${nameOf(service)}:${PIN_ME}`;
  if (!asked && given.build === undefined) file.note(place, "it names no image", "put one into image");
  const isPinned = /(:[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$/.test(image) && !image.endsWith(":latest");
  if (asked && !isPinned) {
    file.note(`${place}.image`, `${asked} is another image tomorrow`, `put the tag of a version in place of ${PIN_ME}`);
    return `${image.replace(/:latest$/, "")}:${PIN_ME}`;
  }
  return image;
}

function commandOf(file: ComposeFile, at: string, given: unknown, passwords: readonly string[]): string[] | undefined {
  if (given === undefined || given === null) return undefined;
  const line = Array.isArray(given) ? given.map(String) : words(String(given));
  if (holdsCredential(line.join(" "), passwords)) {
    file.note(
      at,
      "it has a password in it",
      "let the program take it from its environment, and write the rest into command and args",
    );
    return undefined;
  }
  file.carry(at);
  return line.length > 0 ? line : undefined;
}

/** Whether it is waited for to end: such a service becomes a migration. */
export function isOnce(how: unknown): boolean {
  return isMapping(how) && how.condition === "service_completed_successfully";
}

/** What is named by depends_on or links and takes connections. */
function neighbours(file: ComposeFile, service: string, given: Mapping, { stores, tiers }: ServiceContext): string[] {
  const place = `services.${service}`;
  const found: string[] = [];
  for (const key of ["depends_on", "links"]) {
    const named = given[key];
    if (named === undefined) continue;
    file.carry(`${place}.${key}`);
    const others = Array.isArray(named)
      ? named.map((link) => String(link).split(":"))
      : Object.entries(named as Mapping).flatMap(([name, how]) => (isOnce(how) ? [] : [[name]]));
    for (const [other = "", alias] of others) {
      if (alias !== undefined && alias !== other)
        file.note(`${place}.links`, `"${alias}" is no name here`, `call it ${nameOf(other)}`);
      const store = stores[other]?.name;
      const tier = tiers[other]?.port === undefined ? undefined : tiers[other]?.name;
      const name = store ?? tier;
      if (name !== undefined) found.push(name);
      else if (tiers[other])
        file.note(
          `${place}.${key}`,
          `"${other}" has no port, so nobody connects to it, and tiers do not wait for each other`,
          "nothing to do, or give it a port",
        );
    }
  }
  return found;
}

function uidOf(file: ComposeFile, place: string, { user }: Mapping): number | undefined {
  if (user === undefined) return undefined;
  const [uid = "", gid] = String(user).split(":");
  if (/^[1-9]\d*$/.test(uid)) {
    if (gid !== undefined && gid !== uid)
      file.note(
        `${place}.user`,
        `its group is ${uid} as its user is, and not ${gid}`,
        "have its files belong to that group",
      );
    file.carry(`${place}.user`);
    return Number(uid);
  }
  const isRoot = uid === "0" || uid === "root";
  file.note(
    `${place}.user`,
    isRoot ? "no container runs as root" : `"${uid}" is no number`,
    "set uid to the number of a user that the image works with (default 10001)",
  );
  return undefined;
}

function replicasOf(file: ComposeFile, place: string, { scale, deploy }: Mapping): number | undefined {
  if (scale !== undefined) file.carry(`${place}.scale`);
  const replicas = isMapping(deploy) && deploy.replicas !== undefined ? deploy.replicas : scale;
  const count = Number(replicas);
  if (replicas === undefined) return undefined;
  if (Number.isInteger(count) && count > 0) return count;
  file.note(
    `${place}.deploy.replicas`,
    `${replicas} replicas are none that a tier can have`,
    "set replicas in the stack file",
  );
  return undefined;
}

function graceOf(file: ComposeFile, place: string, { stop_grace_period: period }: Mapping): number | undefined {
  if (period === undefined) return undefined;
  file.carry(`${place}.stop_grace_period`);
  return seconds(period);
}
