/** The datastore that is to have a copy back, and what stands in the way. */
import { engines } from "../../components/datastores/engines.ts";
import { type BackupPlan, canBeRestored } from "../../config/backup.ts";
import { didYouMean } from "../../config/mistakes.ts";
import type { BundledDatastore, DatastorePlan, Plan } from "../../config/plan.ts";
import { usersOf } from "../../config/quiesce.ts";
import { UserError } from "../command.ts";
import { at, nameOf, type State } from "../teardown/state.ts";

/** What has copies that go back by themselves. */
export interface Target {
  plan: Plan;
  datastore: BundledDatastore;
  backup: BackupPlan;
}

/** @throws UserError where the application has no datastore of that name */
export function datastoreIn({ application, datastores }: Plan, name: string): DatastorePlan {
  const datastore = datastores.find(({ declared }) => declared === name);
  if (datastore) return datastore;
  const known = datastores.map(({ declared }) => declared);
  const meant = didYouMean(name, known);
  throw new UserError(
    [
      `${application} has no datastore "${name}".`,
      `  allowed  ${known.join(", ") || "nothing"}`,
      `  fix      ${meant ? `did you mean "${meant}"?` : "name one of these"}`,
    ].join("\n"),
  );
}

/** @throws UserError where nothing puts a copy back */
export function targetOf(plan: Plan, datastore: BundledDatastore): Target {
  const { declared, engine, name } = datastore;
  if (plan.moves.some((move) => move.datastore === declared && move.stage !== "restore")) {
    throw new UserError(
      `${declared} is on its way to another store.\n  fix      finish the move, or take it out of the stack file: docs/operations.md`,
    );
  }
  const backup = plan.backups.find(({ datastore }) => datastore.name === name);
  const byHand = "docs/backup.md says how it is done by hand";
  if (backup && canBeRestored(datastore)) return { plan, datastore, backup };
  if (engines[engine].backup?.restore === undefined) {
    throw new UserError(`No copy of a ${engine} is put back over the network.\n  fix      ${byHand}`);
  }
  if (backup) {
    const servers = datastore.servers.length;
    throw new UserError(
      `${declared} has ${servers} servers, of which each has a part of a copy.\n  allowed  one server\n  fix      ${byHand}`,
    );
  }
  throw new UserError(
    `There are no backups of ${declared}: the stack has none made.\n  fix      set backup.to, as it was when copies were made: docs/backup.md`,
  );
}

/** Tiers that are stopped meanwhile. */
export function stoppedFor({ plan, datastore }: Target): string[] {
  return usersOf(plan.tiers, datastore.name).map(({ name }) => name);
}

/** Migrations that run again, for the copy may be from before them. */
export function migrationsAfter({ plan, datastore }: Target): string[] {
  return plan.tiers.flatMap(({ kind, name, after }) => (kind === "job" && after.includes(datastore.name) ? name : []));
}

/** `namespace/name` of the CronJob that makes the copies; undefined where it does not stand. */
export function scheduleIn({ resources }: State, { plan, backup }: Target): string | undefined {
  const wanted = `${plan.application}-${backup.name}-schedule`;
  return resources.find((it) => it.type === "kubernetes:batch/v1:CronJob" && nameOf(it) === wanted)?.id;
}

/** The copy that the last update put back, whose tiers it left stopped. */
export function restoringIn({ resources }: State, { datastore }: Pick<Target, "datastore">): string | undefined {
  const stack = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  return at(stack?.outputs, `datastores.${datastore.declared}.restoring`) as string | undefined;
}
