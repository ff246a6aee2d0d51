import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

export interface CronJobArgs {
  metadata: { namespace: pulumi.Output<string>; labels: Record<string, string> };
  /** Cron's five fields, in UTC. */
  schedule: string;
  pod: k8s.types.input.core.v1.PodSpec;
  /** Whether none begins for now. @default false */
  suspend?: boolean;
  job?: Pick<k8s.types.input.batch.v1.JobSpec, "backoffLimit" | "activeDeadlineSeconds">;
}

/** Runs the pod on schedule, one at a time, and not at all where its hour is long past. */
export function cronJob(
  name: string,
  { metadata, schedule, pod, suspend, job = { backoffLimit: 2 } }: CronJobArgs,
  opts: pulumi.CustomResourceOptions,
): k8s.batch.v1.CronJob {
  return new k8s.batch.v1.CronJob(
    `${name}-schedule`,
    {
      metadata,
      spec: {
        schedule,
        timeZone: "Etc/UTC",
        suspend,
        concurrencyPolicy: "Forbid",
        startingDeadlineSeconds: 3600,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 3,
        jobTemplate: { spec: { ...job, template: { metadata: { labels: metadata.labels }, spec: pod } } },
      },
    },
    opts,
  );
}
