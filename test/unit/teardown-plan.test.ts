import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Plan } from "../../config/plan.ts";
import { planOf, readSettings } from "../../local/rehearsal/stack-file.ts";
import { type Found, NOTHING_FOUND, type Volume } from "../../local/teardown/found.ts";
import { outsideOf } from "../../local/teardown/outside.ts";
import { planTeardown, stillHeld } from "../../local/teardown/plan.ts";
import { heldIn, liftingOf, protectionPaths } from "../../local/teardown/protections.ts";
import { describe as inWords, leftOver, refusal } from "../../local/teardown/report.ts";
import { parseState } from "../../local/teardown/state.ts";

/** `Pulumi.eks.yaml`, production, as it stood after an update; without what no teardown looks at. */
const eks = parseState(readFileSync("test/support/states/eks.json", "utf8"));

const volume = (claim: string, reclaimPolicy: string): Volume => ({
  name: `pvc-${claim.replace("/", "-")}`,
  claim,
  size: "5Gi",
  reclaimPolicy,
  driver: "ebs.csi.aws.com",
  handle: `vol-${claim.length}`,
});
const found: Found = {
  waysIn: [
    { kind: "Service", namespace: "traefik", name: "traefik", path: "", finalizers: [], isGoing: false },
    { kind: "Ingress", namespace: "pybase", name: "pybase-ingress", path: "", finalizers: [], isGoing: false },
  ],
  volumes: [volume("pybase/data-search-0", "Retain"), volume("pybase/search-backup", "Delete")],
  snapshots: [
    { name: "c1", of: "pybase/search-1", deletionPolicy: "Retain", driver: "ebs.csi.aws.com", handle: "snap-1" },
    { name: "c2", of: "pybase/search-2", deletionPolicy: "Delete", driver: "ebs.csi.aws.com", handle: "snap-2" },
  ],
};

