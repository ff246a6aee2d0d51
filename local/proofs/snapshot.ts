/** Everything that a cluster holds, as its API server gives it: what proofs go by, and not the program. */
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

const PAGE = 500;
/** Told anew every second, or secret; none says how a stack stands. */
const LEFT_OUT = new Set(["Event", "Lease", "ComponentStatus"]);

/** All objects by kind. Secrets come without their values. */
export class Snapshot {
  readonly #objects: Map<string, ClusterObject[]>;

  constructor(objects: readonly ClusterObject[]) {
    this.#objects = Map.groupBy(objects, ({ kind }) => kind);
  }

  /** Objects of a kind, of one namespace where it is named. */
  of(kind: string, namespace?: string): readonly ClusterObject[] {
    const all = this.#objects.get(kind) ?? [];
    return namespace === undefined ? all : all.filter(({ metadata }) => metadata.namespace === namespace);
  }

  get kinds(): string[] {
    return [...this.#objects.keys()].sort();
  }
}

/** Reads a cluster whole, each kind in its preferred version. */
export async function readSnapshot(ask: Ask): Promise<Snapshot> {
  const core = (await ask("/api/v1")) as ResourceList;
  const { groups } = (await ask("/apis")) as { groups: { preferredVersion: { groupVersion: string } }[] };
  const others = await Promise.all(
    groups.map(async ({ preferredVersion }) => (await ask(`/apis/${preferredVersion.groupVersion}`)) as ResourceList),
  );
  const lists = [{ ...core, groupVersion: "v1" }, ...others].flatMap(({ groupVersion, resources }) =>
    resources
      .filter(({ name, kind, verbs }) => !name.includes("/") && verbs.includes("list") && !LEFT_OUT.has(kind))
      .map(({ name, kind }) => ({ groupVersion, name, kind })),
  );
  const objects = await Promise.all(lists.map((list) => readAll(ask, list)));
  return new Snapshot(objects.flat());
}

async function readAll(
  ask: Ask,
  { groupVersion, name, kind }: { groupVersion: string; name: string; kind: string },
): Promise<ClusterObject[]> {
  const root = groupVersion === "v1" ? "/api/v1" : `/apis/${groupVersion}`;
  const found: ClusterObject[] = [];
  let token = "";
  do {
    const page = (await ask(`${root}/${name}?limit=${PAGE}${token && `&continue=${encodeURIComponent(token)}`}`)) as {
      items: ClusterObject[];
      metadata: { continue?: string };
    };
    found.push(...page.items.map((item) => withoutValues({ ...item, apiVersion: groupVersion, kind })));
    token = page.metadata.continue ?? "";
  } while (token);
  return found;
}

function withoutValues(object: ClusterObject): ClusterObject {
  if (object.kind !== "Secret") return object;
  const hidden = Object.keys(object.data ?? {}).map((key) => [key, ""]);
  return { ...object, data: Object.fromEntries(hidden) };
}
