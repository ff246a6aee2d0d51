import { ZONAL_LOCATIONS } from "../../cloud/azure/locations.ts";
import { AKS_VERSIONS } from "../../cloud/azure/plan.ts";
import { besideAzure, onAks, oneManaged } from "../support/clouds.ts";
import { refuses } from "../support/shop.ts";

const PATH = "landfall:cluster";

const store = oneManaged(onAks());

describe("On AKS is refused:", () => {
  refuses([
    [
      "a version that Azure supports no longer",
      onAks({ version: "1.33" }),
      {
        path: `${PATH}.version`,
        got: "1.33",
        problem: "AKS does not support it",
        allowed: AKS_VERSIONS.join(", "),
        fix: "set it to one of these; a cluster is upgraded one minor version after the other",
      },
    ],
    [
      "a region that is misspelt",
      onAks({ location: "westeurop" }),
      {
        path: `${PATH}.location`,
        got: "westeurop",
        problem: 'there is no region with availability zones "westeurop"',
        allowed: ZONAL_LOCATIONS.join(", "),
        fix: 'did you mean "westeurope"?',
      },
    ],
    [
      "nobody to administrate it",
      onAks({ administrators: undefined }),
      {
        path: `${PATH}.administrators`,
        problem: "is missing",
        allowed: "a list",
        fix: "set it",
      },
    ],
    [
      "a network that is too small to cut",
      onAks({ network: { cidr: "10.0.0.0/22" } }),
      {
        path: `${PATH}.network.cidr`,
        got: "10.0.0.0/22",
        problem: "is no size that is cut into subnets",
        allowed: "a /16 to /20 such as 10.0.0.0/16",
        fix: "choose a range that no network beside it has",
      },
    ],
    [
      "a network with bits beyond its mask",
      onAks({ network: { cidr: "10.0.1.0/16" } }),
      {
        path: `${PATH}.network.cidr`,
        got: "10.0.1.0/16",
        problem: "its address has bits beyond the mask",
        allowed: "a /16 to /20 such as 10.0.0.0/16",
        fix: "choose a range that no network beside it has",
      },
    ],
    [
      "a network that overlaps the cluster's Services",
      onAks({ network: { cidr: "172.20.0.0/16" } }),
      {
        path: `${PATH}.network.cidr`,
        got: "172.20.0.0/16",
        problem: "overlaps 172.20.0.0/16, which the cluster uses for itself",
        allowed:
          "a private range apart from 100.64.0.0/14, 172.20.0.0/16, 169.254.0.0/16, 172.30.0.0/16, 172.31.0.0/16, 192.0.2.0/24",
        fix: "choose another range",
      },
    ],
    [
      "a pool by a name that AKS does not take",
      onAks({ nodePools: { "gpu-pool": {} } }),
      {
        path: `${PATH}.nodePools.gpu-pool`,
        got: "gpu-pool",
        problem: "is no name of a node pool of AKS",
        allowed: "1 to 8 lower-case letters and digits",
        fix: "choose a shorter one without dashes",
      },
    ],
    [
      "a pool called like that of AKS' own pods",
      onAks({ nodePools: { system: {} } }),
      {
        path: `${PATH}.nodePools.system`,
        problem: "the name is taken by the pool of AKS' own pods",
        fix: "choose another; landfall:cluster.systemPool sizes that one",
      },
    ],
    [
      "another cloud's machine",
      onAks({ nodePools: { general: { machine: "m6i.large" } } }),
      {
        path: `${PATH}.nodePools.general.machine`,
        got: "m6i.large",
        problem: "is no size of a virtual machine",
        allowed: "names such as Standard_D4s_v5",
        fix: "az vm list-skus --location <location> --output table lists them",
      },
    ],
    [
      "a system disk that AKS does not have",
      onAks({ nodePools: { general: { diskGiB: 20 } } }),
      {
        path: `${PATH}.nodePools.general.diskGiB`,
        got: 20,
        problem: "AKS has no system disk of that size",
        allowed: "30 to 2048",
        fix: "set it to one of these, or remove it",
      },
    ],
    [
      "no machine for AKS' own pods",
      onAks({ systemPool: { min: 0 } }),
      {
        path: `${PATH}.systemPool.min`,
        got: 0,
        problem: "AKS' own pods need a machine",
        allowed: "1 to 3 (systemPool.max)",
        fix: "set it to 1 or more",
      },
    ],
    [
      "only pools of the spot market, whose machines keep off what does not tolerate them",
      onAks({ nodePools: { cheap: { spot: true } } }),
      {
        path: `${PATH}.nodePools`,
        problem: "no pool has a machine for pods that tolerate no taint, as those of the cluster itself",
        fix: "give one pool min: 1 or more, no taints and no spot",
      },
    ],
    [
      "several kinds of machines in one pool",
      onAks({ nodePools: { general: { machines: ["Standard_D4s_v5", "Standard_D4as_v5"] } } }),
      {
        path: `${PATH}.nodePools.general.machines`,
        got: ["Standard_D4s_v5", "Standard_D4as_v5"],
        problem: "all machines of a pool of AKS are of one kind",
        allowed: "machine: one name",
        fix: "make a pool of each kind; a tier with spot: preferred or required goes to all that are of the spot market",
      },
    ],
    [
      "a system disk on a machine that has none of its own",
      onAks({ nodePools: { general: { machine: "Standard_D4s_v5", diskType: "Ephemeral" } } }),
      {
        path: `${PATH}.nodePools.general.diskType`,
        got: "Ephemeral",
        problem: "Standard_D4s_v5 has no disk of its own for it",
        allowed: "Managed; Ephemeral on machines with a d among their letters, such as Standard_D4ds_v5",
        fix: "use Managed, or another machine",
      },
    ],
    [
      "a second server of a size that has none",
      store("db", { size: "small", highAvailability: true }),
      {
        path: "landfall:datastores.db.highAvailability",
        problem: "Azure Database for PostgreSQL flexible server runs no second server of size Standard_B2s",
        allowed: "sizes such as medium (Standard_D2ds_v5), large (Standard_D4ds_v5)",
        fix: "choose a larger size, or set highAvailability: false",
      },
    ],
    [
      "backups that are kept too short",
      store("db", { backupRetentionDays: 3 }),
      {
        path: "landfall:datastores.db.backupRetentionDays",
        got: 3,
        problem: "Azure Database for PostgreSQL flexible server keeps its backups longer",
        allowed: "7 to 35",
        fix: "raise it, or remove it",
      },
    ],
    [
      "a last snapshot, where the service takes its copies along",
      store("db", { finalSnapshot: true }),
      {
        path: "landfall:datastores.db.finalSnapshot",
        got: true,
        problem: "Azure Database for PostgreSQL flexible server takes its copies along when it is deleted",
        allowed: "false",
        fix: "remove it, and copy the data elsewhere before the store goes",
      },
    ],
    [
      "a volume larger than there is",
      store("db", { storage: "20Ti" }),
      {
        path: "landfall:datastores.db.storage",
        got: "20Ti",
        problem: "Azure Database for PostgreSQL flexible server has no volume of that size",
        allowed: "32Gi, 64Gi, 128Gi, 256Gi, 512Gi, 1024Gi, 2048Gi, 4096Gi, 8192Gi, 16384Gi",
        fix: "ask for less",
      },
    ],
    [
      "a size of the Redis that Azure has retired",
      store("queue", { machine: "Premium_P1" }),
      {
        path: "landfall:datastores.queue.machine",
        got: "Premium_P1",
        problem: "is no size of Azure Managed Redis",
        allowed: "names such as Balanced_B1, Balanced_B5, Balanced_B20",
        fix: "use the cloud's own name of a size, or size: small, medium or large",
      },
    ],
    [
      "Blob Storage in the place of S3 without a word",
      store("files", {}, { engine: "objectstore", buckets: ["pictures"] }),
      {
        path: "landfall:datastores.files.protocol",
        got: undefined,
        problem: 'Azure Blob Storage speaks "blob", which is not what the engine\'s usual clients do',
        allowed: "protocol: blob; mode: bundled; mode: external",
        fix: "set protocol: blob if the application's clients speak it, else bundle the store or name one elsewhere",
      },
    ],
    [
      "a protocol where there is nothing to agree to",
      store("db", { protocol: "blob" }),
      {
        path: "landfall:datastores.db.protocol",
        got: "blob",
        problem: "Azure Database for PostgreSQL flexible server speaks what its engine does",
        fix: "remove it",
      },
    ],
    [
      "an engine that Azure does not run",
      store("graph", {}, { engine: "neo4j" }),
      {
        path: "landfall:datastores.graph.mode",
        got: "managed",
        problem: "Azure runs no neo4j for its customers",
        allowed: "bundled, external",
        fix: "bundle it, or name the store that you run elsewhere with mode: external",
      },
    ],
  ]);
});

