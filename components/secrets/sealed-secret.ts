import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { SealedStorePlan } from "../../config/secret-store.ts";
import { isSecretText, type SecretText, templateOf } from "./secret-text.ts";
import type { SecretArgs } from "./secrets.ts";

/** The fields of bitnami.com/v1alpha1 that are set here. */
interface SealedSecretSpec {
  encryptedData: Record<string, string>;
  template: {
    type?: string;
    immutable: true;
    metadata: { labels: Record<string, string> };
    data: Record<string, pulumi.Input<string>>;
  };
}

interface SealedSecretArgs extends SecretArgs<string | SecretText> {
  store: SealedStorePlan;
}

/**
 * Has the Sealed Secrets controller make a Secret of the same name, from values that only it can decrypt. Each stands
 * under the key that its template fills, so that the Secret has no other keys. It is named anew when one is sealed anew.
 */
export function sealedSecret(
  name: string,
  { metadata, type, values, store }: SealedSecretArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const spec: SealedSecretSpec = {
    encryptedData: Object.fromEntries(
      Object.entries(values).flatMap(([key, value]) =>
        isSecretText(value) ? [[key, store.values[value.secret] as string]] : [],
      ),
    ),
    template: { type, immutable: true, metadata: { labels: metadata.labels }, data: templateOf(values) },
  };
  const object = new k8s.apiextensions.CustomResource(
    name,
    {
      apiVersion: "bitnami.com/v1alpha1",
      kind: "SealedSecret",
      metadata: {
        ...metadata,
        annotations: {
          // A password is in several Secrets, and is sealed once for all of them.
          "sealedsecrets.bitnami.com/namespace-wide": "true",
          "pulumi.com/waitFor": "condition=Synced",
        },
      },
      spec,
    },
    pulumi.mergeOptions(opts, { replaceOnChanges: ["spec"] }),
  );
  return object.metadata.name;
}
