/** Azure Managed Redis. Rules by https://learn.microsoft.com/azure/redis/ and the REST reference of Redis Enterprise. */
import { badPattern, failures, notOneOf, outside } from "../checks.ts";
import type { Context, Rules, Values } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { arm } from "./arm.ts";

const CLUSTER = "azure-native:redisenterprise:RedisEnterprise";
const DATABASE = "azure-native:redisenterprise:Database";
/** Sizes of Azure Managed Redis; those of its predecessor, Enterprise, are no longer made. */
const MANAGED = /^(Balanced_B|MemoryOptimized_M|ComputeOptimized_X|FlashOptimized_A)(\d+)$/;
/** Largest size, by its number, that runs without shards. */
const LARGEST_WHOLE = 24;

export const redis: Record<string, Rules> = {
  [CLUSTER]: arm("Microsoft.Cache/redisEnterprise/{clusterName}", {
    immutable: ["zones"],
    check({ clusterName, sku, zones, minimumTlsVersion, highAvailability }) {
      const { name, capacity } = sku as { name?: string; capacity?: number };
      return failures(
        badPattern("clusterName", clusterName, /^(?=.{1,60}$)[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/),
        badPattern("sku.name", name, MANAGED),
        capacity !== undefined && { property: "sku.capacity", reason: "is for Enterprise, which is no longer made" },
        zones !== undefined && { property: "zones", reason: "Azure Managed Redis chooses them" },
        notOneOf("minimumTlsVersion", minimumTlsVersion, ["1.2"]),
        name === "Balanced_B0" &&
          highAvailability === "Enabled" && {
            property: "highAvailability",
            reason: "Balanced_B0 has no second server",
          },
      );
    },
    outputs: ({ clusterName }, { settings }) => ({
      hostName: `${clusterName}.${settings.location}.redis.azure.net`,
      redisVersion: "7.4",
    }),
    checkChange(before, { highAvailability }) {
      if (before.highAvailability === "Enabled" && highAvailability === "Disabled") {
        throw new CloudError("OperationNotAllowed: high availability is not switched off again");
      }
    },
  }),

  [DATABASE]: arm(
    "Microsoft.Cache/redisEnterprise/{clusterName}/databases/{databaseName}",
    {
      immutable: ["port", "clusteringPolicy", "modules"],
      check: ({ databaseName, port, persistence }) => {
        const { aofEnabled, rdbEnabled } = (persistence ?? {}) as Values;
        return failures(
          notOneOf("databaseName", databaseName, ["default"]),
          outside("port", port, 10_000, 10_000),
          aofEnabled === true && rdbEnabled === true && { property: "persistence", reason: "is by AOF or by RDB" },
        );
      },
      outputs({ clusterName, clusteringPolicy }, { world }) {
        const cluster = world.all(CLUSTER).find(({ outputs }) => outputs.name === clusterName);
        const { name = "" } = (cluster?.inputs.sku ?? {}) as { name?: string };
        const size = MANAGED.exec(name)?.[2];
        if (clusteringPolicy === "NoCluster" && Number(size) > LARGEST_WHOLE) {
          throw new CloudError(`InvalidClusteringPolicy: NoCluster is for sizes up to ${LARGEST_WHOLE} GB`);
        }
        return { resourceState: "Running" };
      },
    },
    { clusterName: CLUSTER },
  ),
};

export function listKeys({ clusterName, databaseName }: Values, { world }: Context): Values {
  const database = world
    .all(DATABASE)
    .find(({ inputs, outputs }) => inputs.clusterName === clusterName && outputs.name === databaseName);
  if (!database) throw new CloudError(`ResourceNotFound: there is no database ${databaseName} of ${clusterName}`);
  if (database.inputs.accessKeysAuthentication === "Disabled") {
    throw new CloudError("OperationNotAllowed: access keys are disabled");
  }
  // As they look; the same whenever they are asked for.
  const key = (which: string) => Buffer.from(`${which} key of ${database.id}`).toString("base64").slice(0, 43);
  return { primaryKey: `${key("primary")}=`, secondaryKey: `${key("secondary")}=` };
}
