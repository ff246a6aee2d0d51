/** The stacks that `npm start` brings up and `npm stop` takes down, as plain `pulumi` sees them. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { parse, stringify } from "yaml";
import { UserError } from "./command.ts";
import { KNOWING_EVENT_LOGS, withPolicies } from "./policies.ts";
import { override, qualified, readSettings, type Settings, stacksWithFile } from "./rehearsal/stack-file.ts";
import { type JudgedAnswer, PREVIEW } from "./risk/preview.ts";
import { startOf } from "./system-processes.ts";

/** What is meant where no stack is named. */
export const STACK = "dev";
/** Everything that `npm start` makes, but for the tools: state, passphrase, cluster. Git ignores it. */
export const LOCAL_DIRECTORY = ".landfall";
export const PASSPHRASE_FILE = join(LOCAL_DIRECTORY, "passphrase");
export const LOCAL_CLUSTER = {
  directory: join(LOCAL_DIRECTORY, "cluster"),
  name: "landfall",
  kubeconfig: join(LOCAL_DIRECTORY, "kubeconfig"),
};

/** What keeps the stack from being used, and what to do about it. */
export class StackError extends UserError {
  override readonly name = "StackError";

  constructor(problem: string, fix: string) {
    super(`${problem}\n  fix      ${fix}`);
  }
}

interface StackFile {
  encryptionsalt?: string;
  config?: { [key: string]: unknown };
}

interface ClusterSetting {
  provider?: string;
  path?: string;
  context?: string;
}

function fileOf(stack: string): string {
  return `Pulumi.${stack}.yaml`;
}

export function readStackFile(stack = STACK): StackFile {
  const file = fileOf(stack);
  try {
    return parse(readFileSync(file, "utf8")) ?? {};
  } catch (error) {
    throw new StackError(
      `${file} cannot be read: ${(error as Error).message}`,
      stack === STACK ? `git checkout ${file} brings it back as it came` : "name a stack that has a file",
    );
  }
}

/** Stacks that have a file, and land on the cluster which `npm start` makes. */
export function localStacks(): string[] {
  return stacksWithFile(".").filter((stack) => clusterOf(readStackFile(stack)).isLocal);
}

/** Where the stack lands; `isLocal` where that is the cluster which `npm start` makes. */
export function clusterOf({ config }: StackFile): ClusterSetting & { isLocal: boolean } {
  const setting = (config?.["landfall:cluster"] ?? {}) as ClusterSetting;
  return { ...setting, isLocal: setting.provider === "kubeconfig" && setting.path === LOCAL_CLUSTER.kubeconfig };
}

/** Whether the user brings a passphrase; else the stack's lies in `PASSPHRASE_FILE`. */
export function hasOwnPassphrase(): boolean {
  return [process.env.PULUMI_CONFIG_PASSPHRASE, process.env.PULUMI_CONFIG_PASSPHRASE_FILE].some(
    (value) => value !== undefined,
  );
}

/** Makes the passphrase that the stack's secrets are encrypted with, unless there is one. */
export function ensurePassphrase({ encryptionsalt }: StackFile, stack = STACK): void {
  if (hasOwnPassphrase() || existsSync(PASSPHRASE_FILE)) return;
  if (encryptionsalt !== undefined) {
    throw new StackError(
      `The secrets in ${fileOf(stack)} are encrypted with a passphrase that is not here.`,
      `export PULUMI_CONFIG_PASSPHRASE with that passphrase, or begin anew: git checkout ${fileOf(stack)}`,
    );
  }
  mkdirSync(LOCAL_DIRECTORY, { recursive: true });
  writeFileSync(PASSPHRASE_FILE, randomBytes(32).toString("base64url"), { mode: 0o600 });
}

/**
 * Has the engine take the plugins that are there. It fetches those of all SDKs that are installed otherwise, the
 * clouds' too, of which a stack on the local cluster uses none.
 */
