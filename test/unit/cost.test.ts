import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Plan } from "../../config/plan.ts";
import { costOf, proveCost } from "../../local/proofs/cost.ts";
import { costDifference } from "../../local/proofs/cost-difference.ts";
import type { Line } from "../../local/proofs/cost-lines.ts";
import { awsPrices } from "../../local/proofs/prices-aws.ts";
import { azurePrices } from "../../local/proofs/prices-azure.ts";
import { gcpPrices } from "../../local/proofs/prices-gcp.ts";
import { Snapshot } from "../../local/proofs/snapshot.ts";
import { override, planOf as planOfStack, readSettings } from "../../local/rehearsal/stack-file.ts";
import { inProduction, onEks } from "../support/clouds.ts";
import { planFor } from "../support/pybase.ts";
import { planOf } from "../support/shop.ts";

/** PyBase on a cloud, as the repository's stack file has it. */
async function pybaseOn(stack: "eks" | "gke" | "aks", ...over: string[]): Promise<Plan> {
  const { plan } = await planOfStack(over.reduce(override, readSettings(".", stack)), stack);
  return plan;
}

function line(lines: readonly Line[], item: string): Line {
  const found = lines.find((one) => one.item.startsWith(item));
  assert.ok(found, `no line begins with "${item}": ${lines.map((one) => one.item).join("; ")}`);
  return found;
}

describe("What a stack costs", () => {
  it("is what the tables say of each part, at the fewest, typically and at the most", async () => {
    const { lines, total, unknown, region } = costOf(await pybaseOn("eks"));
    assert.equal(region, "us-east-1");
    assert.deepEqual(unknown, []);
    const machines = line(lines, "pool general: 3 to 12 m6i.xlarge");
    const each = 0.192 * 730;
    assert.deepEqual(
      [machines.least, machines.typical, machines.most],
      [3 * each, 5.25 * each, 12 * each].map((usd) => Math.round(usd * 100) / 100),
    );
    assert.equal(line(lines, "control plane").least, 73);
    assert.equal(line(lines, "3 NAT gateways").least, 98.55);
    assert.equal(line(lines, "postgres: 2 db.m7g.large in two zones").most, 245.28);
    assert.equal(line(lines, "postgres: 20 GiB").most, 4.6);
    assert.equal(line(lines, "redis: 2 cache.m7g.large").least, 184.54);
    assert.deepEqual([line(lines, "objects").least, line(lines, "objects").most], [0, 0.23]);
    for (const kind of ["least", "typical", "most"] as const) {
      const sum = lines.reduce((all, one) => all + one[kind], 0);
      assert.ok(Math.abs(sum - total[kind]) < 0.1, kind);
    }
    assert.ok(total.least < total.typical && total.typical < total.most);
  });

  for (const stack of ["eks", "gke", "aks"] as const) {
    it(`comes to what docs/${stack}.md says of production`, async () => {
      const page = readFileSync(new URL(`../../docs/${stack}.md`, import.meta.url), "utf8");
      const [, sum = ""] = /^\| (?:\*\*sum\*\*|together) \| \**about ([\d,]+)/m.exec(page) ?? [];
      const said = Number(sum.replace(",", ""));
      const { total } = costOf(await pybaseOn(stack));
      assert.ok(Math.abs(total.least / said - 1) < 0.06, `${total.least} is not about ${said}`);
    });
  }

  // pybase.md, of guides that are not in the repository: two small machines or three, a small database, a small Redis.
  for (const [stack, machine, least, most] of [
    ["eks", "t3.large", 391, 641],
    ["gke", "e2-standard-2", 386, 564],
  ] as const) {
    it(`lies within PyBase's own range for ${stack}, ${least} to ${most} USD, on small machines`, async () => {
      const { total } = costOf(
        await pybaseOn(
          stack,
          `cluster.nodePools={general: {machine: ${machine}}}`,
          ...(stack === "eks" ? ["cluster.network={natGateways: one}"] : []),
          "datastores.postgres={mode: managed, size: small, highAvailability: false}",
          "datastores.redis={mode: managed, size: small, highAvailability: false}",
        ),
      );
      assert.ok(total.typical > least && total.typical < most, `${total.typical} typically`);
    });
  }

  it("takes volumes as they are claimed, once there is a cluster", async () => {
    const plan = await pybaseOn("eks", "datastores={}");
    const claim = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data-search-0", namespace: "pybase" },
      spec: { storageClassName: "gp3", resources: { requests: { storage: "100Gi" } } },
    };
    const { lines } = costOf(plan, new Snapshot([claim]));
    assert.equal(line(lines, "1 volumes of class gp3, 100 GiB").least, 8);
    assert.ok(line(costOf(plan).lines, "4 volumes of class gp3").least < 8);
  });

  it("counts machines of the spot market at a third, and says so", () => {
    const pools = { general: { min: 1, max: 1 }, spot: { min: 1, max: 1, spot: true } };
    const { lines } = costOf(planOf(onEks({ nodePools: pools })));
    const [full, spot] = [line(lines, "pool general: 1 m6i"), line(lines, "pool spot: 1 m6i")];
    assert.ok(Math.abs(full.least / 3 - spot.least) < 0.01);
    assert.match(spot.note ?? "", /spot/);
  });

  it("names what has no price, leaves it out of the total and makes it a warning", () => {
    const plan = planOf(onEks({ nodePools: { general: { machine: "m8i.large" } } }));
    const { unknown, lines } = costOf(plan);
    assert.deepEqual(unknown, ["machine m8i.large"]);
    assert.ok(!lines.some(({ item }) => item.includes("m8i.large")));
    const { outcome, findings } = proveCost(plan, new Snapshot([]));
    assert.equal(outcome, "passed");
    assert.deepEqual(
      findings.map(({ severity, subject }) => [severity, subject]),
      [["warning", "machine m8i.large"]],
    );
  });

  it("is nobody's list price on somebody else's cluster, where only what a cloud runs beside it is counted", () => {
    const { lines, total, yours, unknown } = costOf(planFor("production"));
    assert.deepEqual([lines, total.most, unknown], [[], 0, []]);
    assert.match(yours.join("; "), /machines.*volumes.*run elsewhere: postgres, redis/);
  });

  it("differs by what a change of the stack file changes", async () => {
    const before = await pybaseOn("eks");
    const { total, changed } = costDifference(
      before,
      await pybaseOn("eks", "datastores.redis={mode: managed, size: small}", "cluster.nodePools={general: {min: 4}}"),
    );
    assert.deepEqual(
      changed.map(({ component, before, after }) => [component, before !== undefined, after !== undefined]).sort(),
      [
        ["datastores", true, true],
        ["machines", true, true],
      ],
    );
    const redis = 2 * (0.0256 - 0.1264) * 730;
    const machine = 0.192 * 730 + 50 * 0.08;
    assert.ok(Math.abs(total.least - (redis + machine)) < 0.05, String(total.least));
    assert.deepEqual(costDifference(before, before), { total: { least: 0, typical: 0, most: 0 }, changed: [] });
  });

  it("counts what snapshots of volumes keep", () => {
    const plan = planOf(onEks({}, inProduction));
    const snapshots = { schedule: "0 1 * * *", keep: 7, datastores: ["db"], image: "x" as never };
    const { lines } = costOf({ ...plan, snapshots });
    const kept = line(lines, "snapshots of 10 GiB, 7 of each");
    assert.deepEqual([kept.least, kept.typical, kept.most], [0, 0.25, 0.5]);
  });
});

