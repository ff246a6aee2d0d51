import { type Addon, type AddonContext, type AddonObject, RESTRICTED, type Values } from "./addon.ts";

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
  identity: (context) =>
    isOwn(context)
      ? {
          permits: "backups",
          serviceAccount: "velero",
          paths: { serviceAccount: "serviceAccount.server", podLabels: "podLabels" },
        }
      : undefined,
  standing: ({ location }) => ({
    configuration: { backupStorageLocation: [{ name: "default", default: true, ...location }] },
  }),
  objects: snapshotClass,
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

/** Where copies go, and who reads and writes them. */
function locations(context: AddonContext): Values {
  const { settings, image } = context;
  const { bucket, prefix, config, snapshotConfig, plugin, credentials } = settings;
  const provider = settings.provider ?? context.place?.cloud ?? "aws";
  return {
    configuration: {
      ...(bucket === undefined
        ? {} // the stack's own, which `standing` names
        : {
            backupStorageLocation: [
              { name: "default", default: true, provider, bucket, ...(prefix ? { prefix } : {}), config: config ?? {} },
            ],
          }),
      volumeSnapshotLocation:
        snapshotConfig === false || byDriver(context)
          ? []
          : [{ name: "default", provider, config: snapshotConfig ?? regionOf(context) }],
      ...(byDriver(context) ? { features: "EnableCSI" } : {}),
    },
    snapshotsEnabled: snapshotConfig !== false && !byDriver(context),
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

/** Whether it has a bucket of the stack's own, and an identity for that. */
function isOwn({ place, settings }: AddonContext): boolean {
  return place !== undefined && settings.bucket === undefined;
}

/**
 * Whether volumes are copied by their driver. AKS lets nobody else touch the group that disks are in:
 * https://learn.microsoft.com/azure/aks/node-resource-group-lockdown
 */
function byDriver(context: AddonContext): boolean {
  const { place, settings } = context;
  return isOwn(context) && place?.cloud === "azure" && settings.snapshotConfig === undefined;
}

function regionOf(context: AddonContext): Record<string, string> {
  return isOwn(context) && context.place?.cloud === "aws" ? { region: context.place.region } : {};
}

/** Snapshots beside the stack's other resources, so that they outlive the cluster. */
function snapshotClass(context: AddonContext): AddonObject[] {
  const { place } = context;
  if (place?.cloud !== "azure" || !byDriver(context)) return [];
  return [
    {
      apiVersion: "snapshot.storage.k8s.io/v1",
      kind: "VolumeSnapshotClass",
      name: "velero",
      belongsToCluster: true,
      labels: { "velero.io/csi-volumesnapshot-class": "true" },
      fields: {
        driver: "disk.csi.azure.com",
        deletionPolicy: "Retain",
        parameters: { incremental: "true", resourceGroup: place.resourceGroup },
      },
    },
  ];
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
