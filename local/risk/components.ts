/** Landfall's components that are a datastore: by whom it is run, and the port that its clients dial. */
import type { Change, Changes } from "./changes.ts";
import { at, listAt } from "./values.ts";

export const STORES: Readonly<Record<string, { by: string; port?: number }>> = {
  "landfall:datastores:BundledServer": { by: "a StatefulSet in the cluster" },
  "landfall:datastores:OperatedServers": { by: "an operator in the cluster" },
  "landfall:aws:RdsPostgres": { by: "Amazon RDS", port: 5432 },
  "landfall:aws:ElastiCacheRedis": { by: "Amazon ElastiCache", port: 6379 },
  "landfall:aws:DocumentDb": { by: "Amazon DocumentDB", port: 27017 },
  "landfall:aws:S3Objects": { by: "Amazon S3", port: 443 },
  "landfall:gcp:SqlPostgres": { by: "Cloud SQL", port: 5432 },
  "landfall:gcp:Memorystore": { by: "Memorystore", port: 6378 },
  "landfall:gcp:Buckets": { by: "Cloud Storage", port: 443 },
  "landfall:azure:FlexiblePostgres": { by: "Azure Database for PostgreSQL", port: 5432 },
  "landfall:azure:ManagedRedis": { by: "Azure Managed Redis", port: 10000 },
  "landfall:azure:DocumentDb": { by: "Azure DocumentDB", port: 10260 },
  "landfall:azure:BlobStorage": { by: "Azure Blob Storage", port: 443 },
};

export function isStore({ type }: Change): boolean {
  return type in STORES;
}

/** Who runs the store. */
export function runnerOf({ type }: Change): string {
  return STORES[type]?.by ?? "somebody else";
}

/** The component that takes the place of one that goes, or whose place it takes. */
export function counterpart(change: Change, changes: Changes): Change | undefined {
  const other = change.operation === "delete" ? "create" : "delete";
  return changes.list.find(
    ({ type, subject, operation }) => type in STORES && subject === change.subject && operation === other,
  );
}

/** Whether somebody may still call the store that goes, or could already call the one that comes, at an address. */
export function isCalledElsewhere(change: Change, changes: Changes): boolean {
  const ports = portsOf(change, changes);
  const side = change.operation === "delete" ? "after" : "before";
  return changes.all
    .filter(({ type, operation }) => type === "kubernetes:networking.k8s.io/v1:NetworkPolicy" && operation === "update")
    .flatMap((policy) => listAt(policy[side], "spec.egress"))
    .some((rule) => {
      const addresses = listAt(rule, "to").some((peer) => at(peer, "ipBlock") !== undefined);
      return addresses && listAt(rule, "ports").some((port) => ports.includes(Number(at(port, "port"))));
    });
}

function portsOf(change: Change, changes: Changes): number[] {
  const known = STORES[change.type]?.port;
  if (known !== undefined) return [known];
  return changes
    .of(change.subject)
    .filter(({ type }) => type === "kubernetes:core/v1:Service")
    .flatMap(({ before, after }) => listAt("spec" in after ? after : before, "spec.ports"))
    .map((port) => Number(at(port, "port")));
}