export const LOCAL_PLUGINS = { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" };

const STANDARD_ERROR = 2;

/** Where what pulumi prints goes: beside what is for machines, which has standard output to itself. */
export const besideJson = (isJson: boolean | undefined) => (isJson ? STANDARD_ERROR : "inherit");

/** Runs `pulumi` in this terminal to its end, and returns its exit code. */
export async function runPulumi(
  command: string,
  args: readonly string[],
  variables: NodeJS.ProcessEnv = {},
  output: "inherit" | typeof STANDARD_ERROR = "inherit",
): Promise<number> {
  const env = { ...variables, ...environment() };
  const child = spawn(command, args, { env, stdio: ["inherit", output, "inherit"] });
  // Ctrl-C reaches pulumi by itself; it ends in good order, and this process after it.
  const ignore = () => {};
  process.on("SIGINT", ignore);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 143)));
    });
  } finally {
    process.off("SIGINT", ignore);
  }
}

/** Runs `pulumi` unseen, and returns what it printed. @throws StackError with what it said where it fails. */
export async function askPulumi(command: string, args: readonly string[], input = ""): Promise<string> {
  const { code, output, complaint } = await callPulumi(command, args, input);
  if (code === 0) return output;
  await checkMade(command, complaint);
  throw new StackError(
    `pulumi ${args.slice(0, 2).join(" ")} failed: ${complaint.trim()}`,
    `npx pulumi ${args.join(" ")} tries it by itself`,
  );
}

/** @throws StackError where Pulumi's complaint is that there is no such stack */
async function checkMade(command: string, complaint: string): Promise<void> {
  const [, stack] = /no stack named '([^']+)' found/.exec(complaint) ?? [];
  if (stack !== undefined) throw await notMade(command, stack);
}

/** What to say where the backend does not have the stack. */
export async function notMade(command: string, stack: string): Promise<StackError> {
  const { url } = JSON.parse(await askPulumi(command, ["whoami", "--json"])) as { url: string };
  const stacks = await stacksIn(command);
  const begin = localStacks().includes(stack)
    ? `npm start -- ${stack} makes it`
    : `npx pulumi stack init ${stack}, then npx pulumi up --stack ${stack}`;
  return new StackError(
    `There is no stack ${stack} in the backend ${url.replace(/\?.*$/, "")}.\n  allowed  ${stacks.join(", ") || "none: it has no stack yet"}`,
    `${begin}; where it is in another backend, PULUMI_BACKEND_URL names that`,
  );
}

async function callPulumi(command: string, args: readonly string[], input = "") {
  const child = spawn(command, ["--non-interactive", ...args], { env: environment() });
  child.stdin.end(input);
  const [output, complaint] = [text(child.stdout), text(child.stderr)];
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve(status ?? -1));
  });
  return { code, output: await output, complaint: await complaint };
}

/**
 * What an update of the stack would do, as the engine tells it to machines, and what policies say; it may fail, and say why.
 *
 * @param assignments settings over the stack file's, such as `tiers.api.replicas=3`; pulumi's own option would save them
 */
