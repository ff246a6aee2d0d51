/** Add-ons of the shop that act on the cloud that its cluster is in, and zones that each cloud has. */
import { connect } from "../../cloud/cloud.ts";
import { installAddons } from "../../components/addons/addons.ts";
import type { Plan } from "../../config/plan.ts";
import { planWith } from "./addons.ts";
import { onAks, onEks, onGke } from "./clouds.ts";
import { type Answers, type Registration, record } from "./mocks.ts";
import type { Shop } from "./shop.ts";

export const DNS_SUBSCRIPTION = "0a1b2c3d-0000-4000-8000-00000000d75a";
export const AZURE_ZONE = `/subscriptions/${DNS_SUBSCRIPTION}/resourceGroups/names/providers/Microsoft.Network/dnszones/example.com`;

const LANDINGS = {
  eks: { land: onEks(), zone: "Z0123456789ABCDEFGHIJ" },
  gke: { land: onGke(), zone: "example-com" },
  aks: { land: onAks(), zone: AZURE_ZONE },
};

export type Landing = keyof typeof LANDINGS;

/** The shop on a cloud, with the zone of example.com there. */
export function landOn(provider: Landing, change: (shop: Shop) => void = () => {}): (shop: Shop) => void {
  const { land, zone } = LANDINGS[provider];
  return (shop) => {
    land(shop);
    shop.stack.dns = { zones: { "example.com": zone } };
    change(shop);
  };
}

/** Has the certificate got by challenges in the stack's zones. */
export const byChallenges = ({ stack }: Shop): void => {
  stack.edge.tls = { acme: { email: "platform@example.com", solver: "dns01" } };
};

/** What a cloud answers to what add-ons need of it. */
const answers: Answers = {
  "gcp:organizations/getProject:getProject": () => ({ number: "123456789012" }),
  "gcp:storage/bucket:Bucket": (_, name) => ({ name: `${name}-1a2b3c4` }),
  "gcp:projects/iAMCustomRole:IAMCustomRole": ({ roleId }) => ({ name: `projects/my-project-123456/roles/${roleId}` }),
  "gcp:serviceaccount/account:Account": ({ accountId }) => ({
    name: `projects/my-project-123456/serviceAccounts/${accountId}@my-project-123456.iam.gserviceaccount.com`,
    email: `${accountId}@my-project-123456.iam.gserviceaccount.com`,
    member: `serviceAccount:${accountId}@my-project-123456.iam.gserviceaccount.com`,
  }),
  "azure-native:storage:StorageAccount": ({ accountName }) => ({ name: accountName }),
  "azure-native:storage:BlobContainer": ({ containerName }) => ({ name: containerName }),
  "azure-native:resources:ResourceGroup": ({ resourceGroupName }) => ({ name: resourceGroupName }),
  "azure-native:managedidentity:UserAssignedIdentity": (_, name) => ({
    clientId: `client of ${name}`,
    principalId: `principal of ${name}`,
  }),
  "azure-native:containerservice:ManagedCluster": () => ({
    name: "shop-staging",
    oidcIssuerProfile: { enabled: true, issuerURL: "https://issuer.example.com/1/" },
  }),
  "azure-native:containerservice:listManagedClusterUserCredentials": () => ({
    kubeconfigs: [
      { name: "clusterUser", value: Buffer.from(JSON.stringify({ clusters: [{ cluster: {} }] })).toString("base64") },
    ],
  }),
  "aws:s3/bucket:Bucket": ({ bucketPrefix }) => ({
    bucket: `${bucketPrefix}1a2b3c`,
    arn: `arn:aws:s3:::${bucketPrefix}1a2b3c`,
  }),
};

/** What the cluster and these add-ons register. */
export function landAddons(
  provider: Landing,
  addons: object,
  change: (shop: Shop) => void = () => {},
): Promise<Registration[]> {
  return landed(planWith(addons, landOn(provider, change)));
}

function landed(plan: Plan): Promise<Registration[]> {
  return record(
    async () => {
      const cloud = await connect(plan);
      installAddons("shop-addons", { plan, secrets: {}, cloud }, { providers: [cloud.provider] });
    },
    "test",
    answers,
  );
}
