import { failures } from "../checks.ts";
import type { CloudEmulator } from "../rules.ts";
import { aks, listUserCredentials } from "./aks.ts";
import { containerRegistry } from "./container-registry.ts";
import { existing } from "./existing.ts";
import { identity } from "./identity.ts";
import { keyVault } from "./key-vault.ts";
import { ZONAL_LOCATIONS } from "./locations.ts";
import { mongodb } from "./mongodb.ts";
import { monitoring } from "./monitoring.ts";
import { network } from "./network.ts";
import { postgres } from "./postgres.ts";
import { privateLink } from "./private-link.ts";
import { listKeys, redis } from "./redis.ts";
import { storage } from "./storage.ts";

const GUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;

export const azureNative: CloudEmulator = {
  cloud: "azure-native",
  // The SDK is made of the specifications of the very versions of the API that it calls.
  enumerationsAreWhole: true,
  checkSettings: ({ subscriptionId, location }) =>
    failures(
      subscriptionId === undefined && { property: "subscriptionId", reason: "is required, and missing" },
      subscriptionId !== undefined &&
        !GUID.test(subscriptionId) && { property: "subscriptionId", reason: `"${subscriptionId}" is no subscription` },
      location === undefined && { property: "location", reason: "is required, and missing" },
      location !== undefined &&
        !ZONAL_LOCATIONS.includes(location) && {
          property: "location",
          reason: `"${location}" is no region with availability zones`,
        },
    ),
  resources: {
    ...identity,
    ...network,
    ...privateLink,
    ...aks,
    ...postgres,
    ...redis,
    ...mongodb,
    ...storage,
    ...containerRegistry,
    ...keyVault,
    ...monitoring,
  },
  existing,
  functions: {
    "azure-native:containerservice:listManagedClusterUserCredentials": listUserCredentials,
    "azure-native:redisenterprise:listDatabaseKeys": listKeys,
  },
};
