/** The parts of the Prometheus operator's kinds (monitoring.coreos.com) that are used here. */
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** Metadata of what is made for one application. */
export interface Metadata {
  namespace: pulumi.Output<string>;
  labels: Record<string, string>;
}

interface Scrape {
  path: string;
  interval: string;
}

interface Monitored {
  /** Label of the Service or pod that becomes `job`. */
  jobLabel: string;
  selector: { matchLabels: Record<string, string> };
}

export interface ServiceMonitorSpec extends Monitored {
  endpoints: (Scrape & {
    targetPort: number;
    relabelings: { sourceLabels: string[]; regex: string; action: "keep" }[];
  })[];
}

export interface PodMonitorSpec extends Monitored {
  podMetricsEndpoints: (Scrape & { portNumber: number })[];
}

export interface Rule {
  alert?: string;
  record?: string;
  expr: string;
  for?: string;
  labels: Record<string, string>;
  annotations?: Record<string, string>;
}

export interface PrometheusRuleSpec {
  groups: { name: string; rules: Rule[] }[];
}

type SecretKey = k8s.types.input.core.v1.SecretKeySelector;

export interface ReceiverSpec {
  name: string;
  slackConfigs?: { apiURL: SecretKey; channel: string; sendResolved: boolean; title: string; text: string }[];
  pagerdutyConfigs?: { routingKey: SecretKey; severity: string; description: string; sendResolved: boolean }[];
  webhookConfigs?: { urlSecret: SecretKey; sendResolved: boolean }[];
  emailConfigs?: {
    to: string;
    from: string;
    smarthost: string;
    authUsername?: string;
    authPassword?: SecretKey;
    requireTLS: boolean;
    sendResolved: boolean;
  }[];
}

export interface RouteSpec {
  receiver: string;
  matchers?: { name: string; value: string; matchType: "=" }[];
  continue?: boolean;
  groupBy?: string[];
  groupWait?: string;
  groupInterval?: string;
  repeatInterval?: string;
  routes?: RouteSpec[];
}

export interface AlertmanagerConfigSpec {
  route: RouteSpec;
  receivers: ReceiverSpec[];
}
