import assert from "node:assert/strict";
import type { Ask } from "../../cloud/api-server.ts";
import { checkOperators } from "../../cloud/operators.ts";
import type { Plan } from "../../config/plan.ts";
import { ARCHIVED, beaconPlan } from "../support/beacon.ts";

const everything: Record<string, unknown> = {
  "/apis": {},
  "/apis/postgresql.cnpg.io/v1": { resources: [{ kind: "Cluster" }] },
};
const STATEFUL_SET = "/apis/apps/v1/namespaces/beacon/statefulsets/db";
const CLUSTER = "/apis/postgresql.cnpg.io/v1/namespaces/beacon/clusters/db";
const one = { datastores: { db: { servers: 1 } } };

/** The refusal of a cluster that has `everything` but what `but` says; none where it is accepted. */
async function check(plan: Plan, but: Record<string, unknown> = {}): Promise<string | undefined> {
  const answers = { ...everything, ...but };
  try {
    await checkOperators((async (path: string) => answers[path]) as Ask, plan);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

describe("A cluster that is to run datastores of several servers", () => {
  it("is accepted with the operator's kind, or where it may not be asked", async () => {
    assert.equal(await check(beaconPlan()), undefined);
    assert.equal(await check(beaconPlan(), { "/apis": undefined }), undefined);
  });

  it("is refused without CloudNativePG, by the datastore that asks for it", async () => {
    assert.equal(
      await check(beaconPlan(), { "/apis/postgresql.cnpg.io/v1": undefined }),
      `landfall:datastores.db.servers: the cluster does not know Cluster (postgresql.cnpg.io/v1), by which CloudNativePG runs several servers.
  fix      set landfall:addons.cloudnative-pg: true, or install CloudNativePG 1.25 or newer, with its Helm chart or its release's manifest (cloudnative-pg.io), or use one server
  Nothing was created or changed.
`,
    );
  });

  it("is refused without the plugin that archives their log, by the key that asks for that", async () => {
    assert.equal(
      await check(beaconPlan(ARCHIVED)),
      `landfall:backup.archive: the cluster does not know ObjectStore (barmancloud.cnpg.io/v1), by which the Barman Cloud plugin archives the log of db.
  fix      set landfall:addons.plugin-barman-cloud: true, or install the Barman Cloud plugin 0.10 or newer beside CloudNativePG 1.26 or newer (cloudnative-pg.io/plugin-barman-cloud), or set landfall:backup.archive: false
  Nothing was created or changed.
`,
    );
    const plugin = { "/apis/barmancloud.cnpg.io/v1": { resources: [{ kind: "ObjectStore" }] } };
    assert.equal(await check(beaconPlan(ARCHIVED), plugin), undefined);
  });

  it("needs no operator for one server, or for Redis", async () => {
    assert.equal(await check(beaconPlan(one), { "/apis/postgresql.cnpg.io/v1": undefined }), undefined);
  });

  it("is refused where one server has the data that several would not", async () => {
    assert.equal(
      await check(beaconPlan(), { [STATEFUL_SET]: {} }),
      `landfall:datastores.db.servers: 3 would leave the data of the StatefulSet "db" behind, which runs it now.
  fix      leave servers as it is; docs/high-availability.md says how to move the data
  Nothing was created or changed.
`,
    );
    assert.equal(await check(beaconPlan(one), { [STATEFUL_SET]: {} }), undefined);
  });

  it("is refused where several servers have the data that one would not", async () => {
    assert.match(
      (await check(beaconPlan(one), { [CLUSTER]: {} })) ?? "",
      /^landfall:datastores\.db\.servers: 1 would leave the data of the Cluster "db" behind/,
    );
    assert.equal(await check(beaconPlan(), { [CLUSTER]: {} }), undefined);
  });
});
