/** The program and the stack file as git has them at another commit. */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { isFile } from "../../config/application.ts";
import { UserError } from "../command.ts";
import { PROGRAM } from "../rehearsal/ground.ts";

const MAINS = ["main", "origin/main"];
const LARGEST_ARCHIVE = 256 * 1024 ** 2;

/** Where this branch left main; HEAD where it is main, or where there is none. */
export function baseOf(): string {
  for (const main of MAINS) {
    const { status, stdout } = git("merge-base", "HEAD", main);
    if (status === 0) return stdout.toString().trim().slice(0, 12);
  }
  return "HEAD";
}

/**
 * Puts the program of the commit into an empty folder, with the dependencies that are installed here.
 *
 * @returns the folder
 */
export function checkOut(ref: string, stack: string, directory: string): string {
  const file = `Pulumi.${stack}.yaml`;
  if (git("cat-file", "-e", `${ref}^{commit}`).status !== 0) {
    throw new UserError(
      `git knows no commit ${ref}.\n  fix      fetch it (fetch-depth: 0), or name another: --base REF`,
    );
  }
  if (git("cat-file", "-e", `${ref}:./${file}`).status !== 0) {
    throw new UserError(
      `${ref} has no ${file}, so nothing of it stands yet.\n  fix      name a commit that has it: --base REF`,
    );
  }
  const entries = [...PROGRAM.filter((entry) => entry !== "node_modules"), file, ...applicationFile(ref, file)];
  const archive = git("archive", "--format=tar", ref, ...entries);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const unpacked = spawnSync("tar", ["-x", "-C", directory], { input: archive.stdout });
  if (archive.status !== 0 || unpacked.status !== 0) {
    throw new UserError(`git archive ${ref} failed:\n${archive.stderr}${unpacked.stderr}`);
  }
  symlinkSync(join(process.cwd(), "node_modules"), join(directory, "node_modules"));
  return directory;
}

/** The stack's application, where that is a file of its own. */
function applicationFile(ref: string, stackFile: string): string[] {
  const { config } = (parse(git("show", `${ref}:./${stackFile}`).stdout.toString()) ?? {}) as {
    config?: { "landfall:app"?: unknown };
  };
  const application = config?.["landfall:app"];
  if (!isFile(application)) return [];
  if (git("cat-file", "-e", `${ref}:./${application}`).status === 0) return [application];
  throw new UserError(
    `${ref} has no ${application}, which its ${stackFile} names.\n  fix      commit it, or name another commit: --base REF`,
  );
}

function git(...args: string[]) {
  return spawnSync("git", args, { maxBuffer: LARGEST_ARCHIVE });
}
