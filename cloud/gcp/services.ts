import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import type { EngineName } from "../../components/datastores/engines.ts";
import type { GkePlan } from "./plan.ts";

const ALWAYS = ["compute", "container", "iam", "cloudkms", "file", "logging", "monitoring"];
const BY_ENGINE: Partial<Record<EngineName, readonly string[]>> = {
  postgres: ["servicenetworking", "sqladmin"],
  redis: ["servicenetworking", "redis"],
  objectstore: ["storage"],
};

/** Switches the APIs on that the stack uses. They stay on when the stack goes: others in the project may use them. */
export function enableServices(
  name: string,
  cluster: GkePlan,
  engines: readonly EngineName[],
  opts: pulumi.CustomResourceOptions,
): gcp.projects.Service[] {
  const services = new Set([
    ...ALWAYS,
    ...engines.flatMap((engine) => BY_ENGINE[engine] ?? []),
    ...(cluster.artifactRegistry ? ["artifactregistry"] : []),
    ...(cluster.backupRetentionDays === undefined ? [] : ["gkebackup"]),
    ...(cluster.binaryAuthorization ? ["binaryauthorization"] : []),
    ...(cluster.secretManager ? ["secretmanager"] : []),
  ]);
  return [...services].map(
    (service) =>
      new gcp.projects.Service(
        `${name}-${service}`,
        { service: `${service}.googleapis.com`, disableOnDestroy: false },
        opts,
      ),
  );
}
