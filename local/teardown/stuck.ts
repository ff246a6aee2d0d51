/** Why a namespace stays in Terminating: the objects in it, and whose finalizers hold them. */
import type { Ask } from "../../cloud/api-server.ts";
import type { KubernetesObject } from "./found.ts";

interface Namespace extends KubernetesObject {
  status: { conditions?: { type: string; status: string; message: string }[] };
}

interface ResourceList {
  resources: { name: string; kind: string; namespaced: boolean; verbs: string[] }[];
}

/** What the namespace controller reports; the rest of the conditions say that all is well. */
const TELLING = [
  "NamespaceDeletionDiscoveryFailure",
  "NamespaceDeletionGroupVersionParsingFailure",
  "NamespaceDeletionContentFailure",
];

/** A line each for what holds those of the namespaces that are being deleted. */
export async function explain(ask: Ask, namespaces: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  for (const name of namespaces) {
    const namespace = await ask<Namespace>(`/api/v1/namespaces/${name}`);
    if (!namespace?.metadata.deletionTimestamp) continue;
    const problems = (namespace.status.conditions ?? []).filter(
      ({ type, status }) => status === "True" && TELLING.includes(type),
    );
    const held = await heldObjects(ask, name);
    lines.push(
      ...problems.map(({ message }) => `namespace ${name}: ${message}`),
      ...held.map(
        ({ kind, metadata }) =>
          `namespace ${name}: ${kind} ${metadata.name} is held by the finalizers ${metadata.finalizers?.join(", ")}; see that their controllers run`,
      ),
    );
  }
  return lines;
}

async function heldObjects(ask: Ask, namespace: string): Promise<(KubernetesObject & { kind: string })[]> {
  const groups = await ask<{ groups: { preferredVersion: { groupVersion: string } }[] }>("/apis");
  const roots = [
    "/api/v1",
    ...(groups?.groups ?? []).map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`),
  ];
  const kinds = await Promise.all(roots.map(async (root) => kindsOf(root, await ask<ResourceList>(root))));
  const objects = await Promise.all(
    kinds.flat().map(async ({ kind, root, name }) => {
      const list = await ask<{ items: KubernetesObject[] }>(`${root}/namespaces/${namespace}/${name}`);
      return (list?.items ?? []).map((item) => ({ ...item, kind }));
    }),
  );
  return objects.flat().filter(({ metadata }) => metadata.deletionTimestamp && metadata.finalizers?.length);
}

function kindsOf(root: string, list: ResourceList | undefined) {
  return (list?.resources ?? [])
    .filter(({ name, namespaced, verbs }) => namespaced && verbs.includes("list") && !name.includes("/"))
    .map(({ name, kind }) => ({ root, name, kind }));
}