describe("The plan of a teardown", () => {
  const plan = planTeardown(eks, found);

  it("counts what goes by kind, without components and providers", () => {
    const counts = Object.fromEntries(plan.goes.map(({ kind, count }) => [kind, count]));
    assert.equal(counts["kubernetes Deployment"], 4);
    assert.equal(counts["kubernetes Namespace"], 3);
    assert.equal(counts["aws Cluster"], 1);
    assert.ok(!Object.keys(counts).some((kind) => /Application|Tier|kubernetes kubernetes|aws aws/.test(kind)));
  });

  it("names the data among it, with its size and whether its volume stays", () => {
    assert.deepEqual(
      plan.data.map(({ part, name, size, kept }) => [part, name.replace(/-0{5,}\w+$/, ""), size, kept]),
      [
        ["objects", "pybase-production-objects-uploads", undefined, false],
        ["postgres", "pybase-production-postgres", "100 GiB", false],
        ["redis", "pybase-production-redis", undefined, false],
        ["search", "pybase/data-search-0", "5Gi", true],
        ["search-backup", "pybase/search-backup", "50Gi", false],
      ],
    );
  });

  it("holds each part under a name of its own, and says who holds it", () => {
    assert.deepEqual(
      plan.held.map(({ what, resources, byCloud }) => [what, resources.length, byCloud]),
      [
        ["cluster", 1, true],
        ["cert-manager", 1, false],
        ["objects", 1, true],
        ["namespace", 1, false],
        ["postgres", 1, true],
        ["redis", 1, false],
        ["search", 2, false],
        ["search-backup", 1, false],
      ],
    );
  });

  it("lets go of what is named, or of all", () => {
    assert.deepEqual(stillHeld(plan, ["all"]), []);
    const but = plan.held.map(({ what }) => what).filter((what) => what !== "postgres");
    assert.deepEqual(
      stillHeld(plan, but).map(({ what }) => what),
      ["postgres"],
    );
  });

  it("lists what stays, with the command that removes each", () => {
    const removers = plan.stays.map(({ kind, remove }) => [kind, remove]);
    assert.deepEqual(removers.filter(([, remove]) => remove?.startsWith("aws")).sort(), [
      ["ElastiCache snapshot", "aws elasticache delete-snapshot --snapshot-name pybase-production-redis-final"],
      ["RDS snapshot", "aws rds delete-db-snapshot --db-snapshot-identifier pybase-production-postgres-final"],
      ["log group", "aws logs delete-log-group --log-group-name /aws/eks/pybase-production/cluster"],
      ["volume snapshot", "aws ec2 delete-snapshot --snapshot-id snap-1"],
      ["volume", "aws ec2 delete-volume --volume-id vol-20"],
    ]);
    assert.deepEqual(
      removers.filter(([, remove]) => remove === undefined),
      [["KMS key", undefined]],
    );
  });

  it("lists what a teardown before it has left, once", () => {
    const gone = { kind: "RDS snapshot", name: "pybase-production-orders-final", why: "its store went before" };
    const { stays } = planTeardown(eks, found, [...plan.stays, gone]);
    assert.deepEqual(stays, [...plan.stays, gone]);
  });

  it("names what controllers have made, which would be left behind", () => {
    assert.deepEqual(
      plan.orphans.map(({ kind, name }) => [kind, name]),
      [
        ["load balancer", "Service traefik/traefik"],
        ["load balancer", "Ingress pybase/pybase-ingress"],
        ["volume", "vol-20"],
      ],
    );
  });

  it("takes the application's namespace before those of add-ons", () => {
    const names = plan.namespaces.map((group) => group.names.toSorted());
    assert.deepEqual(names, [["pybase"], ["cert-manager", "traefik"]]);
  });

  it("looks all over a cluster of the stack's own, and only into the stack's namespaces of another", () => {
    assert.equal(plan.scope, "cluster");
    const resources = eks.resources.filter(({ type }) => !type.startsWith("aws:"));
    assert.deepEqual(
      planTeardown({ ...eks, resources }, NOTHING_FOUND)
        .scope.toString()
        .split(",")
        .sort(),
      ["cert-manager", "pybase", "traefik"],
    );
  });

  it("leaves alone what the stack only reads, and says of what Pulumi retains that it stays", () => {
    const resource = {
      urn: "urn:pulumi:s::p::aws:s3/bucket:Bucket::b",
      type: "aws:s3/bucket:Bucket",
      custom: true,
      id: "b",
    };
    const of = (more: object) =>
      planTeardown({ resources: [{ ...resource, ...more }], pendingCreates: [] }, NOTHING_FOUND);
    assert.deepEqual(of({ external: true }).goes, []);
    const retained = of({ retainOnDelete: true });
    assert.deepEqual([retained.goes, retained.stays.map(({ name }) => name)], [[], ["b"]]);
  });

  it("reads what the state has as a secret", () => {
    const kubeconfig = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", plaintext: '"{}"' };
    const text = JSON.stringify({ deployment: { resources: [{ urn: "u", inputs: { kubeconfig } }] } });
    assert.deepEqual(parseState(text).resources[0]?.inputs, { kubeconfig: "{}" });
  });

  it("sees what an update was making when it was killed", () => {
    const text = (type: string) =>
      JSON.stringify({ deployment: { pending_operations: [{ type, resource: { urn: "u::a" } }] } });
    assert.deepEqual(parseState(text("creating")).pendingCreates, ["u::a"]);
    assert.deepEqual(parseState(text("deleting")).pendingCreates, []);
  });
});

