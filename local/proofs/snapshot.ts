/** Everything that a cluster holds, as its API server gives it: what proofs go by, and not the program. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Ask } from "../../cloud/api-server.ts";

export interface ClusterObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Readonly<Record<string, string>>;
    annotations?: Readonly<Record<string, string>>;
    ownerReferences?: readonly { kind: string; name: string; uid: string }[];
    uid?: string;
  };
  // biome-ignore lint/suspicious/noExplicitAny: each kind has a form of its own
  [field: string]: any;
}

interface ResourceList {
  groupVersion: string;
  resources: readonly { name: string; kind: string; namespaced: boolean; verbs: readonly string[] }[];
}

interface Listed {
  groupVersion: string;
  name: string;
  kind: string;
}

const PAGE = 500;
/** An API server answers 429 for a moment to a kind that was defined just now. */
const TRIES = 3;
const PAUSE_MILLISECONDS = 1000;
/** Told anew every second, or megabytes of schemas; none says how a stack stands. */
const LEFT_OUT = new Set(["Event", "Lease", "ComponentStatus", "CustomResourceDefinition", "APIService"]);

/** All objects by kind. Secrets come without their values. */
export class Snapshot {
  readonly #objects: ReadonlyMap<string, readonly ClusterObject[]>;
  /** Groups and kinds that are there and could not be read, as `pods` or `metrics.k8s.io/v1beta1`. */
  readonly unread: readonly string[];
  readonly #unreadKinds: ReadonlySet<string>;

  constructor(objects: readonly ClusterObject[], unread: { groups?: string[]; kinds?: string[] } = {}) {
    this.#objects = Map.groupBy(objects, ({ kind }) => kind);
    this.#unreadKinds = new Set(unread.kinds);
    this.unread = [...(unread.groups ?? []), ...this.#unreadKinds].sort();
  }

  /**
   * Objects of a kind, of one namespace where it is named.
   *
   * @param kind as kubectl has it: of a group where several have it, such as `Gateway.networking.istio.io`
   * @throws where they are there and could not be read: what is not known proves nothing
   */
  of(kind: string, namespace?: string): readonly ClusterObject[] {
    const [plain = "", ...rest] = kind.split(".");
    if (this.#unreadKinds.has(plain)) throw new Error(`objects of kind ${plain} could not be read from the cluster`);
    const group = rest.join(".");
    return (this.#objects.get(plain) ?? []).filter(
      ({ apiVersion, metadata }) =>
        (group === "" || apiVersion.startsWith(`${group}/`)) &&
        (namespace === undefined || metadata.namespace === namespace),
    );
  }

  get kinds(): string[] {
    return [...this.#objects.keys()].sort();
  }
}

/** Reads a cluster whole, each kind in its preferred version. */
export async function readSnapshot(ask: Ask): Promise<Snapshot> {
  const { groups } = (await ask("/apis")) as { groups: { preferredVersion: { groupVersion: string } }[] };
  const versions = ["v1", ...groups.map(({ preferredVersion }) => preferredVersion.groupVersion)];
  const known = await Promise.all(
    versions.map(async (groupVersion) => ({
      groupVersion,
      list: await patiently<ResourceList>(ask, rootOf(groupVersion)),
    })),
  );
  const lists = known.flatMap(({ groupVersion, list }) =>
    (list?.resources ?? [])
      .filter(({ name, kind, verbs }) => !name.includes("/") && verbs.includes("list") && !LEFT_OUT.has(kind))
      .map(({ name, kind }) => ({ groupVersion, name, kind })),
  );
  const read = await Promise.all(lists.map(async (list) => ({ list, objects: await readAll(ask, list) })));
  return new Snapshot(
    read.flatMap(({ objects }) => objects ?? []),
    {
      groups: known.flatMap(({ groupVersion, list }) => (list ? [] : [groupVersion])),
      kinds: read.flatMap(({ list, objects }) => (objects ? [] : [list.kind])),
    },
  );
}

/** Undefined where they cannot be listed. */
async function readAll(ask: Ask, { groupVersion, name, kind }: Listed): Promise<ClusterObject[] | undefined> {
  const found: ClusterObject[] = [];
  let token = "";
  do {
    const page = await patiently<{ items: ClusterObject[]; metadata: { continue?: string } }>(
      ask,
      `${rootOf(groupVersion)}/${name}?limit=${PAGE}${token && `&continue=${encodeURIComponent(token)}`}`,
    );
    if (!page) return undefined;
    found.push(...page.items.map((item) => withoutValues({ ...item, apiVersion: groupVersion, kind })));
    token = page.metadata.continue ?? "";
  } while (token);
  return found;
}

/** Undefined where it may not be asked or nobody answers: an API that is served by a pod can be down. */
async function patiently<T>(ask: Ask, path: string): Promise<T | undefined> {
  for (let left = TRIES; left > 0; left--) {
    try {
      return await ask<T>(path);
    } catch {
      if (left > 1) await sleep(PAUSE_MILLISECONDS);
    }
  }
  return undefined;
}

function rootOf(groupVersion: string): string {
  return groupVersion === "v1" ? "/api/v1" : `/apis/${groupVersion}`;
}

function withoutValues(object: ClusterObject): ClusterObject {
  if (object.kind !== "Secret") return object;
  const hidden = Object.keys(object.data ?? {}).map((key) => [key, ""]);
  return { ...object, data: Object.fromEntries(hidden) };
}
