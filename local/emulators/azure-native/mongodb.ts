/** Azure DocumentDB. Rules by https://learn.microsoft.com/azure/documentdb/ and the REST reference of mongoClusters. */
import { badPattern, failures, notOneOf } from "../checks.ts";
import type { Rules, Values } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { arm } from "./arm.ts";
import { badPassword } from "./passwords.ts";

const TIERS = ["Free", "M10", "M20", "M25", "M30", "M40", "M50", "M60", "M80", "M200"];
const SINGLE = ["Free", "M10", "M20", "M25"];
const VOLUMES_GIB = [32, 64, 128, 256, 512, 1024, 2048, 4095, 4096, 8192, 16_384, 32_768];
const VERSIONS = ["5.0", "6.0", "7.0", "8.0"];
const RESERVED_USERS = ["admin", "administrator", "root", "guest", "public"];

interface Properties extends Values {
  administrator?: { userName?: string; password?: string };
  serverVersion?: string;
  compute?: { tier?: string };
  storage?: { sizeGb?: number };
  highAvailability?: { targetMode?: string };
}

export const mongodb: Record<string, Rules> = {
  "azure-native:mongocluster:MongoCluster": arm("Microsoft.DocumentDB/mongoClusters/{mongoClusterName}", {
    immutable: ["properties.administrator.userName", "properties.createMode"],
    check({ mongoClusterName, properties }) {
      const { administrator, serverVersion, compute, storage, highAvailability } = properties as Properties;
      const mode = highAvailability?.targetMode ?? "Disabled";
      return failures(
        badPattern("mongoClusterName", mongoClusterName, /^[a-z0-9](?!.*--)[a-z0-9-]{1,38}[a-z0-9]$/),
        notOneOf("properties.serverVersion", serverVersion, VERSIONS),
        notOneOf("properties.compute.tier", compute?.tier, TIERS),
        notOneOf("properties.storage.sizeGb", storage?.sizeGb, VOLUMES_GIB),
        RESERVED_USERS.includes(administrator?.userName ?? "") && {
          property: "properties.administrator.userName",
          reason: `"${administrator?.userName}" is reserved`,
        },
        badPassword("properties.administrator.password", administrator?.password),
        mode !== "Disabled" &&
          SINGLE.includes(compute?.tier ?? "") && {
            property: "properties.highAvailability.targetMode",
            reason: `${compute?.tier} has no second server; M30 and larger have`,
          },
      );
    },
    outputs: ({ mongoClusterName, properties }) => ({
      properties: {
        ...(properties as Properties),
        connectionString: `mongodb+srv://<user>:<password>@${mongoClusterName}.global.mongocluster.cosmos.azure.com/?tls=true&authMechanism=SCRAM-SHA-256&retrywrites=false&maxIdleTimeMS=120000`,
      },
    }),
    checkChange(before, { properties }) {
      const [old, wanted] = [before.properties as Properties, properties as Properties];
      if ((wanted.storage?.sizeGb ?? 0) < (old.storage?.sizeGb ?? 0)) {
        throw new CloudError("BadRequest: the storage of a cluster cannot shrink");
      }
    },
  }),
};
