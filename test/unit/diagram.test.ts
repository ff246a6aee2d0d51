import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { diagram } from "../../config/diagram.ts";
import { beaconPlan } from "../support/beacon.ts";
import { planFor } from "../support/pybase.ts";
import { harborPlan } from "../support/watched.ts";

const README = new URL("../../README.md", import.meta.url);
const BLOCK = /(?<=<!-- what stands after npm start -->\n```mermaid\n)[\s\S]*?(?=\n```)/;

describe("The picture of a plan", () => {
  it("is in the README as the dev stack has it (UPDATE_GOLDEN=1 puts it there)", () => {
    const readme = readFileSync(README, "utf8");
    const picture = diagram(planFor("dev"));
    if (process.env.UPDATE_GOLDEN)
      writeFileSync(
        README,
        readme.replace(BLOCK, () => picture),
      );
    else assert.equal(BLOCK.exec(readme)?.[0], picture);
  });

  it("shows what Prometheus reads", () => {
    const lines = diagram(harborPlan()).split("\n");
    assert.ok(lines.includes('  monitoring(["Prometheus in monitoring"])'));
    assert.ok(lines.includes("  monitoring -->|9000| site"));
  });

  it("shows an external store outside the namespace", () => {
    const lines = diagram(planFor("production")).split("\n");
    const end = lines.indexOf("  end");
    assert.ok(lines.indexOf(`  postgres[("postgres<br>postgres, postgres.example.com")]`) > end);
    assert.ok(lines.findIndex((line) => line.includes("search[(")) < end);
  });

  it("shows what stands before several servers, and who runs them", () => {
    const lines = diagram(beaconPlan())
      .split("\n")
      .map((line) => line.trim());
    for (const line of [
      'queue_proxy["queue-proxy<br>2 pods"]',
      'operator(["CloudNativePG"])',
      "web -->|6379| queue_proxy",
      "queue_proxy -->|6379, 26379| queue",
      "operator -->|8000| db",
    ]) {
      assert.ok(lines.includes(line), line);
    }
  });
});