describe("Beside somebody else's cluster, of Azure's stores is refused:", () => {
  refuses([
    [
      "one without passwords, where nobody vouches for the pods",
      oneManaged(besideAzure({ oidcIssuer: undefined }))(
        "files",
        { protocol: "blob" },
        { engine: "objectstore", buckets: ["pictures"] },
      ),
      {
        path: "landfall:cluster.cloud.oidcIssuer",
        problem:
          'is missing: clients of Azure Blob Storage, as "files" is to be, have no password and show who they are by it',
        fix: 'set it; or bundle "files", or name the store that you run elsewhere with mode: external',
      },
    ],
    [
      "a region that is misspelt",
      besideAzure({ location: "westeurop" }),
      {
        path: `${PATH}.cloud.location`,
        got: "westeurop",
        problem: 'there is no region with availability zones "westeurop"',
        allowed: ZONAL_LOCATIONS.join(", "),
        fix: 'did you mean "westeurope"?',
      },
    ],
    [
      "an issuer that Azure could not trust",
      besideAzure({ oidcIssuer: "http://oidc.example.com" }),
      {
        path: `${PATH}.cloud.oidcIssuer`,
        got: "http://oidc.example.com",
        problem: "not valid",
        allowed: "an address such as https://oidc.example.com/cluster/",
        fix: "write it in that form",
      },
    ],
    [
      "a network by its name",
      besideAzure({ virtualNetworkId: "theirs" }),
      {
        path: `${PATH}.cloud.virtualNetworkId`,
        got: "theirs",
        problem: "not valid",
        allowed: "the resource id of a virtual network",
        fix: "write it in that form",
      },
    ],
  ]);
});
