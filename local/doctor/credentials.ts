/** Whether somebody is logged in to the cloud that a stack names. What tools print of tokens goes nowhere. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { TOKEN_COMMANDS } from "../../cloud/token-commands.ts";
import type { Plan } from "../../config/plan.ts";
import { type Check, failure, firstLine, ok, warning } from "../checks.ts";
import { which } from "../toolchain/toolchain.ts";

type CloudName = "aws" | "gcp" | "azure";

interface Login {
  title: string;
  /** Ends well where the credentials are valid; prints what nobody has to see. */
  command: readonly [string, ...string[]];
  /** Variables by which programs find credentials without the cloud's own tool. */
  variables: readonly string[];
  fix: string;
}

const LOGINS: Readonly<Record<CloudName, Login>> = {
  /** https://www.pulumi.com/registry/packages/aws/installation-configuration/ */
  aws: {
    title: "AWS",
    command: ["aws", "sts", "get-caller-identity", "--output", "json"],
    variables: [
      "AWS_ACCESS_KEY_ID",
      "AWS_WEB_IDENTITY_TOKEN_FILE",
      "AWS_CONTAINER_CREDENTIALS_FULL_URI",
      "AWS_PROFILE",
    ],
    fix: "aws sso login, or export AWS_PROFILE",
  },
  /** https://www.pulumi.com/registry/packages/gcp/installation-configuration/ */
  gcp: {
    title: "Google Cloud",
    command: ["gcloud", "auth", "application-default", "print-access-token"],
    variables: ["GOOGLE_CREDENTIALS", "GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_OAUTH_ACCESS_TOKEN"],
    fix: "gcloud auth application-default login",
  },
  /** https://www.pulumi.com/registry/packages/azure-native/installation-configuration/ */
  azure: {
    title: "Azure",
    command: ["az", "account", "get-access-token", "--output", "none"],
    variables: ["ARM_CLIENT_ID", "ARM_OIDC_TOKEN", "ARM_USE_MSI"],
    fix: "az login",
  },
};

const TIMEOUT_MILLISECONDS = 30_000;

export async function checkCredentials({ cluster }: Plan): Promise<Check[]> {
  switch (cluster.provider) {
    case "eks":
      return [await checkLogin("aws"), checkTokenCommand("eks")];
    case "gke":
      return [await checkLogin("gcp"), checkTokenCommand("gke")];
    case "aks":
      return [await checkLogin("azure"), checkTokenCommand("aks")];
    case "kubeconfig":
    case "stack":
      return cluster.cloud ? [await checkLogin(cluster.cloud.provider)] : [];
  }
}

async function checkLogin(cloud: CloudName): Promise<Check> {
  const { title, command, variables, fix } = LOGINS[cloud];
  const what = `Credentials of ${title}`;
  const [file, ...args] = command;
  const said = variables.find((name) => process.env[name]);
  if (!which(file)) {
    if (said)
      return warning(what, `${said} is set; whether they are valid nobody can say without ${file}`, `install ${file}`);
    return failure(
      what,
      `${file} is not installed, and none of ${variables.join(", ")} is set`,
      `install ${file}, then ${fix}`,
    );
  }
  try {
    await promisify(execFile)(file, args, { timeout: TIMEOUT_MILLISECONDS });
    return ok(what, "present, and valid");
  } catch (error) {
    const { stderr = "", code } = error as { stderr?: string; code?: number | string };
    const why = firstLine(stderr) || `${file} ended with ${code}`;
    // A service account's key is none of gcloud's.
    if (said && cloud !== "aws") return warning(what, `${said} is set; ${file} itself says: ${why}`);
    const isExpired = /expired|reauth|refresh/i.test(stderr);
    return failure(what, `${isExpired ? "expired" : "absent"}: ${why}`, fix);
  }
}

/** What the cluster's kubeconfig calls for a token. */
function checkTokenCommand(provider: keyof typeof TOKEN_COMMANDS): Check {
  const { command, install } = TOKEN_COMMANDS[provider];
  const found = which(command);
  if (found) return ok(command, found);
  return failure(command, "not installed, and the kubeconfig of the cluster calls it for a token", install);
}
