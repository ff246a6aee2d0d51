/** Alertmanager's own configuration, made of an AlertmanagerConfig and its Secret as the Prometheus operator makes it. */
import type { AlertmanagerConfigSpec, ReceiverSpec, RouteSpec } from "../../components/monitoring/custom-resources.ts";

interface SecretKey {
  name: string;
  key: string;
}

export function alertmanagerFile(
  spec: AlertmanagerConfigSpec,
  namespace: string,
  secrets: Record<string, Record<string, string>>,
): object {
  const reveal = (reference: unknown) => {
    const { name, key } = reference as SecretKey;
    const value = secrets[name]?.[key];
    if (value === undefined) throw new Error(`there is no key "${key}" in a Secret "${name}"`);
    return value;
  };
  const receiver = (given: ReceiverSpec) => ({
    name: given.name,
    slack_configs: given.slackConfigs?.map(({ apiURL, sendResolved, ...rest }) => ({
      ...rest,
      api_url: reveal(apiURL),
      send_resolved: sendResolved,
    })),
    pagerduty_configs: given.pagerdutyConfigs?.map(({ routingKey, sendResolved, ...rest }) => ({
      ...rest,
      routing_key: reveal(routingKey),
      send_resolved: sendResolved,
    })),
    webhook_configs: given.webhookConfigs?.map(({ urlSecret, sendResolved }) => ({
      url: reveal(urlSecret),
      send_resolved: sendResolved,
    })),
    email_configs: given.emailConfigs?.map(({ authUsername, authPassword, requireTLS, sendResolved, ...rest }) => ({
      ...rest,
      auth_username: authUsername,
      auth_password: authPassword && reveal(authPassword),
      require_tls: requireTLS,
      send_resolved: sendResolved,
    })),
  });
  const route = (given: RouteSpec): object => ({
    receiver: given.receiver,
    matchers: given.matchers?.map(({ name, value, matchType }) => `${name}${matchType}${JSON.stringify(value)}`),
    continue: given.continue,
    group_by: given.groupBy,
    group_wait: given.groupWait,
    group_interval: given.groupInterval,
    repeat_interval: given.repeatInterval,
    routes: given.routes?.map(route),
  });
  return {
    route: {
      receiver: "default",
      // The operator lets a namespace's configuration hear of that namespace's alerts only.
      routes: [{ ...route(spec.route), matchers: [`namespace="${namespace}"`], continue: true }],
    },
    receivers: [{ name: "default" }, ...spec.receivers.map(receiver)],
  };
}
