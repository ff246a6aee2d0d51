import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { TierPlan } from "../config/plan.ts";
import type { Connection } from "./datastores/datastore.ts";
import { plain, type SecretValue } from "./secrets/secret-text.ts";
import type { Secrets } from "./secrets/secrets.ts";

export type Environment = Pick<k8s.types.input.core.v1.Container, "envFrom">;

export interface EnvironmentArgs {
  tier: TierPlan;
  connections: Record<string, Connection>;
  secrets: Secrets;
  metadata: { namespace: pulumi.Input<string>; labels: Record<string, string> };
}

/**
 * A tier's environment: secret values in a Secret, the others in a ConfigMap. Both are named anew whenever a value
 * changes, so that the pods roll.
 */
export function environmentOf(name: string, args: EnvironmentArgs, opts: pulumi.CustomResourceOptions): Environment {
  const open: Record<string, pulumi.Input<string>> = {};
  const secret: Record<string, SecretValue> = {};
  for (const [variable, value] of Object.entries(args.tier.env)) {
    switch (value.kind) {
      case "value":
        open[variable] = value.value;
        break;
      case "secret":
        secret[variable] = plain(value.secret);
        break;
      case "datastore": {
        const connection = args.connections[value.datastore] as Connection;
        if (!connection.has(value.field)) break;
        const field = connection.field(value.field, value.database);
        if (field.secret) secret[variable] = field.value;
        else open[variable] = field.value;
        break;
      }
    }
  }

  const envFrom: k8s.types.input.core.v1.EnvFromSource[] = [];
  const { metadata } = args;
  if (Object.keys(open).length > 0) {
    const map = new k8s.core.v1.ConfigMap(`${name}-config`, { metadata, immutable: true, data: open }, opts);
    envFrom.push({ configMapRef: { name: map.metadata.name } });
  }
  if (Object.keys(secret).length > 0) {
    envFrom.push(...args.secrets.store(`${name}-secret`, { metadata, values: secret }, opts).envFrom);
  }
  return { envFrom };
}
