/** Another version, or another engine, over the same volume. */
import type { Change } from "../changes.ts";
import { MOVE } from "../instead.ts";
import type { Rule } from "../rule.ts";
import { listAt, textAt } from "../values.ts";
import { compare, engineOf, type Judgement, POSTGRES, repositoryOf, type Version, versionOf } from "./engines.ts";

export const versions: readonly Rule[] = [
  {
    id: "engine-version-changed",
    theme: "data",
    applies: (change) => judged(change) !== undefined,
    level: (change) => (judged(change) as Judged).level,
    sentence: (change) => {
      const { from, to, says } = judged(change) as Judged;
      return `${change.subject} goes from ${from.join(".")} to ${to.join(".")}: ${says}`;
    },
    instead: (change) => (judged(change) as Judged).instead ?? "nothing has to be done; a backup before it is cheap",
  },
  {
    id: "engine-changed",
    theme: "data",
    applies: (change) => {
      const [before, after] = [imageOf(change.before), imageOf(change.after)];
      return isServer(change) && before !== undefined && after !== undefined && engineOf(before) !== engineOf(after);
    },
    level: "data at risk",
    sentence: (change) => `${change.subject} is to be another engine, which cannot read what is on the volume.`,
    instead: MOVE,
  },
  {
    // https://wiki.postgresql.org/wiki/Locale_data_changes
    id: "engine-base-changed",
    theme: "data",
    applies: (change) => {
      const [before, after] = [imageOf(change.before), imageOf(change.after)];
      if (!isServer(change) || before === undefined || after === undefined) return false;
      return POSTGRES.images.test(repositoryOf(before)) && /alpine/.test(before) !== /alpine/.test(after);
    },
    level: "data at risk",
    sentence: ({ subject }) =>
      `${subject} goes from one C library to another (Alpine's and Debian's), which sort text otherwise: indexes on text would be silently wrong, and the volume's files are another user's.`,
    instead: MOVE,
  },
];

interface Judged extends Judgement {
  from: Version;
  to: Version;
}

function isServer({ type, operation }: Change): boolean {
  const servers = type === "kubernetes:apps/v1:StatefulSet" || type.startsWith("kubernetes:postgresql.cnpg.io/");
  return servers && (operation === "update" || operation === "replace");
}

function judged(change: Change): Judged | undefined {
  const [before, after] = [imageOf(change.before), imageOf(change.after)];
  if (!isServer(change) || before === undefined || after === undefined) return undefined;
  const [from, to] = [versionOf(before), versionOf(after)];
  const engine = engineOf(before);
  if (!engine || engine !== engineOf(after) || compare(from, to) === 0) return undefined;
  return { from, to, ...engine.judge(from, to) };
}

/** The server's own, which stands first. */
function imageOf(inputs: unknown): string | undefined {
  return textAt(listAt(inputs, "spec.template.spec.containers")[0], "image") ?? textAt(inputs, "spec.imageName");
}
