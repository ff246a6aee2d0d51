/** Protection against mistakes, and copies for when there was one. */
import { type Change, differs, differsIn } from "../changes.ts";
import { KEEP_PROTECTION } from "../instead.ts";
import { CRON_JOB, JOB } from "../pods.ts";
import type { Rule } from "../rule.ts";
import { runsPerYear } from "../schedule.ts";
import { at, listAt, textAt } from "../values.ts";

const isBackup = ({ type, urn }: Change) => type === CRON_JOB && urn.includes("landfall:backup:");
const isUpdated = ({ operation }: Change) => operation === "update";

const protection: readonly Rule[] = [
  {
    id: "protection-removed",
    theme: "data",
    standing: true,
    applies: ({ protect, operation }) => protect.before && !protect.after && operation !== "delete",
    level: "data at risk",
    sentence: ({ subject }) => `Pulumi no longer protects ${subject}: the next update may delete it.`,
    instead: KEEP_PROTECTION,
  },
];

const copies: readonly Rule[] = [
  {
    id: "backup-removed",
    theme: "data",
    whole: true,
    applies: ({ type, operation }) => type.startsWith("landfall:backup:") && operation === "delete",
    level: "data at risk",
    sentence: (change) =>
      `${change.subject} is not made any more, and copies on a volume of its own are deleted with it.`,
    instead: "keep it, or download the copies first: docs/backup.md",
  },
  {
    id: "backup-thinned",
    theme: "data",
    applies: (change) => isBackup(change) && isUpdated(change) && isThinner(change),
    level: "data at risk",
    sentence: ({ subject, before, after }) =>
      `${subject} runs less often: "${textAt(before, "spec.schedule")}" becomes "${textAt(after, "spec.schedule")}". A disaster would cost more work.`,
    instead: "keep the schedule, unless the longer gap is meant",
  },
  {
    id: "backup-kept-shorter",
    theme: "data",
    applies: (change) =>
      isBackup(change) && isUpdated(change) && (keptBy(change.after) ?? 0) < (keptBy(change.before) ?? 0),
    level: "data at risk",
    sentence: (change) =>
      `${change.subject} keeps ${keptBy(change.after)} copies in the place of ${keptBy(change.before)}; the next run deletes the older ones.`,
    instead: "keep as many, or download the older copies first",
  },
  {
    id: "backup-moved",
    theme: "data",
    applies: (change) => isBackup(change) && isUpdated(change) && differsIn(change, destinationOf),
    level: "data at risk",
    sentence: (change) =>
      `${change.subject} goes to another place: former copies are not there, and restores look there only.`,
    instead:
      "run the backup by hand after the update, and keep the former place until that copy was restored in a test",
  },
];

const ARCHIVE = "kubernetes:barmancloud.cnpg.io/v1:ObjectStore";
const isArchive = ({ type, operation }: Change) => type === ARCHIVE && operation === "update";

const archives: readonly Rule[] = [
  {
    id: "archive-ended",
    theme: "data",
    applies: ({ type, operation }) => type === ARCHIVE && operation === "delete",
    level: "data at risk",
    sentence: ({ subject }) =>
      `The log of ${subject} is archived no more: moments between two copies cannot be had back.`,
    instead: "keep landfall:backup.archive",
  },
  {
    id: "archive-moved",
    theme: "data",
    applies: (change) =>
      isArchive(change) &&
      ["destinationPath", "endpointURL"].some((key) => differs(change, `spec.configuration.${key}`)),
    level: "data at risk",
    sentence: ({ subject }) =>
      `The log of ${subject} goes to another place: no moment from before is found there, and none until a whole copy is.`,
    instead:
      "make a whole copy right after the update: docs/backup.md; and keep the former place for as long as it may be wanted",
  },
  {
    id: "archive-kept-shorter",
    theme: "data",
    applies: (change) => isArchive(change) && (daysOf(change.after) ?? 0) < (daysOf(change.before) ?? 0),
    level: "data at risk",
    sentence: ({ subject, before, after }) =>
      `The archive of ${subject} goes back ${daysOf(after)} days in the place of ${daysOf(before)}; what is older is deleted soon.`,
    instead: "keep as many days, unless nothing older is wanted back",
  },
];

const restores: readonly Rule[] = [
  {
    id: "data-overwritten",
    theme: "data",
    applies: (change) => puts(change) && (change.operation === "create" || change.operation === "replace"),
    level: "data at risk",
    sentence: ({ subject }) => `The Job ${subject} empties a store and puts a copy in the place of what it has.`,
    instead: "npm run restore says what is lost with it, and copies what is there first",
  },
];

export const backups: readonly Rule[] = [...protection, ...copies, ...archives, ...restores];

function daysOf(inputs: unknown): number | undefined {
  const days = /^(\d+)d$/.exec(textAt(inputs, "spec.retentionPolicy") ?? "")?.[1];
  return days === undefined ? undefined : Number(days);
}

/** Whether it puts back what was there once: a copy, or what a server has that the cloud made of its backups. */
function puts({ type, urn, name }: Change): boolean {
  if (type !== JOB) return false;
  return urn.includes("landfall:backup:Backup")
    ? !name.endsWith("-before")
    : urn.includes("landfall:datastores:Move") && name.endsWith("-restore-copy");
}

function isThinner({ before, after }: Change): boolean {
  const [was, becomes] = [before, after].map((inputs) => runsPerYear(textAt(inputs, "spec.schedule") ?? ""));
  return was !== undefined && becomes !== undefined && becomes < was;
}

const POD = "spec.jobTemplate.spec.template.spec";

/** Copies that the script leaves, where it says so: `tail -n +8` passes over seven. */
function keptBy(inputs: unknown): number | undefined {
  const scripts = listAt(inputs, `${POD}.containers`).flatMap((container) => listAt(container, "command"));
  const first = /\btail -n \+(\d+)/.exec(scripts.join("\n"))?.[1];
  return first === undefined ? undefined : Number(first) - 1;
}

/** The volume, or the bucket as rclone's variables name it. */
function destinationOf(inputs: unknown): unknown {
  const claims = listAt(inputs, `${POD}.volumes`).map((volume) => at(volume, "persistentVolumeClaim.claimName"));
  const variables = listAt(inputs, `${POD}.containers`)
    .flatMap((container) => listAt(container, "env"))
    .filter((variable) =>
      /^(TO|RCLONE_CONFIG_TO_(ENDPOINT|PROVIDER|REGION)|.*_REMOTE)$/.test(String(at(variable, "name"))),
    );
  return [claims.filter((claim) => claim !== undefined), variables];
}
