import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../../config/plan.ts";
import { VAULT_ACCOUNT, type VaultPlan } from "../../config/secret-store.ts";
import type { SecretArgs } from "./secrets.ts";

/** The fields of external-secrets.io/v1 that are set here. */
interface SecretStoreSpec {
  provider: {
    vault: {
      server: string;
      path: string;
      version: VaultPlan["version"];
      namespace?: string;
      /** Base64 of PEM. */
      caBundle?: string;
      auth: {
        kubernetes: { mountPath: string; role: string; serviceAccountRef: { name: pulumi.Input<string> } };
      };
    };
  };
}

/** The SecretStore by which External Secrets reads from Vault, as an account that may do nothing in Kubernetes. */
export function vaultStore(
  name: string,
  { secretStore }: Plan,
  metadata: SecretArgs["metadata"],
  opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource | undefined {
  if (secretStore?.kind !== "external-secrets" || !secretStore.vault) return undefined;
  const account = new k8s.core.v1.ServiceAccount(
    `${name}-secret-store-account`,
    { metadata: { ...metadata, name: VAULT_ACCOUNT }, automountServiceAccountToken: false },
    opts,
  );
  return new k8s.apiextensions.CustomResource(
    `${name}-secret-store`,
    {
      apiVersion: "external-secrets.io/v1",
      kind: "SecretStore",
      metadata: {
        ...metadata,
        name: secretStore.store.name,
        annotations: { "pulumi.com/waitFor": "condition=Ready" },
      },
      spec: specOf(secretStore.vault, account.metadata.name),
    },
    opts,
  );
}

function specOf(
  { server, path, version, namespace, caBundle, mountPath, role }: VaultPlan,
  account: pulumi.Input<string>,
): SecretStoreSpec {
  return {
    provider: {
      vault: {
        server,
        path,
        version,
        namespace,
        caBundle: caBundle && Buffer.from(caBundle).toString("base64"),
        auth: { kubernetes: { mountPath, role, serviceAccountRef: { name: account } } },
      },
    },
  };
}
