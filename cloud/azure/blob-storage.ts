import * as azure from "@pulumi/azure-native";
import * as pulumi from "@pulumi/pulumi";
import { privateEndpoint } from "./private-endpoint.ts";
import { lock } from "./roles.ts";
import { expireVersions, storageAccount } from "./storage-account.ts";
import type { AzureStore, StoreArgs } from "./stores.ts";

/** Objects by Azure Blob Storage: by a private endpoint, without keys; who reads and writes shows who they are. */
export class BlobStorage extends pulumi.ComponentResource {
  readonly store: AzureStore;

  constructor(name: string, args: StoreArgs, opts: pulumi.ComponentResourceOptions) {
    super("landfall:azure:BlobStorage", name, {}, opts);
    const { datastore, site } = args;
    const { resourceGroupName } = site;
    const { endpoint, protect, backupRetentionDays: days } = datastore;
    const inside = { parent: this };

    const account = storageAccount(
      name,
      { site, of: datastore.name, severalZones: datastore.highAvailability },
      { ...inside, protect },
    );
    const service = new azure.storage.BlobServiceProperties(
      `${name}-backups`,
      {
        resourceGroupName,
        accountName: account.name,
        blobServicesName: "default",
        isVersioningEnabled: true,
        changeFeed: { enabled: true, retentionInDays: days + 1 },
        // What is deleted has to be kept for longer than it can be brought back.
        deleteRetentionPolicy: { enabled: true, days: days + 1 },
        containerDeleteRetentionPolicy: { enabled: true, days: days + 1 },
        restorePolicy: { enabled: true, days },
      },
      inside,
    );
    const expiry = expireVersions(
      `${name}-expiry`,
      { resourceGroupName, account, days: days + 1 },
      { ...inside, dependsOn: service },
    );
    const containers = endpoint.buckets.map(
      (bucket) =>
        new azure.storage.BlobContainer(
          `${name}-${bucket}`,
          { resourceGroupName, accountName: account.name, containerName: bucket, publicAccess: "None" },
          { ...inside, protect },
        ),
    );
    const zone = privateEndpoint(
      name,
      { ...args, service: account.id, group: "blob", domain: "privatelink.blob.core.windows.net" },
      inside,
    );
    if (protect) lock(`${name}-lock`, account.id, { ...inside, dependsOn: [expiry, zone, ...containers] });

    this.store = {
      endpoint: account.name.apply((account) => ({ ...endpoint, host: `${account}.blob.core.windows.net` })),
      scopes: containers,
      ready: [...containers, zone],
    };
    this.registerOutputs({});
  }
}