describe("The tables of prices", () => {
  it("know the machines that clouds list, to the cent", () => {
    const cents = (usd?: number) => usd && Math.round(usd * 100) / 100;
    assert.equal(cents(awsPrices.machine("m5.large")), 70.08);
    assert.equal(cents(awsPrices.machine("t3.medium")), 30.37);
    assert.equal(cents(gcpPrices.machine("e2-standard-4")), 97.83);
    assert.equal(cents(gcpPrices.machine("e2-medium")), 24.46);
    assert.equal(cents(azurePrices.machine("Standard_D2s_v5")), 70.08);
    for (const { machine } of [awsPrices, gcpPrices, azurePrices]) assert.equal(machine("abacus"), undefined);
  });

  it("bill a disk of Azure by the next size that there is", () => {
    assert.equal(azurePrices.systemDisk(50), 10.21);
    assert.equal(azurePrices.systemDisk(50, "Ephemeral"), 0);
    assert.equal(azurePrices.volume("managed-csi", 100), 9.6 * 1.5);
    assert.equal(azurePrices.volume("managed-csi", 5000), undefined);
  });

  it("know a Cloud SQL server by its CPUs and memory, and Redis by its gigabytes", () => {
    const store = { mode: "managed", highAvailability: true } as never as Parameters<typeof gcpPrices.store>[0];
    const sql = gcpPrices.store({ ...store, engine: "postgres", machine: "db-custom-2-7680" });
    assert.ok(Math.abs((sql?.servers ?? 0) - 197.25) < 0.01);
    const redis = gcpPrices.store({ ...store, engine: "redis", machine: "5GB" });
    assert.ok(Math.abs((redis?.servers ?? 0) - 197.1) < 0.01);
    assert.equal(gcpPrices.store({ ...store, engine: "mongodb" }), undefined);
  });
});
