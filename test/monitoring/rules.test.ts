/** Alerts and recordings, judged by promtool: that each fires when it should, and is quiet when it should be. */
import assert from "node:assert/strict";
import { ruleGroups } from "../../components/monitoring/rules.ts";
import type { AlertPlan } from "../../config/monitoring/alerts.ts";
import type { MonitoringPlan } from "../../config/monitoring.ts";
import { CASES, type Case, own, ready, responses, type Series, times } from "../support/alarms.ts";
import { judge } from "../support/judges.ts";
import { harborPlan } from "../support/watched.ts";

describe("The rules", function () {
  this.timeout(900_000); // the judge may have to be built
  const monitoring = harborPlan().monitoring as MonitoringPlan;
  const rules = ruleGroups("harbor", monitoring);

  it("are what Prometheus understands", async () => {
    const said = await judge("promtool", ["check", "rules", "--lint=all", "--lint-fatal", "rules.yaml"], {
      "rules.yaml": rules,
    });
    assert.match(said, new RegExp(`SUCCESS: ${monitoring.alerts.length + monitoring.recordings.length} rules found`));
  });

  it("have a firing and a quiet case for each kind of alert", () => {
    const kinds = new Set(monitoring.alerts.map(({ name }) => name).filter((name) => name !== "TooManyPods"));
    assert.deepEqual(new Set(CASES.map((it) => it.alert)), kinds);
  });

  for (const given of CASES) {
    const { alert, component, queue, description } = given;
    const planned = monitoring.alerts.find(
      ({ name, labels }) => name === alert && labels.component === component && labels.queue === queue,
    ) as AlertPlan;
    const title = `${alert} of ${component}${queue ? `, queue ${queue},` : ""}`;
    for (const fires of [true, false]) {
      it(`${title} ${fires ? "fires" : "is quiet"}`, async () => {
        const rule = { ...planned, ...(description && fires ? {} : { description: undefined }) };
        const series = fires ? given.fires : given.quiet;
        await judge("promtool", ["test", "rules", "test.yaml"], {
          "rules.yaml": ruleGroups("harbor", { alerts: [rule], recordings: [] }),
          "test.yaml": {
            rule_files: ["rules.yaml"],
            evaluation_interval: "1m",
            tests: [
              {
                interval: "1m",
                input_series: series.map(([name, values]) => ({ series: name, values })),
                alert_rule_test: [
                  { eval_time: "45m", alertname: alert, exp_alerts: fires ? [fired(given, rule)] : [] },
                ],
              },
            ],
          },
        });
      });
    }
  }

  it("record the figures by component", async () => {
    const recorded = (record: string, labels: string, value: number) => ({
      expr: `${record}{${labels}}`,
      eval_time: "30m",
      exp_samples: [{ labels: `${record}{application="harbor",${labels},namespace="harbor"}`, value }],
    });
    await judge("promtool", ["test", "rules", "test.yaml"], {
      "rules.yaml": rules,
      "test.yaml": {
        rule_files: ["rules.yaml"],
        evaluation_interval: "1m",
        fuzzy_compare: true,
        tests: [
          {
            interval: "1m",
            input_series: [
              ...responses("http_requests_total", "status", 40),
              ...times("http_request_duration_seconds", "api", 10),
              ...ready("api", "1x60", "1x60"),
              [`celery_queue_length${own("queues", 'queue_name="audio"')}`, "7x60"] as Series,
            ].map(([series, values]) => ({ series, values })),
            promql_expr_test: [
              recorded("component:http_requests:rate5m", 'component="api"', 100 / 60),
              recorded("component:http_request_errors:ratio_rate5m", 'component="api"', 0.4),
              {
                expr: 'round(component:http_request_duration_seconds:p95{component="api"}, 0.001)',
                eval_time: "30m",
                exp_samples: [{ labels: '{application="harbor",component="api",namespace="harbor"}', value: 1.5 }],
              },
              recorded("component:replicas:ready", 'component="api"', 2),
              recorded("queue:messages:count", 'component="queues",queue="audio"', 7),
            ],
          },
        ],
      },
    });
  });
});

/** The alert as Prometheus sends it. */
function fired({ component, description, fires }: Case, { labels, summary, expr }: AlertPlan) {
  const by = /by \((pod|persistentvolumeclaim)\)/.exec(expr)?.[1] ?? /^(?:sum|max) by \((instance)\)/.exec(expr)?.[1];
  const isOne = expr.startsWith("max(max");
  const values: Record<string, string | undefined> = {
    pod: `${component}-1`,
    persistentvolumeclaim: /persistentvolumeclaim="([^"]+)"/.exec(fires[0]?.[0] ?? "")?.[1],
    instance: "10.0.0.1",
  };
  return {
    exp_labels: { ...labels, ...(by && !isOne ? { [by]: values[by] } : {}) },
    exp_annotations: { summary, ...(description ? { description } : {}) },
  };
}
