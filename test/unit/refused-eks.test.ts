import { onEks, oneManaged } from "../support/clouds.ts";
import { refuses } from "../support/shop.ts";

const store = oneManaged(onEks());

describe("What EKS does not have is refused:", () => {
  refuses([
    [
      "a version that EKS supports no longer",
      onEks({ version: "1.31" }),
      {
        path: "landfall:cluster.version",
        got: "1.31",
        problem: "EKS does not support it",
        allowed: "1.36, 1.35",
        fix: "set it to one of these; a cluster is upgraded one minor version after the other",
      },
    ],
    [
      "a zone of another region",
      onEks({ zones: ["eu-west-1a", "eu-central-1a"] }),
      {
        path: "landfall:cluster.zones",
        got: "eu-central-1a",
        problem: "is not in region eu-west-1",
        allowed: "names such as eu-west-1a",
        fix: "name zones of the region, or change the region",
      },
    ],
    [
      "a region with laws of its own, whose names are others",
      onEks({ region: "us-gov-west-1" }),
      {
        path: "landfall:cluster.region",
        got: "us-gov-west-1",
        problem: "not valid",
        allowed: "a commercial region of AWS such as eu-west-1",
        fix: "write it in that form",
      },
    ],
    [
      "a network that is too small for three zones",
      onEks({ network: { cidr: "10.0.0.0/24" } }),
      {
        path: "landfall:cluster.network.cidr",
        got: "10.0.0.0/24",
        problem: "is no size that is cut into subnets",
        allowed: "a /16 to /20 such as 10.0.0.0/16",
        fix: "choose a range that no network beside it has",
      },
    ],
    [
      "a machine that is none of EC2's",
      onEks({ nodePools: { general: { machine: "Standard_D4s_v5" } } }),
      {
        path: "landfall:cluster.nodePools.general.machine",
        got: "Standard_D4s_v5",
        problem: "is no instance type of EC2",
        allowed: "names such as m6i.xlarge, or m7g.xlarge for Graviton",
        fix: "use EC2's own name of a machine",
      },
    ],
    [
      "machines of two architectures in one pool",
      onEks({ nodePools: { general: { machines: ["m6i.xlarge", "m7g.xlarge"] } } }),
      {
        path: "landfall:cluster.nodePools.general.machines",
        got: ["m6i.xlarge", "m7g.xlarge"],
        problem: "they start from several images: AL2023_x86_64_STANDARD, AL2023_ARM_64_STANDARD",
        allowed: "machines of one architecture, with GPUs all or none",
        fix: "make a pool of each architecture",
      },
    ],
    [
      "one machine of a pool beside several",
      onEks({ nodePools: { general: { machine: "m6i.xlarge", machines: ["m6a.xlarge"] } } }),
      {
        path: "landfall:cluster.nodePools.general.machine",
        got: "m6i.xlarge",
        problem: "machines is set too, and stands in its place",
        fix: "remove one of the two",
      },
    ],
    [
      "a system disk of another cloud",
      onEks({ nodePools: { general: { diskType: "pd-ssd" } } }),
      {
        path: "landfall:cluster.nodePools.general.diskType",
        got: "pd-ssd",
        problem: 'there is no kind of system disk "pd-ssd"',
        allowed: "gp3, gp2",
        fix: "use one of these, or remove it",
      },
    ],
    [
      "an image of machines for another version of Kubernetes",
      onEks({ version: "1.35", nodeRelease: "1.36.2-20261112" }),
      {
        path: "landfall:cluster.nodeRelease",
        got: "1.36.2-20261112",
        problem: "is no release for Kubernetes 1.35",
        allowed: "releases such as 1.35.0-20261112",
        fix: "name one of the cluster's version, or remove it for AWS's newest",
      },
    ],
  ]);
});

describe("What AWS's datastores do not have is refused:", () => {
  refuses([
    [
      "an engine that AWS does not run",
      store("vectors", {}, { engine: "qdrant" }),
      {
        path: "landfall:datastores.vectors.mode",
        got: "managed",
        problem: "AWS runs no qdrant for its customers",
        allowed: "bundled, external",
        fix: "bundle it, or name the store that you run elsewhere with mode: external",
      },
    ],
    [
      "a version that RDS has no more",
      store("db", { version: "13" }),
      {
        path: "landfall:datastores.db.version",
        got: "13",
        problem: 'there is no version of Amazon RDS for PostgreSQL "13"',
        allowed: "17, 16, 15, 18",
        fix: "set landfall:datastores.db.version to one of these",
      },
    ],
    [
      "a size by another service's name",
      store("queue", { machine: "db.t4g.medium" }),
      {
        path: "landfall:datastores.queue.machine",
        got: "db.t4g.medium",
        problem: "is no size of Amazon ElastiCache for Valkey",
        allowed: "names such as cache.t4g.small, cache.m7g.large, cache.r7g.large",
        fix: "use the cloud's own name of a size, or size: small, medium or large",
      },
    ],
    [
      "a size for S3, which has none",
      store("files", { size: "large" }, { engine: "objectstore", buckets: ["uploads"] }),
      {
        path: "landfall:datastores.files.size",
        got: "large",
        problem: "Amazon S3 has no sizes",
        fix: "remove it",
      },
    ],
    [
      "clients of a database that would show who they are",
      store("db", { access: "identity" }),
      {
        path: "landfall:datastores.db.access",
        got: "identity",
        problem: "clients of Amazon RDS for PostgreSQL cannot show who they are in this way",
        allowed: "password",
        fix: "use one of these, or remove it",
      },
    ],
  ]);
});
