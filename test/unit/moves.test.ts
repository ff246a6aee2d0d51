import assert from "node:assert/strict";
import type { Placed } from "../../config/placed.ts";
import type { Plan } from "../../config/plan.ts";
import { onAks } from "../support/clouds.ts";
import { planOf, refuses, type Shop } from "../support/shop.ts";

const MANAGED = { mode: "managed", moveFrom: "bundled" };
const ON_EKS = { provider: "eks", region: "eu-west-1" };
const NOW = new Date("2026-11-21T12:00:00Z");

/** The shop on EKS, its database placed like that, after an update that left what `placed` says. */
function placed(db: object, before?: Placed) {
  return (shop: Shop) => {
    shop.stack.cluster = ON_EKS;
    shop.stack.datastores = { db };
    shop.placed = before && { db: before };
    shop.now = NOW;
  };
}

const bundled = { mode: "bundled", name: "db", version: "16", storageClass: "gp3" } as const;
const managed = { mode: "managed" } as const;
const inStage = (stage: NonNullable<Placed["move"]>["stage"], switched?: string): Placed => ({
  at: switched ? managed : bundled,
  move: { stage, from: bundled, to: managed, ...(switched ? { switched } : {}) },
});

function linksOf({ links }: Plan, component: string): string[] {
  return links
    .filter(({ from }) => from.kind === "pods" && from.component === component)
    .map(({ to, ports }) => `${to.kind === "pods" ? to.component : to.kind} ${ports}`);
}

describe("A datastore that moves from the cluster to the cloud", () => {
  const stages = Object.fromEntries(
    (["prepare", "copy", "freeze", "switch", "release"] as const).map((moveStage) => [
      moveStage,
      planOf(placed({ ...MANAGED, moveStage })),
    ]),
  ) as Record<"prepare" | "copy" | "freeze" | "switch" | "release", Plan>;

  it("has its tiers on the old store until they are switched", () => {
    const used = Object.values(stages).map(({ datastores }) => datastores.find(({ name }) => name === "db")?.mode);
    assert.deepEqual(used, ["bundled", "bundled", "bundled", "managed", "managed"]);
  });

  it("is copied unless the stack says how far it is", () => {
    assert.equal(planOf(placed(MANAGED)).moves[0]?.stage, "copy");
  });

  it("lets what copies reach both stores, and nothing else, and only while it copies", () => {
    assert.deepEqual(linksOf(stages.copy, "db-move"), ["db 5432", "addresses 5432"]);
    assert.deepEqual(linksOf(stages.freeze, "db-move"), ["db 5432", "addresses 5432"]);
    for (const stage of ["prepare", "switch", "release"] as const) {
      assert.deepEqual(linksOf(stages[stage], "db-move"), []);
    }
  });

  it("stops whoever uses the store for the last copy, whose pods may take their time to end", () => {
    const { tiers, moves } = stages.freeze;
    assert.deepEqual(
      tiers.map(({ name, replicas, autoscale }) => [name, replicas, autoscale]),
      [
        ["web", 0, undefined],
        ["jobs", 0, undefined],
        ["clock", 1, undefined],
      ],
    );
    assert.equal(moves[0]?.graceSeconds, 30);
    assert.equal(stages.copy.moves[0]?.graceSeconds, 0);
    assert.deepEqual(stages.switch.tiers, planOf(placed({ mode: "managed" })).tiers);
  });

  it("protects whichever store has the data that counts, and the old one until it is released", () => {
    const guarded = (change: object) =>
      planOf((shop) => {
        placed(change)(shop);
        shop.stack.profile = "production";
      }).moves.map(({ from, to }) => [from, to].map((store) => store.mode !== "external" && store.protect))[0];
    assert.deepEqual(guarded({ ...MANAGED, moveStage: "copy" }), [true, false]);
    assert.deepEqual(guarded({ ...MANAGED, moveStage: "switch" }), [true, true]);
    assert.deepEqual(guarded({ ...MANAGED, moveStage: "release" }), [false, true]);
  });

  it("counts the old store, the new one and what copies in the quota", () => {
    const pods = (plan: Plan) => plan.quota.pods;
    assert.equal(pods(stages.copy), pods(planOf(placed({}))) + 1);
  });

  it("says where the data is, how far it is and since when", () => {
    assert.deepEqual(stages.copy.placed.db, inStage("copy"));
    assert.deepEqual(stages.switch.placed.db, inStage("switch", NOW.toISOString()));
    const since = "2026-11-01T00:00:00.000Z";
    const again = planOf(placed({ ...MANAGED, moveStage: "switch" }, inStage("switch", since)));
    assert.equal(again.placed.db?.move?.switched, since);
  });

  it("goes all the way, stage by stage, and back until it is switched", () => {
    let before: Placed = { at: bundled };
    for (const moveStage of ["prepare", "copy", "freeze", "copy", "prepare", "copy", "freeze", "switch", "release"]) {
      before = planOf(placed({ ...MANAGED, moveStage }, before)).placed.db as Placed;
    }
    const done = planOf(placed({ mode: "managed" }, before));
    assert.deepEqual(done.moves, []);
    assert.deepEqual(done.placed.db, { at: managed });
  });

  it("turns round while the old store stands, with what was written since", () => {
    let before = inStage("switch", "2026-11-20T00:00:00Z");
    for (const moveStage of ["copy", "freeze", "switch"]) {
      before = planOf(placed({ mode: "bundled", moveFrom: "managed", moveStage }, before)).placed.db as Placed;
    }
    assert.deepEqual(before.at, bundled);
  });
});

