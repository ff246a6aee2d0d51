/** Logs that are archived as they are written: what the plan has of them, and what it refuses. */
import assert from "node:assert/strict";
import type { Plan } from "../../config/plan.ts";
import { ARCHIVED, beaconPlan } from "../support/beacon.ts";
import { refuses, type Shop } from "../support/shop.ts";

const AT = "20261121T091300Z";
const archiveIn = (plan: Plan) => plan.backups.find(({ datastore }) => datastore.name === "db")?.archive;
const archived = (archive: unknown, to: object = {}) =>
  beaconPlan({ backup: { ...ARCHIVED.backup, to: { ...ARCHIVED.backup.to, ...to }, archive } });
const reached = (plan: Plan, component: string) =>
  plan.links.flatMap(({ from, to, ports }) =>
    from.kind === "pods" && from.component === component
      ? [`${to.kind === "pods" ? to.component : to.kind} ${ports.join(" ")}`]
      : [],
  );

describe("The log of a Postgres of several servers", () => {
  it("is archived in production where copies go to a bucket, for as many days as copies are kept", () => {
    const { to, ...archive } = archiveIn(beaconPlan(ARCHIVED)) ?? assert.fail("no archive");
    assert.equal(to.endpoint, "https://s3.example.com");
    assert.deepEqual(archive, {
      path: "copies/beacon/archive",
      schedule: "0 3 * * *",
      retentionDays: 7,
      encryption: undefined,
    });
    const longer = beaconPlan({ backup: { ...ARCHIVED.backup, keep: 30 } });
    assert.equal(archiveIn(longer)?.retentionDays, 30);
  });

  it("is archived elsewhere where the stack says so, and as it says", () => {
    assert.equal(archiveIn(beaconPlan({ ...ARCHIVED, profile: "staging" })), undefined);
    const archive = { schedule: "30 1 * * *", retentionDays: 14, encryption: "aws:kms" };
    const asked = beaconPlan({ profile: "staging", backup: { ...ARCHIVED.backup, archive } });
    const { schedule, retentionDays, encryption } = archiveIn(asked) ?? assert.fail("no archive");
    assert.deepEqual({ schedule, retentionDays, encryption }, archive);
  });

  it("is not archived where the stack does not want that, or copies go to a volume", () => {
    assert.equal(archiveIn(archived(false)), undefined);
    assert.equal(archiveIn(beaconPlan()), undefined);
  });

  it("is not archived in the clear where the stack wants all encrypted before it leaves", () => {
    assert.equal(archiveIn(archived(undefined, { encrypt: true })), undefined);
    assert.equal(archiveIn(archived({ encryption: "AES256" }, { encrypt: true }))?.encryption, "AES256");
  });

  it("is of the servers of Postgres alone, which reach the bucket and have room for what archives", () => {
    const [without, plan] = [archived(false), beaconPlan(ARCHIVED)];
    assert.deepEqual(
      plan.backups.map(({ datastore, archive }) => [datastore.name, archive !== undefined]),
      [
        ["db", true],
        ["queue", false],
      ],
    );
    assert.deepEqual(reached(without, "db"), ["db 5432 8000"]);
    assert.deepEqual(reached(plan, "db"), ["db 5432 8000", "addresses 443"]);
    const requested = ({ quota }: Plan) => quota.requests.memory;
    assert.notEqual(requested(without), requested(plan));
  });
});

