import assert from "node:assert/strict";
import type { Ask } from "../../cloud/api-server.ts";
import { checkSnapshots } from "../../cloud/snapshots.ts";
import type { Plan } from "../../config/plan.ts";
import { planOf } from "../support/shop.ts";

const API = "/apis/snapshot.storage.k8s.io/v1";
const DEFAULT = { "snapshot.storage.kubernetes.io/is-default-class": "true" };

const everything: Record<string, unknown> = {
  "/apis": {},
  [API]: { resources: [{ kind: "VolumeSnapshot" }, { kind: "VolumeSnapshotClass" }] },
  [`${API}/volumesnapshotclasses`]: {
    items: [
      { metadata: { name: "usual", annotations: DEFAULT }, deletionPolicy: "Delete" },
      { metadata: { name: "kept" }, deletionPolicy: "Retain" },
    ],
  },
};

function planWith(snapshots: object, snapshotClasses: object = {}): Plan {
  return planOf(({ app, stack }) => {
    app.backup = { snapshots };
    stack.cluster.snapshotClasses = snapshotClasses;
  });
}

describe("For snapshots a cluster", () => {
  let warned: string[];
  beforeEach(() => {
    warned = [];
  });
  const warn = (message: string) => void warned.push(message);

  async function check(plan: Plan, but: Record<string, unknown> = {}): Promise<string> {
    const answers = { ...everything, ...but };
    try {
      await checkSnapshots((async (path: string) => answers[path]) as Ask, plan, warn);
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  }

  it("is accepted that has a default class, or the one that is named or described", async () => {
    assert.equal(await check(planWith({})), "");
    assert.equal(await check(planWith({ class: "fast" }, { fast: "usual" })), "");
    assert.equal(
      await check(planWith({ class: "fast" }, { fast: { driver: "csi.example.com", deletionPolicy: "Delete" } })),
      "",
    );
    assert.deepEqual(warned, []);
  });

  it("is not asked where none are taken", async () => {
    await checkSnapshots(() => assert.fail("asked"), planOf(), warn);
  });

  it("is refused without the kinds", async () => {
    assert.equal(
      await check(planWith({}), { [API]: undefined }),
      `landfall:backup.snapshots: the cluster knows no VolumeSnapshot (snapshot.storage.k8s.io/v1).
  fix      install a CSI driver's snapshot controller (github.com/kubernetes-csi/external-snapshotter), or do without: landfall:backup.snapshots: false
  Nothing was created or changed.
`,
    );
    const described = planOf(({ stack }) => (stack.cluster.snapshotClasses = { fast: { driver: "csi.example.com" } }));
    assert.match(
      await check(described, { [API]: undefined }),
      /landfall:cluster\.snapshotClasses\.fast: the cluster knows no VolumeSnapshotClass/,
    );
  });

  it("is refused without the class, with those that there are", async () => {
    assert.match(
      await check(planWith({ class: "fast" }, { fast: "quick" })),
      /no snapshot class "quick"[\s\S]*usual, kept/,
    );
    assert.match(
      await check(planWith({}), { [`${API}/volumesnapshotclasses`]: { items: [] } }),
      /no default snapshot class\.\n {2}allowed {2}none/,
    );
  });

  it("is warned of whose class gives nothing back", async () => {
    assert.equal(await check(planWith({ class: "fast" }, { fast: "kept" })), "");
    assert.equal(await check(planWith({ class: "fast" }, { fast: { driver: "csi.example.com" } })), "");
    assert.equal(warned.length, 2);
    assert.match(warned[0] ?? "", /class "kept" retains/);
  });
});
