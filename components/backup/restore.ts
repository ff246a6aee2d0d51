/** Puts a copy back into the datastore that it was made of, while nobody uses it. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { BackupPlan } from "../../config/backup.ts";
import type { RestorePlan } from "../../config/restores.ts";
import type { BackupCommand } from "../datastores/engine.ts";
import { sideOf } from "../datastores/move.ts";
import type { StoredSecret } from "../secrets/secrets.ts";
import { clientOf, commandOf, container, podWithCopies } from "./pod.ts";
import { type RestorerArgs, restorer } from "./restorer.ts";
import { fetching, restoring, waiting } from "./scripts.ts";

export interface RestoreArgs extends RestorerArgs {
  backup: BackupPlan & { restore: RestorePlan };
  /** The pod that copies what the store has now. */
  copier: k8s.types.input.core.v1.PodSpec;
  /** Labels of that pod, by which it is let into the store. */
  copierLabels: Record<string, string>;
  /** Those that have to be stopped before. */
  users: readonly pulumi.Resource[];
}

/** A restore of many gigabytes takes its time; Pulumi gives a job ten minutes unless it is told. */
const PATIENCE = "24h";

/**
 * Two jobs, of which the update waits for both, and fails with them. By fixed names, for an engine that is killed does
 * not know what it was making; one that has failed is made anew by the next update.
 */
export function restore(name: string, args: RestoreArgs, opts: pulumi.CustomResourceOptions): void {
  const { backup, namespace, connection, users } = args;
  const { restore } = backup;
  const { metadata, network, secret } = restorer(name, restore.name, args, opts);
  const job = (
    title: string,
    pod: k8s.types.input.core.v1.PodSpec,
    labels: Record<string, string>,
    before: readonly pulumi.Resource[],
  ) =>
    new k8s.batch.v1.Job(
      `${name}-${title}`,
      {
        metadata: {
          ...metadata,
          name: `${restore.name}-${title}`,
          annotations: { "pulumi.com/replaceUnready": "true" },
        },
        spec: { backoffLimit: 0, template: { metadata: { labels }, spec: pod } },
      },
      { ...opts, dependsOn: [namespace, network, ...before], customTimeouts: { create: PATIENCE } },
    );
  const stopped = [...users, ...connection.ready];
  const copied = restore.copyFirst ? [job("before", args.copier, args.copierLabels, stopped)] : [];
  job(restore.copy.toLowerCase(), podOf(args, secret), metadata.labels, [...stopped, ...copied]);
}

function podOf(args: RestoreArgs, secret: StoredSecret | undefined): k8s.types.input.core.v1.PodSpec {
  const { plan, backup, namespace, connection } = args;
  const { datastore, image, to, restore } = backup;
  const fetch = () => {
    if (to.kind !== "bucket") return [];
    const script = fetching({ datastore, copy: restore.copy }, to.encryption !== undefined);
    return [clientOf(args, to, "fetch", script)];
  };
  const commands = commandOf(backup) as Required<Pick<BackupCommand, "restore" | "manifest">>;
  // The job before this one has waited already.
  const script = `${restore.copyFirst ? "" : waiting(restore)}${restoring({ datastore, restore }, commands)}`;
  const { imagePullSecrets } = namespace;
  return podWithCopies(
    { ...args, imagePullSecrets, confinement: plan.confinement, imagePullPolicy: plan.imagePullPolicy },
    {
      initContainers: fetch(),
      containers: [
        {
          ...container("restore", image.reference, script),
          env: [{ name: "HOME", value: "/tmp" }, ...sideOf("TO", datastore, connection)],
          envFrom: secret?.envFrom,
        },
      ],
    },
  );
}
