import { oneManaged, onGke } from "../support/clouds.ts";
import { refuses } from "../support/shop.ts";

const store = oneManaged(onGke());
const SHARED = {
  name: "shared",
  subnetwork: { name: "apps", cidr: "10.8.0.0/20" },
  pods: { range: "apps-pods", cidr: "10.9.0.0/16" },
  services: { range: "apps-services", cidr: "10.8.16.0/20" },
  controlPlane: "10.8.255.0/28",
};

describe("What GKE does not have is refused:", () => {
  refuses([
    [
      "a version that the channel has no more",
      onGke({ version: "1.31" }),
      {
        path: "landfall:cluster.version",
        got: "1.31",
        problem: "GKE does not support it",
        allowed: "1.35, 1.36",
        fix: "set it to one of these; a cluster is upgraded one minor version after the other",
      },
    ],
    [
      "a cluster without a project",
      ({ stack }) => (stack.cluster = { provider: "gke", region: "europe-west4" }),
      { path: "landfall:cluster.project", problem: "is missing", allowed: "a string", fix: "set it" },
    ],
    [
      "a project by its name for people",
      onGke({ project: "My Project" }),
      {
        path: "landfall:cluster.project",
        got: "My Project",
        problem: "not valid",
        allowed: "the id of a project, such as my-project-123456",
        fix: "write it in that form",
      },
    ],
    [
      "a zone in the place of a region",
      onGke({ region: "europe-west4-a" }),
      {
        path: "landfall:cluster.region",
        got: "europe-west4-a",
        problem: "not valid",
        allowed: "a region of Google Cloud such as europe-west4",
        fix: "write it in that form",
      },
    ],
    [
      "a zone of another region",
      onGke({ zones: ["europe-west4-a", "europe-west1-b"] }),
      {
        path: "landfall:cluster.zones",
        got: "europe-west1-b",
        problem: "is not in region europe-west4",
        allowed: "names such as europe-west4-b",
        fix: "name zones of the region, or change the region",
      },
    ],
    [
      "a network that is too small",
      onGke({ network: { cidr: "10.0.0.0/24" } }),
      {
        path: "landfall:cluster.network.cidr",
        got: "10.0.0.0/24",
        problem: "is no size that is cut into subnets",
        allowed: "a /16 to /20 such as 10.0.0.0/16",
        fix: "choose a range that no network beside it has",
      },
    ],
    [
      "more machines than pods have addresses for",
      onGke({ network: { cidr: "10.0.0.0/20" } }),
      {
        path: "landfall:cluster.nodePools",
        got: 12,
        problem: "is how far the machines may grow, and pods have addresses (10.0.0.0/21) for 8 of them",
        allowed: "8 machines in all pools together",
        fix: "lower nodePools.<name>.max, or choose a larger range of pods in landfall:cluster.network",
      },
    ],
    [
      "a machine of another cloud",
      onGke({ nodePools: { general: { machine: "m6i.xlarge" } } }),
      {
        path: "landfall:cluster.nodePools.general.machine",
        got: "m6i.xlarge",
        problem: "is no machine type of Compute Engine",
        allowed: "names such as e2-standard-4 or n4-highmem-8",
        fix: "use Compute Engine's own name of a machine",
      },
    ],
    [
      "machines that no one disk fits",
      onGke({ nodePools: { general: {}, newer: { machine: "n4-standard-4" } } }),
      {
        path: "landfall:cluster.nodePools",
        got: ["e2-standard-4", "n4-standard-4"],
        problem: "machines of one pool take hyperdisks only and those of another none, so that no volume fits both",
        allowed: "machines of the families n4 and c4 in all pools without taints or with datastores, or in none",
        fix: "change a pool's machine, or give a pool that has no datastore a taint",
      },
    ],
    [
      "a datastore on machines that no volume of the others fits",
      onGke(
        {
          nodePools: {
            general: {},
            data: { machine: "n4-highmem-4", taints: [{ key: "data", effect: "NoSchedule" }] },
          },
        },
        ({ stack }) => (stack.datastores = { db: { pool: "data" } }),
      ),
      {
        path: "landfall:cluster.nodePools",
        got: ["e2-standard-4", "n4-highmem-4"],
        problem: "machines of one pool take hyperdisks only and those of another none, so that no volume fits both",
        allowed: "machines of the families n4 and c4 in all pools without taints or with datastores, or in none",
        fix: "change a pool's machine, or give a pool that has no datastore a taint",
      },
    ],
    [
      "several kinds of machines in one pool",
      onGke({ nodePools: { general: { machines: ["e2-standard-4", "n2-standard-4"] } } }),
      {
        path: "landfall:cluster.nodePools.general.machines",
        got: ["e2-standard-4", "n2-standard-4"],
        problem: "all machines of a pool of GKE are of one kind",
        allowed: "machine: one name",
        fix: "make a pool of each kind; a tier with spot: preferred or required goes to all that are of the spot market",
      },
    ],
    [
      "a system disk that the machine does not start from",
      onGke({ nodePools: { general: { machine: "n4-standard-4", diskType: "pd-ssd" } } }),
      {
        path: "landfall:cluster.nodePools.general.diskType",
        got: "pd-ssd",
        problem: "n4-standard-4 starts from no such disk",
        allowed: "hyperdisk-balanced",
        fix: "use one of these, or remove it",
      },
    ],
    [
      "an upgrade that takes no machine",
      onGke({ nodeUpgrade: { maxSurge: 0 } }),
      {
        path: "landfall:cluster.nodeUpgrade",
        got: { maxSurge: 0 },
        problem: "not valid",
        allowed: "1 to 20 machines, both together",
        fix: "write it in that form",
      },
    ],
    [
      "a control plane in a range of a network that is there",
      onGke({ network: { ...SHARED, controlPlane: "10.9.0.0/28" } }),
      {
        path: "landfall:cluster.network",
        got: ["10.9.0.0/16", "10.9.0.0/28"],
        problem: "the ranges pods and controlPlane overlap",
        fix: "give each the range that it has in the network, and the control plane one that is free",
      },
    ],
    [
      "a control plane in a range of another size",
      onGke({ network: { ...SHARED, controlPlane: "10.8.255.0/24" } }),
      {
        path: "landfall:cluster.network.controlPlane",
        got: "10.8.255.0/24",
        problem: "not valid",
        allowed: "a /28 such as 10.8.255.0/28",
        fix: "write it in that form",
      },
    ],
    [
      "a managed datastore in a network that is not connected to Google's",
      oneManaged(onGke({ network: SHARED }))("db"),
      {
        path: "landfall:cluster.network.privateServices",
        problem: 'is missing: Google runs "db" in a network of its own',
        allowed: "{ range, cidr } of a range that is connected, or { new } with a free one such as 10.8.64.0/20",
        fix: "gcloud compute addresses list --filter purpose=VPC_PEERING lists ranges that there are",
      },
    ],
    [
      "a name that leaves the provider no room for its suffix",
      onGke({ name: "the-shop-that-sells-everything", nodePools: { it: {} } }),
      {
        path: "landfall:cluster.name",
        got: "the-shop-that-sells-everything-it",
        problem: "is too long for a name of GKE's",
        allowed: "32 characters, of <name> and of <name>-<node pool>",
        fix: "set landfall:cluster.name to a shorter one, or shorten the node pool's",
      },
    ],
    [
      "a range of its API server's callers that is none",
      onGke({ publicAccess: ["203.0.113.7"] }),
      {
        path: "landfall:cluster.publicAccess[0]",
        got: "203.0.113.7",
        problem: "not valid",
        allowed: "an IPv4 range such as 203.0.113.7/32",
        fix: "write it in that form",
      },
    ],
  ]);
});

