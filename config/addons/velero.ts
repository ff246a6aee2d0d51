import type { Addon, AddonContext, Values } from "./addon.ts";

const RESTRICTED = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
};

/** Plugins by the provider that Velero calls them. https://velero.io/docs/main/supported-providers/ */
const PLUGINS = {
  aws: "docker.io/velero/velero-plugin-for-aws:v1.13.1",
  gcp: "docker.io/velero/velero-plugin-for-gcp:v1.13.1",
  azure: "docker.io/velero/velero-plugin-for-microsoft-azure:v1.13.1",
};

/** Copies of the application's objects and volumes outside the cluster. */
export const velero = {
  title: "Velero",
  chart: "velero",
  repository: "https://vmware-tanzu.github.io/helm-charts",
  version: "12.1.0",
  source: "github.com/vmware-tanzu/helm-charts, charts/velero/Chart.yaml of 2026-06-25",
  namespace: "velero",
  podSecurity: "restricted",
  groups: ["velero.io"],
  values: (context) => ({
    upgradeCRDs: true,
    cleanUpCRDs: false, // what was backed up is found again by them
    deployNodeAgent: false,
    podSecurityContext: {
      runAsNonRoot: true,
      runAsUser: 65532,
      fsGroup: 65532,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containerSecurityContext: RESTRICTED,
    kubectl: { containerSecurityContext: RESTRICTED },
    ...locations(context),
    ...schedules(context),
  }),
  secretValues: ({ settings: { credentials } }): Record<string, string> =>
    credentials ? { "credentials.secretContents.cloud": credentials.secret } : {},
  monitored: { "metrics.serviceMonitor.enabled": true },
  images: {
    repositories: {
      "image.repository": "docker.io/velero/velero",
      "kubectl.image.repository": "registry.k8s.io/kubectl",
    },
  },
} as const satisfies Addon;

function locations({ settings, image }: AddonContext): Values {
  const { provider = "aws", bucket, prefix, config, snapshotConfig, plugin, credentials } = settings;
  return {
    configuration: {
      backupStorageLocation: [
        { name: "default", default: true, provider, bucket, ...(prefix ? { prefix } : {}), config: config ?? {} },
      ],
      volumeSnapshotLocation:
        snapshotConfig === false ? [] : [{ name: "default", provider, config: snapshotConfig ?? {} }],
    },
    snapshotsEnabled: snapshotConfig !== false,
    // Without a secret, an identity of the cloud's: serviceAccount.server.annotations among the values.
    credentials: { useSecret: credentials !== undefined },
    initContainers: [
      {
        name: "plugin",
        image: image(plugin ?? PLUGINS[provider]),
        securityContext: RESTRICTED,
        volumeMounts: [{ mountPath: "/target", name: "plugins" }],
      },
    ],
  };
}

function schedules({ application, settings: { schedule = "0 2 * * *", retentionDays = 30 } }: AddonContext): Values {
  return {
    schedules: {
      [application]: {
        schedule,
        template: { includedNamespaces: [application], ttl: `${retentionDays * 24}h0m0s` },
      },
    },
  };
}
