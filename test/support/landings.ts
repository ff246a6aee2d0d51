/** Every application on every kind of cluster, as a rehearsal's matrix has them, landed against mocks. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Cloud, connect } from "../../cloud/cloud.ts";
import { installAddons } from "../../components/addons/addons.ts";
import { Application } from "../../components/application.ts";
import type { Plan } from "../../config/plan.ts";
import { type Cell, settingsOf } from "../../local/rehearsal/matrix.ts";
import { planOf, type Settings } from "../../local/rehearsal/stack-file.ts";
import { type Answers, type Registration, record } from "./mocks.ts";
import { cloudWith, passwordOf } from "./pybase.ts";

const KUBECONFIG = {
  clusters: [{ cluster: { server: "https://api.example.com", "certificate-authority-data": "Q0E=" } }],
};

const suffixed = (name: unknown) => `${name}-1a2b3c4`;

/** What the clouds answer to what the program asks of them. */
export const answers: Answers = {
  "aws:s3/bucket:Bucket": ({ bucketPrefix }) => ({
    bucket: suffixed(bucketPrefix),
    arn: `arn:aws:s3:::${suffixed(bucketPrefix)}`,
  }),
  "gcp:organizations/getProject:getProject": () => ({ number: "123456789012" }),
  "gcp:storage/bucket:Bucket": (_, name) => ({ name: suffixed(name) }),
  "gcp:serviceaccount/account:Account": ({ accountId }) => ({
    name: `projects/my-project-123456/serviceAccounts/${accountId}@my-project-123456.iam.gserviceaccount.com`,
    email: `${accountId}@my-project-123456.iam.gserviceaccount.com`,
    member: `serviceAccount:${accountId}@my-project-123456.iam.gserviceaccount.com`,
  }),
  "gcp:sql/databaseInstance:DatabaseInstance": () => ({
    privateIpAddress: "10.40.0.2",
    serverCaCerts: [{ cert: "CA" }],
  }),
  "gcp:redis/instance:Instance": () => ({ host: "10.40.1.2", port: 6378, serverCaCerts: [{ cert: "CA" }] }),
  "azure-native:containerservice:ManagedCluster": ({ resourceName }) => ({
    name: resourceName,
    resourceUID: "65a1b2c3d4e5f60001a2b3c4",
    addonProfiles: { azureKeyvaultSecretsProvider: { enabled: true, identity: { objectId: "the driver" } } },
    oidcIssuerProfile: { enabled: true, issuerURL: "https://issuer.example.com/1/" },
  }),
  "azure-native:containerservice:listManagedClusterUserCredentials": () => ({
    kubeconfigs: [{ name: "clusterUser", value: Buffer.from(JSON.stringify(KUBECONFIG)).toString("base64") }],
  }),
  "azure-native:redisenterprise:listDatabaseKeys": () => ({ primaryKey: "the key", secondaryKey: "another" }),
  "azure-native:redisenterprise:RedisEnterprise": () => ({ hostName: "queue.westeurope.redis.azure.net" }),
  "azure-native:dbforpostgresql:Server": () => ({ fullyQualifiedDomainName: "db.postgres.database.azure.com" }),
  "azure-native:mongocluster:MongoCluster": () => ({
    properties: { connectionString: "mongodb+srv://<user>:<password>@docs.mongocluster.example.com/?tls=true" },
  }),
  "azure-native:resources:ResourceGroup": ({ resourceGroupName }) => ({ name: resourceGroupName }),
  "azure-native:storage:StorageAccount": ({ accountName }) => ({ name: accountName }),
  "azure-native:storage:BlobContainer": ({ containerName }) => ({ name: containerName }),
  "azure-native:managedidentity:UserAssignedIdentity": (_, name) => ({
    clientId: `client of ${name}`,
    principalId: `principal of ${name}`,
    tenantId: "the tenant",
  }),
};

/** Everything that the cell's stack registers; undefined where its plan is refused. */
export async function landCell(cell: Cell): Promise<Registration[] | undefined> {
  const planned = await settingsOf(cell);
  return planned.kind === "possible" ? landSettings(planned.settings, cell.profile) : undefined;
}

/** Everything that a stack with these settings registers, cluster and add-ons included. */
export async function landSettings(settings: Settings, stack: string): Promise<Registration[]> {
  const { plan } = await planOf(settings, stack);
  return landPlan(plan);
}

/** Everything that is registered for the plan. */
export function landPlan(plan: Plan): Promise<Registration[]> {
  const secrets = Object.fromEntries(
    plan.secrets.filter(({ stored }) => !stored).map(({ name }) => [name, pulumi.secret(passwordOf(name))]),
  );
  return record(
    async () => {
      const cloud = await reach(plan);
      const args = { plan, secrets, cloud };
      const dependsOn = installAddons(`${plan.application}-addons`, args, { providers: [cloud.provider] });
      new Application(plan.application, args, { providers: [cloud.provider], dependsOn });
    },
    plan.stack,
    answers,
  );
}

/** As the program does; a cluster that is there is not asked anything, for it is not there. */
async function reach(plan: Plan): Promise<Cloud> {
  const { cluster } = plan;
  if (cluster.provider !== "kubeconfig" && cluster.provider !== "stack") return connect(plan);
  const there = cloudWith(new k8s.Provider("cluster", { clusterIdentifier: "the-cluster" }));
  switch (cluster.cloud?.provider) {
    case undefined:
      return there;
    case "aws":
      return { ...there, ...(await import("../../cloud/aws/site.ts")).connectSite(plan, cluster.cloud) };
    case "gcp":
      return { ...there, ...(await import("../../cloud/gcp/site.ts")).connectSite(plan, cluster.cloud) };
    case "azure":
      return { ...there, ...(await import("../../cloud/azure/site.ts")).connectSite(plan, cluster.cloud) };
  }
}
