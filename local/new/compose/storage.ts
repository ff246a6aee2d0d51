import { isMapping } from "../../../config/mistakes.ts";
import { holdsCredential } from "./credentials.ts";
import type { ComposeFile, Mapping } from "./file.ts";
import type { ImportedTier, ServiceContext } from "./tier.ts";
import { nameOf } from "./words.ts";

const LARGEST_FILE = 64 * 1024;
const VOLUME_SIZE = "10Gi";

/** Volumes, configs and secrets of a service: what it reads and writes. */
export function storageOf(
  file: ComposeFile,
  place: string,
  given: Mapping,
  context: ServiceContext,
): Pick<ImportedTier, "files" | "mounts" | "writable"> {
  const files: Record<string, string> = {};
  const mounts: Record<string, string> = {};
  const writable: string[] = [given.tmpfs ?? []].flat().map((path) => String(path).split(":")[0] as string);
  if (given.tmpfs !== undefined) file.carry(`${place}.tmpfs`);
  for (const key of ["read_only", "cap_drop"]) if (given[key] !== undefined) file.carry(`${place}.${key}`);
  const volumes = Array.isArray(given.volumes) ? given.volumes : [];
  if (given.volumes !== undefined) file.carry(`${place}.volumes`);
  for (const [index, volume] of volumes.entries()) {
    const at = `${place}.volumes[${index}]`;
    const { type, source, target } = mountOf(volume);
    if (type === "tmpfs" || (type === "volume" && source === undefined)) {
      writable.push(target);
      if (type === "volume")
        file.note(
          at,
          "a volume without a name goes with its pod",
          `name it in volumes and mounts where ${target} is to last`,
        );
    } else if (type === "volume") {
      const name = nameOf(source as string);
      if (!context.volumes[name]) {
        context.volumes[name] = { storage: VOLUME_SIZE };
        file.note(
          at,
          `Compose gives ${source} no size: it has ${VOLUME_SIZE}, and pods on several nodes mount it`,
          "set volumes.<name>.storage; an object store scales better",
        );
      }
      mounts[name] = target;
    } else if (type === "bind") {
      const text = source === undefined ? undefined : file.beside(source, LARGEST_FILE);
      if (text === undefined)
        file.note(at, `${source} is a folder of this machine, or no text`, "put it into the image, or into files");
      else if (holdsCredential(text, context.passwords))
        file.note(
          at,
          `${source} has what may be a password in it`,
          "take the password from the environment, and put the rest into files",
        );
      else files[target] = text;
    } else {
      file.note(at, `a mount of type ${type} is not known here`, "put it into the image, or into files");
    }
  }
  addConfigs(file, place, given, files, context.passwords);
  listSecrets(file, place, given);
  const some = <T extends object>(values: T) => (Object.keys(values).length > 0 ? values : undefined);
  return {
    files: some(files),
    mounts: some(mounts),
    writable: writable.length > 0 ? [...new Set(["/tmp", ...writable])] : undefined,
  };
}

interface Mount {
  type: string;
  source?: string;
  target: string;
}

function mountOf(volume: unknown): Mount {
  if (isMapping(volume)) {
    return {
      type: String(volume.type ?? "volume"),
      source: volume.source as string | undefined,
      target: String(volume.target),
    };
  }
  const [first = "", second] = String(volume).split(":");
  if (second === undefined) return { type: "volume", target: first };
  return { type: /^[./~]/.test(first) ? "bind" : "volume", source: first, target: second };
}

function addConfigs(
  file: ComposeFile,
  place: string,
  given: Mapping,
  files: Record<string, string>,
  passwords: readonly string[],
): void {
  const entries = Array.isArray(given.configs) ? given.configs : [];
  if (given.configs !== undefined) file.carry(`${place}.configs`);
  const declared = isMapping(file.contents.configs) ? file.contents.configs : {};
  for (const entry of entries) {
    const source = isMapping(entry) ? String(entry.source) : String(entry);
    const target = isMapping(entry) && entry.target !== undefined ? String(entry.target) : `/${source}`;
    const config = isMapping(declared[source]) ? (declared[source] as Mapping) : {};
    const text =
      typeof config.content === "string"
        ? file.text(config.content, `configs.${source}.content`).text
        : typeof config.file === "string"
          ? file.beside(config.file, LARGEST_FILE)
          : undefined;
    if (text === undefined)
      file.note(`${place}.configs`, `the text of ${source} is not there`, `put it into files: ${target}`);
    else if (holdsCredential(text, passwords))
      file.note(
        `${place}.configs`,
        `${source} has what may be a password in it`,
        "take the password from the environment, and put the rest into files",
      );
    else files[target] = text;
  }
}

function listSecrets(file: ComposeFile, place: string, { secrets }: Mapping): void {
  for (const entry of Array.isArray(secrets) ? secrets : []) {
    const source = isMapping(entry) ? String(entry.source) : String(entry);
    file.note(
      `${place}.secrets`,
      `the file /run/secrets/${source} is not there: secrets are variables`,
      `name ${nameOf(source)} in secrets, and read it by env: { secret: ${nameOf(source)} }`,
    );
  }
}
