/** Alerts about a datastore that an operator runs, judged by promtool. */
import { ruleGroups } from "../../components/monitoring/rules.ts";
import type { AlertPlan } from "../../config/monitoring/alerts.ts";
import type { Series } from "../support/alarms.ts";
import { ARCHIVED, beaconPlan } from "../support/beacon.ts";
import { judge } from "../support/judges.ts";

const of = (labels: string) => `{namespace="beacon",${labels}}`;
const server = (n: number) => of(`container="postgres",pod="db-${n}"`);
const own = (labels = "") => of(`job="db",instance="10.0.0.1"${labels && `,${labels}`}`);
const claim = (name: string) => of(`persistentvolumeclaim="${name}"`);
const alive: Series = ['kube_namespace_status_phase{namespace="beacon",phase="Active"}', "1x60"];
const ready = (...ups: number[]): Series[] => [
  alive,
  ...ups.map((up, n): Series => [`kube_pod_container_status_ready${server(n + 1)}`, `${up}x60`]),
  [`kube_pod_container_status_ready${of('container="web",pod="web-1"')}`, "0x60"],
];
const memory = (used: number): Series[] => [
  [`container_memory_working_set_bytes${server(1)}`, `${used}x60`],
  [`kube_pod_container_resource_limits${of('container="postgres",pod="db-1",resource="memory"')}`, "100x60"],
];
const connections = (open: number): Series[] => [
  [`cnpg_backends_total${own('datname="beacon",state="idle",usename="app"')}`, `${open}x60`],
  [`cnpg_backends_total${own('datname="postgres",state="active",usename="streaming_replica"')}`, "2x60"],
  [`cnpg_pg_settings_setting${own('name="max_connections"')}`, "100x60"],
  [`cnpg_pg_settings_setting${own('name="max_wal_senders"')}`, "1x60"],
];
const log = (used: number): Series[] => [
  [`kubelet_volume_stats_used_bytes${claim("db-4-wal")}`, `${used}x60`],
  [`kubelet_volume_stats_capacity_bytes${claim("db-4-wal")}`, "100x60"],
];

const archiver = (server: number, archived: number, failed: number): Series[] =>
  Object.entries({ archived, failed }).map(([what, time]) => [
    `cnpg_pg_stat_archiver_last_${what}_time${of(`job="db",instance="10.0.0.${server}"`)}`,
    `${time}x60`,
  ]);

const CASES: [what: string, alert: string, fires: Series[], quiet: Series[], labels: Record<string, string>][] = [
  ["a server that is not ready", "DatastoreDown", ready(1, 0, 1), ready(1, 1, 1), {}],
  ["no server at all", "DatastoreDown", [alive], ready(1, 1, 1), {}],
  [
    "a server whose Postgres does not answer",
    "DatastoreDown",
    [...ready(1, 1, 1), [`cnpg_collector_up${own()}`, "0x60"]],
    [...ready(1, 1, 1), [`cnpg_collector_up${own()}`, "1x60"]],
    {},
  ],
  ["memory", "DatastoreMemory", memory(95), memory(50), { pod: "db-1" }],
  ["connections", "DatastoreConnections", connections(85), connections(40), { instance: "10.0.0.1" }],
  [
    "a log that cannot be archived, since another server leads",
    "ArchiveFailing",
    [...archiver(1, 1800, -1), ...archiver(2, 600, 2400)],
    [...archiver(1, 1800, 2400), ...archiver(2, 3000, 2400)],
    {},
  ],
  ["the volume of its log", "DatastoreStorage", log(90), log(50), { persistentvolumeclaim: "db-4-wal" }],
];

describe("A Postgres that CloudNativePG runs", function () {
  this.timeout(900_000); // the judge may have to be built
  const { alerts = [] } = beaconPlan(ARCHIVED).monitoring ?? {};

  for (const [what, alert, fires, quiet, labels] of CASES) {
    it(`is alarming for ${what}, and not otherwise: ${alert}`, async () => {
      const planned = alerts.find((it) => it.name === alert && it.labels.component === "db") as AlertPlan;
      const rule = { ...planned, description: undefined };
      const fired = { exp_labels: { ...rule.labels, ...labels }, exp_annotations: { summary: rule.summary } };
      const tests = [
        { series: fires, expected: [fired] },
        { series: quiet, expected: [] },
      ].map(({ series, expected }) => ({
        interval: "1m",
        input_series: series.map(([name, values]) => ({ series: name, values })),
        alert_rule_test: [{ eval_time: "45m", alertname: alert, exp_alerts: expected }],
      }));
      await judge("promtool", ["test", "rules", "test.yaml"], {
        "rules.yaml": ruleGroups("beacon", { alerts: [rule], recordings: [] }),
        "test.yaml": { rule_files: ["rules.yaml"], evaluation_interval: "1m", tests },
      });
    });
  }
});
