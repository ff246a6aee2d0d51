import { createHash } from "node:crypto";
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { DashboardPlan, PanelPlan } from "../../config/monitoring/dashboards.ts";
import type { MonitoringPlan } from "../../config/monitoring.ts";
import type { Plan } from "../../config/plan.ts";
import type { Metadata } from "./custom-resources.ts";

interface DashboardArgs {
  plan: Plan;
  board: DashboardPlan;
  grafana: MonitoringPlan["grafana"];
  metadata: Metadata;
}

/** A dashboard in a ConfigMap that Grafana's sidecar finds by its label. */
export function dashboard(
  name: string,
  { plan, board, grafana, metadata }: DashboardArgs,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.ConfigMap {
  return new k8s.core.v1.ConfigMap(
    `${name}-dashboard`,
    {
      metadata: {
        ...metadata,
        labels: { ...metadata.labels, [grafana.label]: grafana.labelValue },
        annotations: grafana.folder === undefined ? undefined : { grafana_folder: grafana.folder },
      },
      // The sidecar writes the dashboards of all namespaces into one folder, under these names.
      data: { [`${plan.namespace}-${board.name}.json`]: JSON.stringify(grafanaDashboard(plan, board), null, 2) },
    },
    opts,
  );
}

const COLUMNS = 24;
const PANELS_A_LINE = 3;
const PANEL_HEIGHT = 8;
/** Grafana fills in the user's choice of data source. */
const DATA_SOURCE = { type: "prometheus", uid: "$datasource" };

/** grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model */
export function grafanaDashboard(plan: Plan, { name, title, rows }: DashboardPlan) {
  // Grafana wants at most 40 characters, and the same ones after every change.
  const uid = createHash("sha256").update(`${plan.namespace}/${name}`).digest("hex").slice(0, 16);
  return {
    uid,
    title,
    tags: ["landfall", plan.application, plan.namespace],
    schemaVersion: 39,
    editable: false,
    refresh: "30s",
    time: { from: "now-3h", to: "now" },
    templating: { list: [{ name: "datasource", label: "Data source", type: "datasource", query: "prometheus" }] },
    panels: layOut(rows),
  };
}

function layOut(rows: DashboardPlan["rows"]) {
  let y = 0;
  let id = 0;
  return rows.flatMap(({ title, panels }) => {
    const heading = { id: ++id, type: "row", title, collapsed: false, gridPos: { x: 0, y: y++, w: COLUMNS, h: 1 } };
    const width = COLUMNS / PANELS_A_LINE;
    const graphs = panels.map((panel, index) => ({
      id: ++id,
      ...timeSeries(panel),
      gridPos: {
        x: (index % PANELS_A_LINE) * width,
        y: y + Math.floor(index / PANELS_A_LINE) * PANEL_HEIGHT,
        w: width,
        h: PANEL_HEIGHT,
      },
    }));
    y += Math.ceil(panels.length / PANELS_A_LINE) * PANEL_HEIGHT;
    return [heading, ...graphs];
  });
}

function timeSeries({ title, unit, queries }: PanelPlan) {
  return {
    type: "timeseries",
    title,
    datasource: DATA_SOURCE,
    fieldConfig: { defaults: { unit, min: 0, custom: { lineWidth: 1, fillOpacity: 10 } }, overrides: [] },
    options: { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi", sort: "desc" } },
    targets: queries.map(({ expr, legend }, index) => ({
      refId: `q${index}`,
      datasource: DATA_SOURCE,
      expr,
      legendFormat: legend,
    })),
  };
}
