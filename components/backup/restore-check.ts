/** Proves on schedule that the latest copy of a datastore can be restored. */
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type BackupPlan, type RestoreCheckPlan, resourcesOfCheck, volumesOfCheck } from "../../config/backup.ts";
import type { BackupCommand } from "../datastores/engine.ts";
import { engines } from "../datastores/engines.ts";
import { containerSecurity, scratch } from "../pod.ts";
import type { StoredSecret } from "../secrets/secrets.ts";
import { clientOf, commandOf, container, passing, podWithCopies, variables } from "./pod.ts";
import { type RestorerArgs, restorer } from "./restorer.ts";
import { cronJob } from "./schedule.ts";
import { checking, fetching } from "./scripts.ts";

type Container = k8s.types.input.core.v1.Container;

/** A backup that is checked. */
type Checked = BackupPlan & { check: RestoreCheckPlan };

export interface RestoreCheckArgs extends RestorerArgs {
  backup: Checked;
}

/** This pod's own server. */
const HERE = "127.0.0.1";

export function restoreCheck(name: string, args: RestoreCheckArgs, opts: pulumi.CustomResourceOptions): void {
  const { backup, namespace } = args;
  const { check } = backup;
  const { metadata, network, secret } = restorer(name, check.name, args, opts);
  cronJob(
    name,
    {
      metadata,
      schedule: check.schedule,
      pod: podOf(args, secret),
      suspend: backup.rests || undefined,
      // What does not fit the first time does not fit the second time.
      job: { backoffLimit: 0 },
    },
    { ...opts, dependsOn: [namespace, network] },
  );
}

function podOf(args: RestoreCheckArgs, secret: StoredSecret | undefined): k8s.types.input.core.v1.PodSpec {
  const { plan, backup, namespace } = args;
  const { datastore, to } = backup;
  const { writable } = engines[datastore.engine];
  const { imagePullSecrets } = namespace;
  return podWithCopies(
    { ...args, imagePullSecrets, confinement: plan.confinement, imagePullPolicy: plan.imagePullPolicy },
    {
      initContainers: [
        ...(to.kind === "bucket" ? [clientOf(args, to, "fetch", fetching(backup, to.encryption !== undefined))] : []),
        server(backup, secret),
      ],
      containers: [checker(backup, secret)],
      volumes: volumesOfCheck(datastore).map(({ name, storage }) => ({
        name,
        ...passing(storage, datastore.storageClass),
      })),
      writable: [...new Set(["/tmp", ...writable])],
    },
  );
}

/** A server of the same kind, with nothing in it; Kubernetes waits until it has started. */
function server({ datastore }: Checked, secret: StoredSecret | undefined): Container {
  const engine = engines[datastore.engine];
  const { lifecycle, startupProbe, ...run } = engine.server({
    endpoint: { ...datastore.endpoint, host: HERE, tls: false },
    dataDirectory: engine.dataDirectory,
    passwordSecret: secret?.at("TO_PASSWORD"),
    settings: datastore.operator ? {} : datastore.settings,
    servers: [HERE],
  });
  return {
    name: "server",
    image: datastore.operator ? engine.images[datastore.version]?.reference : datastore.image,
    restartPolicy: "Always",
    ...run,
    readinessProbe: undefined,
    livenessProbe: undefined,
    startupProbe,
    ports: Object.entries(engine.ports).map(([name, containerPort]) => ({ name, containerPort })),
    resources: resourcesOfCheck(datastore),
    securityContext: { ...containerSecurity, runAsUser: datastore.uid, runAsGroup: datastore.gid },
    volumeMounts: [
      ...volumesOfCheck(datastore).map(({ name, directory }) => ({ name, mountPath: directory })),
      ...scratch(engine.writable).volumeMounts,
    ],
  };
}

function checker(backup: Checked, secret: StoredSecret | undefined): Container {
  const { datastore, image } = backup;
  const { username, database, buckets } = datastore.endpoint;
  const { ports } = engines[datastore.engine];
  const { restore, manifest } = commandOf(backup) as Required<Pick<BackupCommand, "restore" | "manifest">>;
  return {
    ...container("check", image.reference, checking(backup, { restore, manifest })),
    env: variables({
      HOME: "/tmp",
      TO_HOST: HERE,
      TO_PORT: String(Object.values(ports)[0]),
      TO_USERNAME: username,
      TO_DATABASE: database,
      TO_BUCKETS: buckets.join(" "),
      TO_TLS: "false",
      TO_CA: "",
    }),
    envFrom: secret?.envFrom,
  };
}
