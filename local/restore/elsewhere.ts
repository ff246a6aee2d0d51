/** Datastores that somebody else keeps backups of: the cloud, or the owner. */
import type { DatastorePlan } from "../../config/plan.ts";
import { partOf } from "../teardown/protections.ts";
import { at, type State, type StateResource } from "../teardown/state.ts";

export function externally({ declared, endpoint }: DatastorePlan & { mode: "external" }): string {
  return [
    `${declared} is somebody else's, at ${endpoint.host}: its owner has its backups, and puts them back.`,
    "Meanwhile nobody of this stack should write: set the replicas of its tiers to 0, and land that.",
  ].join("\n");
}

/** Commands that make a server of a cloud's backups beside the one that stands. */
interface Service {
  /** @param to when; the latest moment that there is where it is left out */
  restore(own: (path: string) => string, to: string | undefined): string[];
  /** Prints the host of the new one. */
  host(own: (path: string) => string): string;
  remove(own: (path: string) => string): string;
}

const services: Readonly<Record<string, Service>> = {
  // https://docs.aws.amazon.com/cli/latest/reference/rds/restore-db-instance-to-point-in-time.html
  "aws:rds/instance:Instance": {
    restore: (own, to) => [
      `aws rds restore-db-instance-to-point-in-time --source-db-instance-identifier ${own("identifier")} --target-db-instance-identifier ${own("identifier")}-restored ${to ? `--restore-time ${to}` : "--use-latest-restorable-time"} --db-subnet-group-name ${own("dbSubnetGroupName")} --vpc-security-group-ids ${own("vpcSecurityGroupIds")} --db-parameter-group-name ${own("parameterGroupName")} --no-publicly-accessible`,
      `aws rds wait db-instance-available --db-instance-identifier ${own("identifier")}-restored`,
    ],
    host: (own) =>
      `aws rds describe-db-instances --db-instance-identifier ${own("identifier")}-restored --query 'DBInstances[0].Endpoint.Address' --output text`,
    remove: (own) =>
      `aws rds delete-db-instance --db-instance-identifier ${own("identifier")}-restored --skip-final-snapshot`,
  },
  // https://docs.aws.amazon.com/documentdb/latest/developerguide/point-in-time-recovery.html
  "aws:docdb/cluster:Cluster": {
    restore: (own, to) => [
      `aws docdb restore-db-cluster-to-point-in-time --source-db-cluster-identifier ${own("clusterIdentifier")} --db-cluster-identifier ${own("clusterIdentifier")}-restored ${to ? `--restore-to-time ${to}` : "--use-latest-restorable-time"} --db-subnet-group-name ${own("dbSubnetGroupName")} --vpc-security-group-ids ${own("vpcSecurityGroupIds")}`,
      `aws docdb create-db-instance --db-cluster-identifier ${own("clusterIdentifier")}-restored --db-instance-identifier ${own("clusterIdentifier")}-restored-1 --db-instance-class db.t4g.medium --engine docdb`,
      `aws docdb wait db-instance-available --db-instance-identifier ${own("clusterIdentifier")}-restored-1`,
    ],
    host: (own) =>
      `aws docdb describe-db-clusters --db-cluster-identifier ${own("clusterIdentifier")}-restored --query 'DBClusters[0].Endpoint' --output text`,
    remove: (own) =>
      `aws docdb delete-db-instance --db-instance-identifier ${own("clusterIdentifier")}-restored-1 && aws docdb delete-db-cluster --db-cluster-identifier ${own("clusterIdentifier")}-restored --skip-final-snapshot`,
  },
  // https://cloud.google.com/sql/docs/postgres/backup-recovery/pitr
  "gcp:sql/databaseInstance:DatabaseInstance": {
    restore: (own, to) => [
      `gcloud sql instances clone ${own("name")} ${own("name")}-restored --project ${own("project")}${to ? ` --point-in-time ${to}` : ""}`,
    ],
    host: (own) =>
      `gcloud sql instances describe ${own("name")}-restored --project ${own("project")} --format 'value(ipAddresses[0].ipAddress)'`,
    remove: (own) =>
      `gcloud sql instances patch ${own("name")}-restored --project ${own("project")} --no-deletion-protection && gcloud sql instances delete ${own("name")}-restored --project ${own("project")}`,
  },
  // https://learn.microsoft.com/cli/azure/postgres/flexible-server#az-postgres-flexible-server-restore
  "azure-native:dbforpostgresql:Server": {
    restore: (own, to) => [
      `az postgres flexible-server restore --resource-group ${own("resourceGroupName")} --name ${own("name")}-restored --source-server ${own("name")}${to ? ` --restore-time ${to}` : ""} --subnet ${own("network.delegatedSubnetResourceId")} --private-dns-zone ${own("network.privateDnsZoneArmResourceId")}`,
    ],
    host: (own) =>
      `az postgres flexible-server show --resource-group ${own("resourceGroupName")} --name ${own("name")}-restored --query fullyQualifiedDomainName --output tsv`,
    remove: (own) =>
      `az postgres flexible-server delete --resource-group ${own("resourceGroupName")} --name ${own("name")}-restored --yes`,
  },
};

