import type { Layers } from "../../config/layers.ts";
import { overlap } from "../subnets.ts";
import type { AksSettings } from "./settings.ts";

export const SUBNETS = ["nodes", "apiServer", "postgres", "endpoints"] as const;
export type SubnetKind = (typeof SUBNETS)[number];
/** Those that datastores stand in. */
export type StoreSubnet = Extract<SubnetKind, "postgres" | "endpoints">;

export interface AzureNetwork {
  cidr: string;
  /** Left out where the stack makes it. */
  virtualNetworkId?: string;
  subnets: Record<SubnetKind, { name: string; cidr: string }>;
  outbound: "natGateway" | "loadBalancer" | "userDefinedRouting";
}

/** Addresses of pods, which the network knows nothing of; room for 1024 machines, outside the private ranges. */
export const POD_CIDR = "100.64.0.0/14";
/** Addresses of Services. */
export const SERVICE_CIDR = "172.20.0.0/16";
/** https://learn.microsoft.com/azure/aks/azure-cni-overlay#ip-address-planning */
const RESERVED = [POD_CIDR, SERVICE_CIDR, "169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24"];

export const DEFAULT_CIDR = "10.0.0.0/16";
const SMALLEST = 20;
const LARGEST = 16;
/** In sixteenths of the network: where each begins, and how many it has. */
const SHARES: Readonly<Record<SubnetKind, [from: number, size: number]>> = {
  nodes: [0, 4],
  apiServer: [4, 1],
  postgres: [5, 1],
  endpoints: [6, 1],
};

export function networkOf(layers: Layers, { network = {} }: AksSettings): AzureNetwork {
  checkRange(layers, network);
  const ranges = rangesOf(network);
  if ("virtualNetworkId" in network) {
    const { virtualNetworkId, cidr, subnets, outbound } = network;
    return { virtualNetworkId, cidr, subnets, outbound };
  }
  const production = layers.stack.profile === "production";
  return {
    cidr: network.cidr ?? DEFAULT_CIDR,
    subnets: {
      nodes: { name: "nodes", cidr: ranges.nodes },
      apiServer: { name: "api-server", cidr: ranges.apiServer },
      postgres: { name: "postgres", cidr: ranges.postgres },
      endpoints: { name: "endpoints", cidr: ranges.endpoints },
    },
    outbound: network.outbound ?? (production ? "loadBalancer" : "natGateway"),
  };
}

export function rangesOf(network: AksSettings["network"] = {}): Record<SubnetKind, string> {
  if ("virtualNetworkId" in network) {
    const { nodes, apiServer, postgres, endpoints } = network.subnets;
    return { nodes: nodes.cidr, apiServer: apiServer.cidr, postgres: postgres.cidr, endpoints: endpoints.cidr };
  }
  const { base, bits } = parseRange(network.cidr ?? DEFAULT_CIDR);
  const sixteenth = 2 ** (32 - bits - 4);
  const share = (kind: SubnetKind) => {
    const [from, size] = SHARES[kind];
    return `${toAddress(base + from * sixteenth)}/${bits + 4 - Math.log2(size)}`;
  };
  return {
    nodes: share("nodes"),
    apiServer: share("apiServer"),
    postgres: share("postgres"),
    endpoints: share("endpoints"),
  };
}

function checkRange({ mistakes }: Layers, network: NonNullable<AksSettings["network"]>): void {
  const { cidr = DEFAULT_CIDR } = network;
  const path = "landfall:cluster.network.cidr";
  const { base, bits } = parseRange(cidr);
  const aligned = base % 2 ** (32 - bits) === 0;
  if (!aligned || (!("virtualNetworkId" in network) && (bits < LARGEST || bits > SMALLEST))) {
    mistakes.push({
      path,
      got: cidr,
      problem: aligned ? "is no size that is cut into subnets" : "its address has bits beyond the mask",
      allowed: `a /${LARGEST} to /${SMALLEST} such as ${DEFAULT_CIDR}`,
      fix: "choose a range that no network beside it has",
    });
  }
  const taken = RESERVED.find((range) => overlap(range, cidr));
  if (!taken) return;
  mistakes.push({
    path,
    got: cidr,
    problem: `overlaps ${taken}, which the cluster uses for itself`,
    allowed: `a private range apart from ${RESERVED.join(", ")}`,
    fix: "choose another range",
  });
}

/** Where a range begins, as a number, and its mask. */
function parseRange(cidr: string): { base: number; bits: number } {
  const [address = "", length = ""] = cidr.split("/");
  return { base: address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0), bits: Number(length) };
}

function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
