/** What runs in the pods of a bundled store. */
import type { types } from "@pulumi/kubernetes";
import type { BundledDatastore } from "../../config/plan.ts";
import { containerSecurity } from "../pod.ts";
import type { Failover } from "./cluster.ts";
import type { ServerSettings } from "./engine.ts";
import { engines } from "./engines.ts";

type Container = types.input.core.v1.Container;
type VolumeMount = types.input.core.v1.VolumeMount;

/** @param scratchMounts of the directories that the server writes to beside its volumes */
export function serverContainers(
  datastore: BundledDatastore,
  settings: ServerSettings,
  scratchMounts: VolumeMount[],
): Container[] {
  return [
    serverContainer(datastore, settings, scratchMounts),
    ...watcher(datastore, settings, scratchMounts),
    ...exporter(datastore, settings),
  ];
}

/** What has to end well before the server starts; undefined for nothing. */
export function containersBefore(
  datastore: BundledDatastore,
  settings: ServerSettings,
  scratchMounts: VolumeMount[],
): Container[] | undefined {
  const engine = engines[datastore.engine];
  const script = engine.setPassword?.(settings);
  if (script === undefined) return undefined;
  return [
    {
      name: "password",
      image: datastore.image,
      command: ["sh", "-euc", script],
      env: engine.server(settings).env,
      resources: datastore.resources,
      securityContext: containerSecurity,
      volumeMounts: [...mountsOf(datastore), ...scratchMounts],
    },
  ];
}

export function failoverOf({ engine }: BundledDatastore): Failover | undefined {
  const { cluster } = engines[engine];
  return cluster?.kind === "peers" ? cluster.failover : undefined;
}

function serverContainer(
  datastore: BundledDatastore,
  settings: ServerSettings,
  scratchMounts: VolumeMount[],
): Container {
  const engine = engines[datastore.engine];
  // With failover those between servers are the watcher's.
  const ports = {
    ...engine.ports,
    ...(settings.servers.length > 1 && !datastore.failover ? engine.cluster?.ports : {}),
  };
  return {
    name: datastore.name,
    image: datastore.image,
    ...engine.server(settings),
    ports: Object.entries(ports).map(([name, containerPort]) => ({ name, containerPort })),
    resources: datastore.resources,
    securityContext: containerSecurity,
    volumeMounts: [...mountsOf(datastore), ...scratchMounts],
  };
}

function mountsOf({ volumes }: BundledDatastore): VolumeMount[] {
  return volumes.map(({ name, directory }) => ({ name, mountPath: directory }));
}

function watcher(datastore: BundledDatastore, settings: ServerSettings, scratchMounts: VolumeMount[]): Container[] {
  const failover = failoverOf(datastore);
  if (!datastore.failover || !failover) return [];
  const { name, container } = failover.watcher;
  const ports = engines[datastore.engine].cluster?.ports ?? {};
  return [
    {
      name,
      image: datastore.image,
      ...container(settings),
      ports: Object.entries(ports).map(([name, containerPort]) => ({ name, containerPort })),
      resources: datastore.failover.watcher.resources,
      securityContext: containerSecurity,
      volumeMounts: [...mountsOf(datastore), ...scratchMounts],
    },
  ];
}

function exporter({ engine, exporter }: BundledDatastore, settings: ServerSettings): Container[] {
  if (!exporter) return [];
  return [
    {
      name: "exporter",
      image: exporter.image,
      env: engines[engine].exporter?.env(settings, exporter.queues),
      ports: [{ name: "metrics", containerPort: exporter.port }],
      resources: exporter.resources,
      securityContext: containerSecurity,
    },
  ];
}
