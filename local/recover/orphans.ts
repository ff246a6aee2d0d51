/** Objects that a killed update has made, which no state knows of. */
import { MADE_ANEW } from "../../components/naming.ts";
import type { KubernetesObject } from "../cluster/api.ts";
import type { Cluster } from "../teardown/cluster.ts";
import type { State } from "../teardown/state.ts";

/** Where they are listed. The next update finds all other objects by their names. */
const LISTS: Readonly<Record<(typeof MADE_ANEW)[number], string>> = {
  ConfigMap: "/api/v1/namespaces/NAMESPACE/configmaps",
  Secret: "/api/v1/namespaces/NAMESPACE/secrets",
  ExternalSecret: "/apis/external-secrets.io/v1/namespaces/NAMESPACE/externalsecrets",
  SealedSecret: "/apis/bitnami.com/v1alpha1/namespaces/NAMESPACE/sealedsecrets",
};

export interface Orphan {
  /** `ConfigMap pybase/pybase-api-config-1a2b3c4d`. */
  title: string;
  path: string;
}

/** What the labels say is the stack's, and neither its state nor any pod knows. */
export async function orphansOf({ ask }: Cluster, { resources }: State, stack: string): Promise<Orphan[]> {
  const known = new Set(resources.flatMap(({ id }) => id ?? []));
  const namespaces = new Set([...known].flatMap((id) => (id.includes("/") ? (id.split("/")[0] as string) : [])));
  const own = encodeURIComponent(`app.kubernetes.io/managed-by=landfall,app.kubernetes.io/instance=${stack}`);
  const list = async (path: string) => (await ask<{ items: KubernetesObject[] }>(path))?.items ?? [];
  const found = [...namespaces].map(async (namespace) => {
    const used = JSON.stringify((await list(`/api/v1/namespaces/${namespace}/pods`)).map(({ spec }) => spec));
    const kinds = MADE_ANEW.map(async (kind) => {
      const path = LISTS[kind].replace("NAMESPACE", namespace);
      return (await list(`${path}?labelSelector=${own}`))
        .filter(({ metadata: { name } }) => !known.has(`${namespace}/${name}`) && !used.includes(`"${name}"`))
        .filter(({ metadata }) => !("ownerReferences" in metadata))
        .map(({ metadata: { name } }) => ({ title: `${kind} ${namespace}/${name}`, path: `${path}/${name}` }));
    });
    return (await Promise.all(kinds)).flat();
  });
  return (await Promise.all(found)).flat();
}
