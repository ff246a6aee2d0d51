/** What each engine's makers say of another version over the same volume. */
import { MOVE } from "../instead.ts";
import type { Level } from "../rule.ts";

export type Version = readonly number[];

export interface Judgement {
  level: Level;
  /** What it means; follows "search goes from 1.6.2 to 1.12.0: ". */
  says: string;
  instead?: string;
}

export interface Engine {
  /** What it is called in a reference to its image. */
  images: RegExp;
  judge(from: Version, to: Version): Judgement;
}

const restarts: Judgement = {
  level: "brief interruption",
  says: "its server starts again, and reads the volume as it is.",
};
const unread = (says: string, instead = MOVE): Judgement => ({ level: "data at risk", says, instead });
const isBack = (from: Version, to: Version) => compare(from, to) > 0;
const minorOf = ([major = 0, minor = 0]: Version) => major * 1000 + minor;

/** https://www.postgresql.org/docs/current/upgrading.html */
export const POSTGRES: Engine = {
  images: /(^|\/)postgres(ql)?$/,
  judge: (from, to) =>
    from[0] === to[0]
      ? restarts
      : unread("the data directory of one major version cannot be read by another, and the server does not start."),
};

/** https://neo4j.com/docs/upgrade-migration-guide/current/ */
export const NEO4J: Engine = {
  images: /(^|\/)neo4j$/,
  judge: (from, to) => {
    if (isBack(from, to)) return unread("Neo4j does not go back to an earlier version of its store.");
    return from[0] === to[0] || (from[0] ?? 0) >= 2025 || (from[0] === 5 && from[1] === 26)
      ? restarts
      : unread(
          "the store of one major version has to be migrated before another starts on it (neo4j-admin database migrate).",
        );
  },
};

const ENGINES: readonly Engine[] = [
  POSTGRES,
  NEO4J,
  {
    // Its files are read by later versions only: https://valkey.io/topics/migration/
    images: /(^|\/)(valkey|redis)$/,
    judge: (from, to) =>
      isBack(from, to) && from[0] !== to[0]
        ? unread("the files of a later major version cannot be read by an earlier one.")
        : restarts,
  },
  {
    // One major version at a time: https://www.mongodb.com/docs/manual/release-notes/8.0-upgrade-replica-set/
    images: /(^|\/)mongo(db)?(-community-server)?$/,
    judge: (from, to) => {
      if (from[0] === to[0] && !isBack(from, to)) return restarts;
      if (isBack(from, to)) return unread("the files of a later version cannot be read by an earlier one.");
      return (to[0] ?? 0) - (from[0] ?? 0) > 1
        ? unread("MongoDB passes over no major version, and does not start.", "go by each major version in between")
        : {
            level: "downtime",
            says: "it starts only where featureCompatibilityVersion is that of the version before, and then does not go back.",
            instead: "make a backup and read featureCompatibilityVersion first",
          };
    },
  },
  {
    // https://www.meilisearch.com/docs/resources/migration/updating
    images: /(^|\/)meilisearch$/,
    judge: (from, to) =>
      minorOf(from) === minorOf(to)
        ? restarts
        : unread(
            "Meilisearch opens no database of another version, and does not start.",
            "take a dump and import it, or index anew from the database",
          ),
  },
  {
    // https://qdrant.tech/documentation/upgrades/
    images: /(^|\/)qdrant$/,
    judge: (from, to) => {
      if (isBack(from, to) && minorOf(from) !== minorOf(to))
        return unread("Qdrant does not go back to an earlier version.");
      return minorOf(to) - minorOf(from) > 1
        ? unread(
            "Qdrant reads what the minor version before it stored, and no older one.",
            "go by each minor version in between",
          )
        : restarts;
    },
  },
  {
    // Its migrations go one way: https://docs.trychroma.com/docs/overview/migration
    images: /(^|\/)chroma$/,
    judge: (from, to) => {
      if (isBack(from, to)) return unread("Chroma's migrations do not go back.");
      return from[0] === to[0] ? restarts : unread("a new major version migrates the volume for good, where it can.");
    },
  },
  {
    images: /(^|\/)seaweedfs$/,
    judge: (from, to) =>
      isBack(from, to) && from[0] !== to[0]
        ? unread("nobody promises that an earlier version reads the volume.")
        : restarts,
  },
];

export function repositoryOf(image: string): string {
  return image.replace(/@.*$/, "").replace(/:[^:/]*$/, "");
}

export function engineOf(image: string): Engine | undefined {
  return ENGINES.find(({ images }) => images.test(repositoryOf(image)));
}

export function versionOf(image: string): Version {
  const tag = /:v?(\d+(?:\.\d+)*)/.exec(image.replace(/^[^/]*\//, ""))?.[1] ?? "";
  return tag.split(".").map(Number);
}

/** Negative where `a` is earlier. */
export function compare(a: Version, b: Version): number {
  const length = Math.max(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
