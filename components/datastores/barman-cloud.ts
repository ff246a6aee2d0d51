import { BACKUP_RESOURCES } from "../../config/backup-resources.ts";
import type { Archiving } from "./cluster.ts";

/** The name that CloudNativePG knows it by. */
export const BARMAN_CLOUD = "barman-cloud.cloudnative-pg.io";

/**
 * CloudNativePG's plugin for archives in buckets (cloudnative-pg.io/plugin-barman-cloud), in the place of the operator's
 * own `barmanObjectStore`, which is deprecated since 1.26.
 */
export const barmanCloud: Archiving = {
  name: "the Barman Cloud plugin",
  install:
    "install the Barman Cloud plugin 0.10 or newer beside CloudNativePG 1.26 or newer (cloudnative-pg.io/plugin-barman-cloud)",
  resource: { apiVersion: "barmancloud.cnpg.io/v1", kind: "ObjectStore" },
  schedule: { apiVersion: "postgresql.cnpg.io/v1", kind: "ScheduledBackup" },
  resources: BACKUP_RESOURCES,
  spec({ path, endpoint, keys, retentionDays, encryption }) {
    const kept = { compression: "gzip", encryption };
    return {
      configuration: {
        destinationPath: `s3://${path}`,
        endpointURL: endpoint,
        s3Credentials: keys,
        wal: kept,
        data: kept,
      },
      retentionPolicy: `${retentionDays}d`,
      instanceSidecarConfiguration: {
        resources: BACKUP_RESOURCES,
        // Not every S3 knows the checksums that boto3 adds by itself (cloudnative-pg/plugin-barman-cloud#393).
        env: ["AWS_REQUEST_CHECKSUM_CALCULATION", "AWS_RESPONSE_CHECKSUM_VALIDATION"].map((name) => ({
          name,
          value: "when_required",
        })),
      },
    };
  },
  scheduleSpec: (store, schedule) => ({
    cluster: { name: store },
    // Its cron begins with seconds.
    schedule: `0 ${schedule}`,
    // There is nothing to have back before the first one.
    immediate: true,
    backupOwnerReference: "cluster",
    method: "plugin",
    pluginConfiguration: { name: BARMAN_CLOUD },
  }),
};
