import { unknownName } from "../mistakes.ts";
import type { Figure } from "../schema/monitoring.ts";
import type { Component, Scene } from "./components.ts";
import { isMeasurable } from "./components.ts";
import { measure, type Observation } from "./figures.ts";
import { fillIn } from "./promql.ts";

export interface DashboardPlan {
  name: string;
  title: string;
  rows: { title: string; panels: PanelPlan[] }[];
}

export interface PanelPlan {
  title: string;
  /** Grafana's name of the unit. */
  unit: string;
  queries: { expr: string; legend: string }[];
}

/** A panel of each component that its figure exists of; several figures are so many curves. */
interface Curves {
  title: string;
  unit: string;
  figures: [figure: Observation, legend: string][];
}

const COMPONENT = "<component>";
const one = (title: string, unit: string, figure: Observation, legend = COMPONENT): Curves => ({
  title,
  unit,
  figures: [[figure, legend]],
});

const ROWS: { title: string; kind: Component["kind"]; panels: Curves[] }[] = [
  {
    title: "Requests",
    kind: "tier",
    panels: [
      one("Requests per second", "reqps", { kind: "requestRate" }),
      one("Share of requests that fail", "percentunit", { kind: "errorRate" }),
      {
        title: "Response time",
        unit: "s",
        figures: [50, 95, 99].map((percentile) => [
          { kind: "responseTime", percentile },
          `${COMPONENT} p${percentile}`,
        ]),
      },
    ],
  },
  {
    title: "Pods",
    kind: "tier",
    panels: [
      one("Replicas that are ready", "short", { kind: "availableReplicas" }),
      one("CPU, share of the limit", "percentunit", { kind: "cpuUsage" }, "{{pod}}"),
      one("Memory, share of the limit", "percentunit", { kind: "memoryUsage" }, "{{pod}}"),
      one("Restarts within an hour", "short", { kind: "podRestarts", window: "1h" }, "{{pod}}"),
      one("Targets that answer", "percentunit", { kind: "scrapeFailing" }),
    ],
  },
  {
    title: "Datastores",
    kind: "datastore",
    panels: [
      one("Servers that are up", "percentunit", { kind: "datastoreDown" }),
      one("CPU, share of the limit", "percentunit", { kind: "cpuUsage" }, "{{pod}}"),
      one("Memory in use", "percentunit", { kind: "datastoreMemory" }),
      one("Connections in use", "percentunit", { kind: "datastoreConnections" }),
      one("Storage in use", "percentunit", { kind: "datastoreStorage" }),
      one("Restarts within an hour", "short", { kind: "podRestarts", window: "1h" }, "{{pod}}"),
    ],
  },
];

export function resolveDashboards(scene: Scene): DashboardPlan[] {
  const { application, source, mistakes } = scene.layers;
  return Object.entries(application.monitoring?.dashboards ?? {}).map(([name, dashboard]) => {
    const path = `${source}: monitoring.dashboards.${name}`;
    const known = scene.components.map((component) => component.name);
    for (const wanted of (dashboard.components ?? []).filter((it) => !known.includes(it))) {
      mistakes.push(unknownName(`${path}.components`, wanted, known, "tier or datastore"));
    }
    const shown = scene.components.filter((it) => it.here && (dashboard.components ?? known).includes(it.name));
    const own = (dashboard.panels ?? []).map((panel, index) => ({
      title: panel.title,
      unit: panel.unit ?? "short",
      queries: [{ expr: fillIn(scene, `${path}.panels[${index}].expr`, panel.expr), legend: panel.legend ?? "" }],
    }));
    const rows = [
      ...ROWS.map(({ title, kind, panels }) => ({
        title,
        panels: panels.map((panel) =>
          panelOf(
            scene,
            panel,
            shown.filter((it) => it.kind === kind),
          ),
        ),
      })),
      { title: "Queues", panels: queuePanels(scene, shown) },
      { title: "Application", panels: own },
    ].map(({ title, panels }) => ({ title, panels: panels.filter(({ queries }) => queries.length > 0) }));
    return {
      name,
      title: dashboard.title ?? `${application.name}: ${name}`,
      rows: rows.filter(({ panels }) => panels.length > 0),
    };
  });
}

function panelOf(scene: Scene, { title, unit, figures }: Curves, shown: readonly Component[]): PanelPlan {
  const queries = figures.flatMap(([figure, legend]) =>
    shown
      .filter((component) => isMeasurable(component, figure.kind))
      .flatMap(({ name }) => measure(scene, "", { ...figure, components: [name] } as Observation))
      .map(({ component, expr }) => ({ expr, legend: legend.replace(COMPONENT, component.name) })),
  );
  return { title, unit, queries };
}

/** The queues that the application's alerts and recordings name. */
function queuePanels(scene: Scene, shown: readonly Component[]): PanelPlan[] {
  const { alerts = {}, recordings = {} } = scene.layers.application.monitoring ?? {};
  const named = [...Object.values(alerts), ...Object.values(recordings)].filter((it) => it.kind === "queueBacklog");
  const queries = named
    .filter(({ from }) => shown.some((it) => it.name === from && isMeasurable(it, "queueBacklog")))
    .flatMap((queue) => measure(scene, "", queue as Extract<Figure, { kind: "queueBacklog" }>))
    .map(({ expr, labels }) => ({ expr, legend: labels.queue as string }));
  const distinct = [...new Map(queries.map((query) => [query.expr, query])).values()];
  return [{ title: "Messages that wait", unit: "short", queries: distinct }];
}