describe("What a store leaves when it goes", () => {
  const left = (type: string, inputs: object, id = "it") =>
    planTeardown(
      { resources: [{ urn: `u::${id}`, type, custom: true, id, inputs: inputs as never }], pendingCreates: [] },
      NOTHING_FOUND,
    ).stays;

  const cases: [title: string, type: string, inputs: object, left: (string | undefined)[]][] = [
    [
      "a DocumentDB cluster its last snapshot",
      "aws:docdb/cluster:Cluster",
      { finalSnapshotIdentifier: "x-final", skipFinalSnapshot: false },
      ["aws docdb delete-db-cluster-snapshot --db-cluster-snapshot-identifier x-final"],
    ],
    ["no snapshot where it is skipped", "aws:rds/instance:Instance", { skipFinalSnapshot: true }, []],
    [
      "Cloud SQL its backups, where they are retained",
      "gcp:sql/databaseInstance:DatabaseInstance",
      { settings: { retainBackupsOnDelete: true } },
      ["gcloud sql backups list --filter=instance=it, then gcloud sql backups delete NAME"],
    ],
    [
      "a bucket of Google's its objects, for days",
      "gcp:storage/bucket:Bucket",
      { softDeletePolicy: { retentionDurationSeconds: 604800 } },
      [undefined],
    ],
    [
      "a key vault its name, which a purge frees",
      "azure-native:keyvault:Vault",
      { vaultName: "v", properties: {} },
      ["az keyvault purge --name v"],
    ],
    [
      "a key vault that cannot be purged",
      "azure-native:keyvault:Vault",
      { vaultName: "v", properties: { enablePurgeProtection: true } },
      [undefined],
    ],
    ["a log group of another's nothing", "aws:cloudwatch/logGroup:LogGroup", { name: "/aws/vpc/x/flow-logs" }, []],
    ["a key ring itself", "gcp:kms/keyRing:KeyRing", {}, [undefined]],
  ];
  for (const [title, type, inputs, expected] of cases) {
    it(title, () =>
      assert.deepEqual(
        left(type, inputs).map(({ remove }) => remove),
        expected,
      ),
    );
  }
});

describe("Letting go", () => {
  let plan: Plan;
  before(async () => {
    ({ plan } = await planOf(readSettings(".", "eks"), "eks"));
  });

  it("is by the settings of the stack for what its cloud holds", () => {
    assert.deepEqual(protectionPaths(plan), [
      "cluster.deletionProtection",
      "datastores.postgres.protect",
      "datastores.redis.protect",
      "datastores.objects.protect",
    ]);
  });

  it("keeps the last snapshots that there would have been", () => {
    const { settings, update } = liftingOf(heldIn(eks), plan, false);
    assert.equal(update, true);
    assert.deepEqual(settings, {
      "datastores.postgres.finalSnapshot": "true",
      "datastores.redis.finalSnapshot": "true",
      "cluster.deletionProtection": "false",
      "datastores.postgres.protect": "false",
      "datastores.redis.protect": "false",
      "datastores.objects.protect": "false",
    });
  });

  it("needs no update where only Pulumi holds, and nothing is set", () => {
    const held = heldIn(eks).map((it) => ({ ...it, byCloud: false }));
    assert.deepEqual(liftingOf(held, plan, false), { settings: {}, update: false });
  });

  it("asks for snapshots that there would not have been, where a backup is wanted", async () => {
    const bare = await planOf({ ...readSettings(".", "eks"), profile: "staging" }, "eks");
    assert.deepEqual(liftingOf([], bare.plan, false), { settings: {}, update: false });
    assert.deepEqual(liftingOf([], bare.plan, true), {
      settings: { "datastores.postgres.finalSnapshot": "true", "datastores.redis.finalSnapshot": "true" },
      update: true,
    });
  });

  it("is told of in a line that can be copied", () => {
    const held = stillHeld(planTeardown(eks, NOTHING_FOUND), ["cluster"]);
    assert.match(refusal("eks", held), /npm run destroy -- eks (--release [\w-]+ ?){7}\n/);
    assert.doesNotMatch(refusal("eks", held), /--release cluster/);
  });
});

describe("The words of a teardown", () => {
  it("say what goes, what stays and what would be left behind", () => {
    const words = inWords("eks", planTeardown(eks, found));
    for (const line of [
      /^Goes: \d+ resources:$/m,
      /^ {2}postgres: RDS database pybase-production-postgres, 100 GiB$/m,
      /^ {2}search: volume claim pybase\/data-search-0, 5Gi, whose volume stays$/m,
      /^ {2}postgres: by Pulumi and the cloud \(pybase-postgres-instance\)$/m,
      /^ {4}aws ec2 delete-volume --volume-id vol-20$/m,
      /^ {2}load balancer Service traefik\/traefik: /m,
    ])
      assert.match(words, line);
  });

  it("say so where nothing is left", () => assert.equal(leftOver([]), "Nothing is left."));

  it("name what the stack uses and does not own", async () => {
    const { plan } = await planOf(readSettings(".", "production"), "production");
    const names = outsideOf(plan).map(({ kind, name }) => `${kind} ${name}`);
    assert.deepEqual(names, ["datastore postgres", "datastore redis", "DNS record pybase.example.com"]);
  });
});
