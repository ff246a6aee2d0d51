import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { TierPlan } from "../config/plan.ts";
import type { Connection } from "./datastores/datastore.ts";

export type Environment = Pick<k8s.types.input.core.v1.Container, "envFrom">;

export interface EnvironmentArgs {
  tier: TierPlan;
  connections: Record<string, Connection>;
  secrets: Record<string, pulumi.Output<string>>;
  metadata: k8s.types.input.meta.v1.ObjectMeta;
}

/**
 * A tier's environment: secret values in a Secret, the others in a ConfigMap. Both are named anew whenever a value
 * changes, so that the pods roll.
 */
export function environmentOf(name: string, args: EnvironmentArgs, opts: pulumi.CustomResourceOptions): Environment {
  const open: Record<string, pulumi.Input<string>> = {};
  const secret: Record<string, pulumi.Input<string>> = {};
  for (const [variable, value] of Object.entries(args.tier.env)) {
    switch (value.kind) {
      case "value":
        open[variable] = value.value;
        break;
      case "secret":
        secret[variable] = args.secrets[value.secret] as pulumi.Output<string>;
        break;
      case "datastore": {
        const connection = args.connections[value.datastore] as Connection;
        if (!connection.has(value.field)) break;
        const field = connection.field(value.field, value.database);
        (field.secret ? secret : open)[variable] = field.value;
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
    const stored = new k8s.core.v1.Secret(`${name}-secret`, { metadata, immutable: true, stringData: secret }, opts);
    envFrom.push({ secretRef: { name: stored.metadata.name } });
  }
  return { envFrom };
}
