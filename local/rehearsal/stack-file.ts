/** The stack file as a rehearsal uses it: what it says, with secrets of the rehearsal's own. */
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { readApplication } from "../../config/application.ts";
import { ConfigurationError, didYouMean } from "../../config/mistakes.ts";
import type { Plan } from "../../config/plan.ts";
import type * as Resolve from "../../config/resolve.ts";
import { UserError } from "../command.ts";

const NAMESPACE = "landfall:";
const STACK_SECRET_LENGTH = 44;

export type Settings = Record<string, unknown>;

/** The `landfall:` settings of the stack's file but the secret ones, by key without the namespace. */
export function readSettings(root: string, stack: string): Settings {
  const file = `Pulumi.${stack}.yaml`;
  const path = `${root}/${file}`;
  if (!existsSync(path)) throw new UserError(noFile(root, stack));
  const { config = {} } = (parse(readFileSync(path, "utf8")) ?? {}) as { config?: Settings };
  const plain = Object.entries(config).filter(
    ([key]) => key.startsWith(NAMESPACE) && ![`${NAMESPACE}secret`, `${NAMESPACE}secrets`].includes(key),
  );
  return Object.fromEntries(plain.map(([key, value]) => [key.slice(NAMESPACE.length), value]));
}

/** Stacks that have a file in the folder. */
export function stacksWithFile(root: string): string[] {
  return readdirSync(root).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
}

function noFile(root: string, stack: string): string {
  const stacks = stacksWithFile(root);
  const meant = didYouMean(stack, stacks);
  return [
    `There is no stack file Pulumi.${stack}.yaml.`,
    `  allowed  ${stacks.sort().join(", ") || "none: this folder has no stack file"}`,
    `  fix      ${meant ? `did you mean "${meant}"?` : "name one of these; npm run new -- NAME writes another"}`,
  ].join("\n");
}

/** The settings as a stack file has them. */
export function qualified(settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [`${NAMESPACE}${key}`, value]));
}

/** Lays `tiers.api.replicas=3` over the settings. */
export function override(settings: Settings, assignment: string): Settings {
  const [path = "", ...rest] = assignment.split("=");
  const value: unknown = parse(rest.join("="));
  const keys = path.replace(/^landfall:/, "").split(".");
  const lay = (inner: unknown, [key, ...others]: string[]): unknown =>
    key === undefined ? value : { ...(inner as Settings | undefined), [key]: lay((inner as Settings)?.[key], others) };
  return lay(settings, keys) as Settings;
}

/**
 * The plan that the program will make of the settings, and the names of the secrets that only the owner knows, for
 * which the rehearsal makes up others.
 *
 * @param program folder of the program
 * @throws ConfigurationError as the program would
 */
export async function planOf(
  settings: Settings,
  stack: string,
  program = process.cwd(),
): Promise<{ plan: Plan; secretNames: string[] }> {
  const application = await readApplication(settings.app, program);
  const { resolve } = (await import(join(program, "config", "resolve.ts"))) as typeof Resolve;
  const attempt = (names: string[]) =>
    resolve({
      ...application,
      settings,
      secrets: { stackSecretLength: STACK_SECRET_LENGTH, names },
      stack,
    });
  try {
    return { plan: attempt([]), secretNames: [] };
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    const names = error.mistakes.flatMap(({ path }) => /^landfall:secrets\.(.+)$/.exec(path)?.[1] ?? []);
    return { plan: attempt(names), secretNames: names };
  }
}

/**
 * The plan, for a command that has a user before it.
 *
 * @throws UserError with what the program would say
 */
export async function intendedPlan(settings: Settings, stack: string): Promise<Plan> {
  try {
    return (await planOf(settings, stack)).plan;
  } catch (error) {
    throw isConfigurationError(error) ? new UserError(error.message) : error;
  }
}

/** Another folder's program has a class of its own for it. */
export function isConfigurationError(error: unknown): error is ConfigurationError {
  return error instanceof Error && error.name === ConfigurationError.name;
}

export function randomSecret(): string {
  // At its beginning a hyphen would make it an option of pulumi's.
  return randomBytes(32).toString("base64url").replace(/^-/, "_");
}
