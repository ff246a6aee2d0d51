/** Secrets with their values, for whoever holds the stack's passphrase: to a pipe, never to a file. */
import type { SecretPlan } from "../../config/plan.ts";
import { deriveSecret } from "../../config/secrets.ts";
import { UserError } from "../command.ts";
import { terminalProgress } from "../progress.ts";
import { askPulumi } from "../stack.ts";
import { ensureTools } from "../toolchain/toolchain.ts";
import { renderStack, type StackOptions } from "./render.ts";
import { filledIn, type SecretNote, secretsIn } from "./secrets.ts";
import { yaml } from "./yaml.ts";

/** @throws UserError on a terminal, where they would stay on the screen. */
export async function revealedSecrets(options: StackOptions): Promise<string> {
  if (process.stdout.isTTY) {
    throw new UserError(
      "--secrets prints passwords, and this is a terminal.\n  fix      pipe it: | kubectl apply --filename -",
    );
  }
  const { plan, rendering } = await renderStack(options);
  const { pulumi } = await ensureTools(["pulumi"], terminalProgress());
  const config = await askPulumi(pulumi, ["config", "--show-secrets", "--json", "--stack", options.stack]);
  return documents(rendering.secrets, secretValues(plan.secrets, JSON.parse(config)));
}

type Config = Record<string, { value?: string; objectValue?: Record<string, string> }>;

/** The secrets of the plan that are the stack's own, by name; those that are derived, derived. */
export function secretValues(plans: readonly SecretPlan[], config: Config): Record<string, string> {
  const stackSecret = config["landfall:secret"]?.value;
  const { objectValue, value } = config["landfall:secrets"] ?? {};
  const given = objectValue ?? (value === undefined ? {} : (JSON.parse(value) as Record<string, string>));
  const own = plans.filter(({ stored }) => !stored);
  return Object.fromEntries(
    own.flatMap((secret) => {
      const known =
        given[secret.name] ?? (stackSecret && !secret.outside ? deriveSecret(stackSecret, secret) : undefined);
      return known === undefined ? [] : [[secret.name, known]];
    }),
  );
}

/** @throws UserError that names the secrets that the stack does not have. */
export function documents(notes: readonly SecretNote[], known: Readonly<Record<string, string>>): string {
  const missing = new Set(notes.flatMap(secretsIn).filter((name) => known[name] === undefined));
  if (missing.size > 0) {
    throw new UserError(
      `The stack has no value for ${[...missing].sort().join(", ")}.\n` +
        "  fix      npx pulumi config set --secret --path 'landfall:secrets.<name>', or landfall:secret for those that are derived;\n" +
        "           what begins with cloud. is made by the cloud, and in the state of a stack that is up",
    );
  }
  return notes
    .map(({ name, namespace, labels, type, immutable, keys }) =>
      yaml({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name, namespace, labels },
        type,
        immutable,
        stringData: Object.fromEntries(Object.entries(keys).map(([key, parts]) => [key, filledIn(parts, known)])),
      }),
    )
    .join("---\n");
}
