import assert from "node:assert/strict";
import { amiTypeOf } from "../../cloud/aws/machines.ts";
import { fitting, prefix } from "../../cloud/aws/names.ts";
import { allManaged, clusterOf, inProduction, linksToCredentials, managedOf, onEks } from "../support/clouds.ts";
import { planOf, type Shop } from "../support/shop.ts";

const planned = (settings?: object, change?: (shop: Shop) => void) => clusterOf("eks", onEks(settings, change));

describe("A stack on EKS", () => {
  it("has a network of its own over the region's first three zones, with subnets that do not overlap", () => {
    const { network } = planned();
    assert.deepEqual(network, {
      kind: "new",
      cidr: "10.0.0.0/16",
      zones: [
        { zone: "eu-west-1a", privateCidr: "10.0.0.0/19", publicCidr: "10.0.192.0/21", dataCidr: "10.0.224.0/21" },
        { zone: "eu-west-1b", privateCidr: "10.0.32.0/19", publicCidr: "10.0.200.0/21", dataCidr: "10.0.232.0/21" },
        { zone: "eu-west-1c", privateCidr: "10.0.64.0/19", publicCidr: "10.0.208.0/21", dataCidr: "10.0.240.0/21" },
      ],
      natGateways: "one",
      flowLogs: false,
      interfaceEndpoints: false,
    });
  });

  it("survives the loss of a zone in production, is recorded and protected", () => {
    const { network, nodePools, deletionProtection } = planned({}, inProduction);
    assert.ok(network.kind === "new");
    assert.deepEqual(
      { ways: network.natGateways, flowLogs: network.flowLogs, deletionProtection },
      { ways: "perZone", flowLogs: true, deletionProtection: true },
    );
    assert.deepEqual(
      nodePools.map(({ name, machine, min, max }) => ({ name, machine, min, max })),
      [{ name: "general", machine: "m6i.xlarge", min: 3, max: 12 }],
    );
  });

  it("lands in a network that is there already", () => {
    const network = {
      vpcId: "vpc-0a1b2c3d4e5f60718",
      cidr: "10.8.0.0/16",
      privateSubnetIds: ["subnet-0a1b2c3d4e5f60718", "subnet-0a1b2c3d4e5f60719"],
    };
    assert.deepEqual(planned({ network }).network, {
      kind: "existing",
      ...network,
      dataSubnetIds: network.privateSubnetIds,
    });
  });

  it("starts each machine from an image of its architecture, in pools as the stack has them", () => {
    const { nodePools } = planned({
      nodePools: {
        general: { machine: "m7g.xlarge" },
        batch: {
          machine: "c6i.2xlarge",
          spot: true,
          min: 0,
          max: 4,
          labels: { tier: "batch" },
          taints: [{ key: "batch", effect: "NoSchedule" }],
        },
      },
    });
    assert.deepEqual(
      nodePools.map(({ name, amiType, spot, min, max }) => ({ name, amiType, spot, min, max })),
      [
        { name: "general", amiType: "AL2023_ARM_64_STANDARD", spot: false, min: 3, max: 12 },
        { name: "batch", amiType: "AL2023_x86_64_STANDARD", spot: true, min: 0, max: 4 },
      ],
    );
    assert.deepEqual(
      ["t4g.medium", "g5.xlarge", "g5g.xlarge", "inf2.xlarge", "m7i-flex.large", "im4gn.large", "large", "m7g"].map(
        amiTypeOf,
      ),
      [
        "AL2023_ARM_64_STANDARD",
        "AL2023_x86_64_NVIDIA",
        "AL2023_ARM_64_NVIDIA",
        "AL2023_x86_64_NEURON",
        "AL2023_x86_64_STANDARD",
        "AL2023_ARM_64_STANDARD",
        undefined,
        undefined,
      ],
    );
  });

  it("has a shared file system, and its driver, only where pods on several nodes mount a volume", () => {
    assert.equal(planned().sharedFileSystem, false);
    const sharing = planned({}, ({ app }) => {
      app.volumes = { files: { storage: "10Gi" } };
    });
    assert.equal(sharing.sharedFileSystem, true);
    assert.ok(sharing.addons.some(({ name }) => name === "aws-efs-csi-driver"));
  });

  it("pins the add-ons that the stack names, and leaves the others to AWS", () => {
    const { addons } = planned({ addonVersions: { "vpc-cni": "v1.21.1-eksbuild.3" }, cloudWatch: true });
    assert.deepEqual(addons, [
      { name: "vpc-cni", version: "v1.21.1-eksbuild.3" },
      ...["kube-proxy", "eks-pod-identity-agent", "coredns", "aws-ebs-csi-driver", "snapshot-controller"].map(
        (name) => ({
          name,
          version: undefined,
        }),
      ),
      { name: "metrics-server", version: undefined },
      { name: "amazon-cloudwatch-observability", version: undefined },
    ]);
  });

  it("lets the load balancer in by the network's range without being told it", () => {
    const { edge } = planOf(
      onEks({ network: { cidr: "10.32.0.0/16" } }, ({ stack }) => {
        stack.edge = { ...stack.edge, class: "alb", tls: { certificate: "arn:aws:acm:eu-west-1:1:certificate/x" } };
      }),
    );
    assert.deepEqual(edge.peers, [{ kind: "addresses", name: "edge", cidrs: ["10.32.0.0/16"] }]);
  });
});

