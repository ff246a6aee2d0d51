import assert from "node:assert/strict";
import { pendingIn, tracesOf } from "../../local/restore/carry-out.ts";
import { type Copy, checkMoment, choose, parseCopies, parseTime, timeOf } from "../../local/restore/copies.ts";
import { managedSteps } from "../../local/restore/elsewhere.ts";
import { describe as tell } from "../../local/restore/report.ts";
import { datastoreIn, targetOf } from "../../local/restore/target.ts";
import type { State } from "../../local/teardown/state.ts";
import { ARCHIVED, beaconPlan } from "../support/beacon.ts";
import { planOf, type Shop } from "../support/shop.ts";

const NOW = new Date("2026-11-21T10:00:00Z");
const copies = parseCopies(
  "copies\n20261121T093000Z 2048 before-restore\n20261121T020000Z 1258291\n20261120T020000Z 0\n",
);

function withCopies({ app }: Shop): void {
  app.backup = { to: { storage: "1Gi" } };
}

function refusedWith(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("it was not refused");
}

describe("The copies of a datastore", () => {
  it("are read from what their lister says, which begins with a word of its own", () => {
    assert.deepEqual(copies[0], { name: "20261121T093000Z", bytes: 2048, beforeRestore: true });
    assert.deepEqual(parseCopies("copies\n"), []);
    assert.match(
      refusedWith(() => parseCopies("sh: du: not found")),
      /said "sh: du: not found"/,
    );
  });

  it("are chosen by time: the latest that is not of after", () => {
    assert.equal(choose(copies, "db", parseTime("2026-11-21T09:00")).name, "20261121T020000Z");
    assert.equal(choose(copies, "db", parseTime("2026-11-21T03:30+02:00")).name, "20261120T020000Z");
    assert.equal(choose(copies, "db", parseTime("20261121T093000Z")).name, "20261121T093000Z");
  });

  it("are chosen without a time as though no restore had been", () => {
    assert.equal(choose(copies, "db", undefined).name, "20261121T020000Z");
    assert.equal(choose(copies.slice(0, 1), "db", undefined).name, "20261121T093000Z");
  });

  it("are not there before the oldest, or at all", () => {
    assert.equal(
      refusedWith(() => choose(copies, "db", parseTime("2026-11-19"))),
      [
        "--at 2026-11-19T00:00:00.000Z: there is no copy of db from before that.",
        "  allowed  2026-11-20T02:00:00.000Z or later: the oldest copy is 20261120T020000Z",
        "  fix      --list shows them all",
      ].join("\n"),
    );
    assert.match(
      refusedWith(() => choose([], "db", undefined)),
      /^There is no copy of db\.\n {2}fix/,
    );
  });

  it("have their time in their name, in UTC", () => {
    assert.equal(timeOf({ name: "20261121T020304Z" }).toISOString(), "2026-11-21T02:03:04.000Z");
    for (const text of ["yesterday", "2026-13-01", "20261121"]) {
      assert.match(
        refusedWith(() => parseTime(text)),
        new RegExp(`--at ${text}: this is no time\\.\n {2}allowed`),
      );
    }
  });
});

describe("A restore", () => {
  it("says what goes, how old the copy is, who is stopped and what runs again", () => {
    const plan = planOf(({ app }) => {
      withCopies({ app } as Shop);
      app.tiers.web.migrate = ["migrate"];
    });
    const target = targetOf(plan, datastoreIn(plan, "db") as never);
    const text = tell(
      { stack: "test", target, wanted: { kind: "copy", copy: copies[1] as Copy, copies, copyFirst: true } },
      NOW,
    );
    assert.match(text, /store {4}postgres db in namespace shop: all that it has is replaced/);
    assert.match(text, /copy {5}20261121T020000Z, 8 h old, 1\.2 MiB, of 3 that there are; 1 later one is left aside/);
    assert.match(text, /lost {5}what was written since 2026-11-21T02:00:00\.000Z/);
    assert.match(text, /stopped {2}web, jobs, until it is restored/);
    assert.match(text, /after .*tiers start again, web-migrate runs again/);
  });

  it("of a moment says that its archive has it, and refuses one that it has not", () => {
    const plan = beaconPlan(ARCHIVED);
    const target = targetOf(plan, datastoreIn(plan, "db") as never);
    const at = new Date("2026-11-21T09:13:00Z");
    const text = tell({ stack: "test", target, wanted: { kind: "moment", at, retentionDays: 7 } }, NOW);
    assert.match(text, /moment {3}2026-11-21T09:13:00\.000Z, 47 min ago, of the archive, which keeps 7 days/);
    assert.match(text, /lost {5}what was written since 2026-11-21T09:13:00\.000Z/);
    assert.match(text, /before {3}nothing is copied: the archive goes on/);
    checkMoment("db", at, 7, NOW);
    for (const beyond of ["2026-11-13", "2026-11-22"]) {
      assert.match(
        refusedWith(() => checkMoment("db", parseTime(beyond), 7, NOW)),
        /the archive of db does not have that moment\.\n {2}allowed {2}from 2026-11-14T10:00:00\.000Z \(7 days\) until now/,
      );
    }
  });

  it("is of a datastore that the application has, and that has copies which go back", () => {
    const of = (change: (shop: Shop) => void, name = "db") => {
      const plan = planOf(change);
      return refusedWith(() => targetOf(plan, datastoreIn(plan, name) as never));
    };
    assert.match(of(withCopies, "bd"), /has no datastore "bd"\.\n {2}allowed {2}db, queue\n {2}fix/);
    assert.match(
      of(() => {}),
      /There are no backups of db: the stack has none made\.\n {2}fix {6}set backup\.to/,
    );
    const graph = (shop: Shop) => {
      withCopies(shop);
      shop.app.datastores.db = { engine: "neo4j" };
      shop.app.tiers.web.env = {};
    };
    assert.match(of(graph), /No copy of a neo4j is put back over the network/);
    const parts = (shop: Shop) => {
      withCopies(shop);
      shop.app.datastores.db = { engine: "qdrant", servers: 3 };
      shop.app.tiers.web.env = {};
    };
    assert.match(of(parts), /db has 3 servers, of which each has a part of a copy\.\n {2}allowed {2}one server/);
  });

  it("leaves nothing in the stack file, and what was there stays", () => {
    const restore = { copy: "20261121T020000Z" };
    assert.deepEqual(pendingIn({ datastores: { db: { restore } } }, "db"), restore);
    assert.equal(pendingIn({}, "db"), undefined);
    assert.deepEqual(tracesOf({}, "db"), []);
    assert.deepEqual(tracesOf({ datastores: { db: { restore } } }, "db"), ["datastores"]);
    assert.deepEqual(tracesOf({ datastores: { db: { restore }, queue: {} } }, "db"), ["datastores.db"]);
    assert.deepEqual(tracesOf({ datastores: { db: { restore, storage: "2Gi" } } }, "db"), ["datastores.db.restore"]);
  });
});