describe("What Google Cloud's datastores do not have is refused:", () => {
  refuses([
    [
      "MongoDB, which Firestore only resembles",
      store("documents", {}, { engine: "mongodb" }),
      {
        path: "landfall:datastores.documents.mode",
        got: "managed",
        problem: "Google Cloud runs no mongodb for its customers",
        allowed: "bundled, external",
        fix: "bundle it, or name the store that you run elsewhere with mode: external",
      },
    ],
    [
      "a machine of the other edition",
      store("db", { machine: "db-perf-optimized-N-2" }),
      {
        path: "landfall:datastores.db.machine",
        got: "db-perf-optimized-N-2",
        problem: "is no size of Cloud SQL for PostgreSQL",
        allowed: "names such as db-g1-small, db-custom-2-7680, db-custom-4-15360",
        fix: "use the cloud's own name of a size, or size: small, medium or large",
      },
    ],
    [
      "a version that Cloud SQL does not have",
      store("db", { version: "12" }),
      {
        path: "landfall:datastores.db.version",
        got: "12",
        problem: 'there is no version of Cloud SQL for PostgreSQL "12"',
        allowed: "17, 16, 15, 18",
        fix: "set landfall:datastores.db.version to one of these",
      },
    ],
    [
      "more memory than Memorystore has",
      store("queue", { machine: "512GB" }),
      {
        path: "landfall:datastores.queue.machine",
        got: "512GB",
        problem: "is no size of Memorystore for Redis",
        allowed: "names such as 1GB, 5GB, 16GB",
        fix: "use the cloud's own name of a size, or size: small, medium or large",
      },
    ],
    [
      "an identity where Google does not know the cluster's pods",
      oneManaged(({ stack }) => {
        stack.cluster = {
          provider: "kubeconfig",
          context: "test",
          cloud: {
            provider: "gcp",
            project: "my-project-123456",
            region: "europe-west4",
            network: "theirs",
            privateServices: { range: "managed", cidr: "10.8.0.0/20" },
          },
        };
      })("files", { access: "identity" }, { engine: "objectstore", buckets: ["uploads"] }),
      {
        path: "landfall:datastores.files.access",
        got: "identity",
        problem: "clients of Cloud Storage cannot show who they are in this way",
        allowed: "password",
        fix: "use one of these, or remove it",
      },
    ],
  ]);
});