describe("A datastore that moves within the cluster", () => {
  const newer = { version: "17", instance: "b", moveFrom: { mode: "bundled", version: "16" } };

  it("stands beside the old one under a name of its own, with the same password", () => {
    const { moves, secrets } = planOf(placed({ ...newer, moveStage: "copy" }));
    assert.deepEqual(
      moves.map(({ from, to }) => [from.name, to.name, from.secret, to.secret]),
      [["db", "db-b", "db", "db"]],
    );
    assert.deepEqual(
      secrets.map(({ name }) => name),
      ["db", "queue", "session-key"],
    );
  });

  it("has its tiers ask the new server once they are switched", () => {
    const { tiers, links } = planOf(placed({ ...newer, moveStage: "switch" }));
    assert.deepEqual(tiers[0]?.env.DATABASE_URL, {
      kind: "datastore",
      datastore: "db-b",
      field: "url",
      database: undefined,
    });
    assert.ok(
      links.some(
        ({ from, to }) =>
          from.kind === "pods" && from.component === "web" && to.kind === "pods" && to.component === "db-b",
      ),
    );
  });

  it("is copied with the newer server's tools", () => {
    assert.match(planOf(placed(newer)).moves[0]?.image.reference ?? "", /postgres:17/);
  });
});

describe("A datastore that moves out of the cluster", () => {
  it("keeps its old password under another name, for the new one is somebody else's", () => {
    const { secrets, moves } = planOf((shop) => {
      shop.stack.datastores = { db: { mode: "external", host: "192.0.2.5", moveFrom: "bundled" } };
      shop.secrets.names = ["db"];
    });
    assert.deepEqual([moves[0]?.from.secret, moves[0]?.to.secret], ["db-old", "db"]);
    assert.deepEqual(
      secrets.filter(({ name }) => name.startsWith("db")).map(({ name, derivedAs }) => [name, derivedAs]),
      [
        ["db-old", "db"],
        ["db", undefined],
      ],
    );
  });
});

