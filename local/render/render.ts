/** A stack as files, from its settings alone. */
import type { ApiServerAddresses } from "../../cloud/cloud.ts";
import { overlay } from "../../config/layers.ts";
import { ConfigurationError } from "../../config/mistakes.ts";
import type { Plan } from "../../config/plan.ts";
import { isRestored } from "../../config/restores.ts";
import { UserError } from "../command.ts";
import { planOf, type Settings } from "../rehearsal/stack-file.ts";
import { type Installer, refuseLocal } from "./addons.ts";
import { chartFiles, MARKED } from "./chart/chart.ts";
import { addonFiles, type Files, kustomizeFiles, plainFiles } from "./files.ts";
import { NO_API_SERVER, type Rendering, renderingOf } from "./objects.ts";
import { type Format, type Told, tellingFiles, warningsOf } from "./readme.ts";
import { registrationsOf } from "./registrations.ts";
import type { KnownOutputs } from "./state.ts";

export interface RenderOptions {
  stack: string;
  settings: Settings;
  /** @default plain */
  format?: Format;
  /** @default nobody: their values are listed */
  installer?: Installer;
  /** What clouds have answered. @default nothing */
  known?: KnownOutputs;
  /** Of the chart. @default 0.1.0 */
  version?: string;
}

export interface Rendered {
  plan: Plan;
  rendering: Rendering;
  files: Files;
  warnings: string[];
}

/** @throws UserError and ConfigurationError that say what is in the way. */
export async function render(options: RenderOptions): Promise<Rendered> {
  const { format = "plain", installer } = options;
  const { plan, rendering } = await renderStack(options);
  if (installer) refuseLocal(rendering.releases, installer);
  const told: Told = { plan, rendering, format, installer, withoutApiServer: apiServerOf(plan) === NO_API_SERVER };
  const files = {
    ...(await filesIn(format, options, plan, rendering)),
    ...(installer ? {} : addonFiles(rendering.releases)),
    ...tellingFiles(told),
  };
  return { plan, rendering, files, warnings: warningsOf(told) };
}

async function filesIn(format: Format, options: RenderOptions, plan: Plan, rendering: Rendering): Promise<Files> {
  switch (format) {
    case "plain":
      return plainFiles(rendering, options.installer);
    case "kustomize":
      return kustomizeFiles(rendering, options.installer);
    case "helm":
      return chartOf(options, plan, rendering);
  }
}

async function chartOf(options: RenderOptions, plan: Plan, own: Rendering): Promise<Files> {
  const { host, namespace, apiServer } = MARKED;
  const settings = overlay(options.settings, { namespace, edge: { host } });
  const { rendering: marked } = await renderStack({ ...options, settings, apiServer });
  const { ports, cidrs } = apiServerOf(plan);
  const known = cidrs === NO_API_SERVER.cidrs ? [] : cidrs;
  return chartFiles({ plan, own, marked, version: options.version ?? "0.1.0", apiServer: { cidrs: known, ports } });
}

export interface StackOptions extends Pick<RenderOptions, "stack" | "settings" | "known"> {
  /** @default what the stack says of it */
  apiServer?: ApiServerAddresses;
}

/** The objects of the stack, whichever form they will have. */
export async function renderStack({ stack, settings, ...options }: StackOptions) {
  const { plan } = await planOf(settings, stack);
  return { plan, rendering: await renderPlan(plan, options) };
}

/** The objects of a plan that has been made. */
export async function renderPlan(
  plan: Plan,
  { known = new Map(), apiServer = apiServerOf(plan) }: Pick<StackOptions, "known" | "apiServer"> = {},
): Promise<Rendering> {
  refuseUnderWay(plan);
  return renderingOf(await registrationsOf(plan, { apiServer, known }), plan.stack);
}

export function apiServerOf({ cluster }: Plan): ApiServerAddresses {
  return ("apiServer" in cluster ? cluster.apiServer : undefined) ?? NO_API_SERVER;
}

/** Moves and restores are steps that an update takes in turn, and waits for. */
function refuseUnderWay({ moves, backups, stack }: Plan): void {
  const under = [
    ...moves.map(({ name }) => `the data of ${name} is on its way (landfall:datastores)`),
    ...backups.filter(isRestored).map(({ datastore }) => `${datastore.name} is being put back from a copy`),
  ];
  if (under.length === 0) return;
  throw new UserError(
    `Stack ${stack} cannot be rendered: ${under.join(", ")}.\n  fix      bring it to its end with pulumi up, then render`,
  );
}

/** Mistakes of a configuration are the user's to mend. */
export function toUserError(error: unknown): unknown {
  return error instanceof ConfigurationError ? new UserError(error.message) : error;
}