describe("A restore of what a cloud runs", () => {
  const application = "urn:pulumi:test::landfall::landfall:application:Application::shop";
  function stateWith(type: string, outputs: Record<string, unknown>): State {
    const component = "urn:pulumi:test::landfall::landfall:x:Store::shop-db";
    return {
      pendingCreates: [],
      resources: [
        { urn: application, type: "landfall:application:Application", custom: false },
        { urn: component, type: "landfall:x:Store", custom: false, parent: application },
        {
          urn: `urn:pulumi:test::landfall::${type}::shop-db-instance`,
          type,
          custom: true,
          id: "the-id",
          parent: component,
          outputs,
        },
      ],
    };
  }
  const steps = (type: string, outputs: Record<string, unknown>, to?: Date) =>
    managedSteps("test", { declared: "db" } as never, stateWith(type, outputs), to).join("\n");

  it("is a new server of the cloud's backups, by this stack's names, that the store takes its data from", () => {
    const rds = {
      identifier: "shop-db",
      dbSubnetGroupName: "nets",
      vpcSecurityGroupIds: ["sg-1"],
      parameterGroupName: "own",
    };
    const text = steps("aws:rds/instance:Instance", rds, new Date("2026-11-21T09:41:00Z"));
    assert.match(
      text,
      /--source-db-instance-identifier shop-db --target-db-instance-identifier shop-db-restored --restore-time 2026-11-21T09:41:00Z --db-subnet-group-name nets --vpc-security-group-ids sg-1 --db-parameter-group-name own/,
    );
    assert.match(text, /config set --stack test --path 'landfall:datastores\.db\.restore\.server' HOST\n.*pulumi up/);
    assert.match(text, /config rm --stack test --path 'landfall:datastores\.db\.restore'\n.*pulumi up/);
    assert.match(text, /aws rds delete-db-instance --db-instance-identifier shop-db-restored/);
    assert.match(steps("aws:rds/instance:Instance", rds), /--use-latest-restorable-time/);
  });

  it("is told in each cloud's own words", () => {
    assert.match(
      steps("gcp:sql/databaseInstance:DatabaseInstance", { name: "db-1", project: "p" }),
      /gcloud sql instances clone db-1 db-1-restored --project p\n/,
    );
    const network = { delegatedSubnetResourceId: "/subnet", privateDnsZoneArmResourceId: "/zone" };
    assert.match(
      steps("azure-native:dbforpostgresql:Server", { name: "db-1", resourceGroupName: "rg", network }),
      /az postgres flexible-server restore --resource-group rg --name db-1-restored --source-server db-1 --subnet \/subnet --private-dns-zone \/zone/,
    );
    assert.match(
      steps("aws:docdb/cluster:Cluster", { clusterIdentifier: "docs" }),
      /restore-db-cluster-to-point-in-time --source-db-cluster-identifier docs/,
    );
  });

  it("is not promised where the service has none", () => {
    const text = steps("gcp:redis/instance:Instance", {});
    assert.match(text, /keeps its hourly snapshots for itself/);
    assert.doesNotMatch(text, /pulumi config set/);
    assert.match(steps("aws:s3/bucket:Bucket", {}), /list-object-versions --bucket the-id/);
    assert.match(steps("random:Thing", {}), /does not stand yet: npx pulumi up --stack test/);
  });
});