describe("Data that would be left behind", () => {
  const path = "landfall:datastores.db";
  refuses([
    [
      "by another mode",
      placed({ mode: "managed" }, { at: bundled }),
      {
        path: `${path}.mode`,
        got: "managed",
        problem: 'the data is in the store bundled ("db", version 16, class gp3), and would be left behind there',
        allowed: 'bundled ("db", version 16, class gp3), or a move in stages',
        fix: "add moveFrom: bundled, and see docs/operations.md; or leave it as it was",
      },
    ],
    [
      "by another version, which cannot read the volume",
      placed({ version: "17" }, { at: bundled }),
      {
        path: `${path}.version`,
        got: "17",
        problem: 'the data is in the store bundled ("db", version 16, class gp3), and would be left behind there',
        allowed: 'bundled ("db", version 16, class gp3), or a move in stages',
        fix: 'add moveFrom: { mode: bundled, version: "16" }, and see docs/operations.md; or leave it as it was',
      },
    ],
    [
      "by another class of volumes",
      placed({ storageClass: "fast" }, { at: bundled }),
      {
        path: `${path}.storageClass`,
        got: "gp3-fast",
        problem: 'the data is in the store bundled ("db", version 16, class gp3), and would be left behind there',
        allowed: 'bundled ("db", version 16, class gp3), or a move in stages',
        fix: 'add moveFrom: { mode: bundled, storageClass: "gp3" }, and see docs/operations.md; or leave it as it was',
      },
    ],
    [
      "by a switch before the rest was copied",
      placed({ ...MANAGED, moveStage: "switch" }, inStage("copy")),
      {
        path: `${path}.moveStage`,
        got: "switch",
        problem:
          'the data is in the store bundled ("db", version 16, class gp3), and the store managed has not all of it',
        allowed: "copy, then freeze, then switch, with an update each",
        fix: "take the stages one after the other",
      },
    ],
    [
      "by a switch out of the blue",
      placed({ ...MANAGED, moveStage: "switch" }, { at: bundled }),
      {
        path: `${path}.moveStage`,
        got: "switch",
        problem:
          'the data is in the store bundled ("db", version 16, class gp3), and the store managed has not all of it',
        allowed: "copy, then freeze, then switch, with an update each",
        fix: "set moveStage: copy",
      },
    ],
    [
      "by going back after the switch",
      placed({ ...MANAGED, moveStage: "copy" }, inStage("switch", "2026-11-01T00:00:00.000Z")),
      {
        path: `${path}.moveStage`,
        got: "copy",
        problem:
          "what was written since 2026-11-01T00:00:00.000Z is in the store managed, and would be left behind there",
        allowed: "switch, release",
        fix: "going back is a move too: mode: bundled, moveFrom: managed, in the stages copy, freeze, switch",
      },
    ],
    [
      "by forgetting the move when it was switched",
      placed({ mode: "managed" }, inStage("switch", "2026-11-01T00:00:00.000Z")),
      {
        path: `${path}.moveFrom`,
        problem: 'is missing: the old store (bundled ("db", version 16, class gp3)) would go with all that it has',
        allowed: "moveStage: release, with an update, before it is removed",
        fix: "put it back; with moveStage: release, if the old store is not needed any more",
      },
    ],
    [
      "by releasing the old store before its time",
      placed({ ...MANAGED, moveStage: "release", keepOldDays: 30 }, inStage("switch", "2026-11-01T00:00:00.000Z")),
      {
        path: `${path}.moveStage`,
        got: "release",
        problem: "the old store is kept for 30 days after the switch, until 2026-12-01T00:00:00.000Z",
        allowed: "switch",
        fix: "wait, or lower keepOldDays",
      },
    ],
    [
      "by releasing it while it is in use",
      placed({ ...MANAGED, moveStage: "release" }, inStage("freeze")),
      {
        path: `${path}.moveStage`,
        got: "release",
        problem:
          'the data is in the store bundled ("db", version 16, class gp3), and the store managed has not all of it',
        allowed: "freeze, then switch, with an update each",
        fix: "take the stages one after the other",
      },
    ],
  ]);
});

describe("A move that cannot be made", () => {
  const path = "landfall:datastores.db";
  refuses([
    [
      "without a name for the new store",
      placed({ version: "17", moveFrom: { mode: "bundled", version: "16" } }),
      {
        path: `${path}.instance`,
        problem: "is missing: the new store stands beside the old one, and both would have the same name",
        allowed: 'lower-case letters, digits and "-", another one than moveFrom.instance',
        fix: 'set it, such as instance: "b", and let it stand after the move',
      },
    ],
    [
      "from the cloud to the cloud",
      placed({ mode: "managed", moveFrom: "managed" }),
      {
        path: `${path}.moveFrom`,
        got: "managed",
        problem: "the cloud changes size, storage and version of its stores in place",
        allowed: "bundled, external",
        fix: "remove it",
      },
    ],
    [
      "of objects to a cloud whose store has another interface",
      (shop) => {
        onAks()(shop);
        shop.app.datastores = { files: { engine: "objectstore", buckets: ["files"] } };
        shop.app.tiers.web.uses = ["files"];
        shop.app.tiers.web.env = {};
        shop.app.tiers.jobs.uses = ["files"];
        shop.stack.datastores = { files: { mode: "managed", protocol: "blob", moveFrom: "bundled" } };
      },
      {
        path: "landfall:datastores.files.moveFrom",
        problem: "one of the two does not speak what the engine's tools do",
        fix: "remove it, and copy with the cloud's own tools",
      },
    ],
    [
      "of parts",
      (shop) => {
        shop.app.datastores = { vectors: { engine: "qdrant", servers: 3 } };
        shop.app.tiers.web.uses = ["vectors"];
        shop.app.tiers.web.env = {};
        shop.app.tiers.jobs.uses = ["vectors"];
        shop.secrets.names = ["vectors"];
        shop.stack.datastores = { vectors: { mode: "external", host: "192.0.2.5", moveFrom: "bundled" } };
      },
      {
        path: "landfall:datastores.vectors.moveFrom",
        problem: "nothing here copies a qdrant of several servers, each of which has a part",
        allowed: "one server on both sides",
        fix: "remove it, and fill the new store by the application's own means",
      },
    ],
    [
      "that nothing moves",
      placed({ mode: "managed", moveStage: "copy" }),
      {
        path: `${path}.moveStage`,
        got: "copy",
        problem: "nothing moves: moveFrom is not set",
        fix: "set moveFrom, or remove moveStage",
      },
    ],
  ]);
});
