/** Who hears of what, judged by amtool. */
import assert from "node:assert/strict";
import type { AlertmanagerConfigSpec } from "../../components/monitoring/custom-resources.ts";
import { alertmanagerFile } from "../support/alertmanager.ts";
import { judge } from "../support/judges.ts";
import { autoName, find } from "../support/mocks.ts";
import { land } from "../support/pybase.ts";
import { harborPlan } from "../support/watched.ts";

const SECRETS = {
  [autoName("harbor-monitoring-receivers")]: {
    pagerduty: "0123456789abcdef0123456789abcdef",
    slack: "https://hooks.slack.com/services/T/B/x",
    webhook: "https://bridge.example.com/hook",
    smtp: "a password",
  },
};

describe("The notifications", function () {
  this.timeout(900_000); // the judge may have to be built
  let file: object;

  before(async () => {
    const { inputs } = find(
      await land(harborPlan()),
      "kubernetes:monitoring.coreos.com/v1alpha1:AlertmanagerConfig",
      "harbor-monitoring-notifications",
    );
    file = alertmanagerFile(inputs.spec as AlertmanagerConfigSpec, "harbor", SECRETS);
  });

  it("are what Alertmanager understands", async () => {
    const said = await judge("amtool", ["check-config", "alertmanager.yaml"], { "alertmanager.yaml": file });
    assert.match(said, /SUCCESS/);
    assert.match(said, /6 receivers/);
  });

  for (const [severity, receivers] of [
    ["critical", "on-call,team"],
    ["warning", "team,bridge,office"],
    ["info", "nobody"],
  ] as const) {
    it(`of severity ${severity} go to ${receivers}`, async () => {
      const labels = [`severity=${severity}`, "namespace=harbor", "alertname=HighErrorRate"];
      await judge(
        "amtool",
        ["config", "routes", "test", "--config.file=alertmanager.yaml", `--verify.receivers=${receivers}`, ...labels],
        { "alertmanager.yaml": file },
      );
    });
  }
});
