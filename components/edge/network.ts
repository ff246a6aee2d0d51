import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { GATEWAY_LABEL } from "../../config/edge-plan.ts";
import { solvesHttp01 } from "../../config/edge-pods.ts";
import type { Peer } from "../../config/plan.ts";
import { ownerLabels } from "../labels.ts";
import { peersOf } from "../network.ts";
import type { EdgeArgs } from "./edge.ts";
import { implementations } from "./gateways/implementations.ts";

/** Where cert-manager's pods answer challenges, and how they are known. */
const SOLVER = { port: 8089, labels: { "acme.cert-manager.io/http01-solver": "true" } };

const tcp = (...ports: number[]) => ports.map((port) => ({ protocol: "TCP", port }));

/** Lets challenges through to the pods that cert-manager starts here for them. */
export function allowSolver(name: string, { plan, namespace }: EdgeArgs, opts: pulumi.CustomResourceOptions): void {
  // How a ClusterIssuer proves the host is its own business, and may be by HTTP.
  const mayBeAsked = solvesHttp01(plan.edge) || "issuer" in plan.edge.tls;
  if (!mayBeAsked || plan.edge.routes.length === 0) return;
  new k8s.networking.v1.NetworkPolicy(
    `${name}-allow-challenges`,
    {
      metadata: { namespace: namespace.namespaceName, labels: ownerLabels(plan) },
      spec: {
        podSelector: { matchLabels: SOLVER.labels },
        policyTypes: ["Ingress"],
        ingress: [{ from: plan.edge.peers.flatMap((peer) => peersOf(plan, peer)), ports: tcp(SOLVER.port) }],
      },
    },
    opts,
  );
}

/** Lets requests through pods that the implementation starts beside the Gateway, which default deny holds for too. */
export function allowGateway(name: string, { plan, namespace }: EdgeArgs, opts: pulumi.CustomResourceOptions): void {
  const { edge } = plan;
  if (edge.kind !== "gateway" || implementations[edge.implementation].dataPlane !== "beside the Gateway") return;
  const isGateway = ({ from }: { from: Peer }) => from.kind === "edge" && from.pods !== undefined;
  const controlPlane = {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": edge.gatewayNamespace } },
  };
  const solver = { podSelector: { matchLabels: SOLVER.labels } };
  new k8s.networking.v1.NetworkPolicy(
    `${name}-allow-gateway`,
    {
      metadata: { namespace: namespace.namespaceName, labels: ownerLabels(plan) },
      spec: {
        podSelector: { matchLabels: { [GATEWAY_LABEL]: plan.application } },
        policyTypes: ["Ingress", "Egress"],
        ingress: [{ ports: tcp(80, 443) }],
        egress: [
          ...plan.links.filter(isGateway).map((link) => ({ to: peersOf(plan, link.to), ports: tcp(...link.ports) })),
          // Its configuration: the Service's port, and the one behind it.
          { to: [controlPlane], ports: tcp(443, 8443) },
          ...(solvesHttp01(edge) ? [{ to: [solver], ports: tcp(SOLVER.port) }] : []),
        ],
      },
    },
    opts,
  );
}
