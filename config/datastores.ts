import type { Operated } from "../components/datastores/cluster.ts";
import type { Endpoint, Engine } from "../components/datastores/engine.ts";
import { type EngineName, engines } from "../components/datastores/engines.ts";
import {
  checkExporter,
  checkFields,
  checkResources,
  checkScaling,
  checkSettings,
  checkSizing,
} from "./datastore-checks.ts";
import { fromRegistry } from "./images.ts";
import { type Layers, overlay, placeOf, whole } from "./layers.ts";
import { resolveManaged } from "./managed.ts";
import { unknownName } from "./mistakes.ts";
import { queuesIn } from "./monitoring/queues.ts";
import { checkNoMove, type MovePlan, resolveMove, usedOf } from "./moves.ts";
import type { BundledDatastore, DatastorePlan } from "./plan.ts";
import { restoreToStore } from "./restores.ts";
import { schedulingOfDatastore } from "./scheduling.ts";
import { autoscale } from "./schema/autoscale.ts";
import type { Datastore, ExternalDatastore, Placement } from "./schema/datastore.ts";
import type { Resources } from "./schema/primitives.ts";
import { STORE_LIMIT, withScratch } from "./scratch.ts";
import { resolveServers } from "./servers.ts";
import { storageClassOf } from "./storage.ts";
import { resolveVertical } from "./vertical-autoscale.ts";

/** The datastores as they will be, and those on their way; what has a mistake that leaves nothing to plan is left out. */
export function resolveDatastores(layers: Layers): { datastores: DatastorePlan[]; moves: MovePlan[] } {
  const datastores: DatastorePlan[] = [];
  const moves: MovePlan[] = [];
  for (const [name, datastore] of Object.entries(layers.application.datastores ?? {})) {
    const engine = engines[datastore.engine as EngineName];
    if (!engine) {
      const path = `${layers.source}: datastores.${name}.engine`;
      layers.mistakes.push(unknownName(path, datastore.engine, Object.keys(engines), "engine"));
      continue;
    }
    checkFields(layers, name, datastore, engine);
    const placement = placementOf(layers, name, layers.stack.datastores?.[name]);
    const to = storeAt(layers, name, datastore, engine, placement);
    if (!to) continue;
    if (placement.moveFrom === undefined) checkNoMove(layers, name, placement);
    const from =
      placement.moveFrom &&
      storeAt(layers, name, datastore, engine, placementOf(layers, name, { ...placement.moveFrom }));
    const move = from && resolveMove(layers, name, { placement, from, to });
    if (move) moves.push(move);
    const restore = restoreToStore(layers, name, placement, to);
    if (restore) moves.push(restore);
    datastores.push(move ? usedOf(move) : to);
  }
  return { datastores, moves };
}

/** Where the store runs: the stack's word, over the application's for the profile, over bundled. */
function placementOf(layers: Layers, name: string, forStack: Placement | undefined): Placement {
  const forProfile = layers.forProfile.datastores?.[name] ?? { mode: "bundled" as const };
  if (!forStack) return forProfile;
  return forStack.mode === forProfile.mode ? overlay(forProfile, forStack) : forStack;
}

function storeAt(
  layers: Layers,
  name: string,
  datastore: Datastore,
  engine: Engine,
  placement: Placement,
): DatastorePlan | undefined {
  switch (placement.mode) {
    case "bundled":
      return bundled(layers, name, datastore, engine, placement);
    case "external":
      checkFields(layers, name, { ...placement, engine: datastore.engine }, engine);
      return external(layers, name, datastore, engine, placement);
    case "managed":
      // One that nobody runs is planned as though it were bundled, for its mistake is not to be that of who uses it.
      return (
        resolveManaged(layers, name, datastore, engine, placement) ??
        bundled(layers, name, datastore, engine, { mode: "bundled" })
      );
  }
}

