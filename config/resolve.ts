import { resolveCluster } from "../cloud/clouds.ts";
import type { Charts } from "./addons/mirror.ts";
import { resolveAddons } from "./addons.ts";
import { linksOfArchives } from "./archive.ts";
import { linksOfEvents } from "./autoscale.ts";
import { linksOfBackups, resolveBackups, secretsOfBackups, volumeOfBackups } from "./backup.ts";
import { resolveConfinement } from "./confinement.ts";
import { resolveDatastores } from "./datastores.ts";
import { resolveZones } from "./dns.ts";
import { resolveEdge } from "./edge.ts";
import { checkOverrideNames, type Layers, layersOf } from "./layers.ts";
import { resolveLinks } from "./links.ts";
import { linksOfIdentity } from "./managed.ts";
import { ConfigurationError, fromZod, type Mistake, unknownName } from "./mistakes.ts";
import { linksOfMonitoring, resolveMonitoring } from "./monitoring.ts";
import { bundledIn, idleOf, linksOfMoves, stopped } from "./moves.ts";
import { type LastPlaced, placedBy } from "./placed.ts";
import type { Plan } from "./plan.ts";
import { resolvePriorityClasses } from "./priority.ts";
import { resolveQuota } from "./quota.ts";
import { linksOfRestores, stoppedForRestores } from "./restores.ts";
import { keysAt } from "./schema/keys.ts";
import { applicationSchema, stackSchema } from "./schema.ts";
import { type GivenSecrets, resolveSecrets } from "./secrets.ts";
import { resolveSnapshotClasses, resolveSnapshots } from "./snapshots.ts";
import { namespaceOf, resolveStorageClasses, resolveVolumes } from "./storage.ts";
import { resolveTiers } from "./tiers.ts";
import { checkWaivers } from "./waivers.ts";
import type { Lines } from "./yaml-lines.ts";

export interface ResolveInputs {
  /** The application as its file has it, unchecked. */
  application: unknown;
  /** That file, for messages. */
  source: string;
  /** Where paths stand in it; left out where it does not tell. */
  lines?: Lines;
  /** The `landfall:` keys of the stack file but the secret ones, unchecked. */
  settings: unknown;
  /** What is known of the secrets. */
  secrets: GivenSecrets;
  /** Name of the stack. */
  stack: string;
  /** What `landfall:addons.mirror` has, where that is a folder. */
  charts?: Charts;
  /** What the last update left; nothing before the first one. */
  placed?: LastPlaced;
  /** Identity of the cluster that the last update landed on, where it was there already; nothing before the first one. */
  landedOn?: string;
  /** @default the time of day */
  now?: Date;
}

/**
 * Lays the stack file over the application and the profile, and works out everything that is going to exist.
 * Pure: no Pulumi, no cluster.
 *
 * @throws ConfigurationError with every mistake at once.
 */
