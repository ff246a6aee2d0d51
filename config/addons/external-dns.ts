import type { Addon, AddonContext, Values } from "./addon.ts";
import type { ZonePlan } from "./identity.ts";

/** Records for the hosts of Ingresses, routes and Services, in the zones that the stack names. */
export const externalDns = {
  title: "ExternalDNS",
  chart: "external-dns",
  repository: "https://kubernetes-sigs.github.io/external-dns",
  version: "1.22.0",
  source: "Go module sigs.k8s.io/external-dns v0.23.0, charts/external-dns",
  namespace: "external-dns",
  podSecurity: "restricted",
  groups: ["externaldns.k8s.io"],
  follows: ["envoy-gateway", "nginx-gateway-fabric", "istio-base"], // it watches their kinds
  requiredValues: ["provider.name"],
  identity: ({ place }) =>
    place && {
      permits: "dns",
      serviceAccount: "external-dns",
      paths: { serviceAccount: "serviceAccount", podLabels: "podLabels" },
    },
  values: (context) => ({
    sources: SOURCES[context.edge],
    policy: "sync", // its own records go with their hosts; those of others are left alone
    registry: "txt",
    txtOwnerId: context.place?.clusterName ?? context.application,
    ...inZones(context),
  }),
  monitored: { "serviceMonitor.enabled": true },
  images: { repositories: { "image.repository": "registry.k8s.io/external-dns/external-dns" } },
} as const satisfies Addon;

const SOURCES = {
  ingress: ["service", "ingress"],
  gateway: ["service", "ingress", "gateway-httproute"],
  istio: ["service", "istio-gateway"],
} as const;

function inZones({ zones }: AddonContext): Values {
  const [first] = zones;
  if (!first) return {};
  return { domainFilters: zones.map(({ domain }) => domain), ...CLOUDS[first.cloud](zones) };
}

/** Of one cloud all of them, for the stack's cluster is in one. */
const CLOUDS: Readonly<Record<ZonePlan["cloud"], (zones: readonly ZonePlan[]) => Values>> = {
  aws: (zones) => ({
    provider: { name: "aws" },
    extraArgs: { "zone-id-filter": zones.flatMap((zone) => (zone.cloud === "aws" ? [zone.hostedZone] : [])) },
  }),
  gcp: (zones) => ({
    provider: { name: "google" },
    extraArgs: {
      "google-project": zones.flatMap((zone) => (zone.cloud === "gcp" ? [zone.project] : [])).at(0),
      "zone-id-filter": zones.flatMap((zone) => (zone.cloud === "gcp" ? [zone.managedZone] : [])),
    },
  }),
  // https://kubernetes-sigs.github.io/external-dns/latest/docs/tutorials/azure/#managed-identity-using-workload-identity
  azure: ([zone]) => ({
    provider: { name: "azure" },
    // The chart would rather have a Secret that is there already; nothing in this one is secret.
    secretConfiguration: {
      enabled: true,
      mountPath: "/etc/kubernetes",
      data: { "azure.json": zone?.cloud === "azure" ? configurationOf(zone) : "" },
    },
  }),
};

function configurationOf({ subscription, resourceGroup }: Extract<ZonePlan, { cloud: "azure" }>): string {
  return JSON.stringify({
    cloud: "AzurePublicCloud",
    subscriptionId: subscription,
    resourceGroup,
    useWorkloadIdentityExtension: true,
  });
}
