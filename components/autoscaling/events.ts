import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { EventsPlan, TriggerPlan } from "../../config/autoscale.ts";
import type { Connection } from "../datastores/datastore.ts";
import type { Secrets } from "../secrets/secrets.ts";

export interface EventsArgs {
  /** Name of the tier. */
  tier: string;
  events: EventsPlan;
  connections: Record<string, Connection>;
  secrets: Secrets;
  metadata: { namespace: pulumi.Output<string>; labels: Record<string, string> };
  deployment: k8s.apps.v1.Deployment;
}

const API_VERSION = "keda.sh/v1alpha1";

/** The fields of keda.sh/v1alpha1 that are set here. */
interface ScaledObjectSpec {
  scaleTargetRef: { name: pulumi.Input<string> };
  minReplicaCount: number;
  maxReplicaCount: number;
  pollingInterval?: number;
  cooldownPeriod?: number;
  triggers: ScaledObjectTrigger[];
}
interface ScaledObjectTrigger {
  type: "cpu" | "memory" | "redis" | "postgresql" | "prometheus";
  metricType?: "Utilization";
  metadata: Record<string, pulumi.Input<string>>;
  authenticationRef?: { name: pulumi.Input<string> };
}
interface TriggerAuthenticationSpec {
  secretTargetRef: { parameter: string; name: pulumi.Input<string>; key: string }[];
}

/** Scales the tier by what there is to do, as KEDA's operator sees it. */
export function scaledObject(
  name: string,
  args: EventsArgs,
  opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource {
  const { tier, events, connections, metadata, deployment } = args;
  const stores = new Set(events.triggers.flatMap((trigger) => ("datastore" in trigger ? [trigger.datastore] : [])));
  const authentications = Object.fromEntries(
    [...stores].map((store) => [store, triggerAuthentication(`${name}-events-${store}`, store, args, opts)]),
  );
  const spec: ScaledObjectSpec = {
    scaleTargetRef: { name: deployment.metadata.name },
    minReplicaCount: events.min,
    maxReplicaCount: events.max,
    pollingInterval: events.pollingSeconds,
    cooldownPeriod: events.cooldownSeconds,
    triggers: events.triggers.map((trigger) => {
      if (!("datastore" in trigger)) return triggerOf(trigger);
      const authentication = authentications[trigger.datastore] as k8s.apiextensions.CustomResource;
      const connection = connections[trigger.datastore] as Connection;
      return { ...askStore(trigger, connection), authenticationRef: { name: authentication.metadata.name } };
    }),
  };
  return new k8s.apiextensions.CustomResource(
    `${name}-scaled-object`,
    {
      apiVersion: API_VERSION,
      kind: "ScaledObject",
      metadata: {
        ...metadata,
        // KEDA puts it into labels, which a longer one with a random end might not fit.
        name: tier,
        // Not until KEDA has taken it: a trigger that it cannot read would never scale anything.
        annotations: { "pulumi.com/waitFor": "condition=Ready" },
      },
      spec,
    },
    opts,
  );
}

type StoreTrigger = Extract<TriggerPlan, { datastore: string }>;

function triggerOf(trigger: Exclude<TriggerPlan, StoreTrigger>): ScaledObjectTrigger {
  switch (trigger.kind) {
    case "cpu":
    case "memory":
      return { type: trigger.kind, metricType: "Utilization", metadata: { value: String(trigger.use) } };
    case "prometheus": {
      const { serverAddress, query, threshold } = trigger;
      return { type: "prometheus", metadata: { serverAddress, query, threshold: String(threshold) } };
    }
  }
}

function askStore(trigger: StoreTrigger, connection: Connection): ScaledObjectTrigger {
  // None of these holds the password.
  const field = (field: "port" | "username" | "database") => connection.field(field).value as pulumi.Input<string>;
  switch (trigger.kind) {
    case "redisList":
      return {
        type: "redis",
        metadata: {
          host: connection.hostElsewhere,
          port: field("port"),
          listName: trigger.list,
          listLength: String(trigger.length),
          databaseIndex: String(trigger.database),
          enableTLS: String(trigger.tls),
        },
      };
    case "postgresql":
      return {
        type: "postgresql",
        metadata: {
          host: connection.hostElsewhere,
          port: field("port"),
          userName: field("username"),
          dbName: field("database"),
          sslmode: trigger.tls ? "require" : "disable",
          query: trigger.query,
          targetQueryValue: String(trigger.target),
        },
      };
  }
}

/** The way by which KEDA learns the store's password: by reference, from a Secret of the tier's own. */
function triggerAuthentication(
  name: string,
  store: string,
  { connections, secrets, metadata }: EventsArgs,
  opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource {
  const connection = connections[store] as Connection;
  const values = { username: connection.field("username").value, password: connection.field("password").value };
  const secret = secrets.store(`${name}-secret`, { metadata, values }, opts);
  const spec: TriggerAuthenticationSpec = {
    secretTargetRef: Object.keys(values).map((key) => ({ parameter: key, ...secret.at(key) })),
  };
  return new k8s.apiextensions.CustomResource(
    `${name}-authentication`,
    { apiVersion: API_VERSION, kind: "TriggerAuthentication", metadata, spec },
    opts,
  );
}
