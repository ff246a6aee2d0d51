import assert from "node:assert/strict";
import { planOf, refuses, type Shop } from "../support/shop.ts";

const elsewhere = { endpoint: "https://s3.example.com", bucket: "copies", accessKeyId: "shop" };

function withStore({ app }: Shop): void {
  app.datastores.objects = { engine: "objectstore", buckets: ["uploads"] };
}

describe("A backup is refused:", () => {
  refuses([
    [
      "to a volume that there is not",
      ({ app }) => {
        app.volumes = { backups: { storage: "1Gi", accessMode: "ReadWriteOnce" } };
        app.backup = { to: { volume: "backup" } };
      },
      {
        path: "apps/shop.ts: backup.to.volume",
        got: "backup",
        problem: 'there is no volume "backup"',
        allowed: "backups",
        fix: 'did you mean "backups"?',
      },
    ],
    [
      "to a datastore that is no object store",
      (shop) => {
        withStore(shop);
        shop.stack.backup = { to: { datastore: "db", bucket: "uploads" } };
      },
      {
        path: "landfall:backup.to.datastore",
        got: "db",
        problem: 'there is no object store "db"',
        allowed: "objects",
        fix: "use one of these, or remove it",
      },
    ],
    [
      "to a bucket that the store does not make",
      (shop) => {
        withStore(shop);
        shop.stack.backup = { to: { datastore: "objects", bucket: "upload" } };
      },
      {
        path: "landfall:backup.to.bucket",
        got: "upload",
        problem: 'there is no bucket of "objects" "upload"',
        allowed: "uploads",
        fix: 'did you mean "uploads"?',
      },
    ],
    [
      "to a host name without its addresses",
      ({ stack, secrets }) => {
        stack.backup = { to: elsewhere };
        secrets.names.push("backup");
      },
      {
        path: "landfall:backup.to.cidrs",
        problem: 'is missing: a NetworkPolicy needs the addresses behind "s3.example.com"',
        allowed: "a list of address ranges",
        fix: "name the ranges that the provider publishes, or those of your private endpoint",
      },
    ],
    [
      "to a bucket elsewhere without its key",
      ({ stack }) => (stack.backup = { to: { ...elsewhere, cidrs: ["203.0.113.0/24"] } }),
      {
        path: "landfall:secrets.backup",
        problem: "is missing: landfall:backup.to.endpoint needs its secret key, and only you know it",
        fix: "npx pulumi config set --secret --path 'landfall:secrets.backup' --stack test",
      },
    ],
    [
      "on schedule to nowhere",
      ({ app }) => (app.backup = { schedule: "0 3 * * *" }),
      {
        path: "apps/shop.ts: backup.to",
        problem: "is missing: the copies have nowhere to go",
        allowed: "{ volume }, { storage }, { datastore, bucket } or { endpoint, bucket, accessKeyId }",
        fix: 'set it, such as to: { storage: "20Gi" }; or backup.snapshots for snapshots alone',
      },
    ],
    [
      "under a name that a tier has",
      ({ app }) => {
        app.tiers["db-backup"] = { ...app.tiers.jobs, uses: [] };
        app.backup = { to: { storage: "1Gi" } };
      },
      {
        path: "apps/shop.ts: datastores.db",
        problem: 'its backup would be called "db-backup", a name that is taken',
        fix: "rename one of the two",
      },
    ],
    [
      "with a key under a name that the application's own secret has",
      (shop) => {
        withStore(shop);
        shop.app.secrets.push("backup-encryption");
        shop.app.backup = { to: { datastore: "objects", bucket: "uploads", encrypt: true } };
      },
      {
        path: "apps/shop.ts: secrets.backup-encryption",
        got: "backup-encryption",
        problem: "the name is that of the backups' own secret",
        fix: "rename it",
      },
    ],
    [
      "as snapshots by a tier's name",
      ({ app }) => {
        app.tiers["volume-snapshots"] = { ...app.tiers.jobs, uses: [] };
        app.backup = { snapshots: {} };
      },
      {
        path: "apps/shop.ts: backup.snapshots",
        problem: 'what takes them would be called "volume-snapshots", a name that is taken',
        fix: 'rename the tier or datastore "volume-snapshots"',
      },
    ],
    [
      "with two destinations in one",
      ({ stack }) => (stack.backup = { to: { storage: "1Gi", bucket: "copies" } }),
      {
        path: "landfall:backup.to.bucket",
        problem: "does not go with the other keys",
        allowed:
          "volume, storage, storageClass, datastore, bucket, prefix, encrypt, scratch, endpoint, region, accessKeyId, cidrs",
        fix: "remove it",
      },
    ],
  ]);

  it("but another destination in the stack takes the place of the application's, whose volume is not made", () => {
    const { backups, volumes } = planOf(({ app, stack }) => {
      app.volumes = { backups: { storage: "1Gi" } };
      app.backup = { to: { volume: "backups" }, keep: 3 };
      stack.backup = { to: { storage: "5Gi" } };
    });
    assert.deepEqual(volumes, []);
    assert.deepEqual(
      backups.map(({ name, to, keep }) => [name, to, keep]),
      ["db-backup", "queue-backup"].map((name) => [
        name,
        { kind: "claim", storage: "5Gi", storageClass: undefined },
        3,
      ]),
    );
  });

  it("but an object store is left out of the copies that it keeps", () => {
    const { backups, secrets, quota } = planOf((shop) => {
      withStore(shop);
      shop.app.backup = { to: { datastore: "objects", bucket: "uploads", encrypt: true, scratch: "3Gi" } };
    });
    assert.deepEqual(
      backups.map(({ name }) => name),
      ["db-backup", "queue-backup"],
    );
    assert.ok(secrets.some(({ name, outside }) => name === "backup-encryption" && outside === undefined));
    assert.equal(quota.storage, "27Gi"); // 10 + 1 + 10, and 3 for each copy on its way
  });
});