export async function previewStack(
  command: string,
  stack: string,
  assignments: readonly string[],
): Promise<JudgedAnswer> {
  const ask = (...options: string[]) =>
    withPolicies(async (policies) => {
      const args = [...PREVIEW, "--stack", stack, ...policies, ...options];
      const { code, output, complaint } = await callPulumi(command, args);
      await checkMade(command, complaint);
      return { code, output, everything: `${complaint}\n${output}` };
    });
  const settings = assignments.reduce(override, readSettings(".", stack));
  if (assignments.length === 0) return ask();
  const directory = mkdtempSync(join(tmpdir(), "landfall-preview-"));
  try {
    const file = join(directory, `Pulumi.${stack}.yaml`);
    const stated = parse(readFileSync(`Pulumi.${stack}.yaml`, "utf8")) as { config?: Settings };
    writeFileSync(file, stringify({ ...stated, config: { ...stated.config, ...qualified(settings) } }));
    return await ask("--config-file", file);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function environment(): NodeJS.ProcessEnv {
  // Of the dev stack, where it has been started.
  const isOurs = !hasOwnPassphrase() && existsSync(PASSPHRASE_FILE);
  const ours = isOurs ? { PULUMI_CONFIG_PASSPHRASE_FILE: PASSPHRASE_FILE } : {};
  return { PULUMI_SKIP_UPDATE_CHECK: "1", ...KNOWING_EVENT_LOGS, ...process.env, ...ours };
}

/**
 * For an update that comes after one that was cut short: objects that the state does not know of are the stack's own. To
 * create them again is refused otherwise, where the API server has filled in defaults (a StatefulSet's claims).
 */
export const TAKING_OVER = { PULUMI_K8S_ENABLE_PATCH_FORCE: "true" };

/**
 * Makes the stack and its secret where they are missing, and selects it.
 *
 * @returns whether its last update was killed
 */
export async function ensureStack(command: string, stack = STACK): Promise<boolean> {
  ensurePassphrase(readStackFile(stack), stack);
  const wasKilled = releaseDeadLocks();
  await askPulumi(command, ["stack", "select", "--create", stack]);
  if (readStackFile(stack).config?.["landfall:secret"] === undefined) {
    const secret = randomBytes(32).toString("base64url");
    await askPulumi(command, ["config", "set", "--secret", "landfall:secret", "--stack", stack], secret);
  }
  // What was being created when the update was killed is in the state as pending, for good otherwise.
  if (wasKilled)
    await askPulumi(command, ["refresh", "--stack", stack, "--yes", "--skip-preview", "--clear-pending-creates"]);
  return wasKilled;
}

/** Whether the stack was ever made, or is still there. */
export async function stackExists(command: string, stack = STACK): Promise<boolean> {
  return (await stacksIn(command)).includes(stack);
}

async function stacksIn(command: string): Promise<string[]> {
  const stacks = JSON.parse(await askPulumi(command, ["stack", "ls", "--json"])) as { name: string }[];
  return stacks.map(({ name }) => name);
}

/** Forgets the stack and all that is in it: what it stood for went with the local cluster. Its config stays. */
export async function forgetStack(command: string, stack = STACK): Promise<void> {
  await askPulumi(command, ["stack", "rm", stack, "--force", "--yes", "--preserve-config"]);
}

/** The stack's outputs. */
export async function outputsOf(command: string, stack = STACK): Promise<{ [name: string]: unknown }> {
  return JSON.parse(await askPulumi(command, ["stack", "output", "--json", "--stack", stack]));
}

/**
 * Removes locks of updates that were killed on this machine, which nobody else does, and says whether any were.
 *
 * @param state folder of a backend of files
 */
export function releaseDeadLocks(state = join(LOCAL_DIRECTORY, "state")): boolean {
  const dead = deadLocks(state);
  for (const file of dead) rmSync(file);
  return dead.length > 0;
}

/** Locks that nobody holds any more. @param state folder of a backend of files */
export function deadLocks(state: string): string[] {
  const locks = join(state, ".pulumi", "locks");
  if (!existsSync(locks)) return [];
  return readdirSync(locks, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".json"))
    .map((file) => join(locks, file))
    .filter((file) => {
      const owner = ownerOf(file);
      return owner === undefined || (owner.hostname === hostname() && startOf(owner.pid) === "");
    });
}

/** Who is updating the stack. @param state folder of a backend of files */
export function lockOwners(state: string, stack: string): LockOwner[] {
  const locks = join(state, ".pulumi", "locks");
  if (!existsSync(locks)) return [];
  return readdirSync(locks, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".json") && basename(dirname(file)) === stack)
    .flatMap((file) => ownerOf(join(locks, file)) ?? []);
}

interface LockOwner {
  pid: number;
  username: string;
  hostname: string;
}

/** Undefined where the lock's writer did not get to say who it is: a full disk leaves an empty file. */
function ownerOf(lock: string): LockOwner | undefined {
  try {
    return JSON.parse(readFileSync(lock, "utf8"));
  } catch {
    return undefined;
  }
}
