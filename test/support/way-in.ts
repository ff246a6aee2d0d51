/** Reads what a way in is made of back from the API server, and the namespace that it leads to. */
import { type Clients, type CustomObject, readCustomObjects } from "./read.ts";

const ISTIO = "networking.istio.io";
const SECURITY = "security.istio.io";
const GATEWAY_API = "gateway.networking.k8s.io";
const ENVOY = "gateway.envoyproxy.io";

export async function readWayIn(clients: Clients, namespace: string) {
  const list = (group: string, version: string, plural: string): Promise<CustomObject[]> =>
    readCustomObjects(clients, { group, version, namespace, plural });
  return {
    labels: (await clients.core.readNamespace({ name: namespace })).metadata?.labels ?? {},
    istioGateways: await list(ISTIO, "v1", "gateways"),
    virtualServices: await list(ISTIO, "v1", "virtualservices"),
    destinationRules: await list(ISTIO, "v1", "destinationrules"),
    peerAuthentications: await list(SECURITY, "v1", "peerauthentications"),
    authorizationPolicies: await list(SECURITY, "v1", "authorizationpolicies"),
    gateways: await list(GATEWAY_API, "v1", "gateways"),
    httpRoutes: await list(GATEWAY_API, "v1", "httproutes"),
    backendPolicies: await list(ENVOY, "v1alpha1", "backendtrafficpolicies"),
    securityPolicies: await list(ENVOY, "v1alpha1", "securitypolicies"),
    clientPolicies: await list(ENVOY, "v1alpha1", "clienttrafficpolicies"),
  };
}

export type WayIn = Awaited<ReturnType<typeof readWayIn>>;