const stores = allManaged({
  files: { engine: "objectstore", buckets: ["uploads"] },
  documents: { engine: "mongodb" },
});

describe("AWS's datastores", () => {
  it("are RDS, ElastiCache, DocumentDB and S3, of a size that fits the profile", () => {
    const { db, queue, documents, files } = managedOf(onEks({}, stores));
    assert.deepEqual(
      [db, queue, documents, files].map((store) => [store?.version, store?.machine, store?.access]),
      [
        ["16", "db.m7g.large", "password"],
        ["8.2", "cache.m7g.large", "password"],
        ["8.0.0", "db.r6g.large", "password"],
        [undefined, undefined, "identity"],
      ],
    );
  });

  it("are in two zones, kept for 30 days and protected in production", () => {
    const { queue } = managedOf(
      onEks({}, (shop) => {
        inProduction(shop);
        stores(shop);
      }),
    );
    assert.deepEqual([queue?.highAvailability, queue?.backupRetentionDays, queue?.protect], [true, 30, true]);
  });

  it("tell clients whom to trust, and what DocumentDB does not know", () => {
    const { db, queue, documents } = managedOf(onEks({}, stores));
    assert.equal(db?.endpoint.certificates, "/etc/landfall/certificates/db.pem");
    assert.equal(queue?.endpoint.certificates, undefined);
    assert.deepEqual(documents?.endpoint.options, { replicaSet: "rs0", retryWrites: "false" });
  });

  it("let the tiers that show who they are reach the agent that hands out credentials, and no others", () => {
    assert.deepEqual(linksToCredentials(onEks({}, stores)), [
      {
        from: { kind: "pods", component: "web" },
        to: { kind: "addresses", name: "credentials", cidrs: ["169.254.170.23/32"], except: undefined },
        ports: [80],
      },
    ]);
  });

  it("serve a cluster that is somebody else's, where the stack names the network of both", () => {
    const cloud = {
      provider: "aws",
      region: "eu-west-1",
      vpcId: "vpc-0a1b2c3d4e5f60718",
      subnetIds: ["subnet-0a1b2c3d4e5f60718", "subnet-0a1b2c3d4e5f60719"],
      cidrs: ["10.8.0.0/24"],
      clients: { cidrs: ["192.168.0.0/16"] },
    };
    const by = (more: object) =>
      managedOf((shop) => {
        shop.stack.cluster = { provider: "kubeconfig", context: "test", cloud: { ...cloud, ...more } };
        stores(shop);
      });
    assert.deepEqual(by({}).db?.cidrs, ["10.8.0.0/24"]);
    assert.equal(by({}).files?.access, "password");
    assert.equal(by({ eksCluster: "theirs" }).files?.access, "identity");
  });
});

describe("A name for AWS", () => {
  it("stays what it is where it fits, and is told from others where it is cut", () => {
    assert.equal(fitting("shop-production-db", 40), "shop-production-db");
    const long = fitting(`${"a".repeat(40)}-production-db`, 40);
    assert.match(long, /^a{33}-[0-9a-f]{6}$/);
    assert.notEqual(fitting(`${"a".repeat(40)}-staging-db`, 40), long);
  });

  it("has no two dashes in a row, which databases do not take", () => {
    assert.match(fitting("shop--db", 40), /^shop-db-[0-9a-f]{6}$/);
    assert.equal(prefix("shop-uploads", 37), "shop-uploads-");
    assert.equal(prefix("abcdef-ghi", 8), "abcdef-");
  });
});
