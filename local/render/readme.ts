/** What a folder with a rendering says of itself. */
import type { Plan } from "../../config/plan.ts";
import { helmCommand, type Installer, type Release } from "./addons.ts";
import { type Files, valuesFile } from "./files.ts";
import type { Rendering } from "./objects.ts";
import { inWords, type SecretNote } from "./secrets.ts";

export const FORMATS = ["plain", "kustomize", "helm"] as const;
export type Format = (typeof FORMATS)[number];

export interface Told {
  plan: Plan;
  rendering: Rendering;
  format: Format;
  installer?: Installer;
  /** Whether nobody said where pods reach the API server. */
  withoutApiServer: boolean;
}

export function tellingFiles(told: Told): Files {
  const { rendering, plan } = told;
  const secrets: Files = rendering.secrets.length > 0 ? { "SECRETS.md": tellSecrets(rendering.secrets, plan) } : {};
  return { "README.md": readme(told), ...secrets };
}

/** What is missing in it, for the terminal and for the README. */
export function warningsOf({ plan, rendering, withoutApiServer, installer }: Told): string[] {
  const asking = plan.tiers.filter(({ mountToken }) => mountToken).map(({ name }) => name);
  const who = asking.length > 0 ? `, which ${asking.join(", ")} may ask` : "";
  return [
    ...(withoutApiServer
      ? [
          `No pod reaches the API server${who}: landfall:cluster.apiServer says where it is, which pulumi up reads from the cluster.`,
        ]
      : []),
    ...(rendering.secrets.length > 0
      ? [`${counted(rendering.secrets.length, "Secret")} yours to make: SECRETS.md has names and keys.`]
      : []),
    ...(rendering.releases.length > 0 && !installer
      ? [`${counted(rendering.releases.length, "add-on")} yours to install before: addons/ has the values.`]
      : []),
    ...(installer ? releasesWithSecrets(rendering).map((release) => LACKING[installer](release)) : []),
  ];
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what} is` : `${count} ${what}s are`;
}

function releasesWithSecrets({ releases }: Rendering): Release[] {
  return releases.filter(({ secretValues }) => Object.keys(secretValues).length > 0);
}

/** What is said of values that are secret. */
const LACKING: Record<Installer, (release: Release) => string> = {
  argocd: ({ name, secretValues }) => `Add-on ${name} lacks ${Object.keys(secretValues).join(", ")}, which is secret.`,
  flux: ({ name, namespace, secretValues }) =>
    `Add-on ${name} reads ${Object.keys(secretValues).join(", ")} from the Secret ${namespace}/${name}-values, which is yours to make.`,
};

function readme(told: Told): string {
  const { plan, rendering, format, installer } = told;
  const { releases } = rendering;
  const warnings = warningsOf(told);
  return [
    `# ${plan.application}, stack ${plan.stack}`,
    "",
    `Rendered by \`npm run render -- ${plan.stack}\`, not written: change the stack file and render again.`,
    "",
    ...(warnings.length > 0 ? ["## Before it is applied", "", ...warnings.map((warning) => `- ${warning}`), ""] : []),
    ...(releases.length > 0 && !installer
      ? ["```sh", ...releases.map((release) => helmCommand(release, valuesFile(release))), "```", ""]
      : []),
    "## Applying it",
    "",
    ...HOW[format](plan, stagesIn(rendering)),
    "",
  ].join("\n");
}

function stagesIn({ objects }: Rendering): number[] {
  return [...new Set(objects.map(({ stage }) => stage))];
}

const HOW: Record<Format, (plan: Plan, stages: number[]) => string[]> = {
  plain: (_plan, stages) => [
    "A stage needs those before it to be ready: databases before migrations, migrations before what needs them.",
    "",
    "```sh",
    ...stages.map((stage) => `kubectl apply --server-side --filename objects/stage-${stage}`),
    "```",
  ],
  kustomize: () => ["```sh", "kubectl apply --server-side --kustomize base", "```"],
  helm: ({ application }) => ["```sh", `helm upgrade --install ${application} chart --values my-values.yaml`, "```"],
};

function tellSecrets(secrets: readonly SecretNote[], { stack }: Plan): string {
  return [
    "# Secrets",
    "",
    "Objects refer to these Secrets, of which no value is here. With the stack's own secrets:",
    "",
    "```sh",
    `npm run --silent render -- ${stack} --secrets | kubectl apply --server-side --filename -`,
    "```",
    "",
    "A name ends in a digest of what the Secret is made of: another key, or another `landfall:secretVersions`, is another",
    "Secret, and pods start anew with it. With `landfall:secretStore` an operator makes them, and none is listed here.",
    ...secrets.flatMap(({ name, namespace, type, keys }) => [
      "",
      `## ${name}`,
      "",
      `Namespace \`${namespace}\`, type \`${type}\`.`,
      "",
      "| key | value |",
      "|---|---|",
      ...Object.entries(keys).map(
        ([key, parts]) => `| \`${key}\` | \`${inWords(parts).replaceAll("|", "\\|").replaceAll("\n", " ")}\` |`,
      ),
    ]),
    "",
  ].join("\n");
}
