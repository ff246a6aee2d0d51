import type { Plan } from "../config/plan.ts";
import type { RemoteStorePlan } from "../config/secret-store.ts";
import type { Ask, List, Named } from "./api-server.ts";
import { type Kind, missingKinds } from "./kinds.ts";
import { ClusterError } from "./kubeconfig-file.ts";

const EXTERNAL_SECRETS = "/apis/external-secrets.io/v1";

/** Kinds that a store of secrets is used by, and who brings them. */
const NEEDS: Record<NonNullable<Plan["secretStore"]>["kind"], { kinds: Kind[]; broughtBy: string }> = {
  "external-secrets": {
    kinds: ["ExternalSecret", "SecretStore", "ClusterSecretStore"].map((kind) => ({
      apiVersion: "external-secrets.io/v1",
      kind,
    })),
    broughtBy: "the External Secrets operator, of a release that serves external-secrets.io/v1, with its Helm chart",
  },
  "sealed-secrets": {
    kinds: [{ apiVersion: "bitnami.com/v1alpha1", kind: "SealedSecret" }],
    broughtBy: "the Sealed Secrets controller, with its Helm chart",
  },
};

/** @throws ClusterError where the cluster lacks the operator that would make the Secrets, or the store that it would ask. */
export async function checkSecretStore(ask: Ask, { secretStore, namespace, addons }: Plan): Promise<void> {
  if (!secretStore) return;
  const { kinds, broughtBy } = NEEDS[secretStore.kind];
  const missing = await missingKinds(ask, addons, kinds);
  if (missing.length > 0) {
    const names = missing.map(({ apiVersion, kind }) => `${kind} (${apiVersion})`).join(", ");
    throw new ClusterError(
      `landfall:secretStore: the cluster does not know ${names}.`,
      `set landfall:addons.${secretStore.kind}: true, or install ${broughtBy}; or remove landfall:secretStore`,
    );
  }
  if (secretStore.kind === "external-secrets" && !secretStore.vault) await checkStore(ask, secretStore, namespace);
}

async function checkStore(ask: Ask, { store }: RemoteStorePlan, namespace: string): Promise<void> {
  const isShared = store.kind === "ClusterSecretStore";
  // Before the first update there is no namespace that its own store could be in.
  if (!isShared && !(await ask<Named>(`/api/v1/namespaces/${namespace}`))) return;
  const place = isShared ? "/clustersecretstores" : `/namespaces/${namespace}/secretstores`;
  const known = (await ask<List<Named>>(`${EXTERNAL_SECRETS}${place}`))?.items.map(({ metadata }) => metadata.name);
  if (!known || known.includes(store.name)) return;
  throw new ClusterError(
    `landfall:secretStore.store.name: there is no ${store.kind} "${store.name}"${isShared ? "" : ` in namespace "${namespace}"`}.\n  allowed  ${known.join(", ") || "none"}`,
    "use one of these, or make it first",
  );
}