export function resolve(inputs: ResolveInputs): Plan {
  const {
    application,
    source,
    lines,
    settings,
    secrets,
    stack,
    charts,
    placed = {},
    landedOn,
    now = new Date(),
  } = inputs;
  const parsedApplication = applicationSchema.safeParse(application, { reportInput: true });
  const parsedStack = stackSchema.safeParse(settings, { reportInput: true });
  if (!parsedApplication.success || !parsedStack.success) {
    const mistakes: Mistake[] = [];
    if (parsedStack.error) mistakes.push(...fromZod(parsedStack.error, "landfall:", keysAt(stackSchema)));
    if (parsedApplication.error) {
      mistakes.push(...fromZod(parsedApplication.error, `${source}: `, keysAt(applicationSchema)));
    }
    throw new ConfigurationError(located(mistakes, source, lines));
  }

  const layers = layersOf(parsedApplication.data, parsedStack.data, source);
  checkOverrideNames(layers);
  checkNames(layers);
  checkWaivers(layers);
  const zones = resolveZones(layers);
  const addons = resolveAddons(layers, zones, charts);
  const { datastores, moves: asked } = resolveDatastores(layers);
  const { tiers: running, moves } = stopped(resolveTiers(layers, datastores), asked);
  const volumes = resolveVolumes(layers, volumeOfBackups(layers));
  const backups = resolveBackups(layers, datastores, running);
  const tiers = stoppedForRestores(running, { backups, moves });
  const snapshots = resolveSnapshots(layers, datastores);
  const edge = resolveEdge(layers, datastores);
  const namespace = namespaceOf(layers);
  const monitoring = resolveMonitoring(layers, namespace, tiers, datastores, backups);
  const plan: Plan = {
    application: layers.application.name,
    stack,
    profileName: layers.stack.profile,
    profile: layers.profile,
    namespace,
    cluster: resolveCluster(layers, { volumes, datastores }),
    datastores,
    moves,
    placed: placedBy(layers, { datastores, moves, backups }, placed, now),
    landedOn,
    backups,
    snapshots,
    volumes,
    storageClasses: resolveStorageClasses(layers),
    snapshotClasses: resolveSnapshotClasses(layers),
    tiers,
    roles: layers.application.roles ?? {},
    priorityClasses: resolvePriorityClasses(layers),
    edge,
    addons,
    zones,
    links: [
      ...resolveLinks(layers, tiers, { datastores, moves }, edge),
      ...linksOfIdentity(layers, tiers, { datastores, moves }),
      ...linksOfEvents(layers, tiers, datastores),
      ...linksOfBackups(backups),
      ...linksOfArchives(backups, bundledIn({ datastores, moves })),
      ...linksOfRestores(backups),
      ...linksOfMoves(moves),
      ...(monitoring ? linksOfMonitoring(monitoring) : []),
    ],
    imagePullPolicy: layers.stack.imagePullPolicy ?? layers.profile.imagePullPolicy,
    registryCredentials: layers.stack.registryCredentials,
    quota: resolveQuota(layers, { tiers, datastores, moves, volumes, backups, snapshots, edge }),
    confinement: resolveConfinement(layers),
    monitoring,
    ...resolveSecrets(
      layers,
      { datastores: [...datastores, ...moves.map(idleOf)], addons },
      secretsOfBackups(backups),
      secrets,
      stack,
    ),
  };
  if (layers.mistakes.length > 0) throw new ConfigurationError(located(distinct(layers.mistakes), source, lines));
  return plan;
}

/** What is said once of all tiers is found wrong in each of them. */
function distinct(mistakes: readonly Mistake[]): Mistake[] {
  return [...new Map(mistakes.map((mistake) => [`${mistake.path}: ${mistake.problem}`, mistake])).values()];
}

/** Those of the application's file with the line that they are in. */
function located(mistakes: readonly Mistake[], source: string, lines: Lines | undefined): Mistake[] {
  const own = `${source}: `;
  return mistakes.map((mistake) => {
    const path = mistake.path.startsWith(own) ? mistake.path.slice(own.length) : undefined;
    const line = path === undefined ? undefined : lines?.(path);
    return line === undefined ? mistake : { ...mistake, path: `${source}:${line}: ${path}` };
  });
}

function checkNames({ application, source, mistakes }: Layers): void {
  const tiers = Object.keys(application.tiers);
  const datastores = Object.keys(application.datastores ?? {});
  for (const [name, tier] of Object.entries(application.tiers)) {
    if (tier.kind !== "web" || !tier.migrate || ![...tiers, ...datastores].includes(`${name}-migrate`)) continue;
    mistakes.push({
      path: `${source}: tiers.${name}.migrate`,
      problem: `its job would be called "${name}-migrate", a name that is taken`,
      fix: "rename one of the two",
    });
  }
  for (const [kind, names, others] of [
    ["datastores", datastores, tiers],
    ["secrets", application.secrets ?? [], datastores],
  ] as const) {
    for (const name of names.filter((name) => others.includes(name))) {
      mistakes.push({
        path: `${source}: ${kind}.${name}`,
        got: name,
        problem: "the name is taken",
        fix: "rename one of the two",
      });
    }
  }
  for (const [role, { bindings }] of Object.entries(application.roles ?? {})) {
    for (const [binding, bound] of Object.entries(bindings)) {
      for (const name of bound.filter((name) => !tiers.includes(name))) {
        mistakes.push(unknownName(`${source}: roles.${role}.bindings.${binding}`, name, tiers, "tier"));
      }
    }
  }
}
