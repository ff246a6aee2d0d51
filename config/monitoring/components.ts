import { engines } from "../../components/datastores/engines.ts";
import type { Layers } from "../layers.ts";
import { unknownName } from "../mistakes.ts";
import type { BundledDatastore, DatastorePlan, TierPlan } from "../plan.ts";
import type { Alert, Figure } from "../schema/monitoring.ts";
import { operatedAs } from "../servers.ts";
import { type Exporter, exporters, operatedExporters } from "./exporters.ts";

/** A tier or datastore as monitoring sees it. */
export interface Component {
  name: string;
  /** Name of its pods. */
  pods: string;
  kind: "tier" | "datastore";
  /** Whether it runs in this stack's namespace: an external store does not, and another stack may bundle it. */
  here: boolean;
  /** Where it shows its metrics. */
  metrics?: { path: string; port: number };
  /** Whether a Service leads to it. */
  hasService: boolean;
  /** Names under which it counts and times requests. */
  http?: { requests: string; status: string; duration: string };
  /** Fewest replicas of a tier. */
  replicas: number;
  /** Most replicas of a tier that scales. */
  mostReplicas?: number;
  scales: boolean;
  engine?: string;
  /** What the exporter beside a store says of it. */
  exporter?: Exporter;
  /** Its main containers, as labels of their series. */
  containers: string;
  /** Volume claims of a store, as a pattern. */
  claims: string;
  /** Whether an operator makes its pods. */
  operated: boolean;
}

/** What there is to watch, and where mistakes go. */
export interface Scene {
  layers: Layers;
  namespace: string;
  components: Component[];
}

export type Kind = Exclude<Alert["kind"] | Figure["kind"], "promql">;

export function componentsOf(
  layers: Layers,
  tiers: readonly TierPlan[],
  datastores: readonly DatastorePlan[],
): Component[] {
  return [
    ...Object.keys(layers.application.tiers).map((name) => tierComponent(layers, name, tiers)),
    ...datastores.map((store) => datastoreComponent(layers, store)),
  ];
}

/** An external store is what it would be if it ran here. */
function datastoreComponent({ application }: Layers, store: DatastorePlan): Component {
  const { name: own, declared, engine, mode } = store;
  const bundled = mode === "bundled" ? store : undefined;
  const { metrics: ownMetrics, exporter: beside } = engines[engine];
  const operated = bundled && operatedAs(bundled);
  const exporter = bundled ? bundled.exporter : application.datastores?.[declared]?.exporter ? beside : undefined;
  const shown =
    exporter ??
    (operated && { port: operated.metricsPort }) ??
    (ownMetrics && ownMetrics.except !== bundled?.version ? ownMetrics : undefined);
  return {
    name: declared,
    pods: own,
    kind: "datastore",
    here: bundled !== undefined,
    metrics: shown && { path: "/metrics", port: shown.port },
    // Neither an operator's Service nor a proxy's leads to the metrics of all servers.
    hasService: !operated && !bundled?.failover,
    replicas: bundled?.servers.length ?? 1,
    scales: false,
    engine,
    exporter: operated ? operatedExporters[engine] : exporter && exporters[engine],
    containers: operated ? `container="${operated.container}",pod=~"${operated.pods(own)}"` : `container="${own}"`,
    claims: operated?.claims(own) ?? claimsOf(bundled).join("|"),
    operated: operated !== undefined,
  };
}

function claimsOf(store: BundledDatastore | undefined): string[] {
  return store?.servers.flatMap((server) => store.volumes.map((volume) => `${volume.name}-${server}`)) ?? [];
}

function tierComponent({ application }: Layers, name: string, tiers: readonly TierPlan[]): Component {
  const declared = application.tiers[name] as Layers["application"]["tiers"][string];
  const { replicas = 1, autoscale, events } = tiers.find((tier) => tier.name === name) ?? {};
  const isWeb = declared.kind === "web";
  const port = declared.metrics?.port ?? (isWeb ? declared.port : undefined);
  const named = isWeb ? declared.metrics?.http : undefined;
  return {
    name,
    pods: name,
    kind: "tier",
    here: true,
    metrics: declared.metrics && port ? { path: declared.metrics.path ?? "/metrics", port } : undefined,
    hasService: isWeb,
    http:
      isWeb && declared.metrics
        ? {
            requests: named?.requests ?? "http_requests_total",
            status: named?.status ?? "status",
            duration: named?.duration ?? "http_request_duration_seconds",
          }
        : undefined,
    replicas,
    mostReplicas: (autoscale ?? events)?.max,
    scales:
      (autoscale ?? events) !== undefined ||
      (declared.kind !== "singleton" && Boolean(declared.autoscale || declared.events)),
    containers: `container="${name}"`,
    claims: "",
    operated: false,
  };
}

interface Demand {
  what: string;
  meets: (component: Component) => boolean;
}
const webTier: Demand = { what: "a web tier with metrics", meets: ({ http }) => http !== undefined };
const anything: Demand = { what: "a tier or datastore", meets: () => true };
const tier: Demand = { what: "a tier", meets: ({ kind }) => kind === "tier" };
const datastore: Demand = { what: "a datastore", meets: ({ kind }) => kind === "datastore" };

/** What a component must be so that a figure of the kind exists of it. */
const DEMANDS: Record<Kind, Demand> = {
  requestRate: webTier,
  errorRate: webTier,
  responseTime: webTier,
  cpuUsage: anything,
  memoryUsage: anything,
  podRestarts: anything,
  availableReplicas: tier,
  replicasAtMaximum: { what: "a tier that scales", meets: ({ scales }) => scales },
  scrapeFailing: { what: "a tier or datastore with metrics", meets: ({ metrics }) => metrics !== undefined },
  datastoreDown: datastore,
  datastoreMemory: datastore,
  datastoreStorage: datastore,
  datastoreConnections: {
    what: "a datastore whose connections are exported",
    meets: ({ exporter }) => exporter !== undefined,
  },
  queueBacklog: {
    what: "a redis with an exporter, or a tier with metrics",
    meets: ({ kind, engine, metrics, exporter }) =>
      kind === "tier" ? metrics !== undefined : engine === "redis" && exporter !== undefined,
  },
};

export function isMeasurable(component: Component, kind: Kind): boolean {
  return DEMANDS[kind].meets(component);
}

/** The components that are meant, those that this stack does not run left out. */
export function select(
  { layers, components }: Scene,
  path: string,
  kind: Kind,
  names: readonly string[] | undefined,
): Component[] {
  const { what, meets } = DEMANDS[kind];
  const able = components.filter(meets);
  if (names === undefined) {
    if (able.length === 0) {
      layers.mistakes.push({
        path,
        got: kind,
        problem: `the application has nothing to measure it of: ${what}`,
        fix: "remove it, or declare metrics where it is to be measured",
      });
    }
    return able.filter(isThere);
  }
  return names.flatMap((name) => {
    const component = components.find((it) => it.name === name);
    if (component && meets(component)) return isThere(component) ? [component] : [];
    const mistake = unknownName(
      path,
      name,
      able.map((it) => it.name),
      "tier or datastore",
    );
    const unfit = { ...mistake, problem: `"${name}" is not ${what}`, fix: "name one that is, or remove it" };
    layers.mistakes.push(component ? unfit : mistake);
    return [];
  });

  function isThere({ here, mostReplicas }: Component): boolean {
    return here && (kind !== "replicasAtMaximum" || mostReplicas !== undefined);
  }
}
