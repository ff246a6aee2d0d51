import assert from "node:assert/strict";
import { accountId } from "../../cloud/gcp/accounts.ts";
import { allManaged, clusterOf, inProduction, linksToCredentials, managedOf, onGke } from "../support/clouds.ts";
import { planOf, type Shop } from "../support/shop.ts";

const planned = (settings?: object, change?: (shop: Shop) => void) => clusterOf("gke", onGke(settings, change));

describe("A stack on GKE", () => {
  it("has ranges that do not overlap, half of them for pods", () => {
    assert.deepEqual(planned().ranges, {
      pods: "10.0.0.0/17",
      nodes: "10.0.128.0/19",
      services: "10.0.160.0/20",
      privateServices: "10.0.192.0/19",
      controlPlane: "10.0.224.0/28",
    });
    assert.deepEqual(planned({ network: { cidr: "10.64.16.0/20" }, nodePools: { general: { max: 8 } } }).ranges, {
      pods: "10.64.16.0/21",
      nodes: "10.64.24.0/23",
      services: "10.64.26.0/24",
      privateServices: "10.64.28.0/23",
      controlPlane: "10.64.30.0/28",
    });
  });

  it("is private, of the regular channel's version, and maintained at weekends", () => {
    const { version, releaseChannel, maintenance, publicAccess } = planned();
    assert.deepEqual(
      { version, releaseChannel, maintenance, publicAccess },
      {
        version: "1.35",
        releaseChannel: "REGULAR",
        maintenance: { hour: 2, days: ["SA", "SU"] },
        publicAccess: [],
      },
    );
  });

  it("lies in zones that its region has", () => {
    assert.deepEqual(planned().zones, ["europe-west4-a", "europe-west4-b", "europe-west4-c"]);
    assert.deepEqual(planned({ region: "us-east1" }).zones, ["us-east1-b", "us-east1-c", "us-east1-d"]);
    const zones = ["europe-west4-a", "europe-west4-c"];
    assert.deepEqual(planned({ zones }).zones, zones);
  });

  it("is protected in production, with file systems that outlive a zone and backups that are kept longer", () => {
    const { deletionProtection, regionalFiles, backupRetentionDays, nodePools } = planned(
      { backup: true },
      inProduction,
    );
    assert.deepEqual(
      { deletionProtection, regionalFiles, backupRetentionDays },
      {
        deletionProtection: true,
        regionalFiles: true,
        backupRetentionDays: 30,
      },
    );
    assert.deepEqual(
      nodePools.map(({ name, machine, min, max }) => ({ name, machine, min, max })),
      [{ name: "general", machine: "e2-standard-4", min: 3, max: 12 }],
    );
    assert.equal(planned().backupRetentionDays, undefined);
  });

  it("makes disks that its machines take", () => {
    assert.equal(planned().diskType, "pd-balanced");
    assert.equal(planned({ nodePools: { general: { machine: "n4-standard-4" } } }).diskType, "hyperdisk-balanced");
    const batch = { machine: "c4-standard-8", min: 0, taints: [{ key: "batch", effect: "NoSchedule" }] };
    assert.equal(planned({ nodePools: { general: {}, batch } }).diskType, "pd-balanced");
  });

  it("lets Google's front ends in without being told them", () => {
    const { edge } = planOf(
      onGke({}, ({ stack }) => (stack.edge = { ...stack.edge, class: "gce", tls: { managed: true } })),
    );
    assert.deepEqual(edge.peers, [{ kind: "addresses", name: "edge", cidrs: ["130.211.0.0/22", "35.191.0.0/16"] }]);
  });
});

const stores = allManaged({ files: { engine: "objectstore", buckets: ["uploads"] } });

describe("Google Cloud's datastores", () => {
  it("are Cloud SQL, Memorystore and Cloud Storage, of a size that fits the profile", () => {
    const { db, queue, files } = managedOf(onGke({}, stores));
    assert.deepEqual(
      [db, queue, files].map((store) => [store?.version, store?.machine, store?.access]),
      [
        ["16", "db-custom-2-7680", "password"],
        ["7.2", "5GB", "password"],
        [undefined, undefined, "password"],
      ],
    );
  });

  it("are reached in a range that is set apart for them, and Cloud Storage outside of every private one", () => {
    const { db, queue, files } = managedOf(onGke({}, stores));
    assert.deepEqual([db?.cidrs, queue?.cidrs], [["10.0.192.0/19"], ["10.0.192.0/19"]]);
    assert.deepEqual([queue?.endpoint.port, files?.endpoint.port], [6378, 443]);
    assert.deepEqual(files?.cidrs, ["0.0.0.0/0"]);
    assert.ok(files?.except?.includes("10.0.0.0/8"));
  });

  it("tell clients to trust the authority that each instance has of its own", () => {
    const { db, queue } = managedOf(onGke({}, stores));
    assert.equal(queue?.endpoint.certificates, "/etc/landfall/certificates/queue.pem");
    assert.equal(db?.endpoint.certificates, "/etc/landfall/certificates/db.pem");
    assert.deepEqual(db?.endpoint.options, { sslmode: "verify-ca" });
  });

  it("let tiers that show who they are reach the metadata server, and no others", () => {
    const links = linksToCredentials(
      onGke({}, (shop) => {
        stores(shop);
        shop.stack.datastores.files.access = "identity";
      }),
    );
    assert.deepEqual(links, [
      {
        from: { kind: "pods", component: "web" },
        to: { kind: "addresses", name: "credentials", cidrs: ["169.254.169.254/32"], except: undefined },
        ports: [80],
      },
    ]);
  });

  it("serve a cluster that is somebody else's, where the stack names the network of both", () => {
    const cloud = {
      provider: "gcp",
      project: "my-project-123456",
      region: "europe-west4",
      network: "theirs",
      privateServices: { range: "managed", cidr: "10.8.0.0/20" },
    };
    const by = (more: object, access = {}) =>
      managedOf((shop) => {
        shop.stack.cluster = { provider: "kubeconfig", context: "test", cloud: { ...cloud, ...more } };
        stores(shop);
        Object.assign(shop.stack.datastores.files, access);
      });
    assert.deepEqual(by({}).db?.cidrs, ["10.8.0.0/20"]);
    assert.equal(by({ workloadIdentity: true }, { access: "identity" }).files?.access, "identity");
  });
});

describe("The id of a service account", () => {
  it("is the name where it fits, and is told from others where it is cut", () => {
    assert.equal(accountId("pybase-production-nodes"), "pybase-production-nodes");
    const long = accountId(`${"a".repeat(30)}-nodes`);
    assert.match(long, /^a{23}-[0-9a-f]{6}$/);
    assert.notEqual(accountId(`${"a".repeat(30)}-objects`), long);
  });
});
