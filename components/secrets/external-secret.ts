import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { RemotePlace, RemoteStorePlan } from "../../config/secret-store.ts";
import { isSecretText, type SecretText, templateOf } from "./secret-text.ts";
import type { SecretArgs } from "./secrets.ts";

/** The fields of external-secrets.io/v1 that are set here. */
interface ExternalSecretSpec {
  refreshInterval: string;
  secretStoreRef: { name: string; kind: string };
  target: {
    creationPolicy: "Owner";
    template: {
      engineVersion: "v2";
      type?: string;
      metadata: { labels: Record<string, string> };
      data: Record<string, pulumi.Input<string>>;
    };
  };
  data: { secretKey: string; remoteRef: { key: string; property?: string } }[];
}

interface ExternalSecretArgs extends SecretArgs<string | SecretText> {
  store: RemoteStorePlan;
}

/**
 * Has the External Secrets operator make a Secret of the same name, with values that never pass through here. Nothing
 * that needs it starts before it is there. Other templates or places make another one, so that its pods roll.
 */
export function externalSecret(
  name: string,
  { metadata, type, values, store }: ExternalSecretArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const spec: ExternalSecretSpec = {
    refreshInterval: store.refreshInterval,
    secretStoreRef: store.store,
    target: {
      creationPolicy: "Owner",
      template: { engineVersion: "v2", type, metadata: { labels: metadata.labels }, data: templateOf(values) },
    },
    data: dataOf(values, store),
  };
  const object = new k8s.apiextensions.CustomResource(
    name,
    {
      apiVersion: "external-secrets.io/v1",
      kind: "ExternalSecret",
      metadata: { ...metadata, annotations: { "pulumi.com/waitFor": "condition=Ready" } },
      spec,
    },
    pulumi.mergeOptions(opts, { replaceOnChanges: ["spec.target", "spec.data"] }),
  );
  return object.metadata.name;
}

/** In the order of keys: in any other, moving a variable would roll the pods. */
function dataOf(values: ExternalSecretArgs["values"], { remote }: RemoteStorePlan): ExternalSecretSpec["data"] {
  return Object.keys(values)
    .sort()
    .flatMap((secretKey) => {
      const value = values[secretKey];
      if (value === undefined || !isSecretText(value)) return [];
      return [{ secretKey, remoteRef: remote[value.secret] as RemotePlace }];
    });
}