/** What is known of services that restore no server to a moment. */
const others: Readonly<Record<string, string>> = {
  "aws:elasticache/replicationGroup:ReplicationGroup":
    "ElastiCache keeps a snapshot a day, and restores none to a moment: aws elasticache describe-snapshots --replication-group-id NAME lists them. aws elasticache create-replication-group --snapshot-name makes a server of one beside this one.",
  "aws:s3/bucket:Bucket":
    "S3 keeps former versions of each object: aws s3api list-object-versions --bucket NAME shows them, and a copy of a version over its object brings it back.",
  "gcp:storage/bucket:Bucket":
    "Cloud Storage keeps former versions of each object: gcloud storage ls --all-versions gs://NAME shows them, and gcloud storage cp of one over its object brings it back.",
  "gcp:redis/instance:Instance":
    "Memorystore keeps its hourly snapshots for itself, for when it fails; nobody else restores them. gcloud redis instances export makes copies of one's own.",
  "azure-native:redisenterprise:RedisEnterprise":
    "Azure Managed Redis keeps its log for itself, for when it fails; nobody else restores it. az redisenterprise database export makes copies of one's own.",
  "azure-native:mongocluster:MongoCluster":
    "Azure DocumentDB restores a cluster to a moment of the last 35 days as a new one: by the portal, under Point in time restore.",
  "azure-native:storage:StorageAccount":
    "Blob Storage keeps former versions of each blob: az storage blob list --include v shows them, and az storage blob copy start of a version over its blob brings it back.",
};

/** What to do, a line each: commands where they are a line of their own. */
export function managedSteps(stack: string, { declared }: DatastorePlan, state: State, to: Date | undefined): string[] {
  const known = [...Object.keys(services), ...Object.keys(others)];
  const found = resourcesOf(state, declared).find(({ type }) => known.includes(type));
  if (!found) return [`${declared} is the cloud's to run, and does not stand yet: npx pulumi up --stack ${stack}`];
  const service = services[found.type];
  const own = (path: string) => valueAt(found, path);
  if (!service) return [(others[found.type] as string).replace("NAME", own("id"))];
  const setting = `landfall:datastores.${declared}.restore`;
  const time = to?.toISOString().replace(/\.\d+Z$/, "Z");
  return [
    `${declared} is the cloud's to run, which keeps its backups. A new server is made of them; what it has then takes the place`,
    "of what the store has, which keeps its name, its settings and its place in the stack.",
    "",
    `1. A server as of ${time ?? "the latest moment that there is"}, beside the one that stands:`,
    ...service.restore(own, time).map(indented),
    "2. Look whether it has what you want. Its host:",
    indented(service.host(own)),
    "3. Whoever uses the store is stopped, all is copied from there, and compared:",
    indented(`npx pulumi config set --stack ${stack} --path '${setting}.server' HOST`),
    indented(`npx pulumi up --stack ${stack}`),
    "4. Tiers start again:",
    indented(`npx pulumi config rm --stack ${stack} --path '${setting}'`),
    indented(`npx pulumi up --stack ${stack}`),
    "5. The new server goes, once nobody wants to look at it any more:",
    indented(service.remove(own)),
  ];
}

function indented(line: string): string {
  return `   ${line}`;
}

function resourcesOf({ resources }: State, declared: string): StateResource[] {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  return resources.filter((resource) => resource.custom && partOf(resource, byUrn) === declared);
}

/** As the cloud knows it, else as the program asks for it. */
function valueAt({ id, inputs, outputs }: StateResource, path: string): string {
  const value = path === "id" ? id : (at(outputs, path) ?? at(inputs, path));
  return Array.isArray(value) ? value.join(" ") : String(value ?? path.toUpperCase());
}
