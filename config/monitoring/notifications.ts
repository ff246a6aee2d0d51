import type { Layers } from "../layers.ts";
import { unknownName } from "../mistakes.ts";
import type { Severity } from "../schema/monitoring.ts";
import type { Receiver } from "../schema/notifications.ts";

/** Who hears of which alert. */
export interface NotificationsPlan {
  receivers: Record<string, Receiver>;
  /** Names of the receivers of each severity. */
  routes: Record<Severity, string[]>;
  groupBy: string[];
  groupWaitSeconds: number;
  groupIntervalSeconds: number;
  repeatIntervalSeconds: number;
}

const PATH = "landfall:monitoring.alertmanager";

export function resolveNotifications(layers: Layers): NotificationsPlan | undefined {
  const given = layers.stack.monitoring?.alertmanager;
  if (!given) return undefined;
  const known = Object.keys(given.receivers);
  for (const [severity, names] of Object.entries(given.routes)) {
    for (const name of names.filter((it) => !known.includes(it))) {
      layers.mistakes.push(unknownName(`${PATH}.routes.${severity}`, name, known, "receiver"));
    }
  }
  for (const name of known.filter((it) => !Object.values(given.routes).flat().includes(it))) {
    layers.mistakes.push({
      path: `${PATH}.receivers.${name}`,
      problem: "no route leads to it",
      allowed: "a receiver of critical, warning or both",
      fix: `add "${name}" to routes, or remove it`,
    });
  }
  checkSecretNames(layers, given.receivers);
  return {
    ...given,
    groupBy: given.groupBy ?? ["alertname", "component"],
    groupWaitSeconds: given.groupWaitSeconds ?? 30,
    groupIntervalSeconds: given.groupIntervalSeconds ?? 300,
    repeatIntervalSeconds: given.repeatIntervalSeconds ?? 14_400,
  };
}

/** Secrets that the receivers need; only their owner knows them. */
export function notificationSecrets({ stack }: Layers): string[] {
  const receivers = Object.values(stack.monitoring?.alertmanager?.receivers ?? {});
  return [...new Set(receivers.flatMap((receiver) => secretOf(receiver)?.name ?? []))];
}

/** The one secret of a receiver, and the key that names it. */
export function secretOf(receiver: Receiver): { key: string; name: string } | undefined {
  switch (receiver.kind) {
    case "slack":
    case "webhook":
      return { key: "url", name: receiver.url.secret };
    case "pagerduty":
      return { key: "routingKey", name: receiver.routingKey.secret };
    case "email":
      return receiver.login && { key: "login.password", name: receiver.login.password.secret };
  }
}

/** A password of the application must not be sent to an address, nor an address be taken for a password. */
function checkSecretNames({ application, mistakes }: Layers, receivers: Record<string, Receiver>): void {
  const taken = [...(application.secrets ?? []), ...Object.keys(application.datastores ?? {})];
  for (const [name, receiver] of Object.entries(receivers)) {
    const secret = secretOf(receiver);
    if (!secret || !taken.includes(secret.name)) continue;
    mistakes.push({
      path: `${PATH}.receivers.${name}.${secret.key}.secret`,
      got: secret.name,
      problem: "the name is that of a secret of the application or its datastores",
      allowed: "a name of its own",
      fix: `rename it, such as alerts-${name}`,
    });
  }
}
