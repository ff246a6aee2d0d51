/** Every query of a dashboard is PromQL as Prometheus understands it, and looks at this application only. */
import assert from "node:assert/strict";
import { grafanaDashboard } from "../../components/monitoring/dashboard.ts";
import { judge } from "../support/judges.ts";
import { harborPlan } from "../support/watched.ts";

describe("The dashboards' queries", function () {
  this.timeout(900_000); // the judge may have to be built
  const plan = harborPlan();
  const queries = (plan.monitoring?.dashboards ?? [])
    .flatMap((board) => grafanaDashboard(plan, board).panels)
    .flatMap((panel) => ("targets" in panel ? panel.targets : []))
    .map(({ expr }) => expr);

  it("are what Prometheus understands", async () => {
    assert.ok(queries.length > 40, `${queries.length} queries`);
    const rules = queries.map((expr, index) => ({ record: `query_${index}`, expr }));
    const said = await judge("promtool", ["check", "rules", "--lint=all", "--lint-fatal", "queries.yaml"], {
      "queries.yaml": { groups: [{ name: "queries", rules }] },
    });
    assert.match(said, new RegExp(`SUCCESS: ${queries.length} rules found`));
  });

  it("name the namespace in every selector", () => {
    for (const query of queries) {
      for (const [selector] of query.matchAll(/\{[^}]*\}/g)) assert.match(selector, /namespace="harbor"/, query);
    }
  });
});
