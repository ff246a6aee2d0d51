import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type NotificationsPlan, secretOf } from "../../config/monitoring/notifications.ts";
import type { Severity } from "../../config/schema/monitoring.ts";
import type { Receiver } from "../../config/schema/notifications.ts";
import { plain } from "../secrets/secret-text.ts";
import type { Secrets, StoredSecret } from "../secrets/secrets.ts";
import type { AlertmanagerConfigSpec, Metadata, ReceiverSpec, RouteSpec } from "./custom-resources.ts";

interface NotificationsArgs {
  notifications: NotificationsPlan;
  secrets: Secrets;
  secretMetadata: Metadata;
  metadata: Metadata;
}

/** An AlertmanagerConfig, and the Secret with the addresses and keys of its receivers. */
export function notifications(
  name: string,
  { notifications: plan, secrets, secretMetadata, metadata }: NotificationsArgs,
  opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource {
  const names = [...new Set(Object.values(plan.receivers).flatMap((receiver) => secretOf(receiver)?.name ?? []))];
  const values = Object.fromEntries(names.map((secret) => [secret, plain(secret)]));
  const stored = secrets.store(`${name}-receivers`, { metadata: secretMetadata, values }, opts);
  const spec: AlertmanagerConfigSpec = {
    route: routeOf(plan),
    receivers: [
      ...Object.entries(plan.receivers).map(([receiver, given]) => receiverOf(receiver, given, stored)),
      { name: NOBODY },
    ],
  };
  return new k8s.apiextensions.CustomResource(
    `${name}-notifications`,
    { apiVersion: "monitoring.coreos.com/v1alpha1", kind: "AlertmanagerConfig", metadata, spec },
    opts,
  );
}

/** Hears of what is neither critical nor a warning: other rules may be about this namespace too. */
const NOBODY = "nobody";

function routeOf(plan: NotificationsPlan): RouteSpec {
  return {
    receiver: NOBODY,
    groupBy: plan.groupBy,
    groupWait: `${plan.groupWaitSeconds}s`,
    groupInterval: `${plan.groupIntervalSeconds}s`,
    repeatInterval: `${plan.repeatIntervalSeconds}s`,
    routes: (["critical", "warning"] as Severity[]).flatMap((severity) =>
      plan.routes[severity].map((receiver, index, all) => ({
        receiver,
        matchers: [{ name: "severity", value: severity, matchType: "=" as const }],
        continue: index < all.length - 1,
      })),
    ),
  };
}

const SUMMARIES = "{{ range .Alerts }}{{ .Annotations.summary }}\n{{ .Annotations.description }}\n{{ end }}";
const TITLE = "[{{ .Status | toUpper }}] {{ .CommonLabels.alertname }} in {{ .CommonLabels.namespace }}";

function receiverOf(name: string, receiver: Receiver, stored: StoredSecret): ReceiverSpec {
  const key = stored.at(secretOf(receiver)?.name ?? "");
  const sendResolved = true;
  switch (receiver.kind) {
    case "slack":
      return {
        name,
        slackConfigs: [{ apiURL: key, channel: receiver.channel, sendResolved, title: TITLE, text: SUMMARIES }],
      };
    case "pagerduty":
      return {
        name,
        pagerdutyConfigs: [
          { routingKey: key, severity: "{{ .CommonLabels.severity }}", description: TITLE, sendResolved },
        ],
      };
    case "webhook":
      return { name, webhookConfigs: [{ urlSecret: key, sendResolved }] };
    case "email": {
      const { to, from, smarthost, login } = receiver;
      const credentials = login && { authUsername: login.username, authPassword: key };
      return { name, emailConfigs: [{ to, from, smarthost, ...credentials, requireTLS: true, sendResolved }] };
    }
  }
}
