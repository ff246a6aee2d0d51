import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { isSecretText, writtenAs } from "./secret-text.ts";
import type { SecretArgs } from "./secrets.ts";

/** A Secret of values that this program knows. It is named anew whenever one changes, so that its pods roll. */
export function configSecret(
  name: string,
  { metadata, type, values }: SecretArgs,
  known: Record<string, pulumi.Output<string>>,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const stringData = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      isSecretText(value)
        ? (known[value.secret] as pulumi.Output<string>).apply((secret) =>
            pulumi.output(value.write(writtenAs(secret))),
          )
        : value,
    ]),
  );
  return new k8s.core.v1.Secret(name, { metadata, type, immutable: true, stringData }, opts).metadata.name;
}