function bundled(
  layers: Layers,
  name: string,
  datastore: Datastore,
  engine: Engine,
  placement: Extract<Placement, { mode: "bundled" }>,
): BundledDatastore | undefined {
  const version = placement.version ?? datastore.version ?? (Object.keys(engine.images)[0] as string);
  const image = engine.images[version];
  if (image === undefined) {
    const place = placeOf(layers, "datastores", name, "version");
    layers.mistakes.push(unknownName(place, version, Object.keys(engine.images), `${datastore.engine} version`));
    return undefined;
  }
  const own = objectName(layers, name, placement.instance);
  const resources: Resources = overlay(datastore.resources ?? engine.defaults.resources, placement.resources);
  checkResources(layers, ["datastores", name], resources);
  const servers = placement.servers ?? datastore.servers ?? 1;
  const { operatorNamespace } = placement;
  const run = resolveServers(layers, name, { own, engine, servers, operatorNamespace });
  const operated = run.operator && engine.cluster?.kind === "operated" ? engine.cluster : undefined;
  const asked = overlay<unknown>(datastore.autoscale, placement.autoscale);
  const scaling = whole(layers, ["datastores", name, "autoscale"], autoscale, asked);
  const sizing = overlay<unknown>(datastore.verticalAutoscale, placement.verticalAutoscale);
  const vertical = resolveVertical(layers, ["datastores", name], sizing);
  if (scaling) checkScaling(layers, name, { servers, scaling, vertical, engine });
  if (operated && vertical) checkSizing(layers, name, operated);
  const settings = { ...datastore.settings, ...placement.settings };
  checkSettings(layers, name, settings, operated ?? engine);
  const hasExporter = placement.exporter ?? datastore.exporter ?? false;
  checkExporter(layers, name, hasExporter, engine);
  return {
    name: own,
    declared: name,
    secret: name,
    mode: "bundled",
    engine: datastore.engine as EngineName,
    endpoint: {
      host: operated?.host(own) ?? own,
      port: primaryPort(engine),
      username: engine.defaults.username,
      database: databaseOf(layers, datastore),
      buckets: datastore.buckets ?? [],
      tls: operated?.tls ?? false,
    },
    version,
    image: fromRegistry(operated ? (operated.images[version] as string) : image.reference, layers.registry),
    uid: image.uid,
    gid: image.gid,
    ...run,
    autoscale: scaling,
    volumes: volumesOf(layers, name, datastore, { engine, operated }, placement),
    storageClass: storageClassFor(layers, placement.storageClass, datastore.storageClass),
    settings,
    exporter:
      hasExporter && engine.exporter && !operated
        ? {
            ...engine.exporter,
            image: fromRegistry(engine.exporter.image, layers.registry),
            resources: withScratch(engine.exporter.resources),
            queues: queuesIn(layers, name),
          }
        : undefined,
    resources: withScratch(resources, STORE_LIMIT),
    verticalAutoscale: vertical,
    scheduling: schedulingOfDatastore(layers, name, placement.pool),
    disruptionBudget: datastore.disruptionBudget ?? false,
    protect: layers.profile.protectData,
  };
}

/** Two stores of one datastore in the cluster at once have different names. */
function objectName({ application, mistakes }: Layers, name: string, instance: string | undefined): string {
  if (instance === undefined) return name;
  const own = `${name}-${instance}`;
  if (own in application.tiers || own in (application.datastores ?? {})) {
    mistakes.push({
      path: `landfall:datastores.${name}.instance`,
      got: instance,
      problem: `its objects would be called "${own}", a name that is taken`,
      fix: "use another one",
    });
  }
  return own;
}

/** The stack names a class by the cluster's own name too. */
function storageClassFor(layers: Layers, forStack: string | undefined, forApplication: string | undefined) {
  if (forStack === undefined) return storageClassOf(layers, forApplication);
  return forStack in layers.storage.storageClasses ? storageClassOf(layers, forStack) : forStack;
}

function volumesOf(
  layers: Layers,
  name: string,
  datastore: Datastore,
  { engine, operated }: { engine: Engine; operated: Operated | undefined },
  placement: Extract<Placement, { mode: "bundled" }>,
): BundledDatastore["volumes"] {
  const sizes: Record<string, string> = { ...datastore.volumes, ...placement.volumes };
  // An application may size one that only several servers have, and a stack run one server.
  const ofOperator = engine.cluster?.kind === "operated" ? engine.cluster.volumes : [];
  const known = [...Object.keys(engine.volumes ?? {}), ...ofOperator];
  for (const volume of Object.keys(sizes).filter((volume) => !known.includes(volume))) {
    const place = placeOf(layers, "datastores", name, "volumes", volume);
    layers.mistakes.push(unknownName(place, volume, known, `${datastore.engine} volume`));
  }
  const storage = placement.storage ?? datastore.storage ?? engine.defaults.storage;
  const data = { name: "data", directory: engine.dataDirectory, storage };
  if (operated) {
    // Where they are mounted is the operator's business.
    const asked = operated.volumes.filter((volume) => volume in sizes);
    return [data, ...asked.map((volume) => ({ name: volume, directory: "", storage: sizes[volume] as string }))];
  }
  return [
    data,
    ...Object.entries(engine.volumes ?? {}).map(([volume, { directory, storage }]) => ({
      name: volume,
      directory,
      storage: sizes[volume] ?? storage,
    })),
  ];
}

function external(
  layers: Layers,
  name: string,
  datastore: Datastore,
  engine: Engine,
  placement: ExternalDatastore,
): DatastorePlan {
  const endpoint: Endpoint = {
    host: placement.host,
    port: placement.port ?? primaryPort(engine),
    username: placement.username ?? engine.defaults.username,
    database: placement.database ?? databaseOf(layers, datastore),
    buckets: placement.buckets ?? datastore.buckets ?? [],
    tls: placement.tls ?? true,
  };
  const isAddress = /^\d+\.\d+\.\d+\.\d+$/.test(placement.host);
  if (!isAddress && !placement.cidrs) {
    layers.mistakes.push({
      path: `${placeOf(layers, "datastores", name)}.cidrs`,
      problem: `is missing: a NetworkPolicy needs the addresses behind "${placement.host}"`,
      allowed: "a list of address ranges",
      fix: `name the store's subnet, such as cidrs: ["10.0.12.0/24"]`,
    });
  }
  return {
    name,
    declared: name,
    secret: name,
    mode: "external",
    engine: datastore.engine as EngineName,
    endpoint,
    cidrs: placement.cidrs ?? [`${placement.host}/32`],
  };
}

export function primaryPort(engine: Engine): number {
  return Object.values(engine.ports)[0] as number;
}

export function databaseOf(layers: Layers, datastore: Datastore): string {
  return datastore.database ?? layers.application.name.replaceAll("-", "_");
}
