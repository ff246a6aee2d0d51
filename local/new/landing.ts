/** The two files of a new application, and what is in their way. */
import { existsSync, writeFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import { applicationNames } from "../../config/application.ts";
import { ConfigurationError, type Mistake } from "../../config/mistakes.ts";
import { resolve } from "../../config/resolve.ts";
import { name as nameForm } from "../../config/schema/primitives.ts";
import { UserError } from "../command.ts";
import { APPLICATION_SCHEMA_FILE, SCHEMA_FILE } from "../schema/names.ts";
import { LOCAL_CLUSTER } from "../stack.ts";
import { nameOf } from "./compose/words.ts";

export interface Landing {
  name: string;
  /** File of the application. */
  file: string;
  stack: string;
  stackFile: string;
  application: Record<string, unknown>;
  settings: Record<string, unknown>;
  /** Texts of both files. */
  texts: Record<string, string>;
  /** The command that brings it up. */
  next: string;
}

/** @throws UserError where no application can be called so, or one is */
export function checkName(name: string): void {
  if (!nameForm.safeParse(name).success) {
    throw new UserError(
      `An application cannot be called ${name}.\n  allowed  lower-case letters, digits and dashes, at most 40\n  fix      npm run new -- ${nameOf(name)}`,
    );
  }
  if (applicationNames().includes(name)) {
    throw new UserError(
      `There is an application ${name} already, apps/${name}.ts.\n  fix      take another name: npm run new -- my-${name}`,
    );
  }
}

interface LandingOptions {
  host?: string;
  /** Of a kubeconfig. @default the local cluster */
  context?: string;
  /** The Compose file that it comes from. */
  from?: string;
}

export function landingOf(
  name: string,
  application: Record<string, unknown>,
  { host, context, from }: LandingOptions,
): Landing {
  const [file, stack] = [`${name}.yaml`, `${name}-dev`];
  const stackFile = `Pulumi.${stack}.yaml`;
  for (const path of [file, stackFile]) {
    if (!existsSync(path)) continue;
    throw new UserError(
      `${path} is there already, and nothing is overwritten.\n  fix      take another name, or remove it: rm ${path}`,
    );
  }
  const settings = {
    app: `./${file}`,
    profile: "dev",
    cluster: context === undefined ? localCluster() : { provider: "kubeconfig", context },
    edge: { kind: "ingress", host: host ?? `${name}.localhost`, tls: { secretName: `${name}-tls` } },
  };
  const origin = from === undefined ? "" : `, from ${from}`;
  const where = context === undefined ? "the local cluster of npm start" : `the cluster of the context ${context}`;
  const config = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`landfall:${key}`, value]));
  const texts = {
    [file]: `# yaml-language-server: $schema=./${APPLICATION_SCHEMA_FILE}\n# The application ${name}${origin}; docs/application-file.md has every key.\n${yaml(application)}`,
    [stackFile]: `# yaml-language-server: $schema=./${SCHEMA_FILE}\n# ${name} on ${where}; docs/configuration.md has every key.\n${yaml({ config })}`,
  };
  return { name, file, stack, stackFile, application, settings, texts, next: `npm start -- ${stack}` };
}

function yaml(value: object): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** As Pulumi.dev.yaml has it. */
function localCluster(): object {
  const { kubeconfig: path, name: context } = LOCAL_CLUSTER;
  return { provider: "kubeconfig", path, context, storageClasses: { fast: "fast", shared: "shared" } };
}

/** What keeps it from landing, in the words of an update. */
export async function mistakesOf({ file, texts, settings, stack }: Landing): Promise<readonly Mistake[]> {
  try {
    const application = parse(texts[file] as string);
    resolve({ application, source: file, settings, stack, secrets: { stackSecretLength: 44, names: [] } });
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.mistakes;
    throw error;
  }
}

export function writeBoth({ texts }: Landing): void {
  for (const [path, text] of Object.entries(texts)) writeFileSync(path, text, { flag: "wx" });
}
