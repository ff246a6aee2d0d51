/** Datastores of several servers: who runs them, and who their clients dial. */
import type { Cluster, Operated } from "../components/datastores/cluster.ts";
import type { Engine } from "../components/datastores/engine.ts";
import { engines } from "../components/datastores/engines.ts";
import { namespaceOfGroup } from "./addons.ts";
import { fromRegistry } from "./images.ts";
import { type Layers, placeOf } from "./layers.ts";
import type { BundledDatastore } from "./plan.ts";
import { withScratch } from "./scratch.ts";
import { peersSecretOf } from "./secrets.ts";

interface Wanted {
  /** Name of its objects. */
  own: string;
  engine: Engine;
  servers: number;
  /** As the stack has it. */
  operatorNamespace: string | undefined;
}

/** Who runs the servers, and what stands before them. */
export function resolveServers(
  layers: Layers,
  name: string,
  wanted: Wanted,
): Pick<BundledDatastore, "servers" | "operator" | "failover"> {
  const { own, engine, servers, operatorNamespace } = wanted;
  checkServers(layers, name, wanted);
  const cluster = servers > 1 ? engine.cluster : undefined;
  const numbered = (first: number) => Array.from({ length: servers }, (_, index) => `${own}-${index + first}`);
  if (cluster?.kind !== "operated" && operatorNamespace !== undefined) {
    layers.mistakes.push({
      path: placeOf(layers, "datastores", name, "operatorNamespace"),
      got: operatorNamespace,
      problem: "no operator runs this datastore",
      allowed: engine.cluster?.kind === "operated" ? `with servers: ${engine.cluster.servers} or more` : undefined,
      fix: "remove it",
    });
  }
  if (cluster?.kind !== "operated") {
    return { servers: numbered(0), failover: cluster?.failover && failoverOf(layers, name, own, cluster.failover) };
  }
  checkMesh(layers, name, servers, cluster);
  const { operator, resource } = cluster;
  const group = resource.apiVersion.split("/")[0] as string;
  const namespace = operatorNamespace ?? namespaceOfGroup(layers, group) ?? operator.namespace;
  return {
    servers: numbered(1),
    operator: { name: operator.name, namespace },
  };
}

function failoverOf(
  layers: Layers,
  name: string,
  own: string,
  { watcher, proxy }: NonNullable<Extract<Cluster, { kind: "peers" }>["failover"]>,
): BundledDatastore["failover"] {
  const component = `${own}-proxy`;
  const { tiers, datastores = {}, secrets = [] } = layers.application;
  const peers = peersSecretOf(own);
  for (const [what, wanted, taken] of [
    ["proxy", component, component in tiers || component in datastores],
    ["secret", peers, secrets.includes(peers) || peers in datastores],
  ] as const) {
    if (!taken) continue;
    layers.mistakes.push({
      path: placeOf(layers, "datastores", name, "servers"),
      problem: `its ${what} would be called "${wanted}", a name that is taken`,
      fix: "rename one of the two",
    });
  }
  const image = { ...proxy.image, reference: fromRegistry(proxy.image.reference, layers.registry) };
  return {
    watcher: { resources: withScratch(watcher.resources) },
    proxy: { name: component, image, replicas: proxy.replicas, resources: withScratch(proxy.resources) },
  };
}

function checkServers(layers: Layers, name: string, { servers, engine }: Wanted): void {
  const least = engine.cluster?.servers;
  if (servers === 1 || (least !== undefined && servers >= least)) return;
  layers.mistakes.push({
    path: placeOf(layers, "datastores", name, "servers"),
    got: servers,
    problem:
      least === undefined
        ? "this engine runs as one server here"
        : `${servers} servers cannot agree once one of them is gone`,
    allowed: least === undefined ? "1" : `1, or ${least} or more`,
    fix: least === undefined ? "remove it" : `use ${least}`,
  });
}

/** Strict mutual TLS lets nobody in from outside the mesh, where operators are. */
function checkMesh(layers: Layers, name: string, servers: number, { operator }: Operated): void {
  if (layers.stack.edge.kind !== "istio") return;
  layers.mistakes.push({
    path: placeOf(layers, "datastores", name, "servers"),
    got: servers,
    problem: `${operator.name} could not reach the servers that it runs inside Istio's mesh`,
    allowed: "1, or an edge of kind ingress or gateway",
    fix: "use 1, an external store, or another kind of edge",
  });
}

/** How the operator that runs the store is told; undefined where none does. */
export function operatedAs({ engine, operator }: BundledDatastore): Operated | undefined {
  const { cluster } = engines[engine];
  return operator && cluster?.kind === "operated" ? cluster : undefined;
}

/** The pods that clients open connections to. */
export function dialledComponent({ name, failover }: BundledDatastore): string {
  return failover?.proxy.name ?? name;
}
