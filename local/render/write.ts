/** Writes a rendering into a folder that is its own: what an earlier one left there goes, and nothing else does. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../command.ts";
import type { Files } from "./files.ts";

/** Lists the files of a rendering. */
const LIST = ".landfall-render.json";

/** @throws UserError where the folder has files of somebody else's. */
export function writeFiles(directory: string, files: Files): void {
  const list = join(directory, LIST);
  const there = existsSync(directory) ? readdirSync(directory) : [];
  if (there.length > 0 && !existsSync(list)) {
    throw new UserError(
      `${directory} has files that were not rendered.\n  fix      name an empty folder, or one of an earlier rendering`,
    );
  }
  const earlier = there.length > 0 ? (JSON.parse(readFileSync(list, "utf8")) as string[]) : [];
  for (const path of earlier.filter((path) => !(path in files))) rmSync(join(directory, path), { force: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  removeEmpty(directory);
  writeFileSync(list, `${JSON.stringify(Object.keys(files).sort(), undefined, 2)}\n`);
}

function removeEmpty(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (!entry.isDirectory()) continue;
    removeEmpty(path);
    if (readdirSync(path).length === 0) rmSync(path, { recursive: true });
  }
}
