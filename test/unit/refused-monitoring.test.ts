import assert from "node:assert/strict";
import { ConfigurationError, type Mistake } from "../../config/mistakes.ts";
import { resolve } from "../../config/resolve.ts";
import harbor from "../support/harbor.ts";
import { harborInputs, harborPlan, type MONITORING } from "../support/watched.ts";

describe("A mistake in monitoring is refused:", () => {
  const alert = (given: object) => ({ monitoring: { alerts: { Wrong: given } } });
  const able = "api, site, worker, queues, db, cache, documents, search";
  const refusals: [what: string, application: object, settings: object, mistake: Mistake][] = [
    [
      "an alert about a component that there is not",
      alert({ kind: "cpuUsage", components: ["apy"] }),
      {},
      {
        path: "apps/harbor.ts: monitoring.alerts.Wrong.components",
        got: "apy",
        problem: 'there is no tier or datastore "apy"',
        allowed: able,
        fix: 'did you mean "api"?',
      },
    ],
    [
      "the error rate of a tier that counts no requests",
      alert({ kind: "errorRate", components: ["worker"] }),
      {},
      {
        path: "apps/harbor.ts: monitoring.alerts.Wrong.components",
        got: "worker",
        problem: '"worker" is not a web tier with metrics',
        allowed: "api, site",
        fix: "name one that is, or remove it",
      },
    ],
    [
      "the connections of a store whose connections nothing counts",
      alert({ kind: "datastoreConnections", components: ["search"] }),
      {},
      {
        path: "apps/harbor.ts: monitoring.alerts.Wrong.components",
        got: "search",
        problem: '"search" is not a datastore whose connections are exported',
        allowed: "db, cache, documents",
        fix: "name one that is, or remove it",
      },
    ],
    [
      "the backlog of a queue in a store that has none",
      alert({ kind: "queueBacklog", from: "api2", queues: ["default"] }),
      {},
      {
        path: "apps/harbor.ts: monitoring.alerts.Wrong.from",
        got: "api2",
        problem: 'there is no tier or datastore "api2"',
        allowed: "api, site, queues, cache",
        fix: 'did you mean "api"?',
      },
    ],
    [
      "an unknown kind of alert",
      alert({ kind: "errorRates" }),
      {},
      {
        path: "apps/harbor.ts: monitoring.alerts.Wrong.kind",
        got: "errorRates",
        problem: "not one of the allowed values",
        allowed:
          "errorRate, responseTime, cpuUsage, memoryUsage, podRestarts, availableReplicas, replicasAtMaximum, scrapeFailing, datastoreDown, datastoreMemory, datastoreConnections, datastoreStorage, queueBacklog, promql",
        fix: 'did you mean "errorRate"?',
      },
    ],
    [
      "a threshold that the kind does not have",
      alert({ kind: "responseTime", abovePercent: 5 }),
      {},
      {
        path: "apps/harbor.ts: monitoring.alerts.Wrong.abovePercent",
        problem: "unknown key",
        allowed: "kind, components, window, percentile, for, severity, aboveSeconds",
        fix: "remove it",
      },
    ],
    [
      "a placeholder that stands for nothing",
      { monitoring: { recordings: { pods: { kind: "promql", expr: "count(kube_pod_info{namespace='$namspace'})" } } } },
      {},
      {
        path: "apps/harbor.ts: monitoring.recordings.pods.expr",
        got: "$namspace",
        problem: 'there is no placeholder "$namspace"',
        allowed: "$namespace, $application",
        fix: 'did you mean "$namespace"?',
      },
    ],
    [
      "a dashboard of a component that there is not",
      { monitoring: { dashboards: { overview: { components: ["web"] } } } },
      {},
      {
        path: "apps/harbor.ts: monitoring.dashboards.overview.components",
        got: "web",
        problem: 'there is no tier or datastore "web"',
        allowed: able,
        fix: "use one of these, or remove it",
      },
    ],
    [
      "a worker's metrics without a port",
      { tiers: { worker: { metrics: {} } } },
      {},
      {
        path: "apps/harbor.ts: tiers.worker.metrics.port",
        problem: "is missing",
        allowed: "a number",
        fix: "set it",
      },
    ],
    [
      "a route to a receiver that there is not",
      {},
      { monitoring: { alertmanager: { routes: { critical: ["on-call", "teem"] } } } },
      {
        path: "landfall:monitoring.alertmanager.routes.critical",
        got: "teem",
        problem: 'there is no receiver "teem"',
        allowed: "on-call, team, bridge, office",
        fix: 'did you mean "team"?',
      },
    ],
    [
      "a receiver that hears of nothing",
      {},
      { monitoring: { alertmanager: { routes: { warning: ["team", "bridge"] } } } },
      {
        path: "landfall:monitoring.alertmanager.receivers.office",
        problem: "no route leads to it",
        allowed: "a receiver of critical, warning or both",
        fix: 'add "office" to routes, or remove it',
      },
    ],
    [
      "a URL in the clear",
      {},
      { monitoring: { alertmanager: { receivers: { bridge: { url: "https://hooks.example.com/s3cret" } } } } },
      {
        path: "landfall:monitoring.alertmanager.receivers.bridge.url",
        got: "(not shown)",
        problem: "not valid",
        allowed: "{ secret: <name> }, and the value in landfall:secrets.<name>",
        fix: "write it in that form",
      },
    ],
  ];
  for (const [what, application, settings, mistake] of refusals) {
    it(what, () => assert.deepEqual(mistakesOf(application, settings), [mistake]));
  }

  it("a receiver's secret that is not set", () => {
    const inputs = { ...harborInputs(), secrets: { stackSecretLength: 44, names: ["pagerduty", "slack", "webhook"] } };
    assert.throws(() => resolve(inputs), {
      mistakes: [
        {
          path: "landfall:secrets.smtp",
          problem: "is missing: landfall:monitoring.alertmanager needs it, and only you know it",
          fix: "npx pulumi config set --secret --path 'landfall:secrets.smtp' --stack test",
        },
      ],
    });
  });

  it("a password of the application that would be sent to a receiver", () => {
    const [mistake] = mistakesOf({ secrets: ["slack"] }, {});
    assert.deepEqual(mistake, {
      path: "landfall:monitoring.alertmanager.receivers.team.url.secret",
      got: "slack",
      problem: "the name is that of a secret of the application or its datastores",
      allowed: "a name of its own",
      fix: "rename it, such as alerts-team",
    });
  });

  it("an alert of a kind that exists of nothing in the application", () => {
    const { settings, secrets, stack } = harborInputs();
    const monitoring = { alerts: { Slow: { kind: "responseTime" } } };
    const application = { name: "bare", tiers: { worker: { ...harbor.tiers.worker, uses: [] } }, monitoring };
    assert.throws(() => resolve({ application, source: "apps/bare.ts", settings, secrets, stack }), {
      mistakes: [
        {
          path: "apps/bare.ts: monitoring.alerts.Slow",
          got: "responseTime",
          problem: "the application has nothing to measure it of: a web tier with metrics",
          fix: "remove it, or declare metrics where it is to be measured",
        },
        {
          path: "landfall:monitoring",
          problem: "bare declares nothing to watch",
          allowed: "an application with metrics on a tier, or with monitoring",
          fix: "add tiers.<tier>.metrics or monitoring to apps/bare.ts, or remove landfall:monitoring",
        },
      ],
    });
  });

  it("a Prometheus for an application that declares nothing to watch", () => {
    const { settings, secrets, stack } = harborInputs();
    const application = { name: "bare", tiers: { worker: { ...harbor.tiers.worker, uses: [] } } };
    const inputs = { application, source: "apps/bare.ts", settings, secrets, stack };
    assert.throws(() => resolve(inputs), {
      mistakes: [
        {
          path: "landfall:monitoring",
          problem: "bare declares nothing to watch",
          allowed: "an application with metrics on a tier, or with monitoring",
          fix: "add tiers.<tier>.metrics or monitoring to apps/bare.ts, or remove landfall:monitoring",
        },
      ],
    });
  });

  it("one in what the application declares, even where the stack watches nothing", () => {
    const { settings, ...rest } = harborInputs(alert({ kind: "cpuUsage", components: ["apy"] }));
    const { monitoring: _, ...unwatched } = settings as { monitoring: typeof MONITORING };
    assert.throws(
      () => resolve({ ...rest, settings: unwatched, secrets: { stackSecretLength: 44, names: [] } }),
      ConfigurationError,
    );
  });
});

function mistakesOf(application: object, settings: object): readonly Mistake[] {
  try {
    harborPlan(application, settings);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.mistakes;
    throw error;
  }
  return assert.fail("no mistake was found");
}
