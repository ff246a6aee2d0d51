import assert from "node:assert/strict";
import { planOf, refuses, type Shop } from "../support/shop.ts";

const COPY = "20261121T020000Z";

/** The shop, whose database has this copy put back. */
function restoring(more: object = {}) {
  return ({ app, stack }: Shop) => {
    app.backup = { to: { storage: "1Gi" } };
    app.tiers.web.migrate = ["migrate"];
    stack.datastores = { db: { restore: { copy: COPY }, ...more } };
  };
}

/** The shop on EKS, whose database takes its data from a server that AWS has made. */
function fromServer(more: object = {}) {
  return ({ app, stack }: Shop) => {
    app.tiers.web.migrate = ["migrate"];
    stack.cluster = { provider: "eks", region: "eu-west-1" };
    stack.datastores = { db: { mode: "managed", restore: { server: "restored.example.com" }, ...more } };
  };
}

describe("A copy that is put back", () => {
  const plan = planOf(restoring());

  it("stops whoever uses the store, and leaves their migrations for when they start", () => {
    const seen = plan.tiers.map(({ name, replicas, autoscale, after }) => [name, replicas, autoscale, after]);
    assert.deepEqual(seen, [
      ["web", 0, undefined, ["db"]],
      ["jobs", 0, undefined, ["db", "queue"]],
      ["clock", 1, undefined, []],
    ]);
  });

  it("waits as long as those may take to end, and copies what is there first", () => {
    const [db, queue] = plan.backups;
    assert.deepEqual(db?.restore, { name: "db-restore", copy: COPY, copyFirst: true, graceSeconds: 30 });
    assert.equal(queue?.restore, undefined);
  });

  it("reaches the store and nothing else, from a volume", () => {
    const links = plan.links.filter(({ from }) => from.kind === "pods" && from.component === "db-restore");
    assert.deepEqual(
      links.map(({ to, ports }) => [to, ports]),
      [[{ kind: "pods", component: "db" }, [5432]]],
    );
  });

  it("reaches the bucket too where that has the copies", () => {
    const { links, quota } = planOf((shop) => {
      restoring()(shop);
      shop.app.datastores.objects = { engine: "objectstore", buckets: ["copies"] };
      shop.app.backup = { to: { datastore: "objects", bucket: "copies", scratch: "3Gi" } };
    });
    const reached = links.flatMap(({ from, to }) =>
      from.kind === "pods" && from.component === "db-restore" && to.kind === "pods" ? [to.component] : [],
    );
    assert.deepEqual(reached, ["db", "objects"]);
    const without = planOf((shop) => {
      restoring({ restore: undefined })(shop);
      shop.app.datastores.objects = { engine: "objectstore", buckets: ["copies"] };
      shop.app.backup = { to: { datastore: "objects", bucket: "copies", scratch: "3Gi" } };
    });
    assert.notEqual(quota.storage, without.quota.storage);
  });

  it("is told by the stack's outputs", () => {
    assert.equal(plan.placed.db?.restoring, COPY);
    assert.equal(plan.placed.queue?.restoring, undefined);
  });
});

describe("A managed store that takes its data from a server of the cloud's backups", () => {
  const plan = planOf(fromServer());

  it("stops whoever uses it, and waits for them", () => {
    assert.deepEqual(
      plan.tiers.map(({ name, replicas }) => [name, replicas]),
      [
        ["web", 0],
        ["jobs", 0],
        ["clock", 1],
      ],
    );
    const [move] = plan.moves;
    assert.deepEqual(
      [move?.name, move?.stage, move?.server, move?.graceSeconds, move?.from === move?.to],
      ["db-restore", "restore", "restored.example.com", 30, true],
    );
  });

  it("is no move to another store", () => {
    assert.deepEqual(plan.placed.db, { at: { mode: "managed" }, restoring: "restored.example.com" });
    assert.equal(planOf(fromServer({ protect: true })).datastores.find(({ name }) => name === "db")?.mode, "managed");
  });
});

describe("A restore is refused:", () => {
  refuses([
    [
      "of a copy without a copy's name",
      restoring({ restore: { copy: "yesterday" } }),
      {
        path: "landfall:datastores.db.restore.copy",
        got: "yesterday",
        problem: "not valid",
        allowed: 'the name of a copy, such as "20261121T020000Z"',
        fix: "write it in that form",
      },
    ],
    [
      "where nothing makes copies",
      ({ stack }) => (stack.datastores = { db: { restore: { copy: COPY } } }),
      {
        path: "landfall:datastores.db.restore",
        got: COPY,
        problem: "nothing makes copies of it",
        fix: "set backup as it was when the copy was made",
      },
    ],
    [
      "of an engine that takes no copy over the network",
      (shop) => {
        restoring()(shop);
        shop.app.datastores.db = { engine: "neo4j", version: "5-enterprise" };
        shop.app.tiers.web.env = {};
      },
      {
        path: "landfall:datastores.db.restore",
        got: COPY,
        problem: "nothing here puts a copy of neo4j back into servers that run",
        allowed: "an engine that takes its copies over the network, and one server where each has a part",
        fix: "remove it, and see docs/backup.md for how its own tools do it",
      },
    ],
    [
      "in the midst of a move",
      (shop) => {
        restoring({ instance: "b", moveFrom: "bundled" })(shop);
      },
      {
        path: "landfall:datastores.db.restore",
        got: COPY,
        problem: "the datastore is on its way to another store",
        fix: "finish the move, or take it out, before anything is put back",
      },
    ],
    [
      "under a name that is taken",
      (shop) => {
        restoring()(shop);
        shop.app.tiers["db-restore"] = { ...shop.app.tiers.jobs, uses: [] };
      },
      {
        path: "landfall:datastores.db.restore",
        problem: 'what restores would be called "db-restore", a name that is taken',
        fix: "rename the tier or datastore of that name",
      },
    ],
    [
      "from a server, of a store that is to move",
      fromServer({ moveFrom: "bundled" }),
      {
        path: "landfall:datastores.db.restore",
        got: "restored.example.com",
        problem: "the datastore is on its way to another store",
        fix: "finish the move, or take it out, before anything is put back",
      },
    ],
  ]);
});
