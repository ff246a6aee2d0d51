/** The only place that reads Pulumi's config. */
import * as pulumi from "@pulumi/pulumi";
import { readMirror } from "./addons/mirror.ts";
import { readApplication } from "./application.ts";
import { ConfigurationError, isMapping, type Mistake } from "./mistakes.ts";
import type { LastPlaced } from "./placed.ts";
import type { Plan } from "./plan.ts";
import { resolve } from "./resolve.ts";
import { deriveSecret } from "./secrets.ts";

const NAMESPACE = "landfall:";

export interface Loaded {
  plan: Plan;
  /** Secrets of the plan that are the stack's own, by name. */
  secrets: Record<string, pulumi.Output<string>>;
}

/**
 * Reads the stack's config and the application that it names.
 *
 * @throws pulumi.RunError, a message without a stack trace, that lists every mistake.
 */
export async function load(): Promise<Loaded> {
  try {
    const { settings, secret, secrets } = readConfig();
    const plan = resolve({
      ...(await readApplication(settings.app)),
      settings,
      secrets: { stackSecretLength: secret?.length, names: Object.keys(secrets) },
      stack: pulumi.getStack(),
      charts: isMapping(settings.addons) ? readMirror(settings.addons.mirror) : undefined,
      ...(await lastLanding()),
    });
    return { plan, secrets: secretOutputs(plan, secret, secrets) };
  } catch (error) {
    if (error instanceof ConfigurationError) throw new pulumi.RunError(error.message);
    throw error;
  }
}

/** Outputs of the stack's last update, which the engine reads from its state. */
async function lastLanding(): Promise<{ placed?: LastPlaced; landedOn?: string }> {
  const name = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/");
  const { outputs } = (await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name })) as {
    outputs?: { datastores?: LastPlaced; cluster?: string };
  };
  return { placed: outputs?.datastores, landedOn: outputs?.cluster };
}

interface Config {
  settings: Record<string, unknown>;
  secret?: string;
  secrets: Record<string, string>;
}

function readConfig(): Config {
  const config = pulumi.runtime.allConfig();
  const secretKeys = new Set(JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]") as string[]);
  const mistakes: Mistake[] = [];
  const settings: Record<string, unknown> = {};
  let secret: string | undefined;
  let secrets: Record<string, string> = {};

  for (const [fullKey, text] of Object.entries(config)) {
    if (!fullKey.startsWith(NAMESPACE)) continue;
    const key = fullKey.slice(NAMESPACE.length);
    const isSecret = secretKeys.has(fullKey);
    if (key === "secret" || key === "secrets") {
      if (!isSecret) mistakes.push(plaintextSecret(fullKey));
      if (key === "secret") secret = text;
      else secrets = parse(text) as Record<string, string>;
    } else if (isSecret) {
      mistakes.push({
        path: fullKey,
        problem: "holds a secret value, which only landfall:secret and landfall:secrets may",
        fix: "put the secret under landfall:secrets.<name> and write the rest in the clear",
      });
    } else {
      settings[key] = parse(text);
    }
  }
  if (mistakes.length > 0) throw new ConfigurationError(mistakes);
  return { settings, secret, secrets };
}

function plaintextSecret(path: string): Mistake {
  const key = path === "landfall:secrets" ? "--path 'landfall:secrets.<name>'" : path;
  return {
    path,
    problem: "is in plaintext in the stack file",
    fix: `choose a new one and encrypt it: npx pulumi config set --secret ${key} --stack ${pulumi.getStack()}`,
  };
}

/** Structured config arrives as JSON, what is plain as its text; no key has the text of a truth value. */
function parse(text: string): unknown {
  return /^([[{]|true$|false$)/.test(text) ? JSON.parse(text) : text;
}

function secretOutputs(
  plan: Plan,
  stackSecret: string | undefined,
  given: Record<string, string>,
): Record<string, pulumi.Output<string>> {
  return Object.fromEntries(
    plan.secrets
      .filter(({ stored }) => !stored)
      .map((secret) => {
        const value = given[secret.name] ?? deriveSecret(stackSecret as string, secret);
        return [secret.name, pulumi.secret(value)];
      }),
  );
}