describe("A moment of the archive that is put back", () => {
  const plan = beaconPlan({ ...ARCHIVED, datastores: { db: { restore: { at: AT } } } });
  const RECOVERED = "db-at-20261121t091300z";

  it("is recovered by a server of its own, and copied from there while nobody uses the store", () => {
    const [move] = plan.moves;
    assert.deepEqual(
      [move?.name, move?.stage, move?.from.name, move?.to.name],
      ["db-restore", "restore", RECOVERED, "db"],
    );
    const from = move?.from.mode === "bundled" ? move.from : assert.fail("it is not in the cluster");
    assert.deepEqual(from.recovery, { archive: "db", from: "db", at: "2026-11-21T09:13:00.000Z" });
    assert.deepEqual([from.servers, from.endpoint.host, from.protect], [[`${RECOVERED}-1`], `${RECOVERED}-rw`, false]);
    assert.deepEqual(
      plan.tiers.map(({ name, replicas }) => [name, replicas]),
      [
        ["web", 0],
        ["keeper", 0],
      ],
    );
    assert.equal(move?.graceSeconds, 30);
  });

  it("leaves the store where it is, its archive too, and makes no copies meanwhile", () => {
    assert.deepEqual(
      plan.datastores.map(({ name }) => name),
      ["db", "queue"],
    );
    assert.ok(archiveIn(plan));
    assert.deepEqual(
      plan.backups.map(({ datastore, rests, restore }) => [datastore.name, rests, restore]),
      [
        ["db", true, undefined],
        ["queue", false, undefined],
      ],
    );
    assert.equal(plan.placed.db?.restoring, "2026-11-21T09:13:00.000Z");
    assert.equal(plan.placed.db?.move, undefined);
  });

  it("is reached by what copies it, and reaches the bucket", () => {
    assert.deepEqual(reached(plan, RECOVERED), [`${RECOVERED} 5432 8000`, "addresses 443"]);
    assert.deepEqual(reached(plan, "db-restore"), [`${RECOVERED} 5432`, "db 5432"]);
    const operator = plan.links.filter(({ from, to }) => from.kind === "operator" && to.kind === "pods");
    assert.deepEqual(
      operator.map(({ to }) => to.kind === "pods" && to.component),
      ["db", RECOVERED],
    );
  });

  it("may be of servers that are no more", () => {
    const other = beaconPlan({ ...ARCHIVED, datastores: { db: { instance: "b", restore: { at: AT, from: "db" } } } });
    const [move] = other.moves;
    assert.deepEqual(move?.from.mode === "bundled" && move.from.recovery, {
      archive: "db-b",
      from: "db",
      at: "2026-11-21T09:13:00.000Z",
    });
  });
});

describe("An archive is refused:", () => {
  const bucket = { endpoint: "https://192.0.2.1", bucket: "copies", accessKeyId: "shop" };
  const asking =
    (to: object, change: (shop: Shop) => void = () => {}) =>
    (shop: Shop) => {
      shop.stack.backup = { to, archive: true };
      if ("endpoint" in to) shop.secrets.names.push("backup");
      change(shop);
    };
  const clustered = ({ app }: Shop) => Object.assign(app.datastores.db, { servers: 3 });
  refuses([
    [
      "of one server, which has no operator",
      asking(bucket),
      {
        path: "landfall:backup.archive",
        problem: "no datastore has a log that is archived: that takes a bundled postgres of several servers",
        allowed: "false, or postgres with servers: 2 or more",
        fix: "set servers: 3 for it, or remove archive",
      },
    ],
    [
      "on a volume",
      asking({ storage: "1Gi" }, clustered),
      {
        path: "landfall:backup.archive",
        problem: "a log is archived in a bucket, and copies go to a volume",
        allowed: "to: { datastore, bucket } or { endpoint, bucket, accessKeyId }",
        fix: "set to, or remove archive",
      },
    ],
    [
      "in the clear where copies are encrypted",
      asking({ ...bucket, encrypt: true }, clustered),
      {
        path: "landfall:backup.archive.encryption",
        problem:
          "is missing: to.encrypt is meant for all that leaves the pods, and a log is encrypted by its bucket alone",
        allowed: "AES256, aws:kms",
        fix: "set it where the bucket may do that; else archive: false, or to.encrypt: false",
      },
    ],
    [
      "for a moment that was never archived",
      (shop) => {
        asking(bucket, clustered)(shop);
        shop.stack.backup.archive = false;
        shop.stack.datastores = { db: { restore: { at: AT } } };
      },
      {
        path: "landfall:datastores.db.restore.at",
        got: AT,
        problem: "its log is not archived, so only the moments of its copies can be had back",
        allowed: "{ copy }; { at } for a postgres of several servers whose stack has backup.archive",
        fix: "npm run restore shows the copies with --list",
      },
    ],
  ]);
});
