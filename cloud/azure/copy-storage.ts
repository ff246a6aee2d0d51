import * as azure from "@pulumi/azure-native";
import * as pulumi from "@pulumi/pulumi";
import { type EndpointArgs, privateEndpoint } from "./private-endpoint.ts";
import { lock } from "./roles.ts";
import { expireVersions, storageAccount } from "./storage-account.ts";

export interface CopyStorageArgs extends Pick<EndpointArgs, "site" | "zones"> {
  protect: boolean;
}

/** For how many days copies can be had back that Velero, or somebody in its name, has deleted. */
const FORMER_COPIES_DAYS = 7;

/** A container for copies in a storage account of its own, with former versions. */
export class CopyStorage extends pulumi.ComponentResource {
  readonly account: azure.storage.StorageAccount;
  readonly container: azure.storage.BlobContainer;
  /** Where it answers. */
  readonly uri: pulumi.Output<string>;
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: CopyStorageArgs, opts: pulumi.ComponentResourceOptions) {
    super("landfall:azure:CopyStorage", name, {}, opts);
    const { site, protect } = args;
    const { resourceGroupName } = site;
    const inside = { parent: this };

    this.account = storageAccount(name, { site, of: "copies", severalZones: true }, { ...inside, protect });
    const accountName = this.account.name;
    const deleted = { enabled: true, days: FORMER_COPIES_DAYS };
    const versions = new azure.storage.BlobServiceProperties(
      `${name}-versions`,
      {
        resourceGroupName,
        accountName,
        blobServicesName: "default",
        isVersioningEnabled: true,
        deleteRetentionPolicy: deleted,
        containerDeleteRetentionPolicy: deleted,
      },
      inside,
    );
    const expiry = expireVersions(
      `${name}-expiry`,
      { resourceGroupName, account: this.account, days: FORMER_COPIES_DAYS },
      { ...inside, dependsOn: versions },
    );
    this.container = new azure.storage.BlobContainer(
      `${name}-container`,
      { resourceGroupName, accountName, containerName: "velero", publicAccess: "None" },
      { ...inside, protect },
    );
    const zone = privateEndpoint(
      name,
      { ...args, service: this.account.id, group: "blob", domain: "privatelink.blob.core.windows.net" },
      inside,
    );
    const made = [this.container, expiry, zone];
    if (protect) lock(`${name}-lock`, this.account.id, { ...inside, dependsOn: made });
    this.uri = pulumi.interpolate`https://${accountName}.blob.core.windows.net`;
    this.ready = made;
    this.registerOutputs({});
  }
}
