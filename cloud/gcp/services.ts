import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import type { EngineName } from "../../components/datastores/engines.ts";
import type { AddonsPlan } from "../../config/addons.ts";
import type { ManagedDatastore } from "../../config/plan.ts";
import type { GkePlan } from "./plan.ts";

const BY_ENGINE: Partial<Record<EngineName, readonly string[]>> = {
  postgres: ["servicenetworking", "sqladmin"],
  redis: ["servicenetworking", "redis"],
  objectstore: ["iam", "storage"],
};

/** The APIs that managed datastores are made with. */
export function servicesFor(datastores: readonly ManagedDatastore[]): string[] {
  return datastores.flatMap(({ engine }) => BY_ENGINE[engine] ?? []);
}

/** The APIs that add-ons' buckets are made with. Zones are there already, and so is theirs. */
export function servicesForAddons({ list }: AddonsPlan): string[] {
  return list.some(({ identity }) => identity?.permits === "backups") ? ["storage"] : [];
}

/** The APIs that a cluster is made with, and works by. */
export function servicesOf(cluster: GkePlan): string[] {
  return [
    ...["compute", "container", "iam", "cloudkms", "file", "logging", "monitoring"],
    ...(cluster.artifactRegistry || cluster.imageCaches.length > 0 ? ["artifactregistry"] : []),
    ...(cluster.backupRetentionDays === undefined ? [] : ["gkebackup"]),
    ...(cluster.binaryAuthorization ? ["binaryauthorization"] : []),
    ...(cluster.secretManager || cluster.imageCaches.some(({ account }) => account) ? ["secretmanager"] : []),
  ];
}

/** Switches APIs on. They stay on when the stack goes: others in the project may use them. */
export function enableServices(
  name: string,
  services: readonly string[],
  opts: pulumi.CustomResourceOptions,
): gcp.projects.Service[] {
  return [...new Set(services)].map(
    (service) =>
      new gcp.projects.Service(
        `${name}-${service}`,
        { service: `${service}.googleapis.com`, disableOnDestroy: false },
        opts,
      ),
  );
}
