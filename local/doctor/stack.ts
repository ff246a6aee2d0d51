/** Whether the stack's file makes a plan, and Pulumi can open its state and its secrets. */
import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Plan } from "../../config/plan.ts";
import { type Check, failure, firstLine, ok, warning } from "../checks.ts";
import { UserError } from "../command.ts";
import { intendedPlan, readSettings } from "../rehearsal/stack-file.ts";
import { askPulumi, hasOwnPassphrase, PASSPHRASE_FILE } from "../stack.ts";

export interface Planned {
  plan?: Plan;
  checks: Check[];
}

export async function checkPlan(stack: string): Promise<Planned> {
  const what = `Pulumi.${stack}.yaml`;
  const settings = readSettings(".", stack);
  try {
    const plan = await intendedPlan(settings, stack);
    const { application, profileName, cluster, namespace } = plan;
    const said = `${application} with the ${profileName} profile on ${cluster.provider}, in namespace ${namespace}`;
    return { plan, checks: [ok(what, said)] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { checks: [failure(what, firstLine(error.message), `npm run explain -- ${stack} says all of it`)] };
  }
}

/** @param pulumi its executable */
export async function checkBackend(pulumi: string, stack: string): Promise<Check[]> {
  let backend: { user?: string; url?: string };
  try {
    backend = JSON.parse(await askPulumi(pulumi, ["whoami", "--json"]));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [
      failure(
        "Backend",
        firstLine(error.message),
        "npx pulumi login, or see PULUMI_BACKEND_URL and backend.url in Pulumi.yaml",
      ),
    ];
  }
  const reached = ok("Backend", `${backend.url?.replace(/\?.*$/, "")}, as ${backend.user ?? "nobody in particular"}`);
  const stacks = JSON.parse(await askPulumi(pulumi, ["stack", "ls", "--json"])) as {
    name: string;
    lastUpdate?: string;
  }[];
  const found = stacks.find(({ name }) => name === stack);
  if (!found) {
    const fix = stack === "dev" ? "npm start makes it" : `npx pulumi stack init ${stack}`;
    return [reached, warning("Stack", `the backend does not have ${stack}`, fix)];
  }
  const updated = found.lastUpdate ? `last updated ${found.lastUpdate}` : "never updated";
  return [reached, ok("Stack", updated), await checkSecrets(pulumi, stack)];
}

interface StackFile {
  encryptionsalt?: string;
  secretsprovider?: string;
  config?: Record<string, unknown>;
}

async function checkSecrets(pulumi: string, stack: string): Promise<Check> {
  const what = "Secrets";
  const { encryptionsalt, secretsprovider, config } = (parse(readFileSync(`Pulumi.${stack}.yaml`, "utf8")) ??
    {}) as StackFile;
  if (config?.["landfall:secret"] === undefined) {
    const fix = `npx pulumi config set --secret landfall:secret "$(openssl rand -base64 32)" --stack ${stack}`;
    return warning(what, "the stack has no landfall:secret, which passwords are derived from", fix);
  }
  const isPassphrase = encryptionsalt !== undefined && (secretsprovider ?? "passphrase") === "passphrase";
  const source = hasOwnPassphrase()
    ? "of the environment"
    : existsSync(PASSPHRASE_FILE)
      ? `of ${PASSPHRASE_FILE}`
      : undefined;
  const fix = "export PULUMI_CONFIG_PASSPHRASE_FILE or PULUMI_CONFIG_PASSPHRASE";
  if (isPassphrase && source === undefined)
    return failure(what, "nothing says the passphrase that they are encrypted with", fix);
  try {
    await askPulumi(pulumi, ["config", "get", "landfall:secret", "--stack", stack]);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return failure(
      what,
      firstLine(error.message),
      isPassphrase ? fix : "see that you may use the key of secretsprovider",
    );
  }
  return ok(
    what,
    isPassphrase ? `the passphrase ${source} opens them` : `${secretsprovider ?? "the backend"} opens them`,
  );
}
