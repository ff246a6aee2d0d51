import type { Layers } from "../config/layers.ts";

export interface ZoneSubnets {
  publicCidr: string;
  privateCidr: string;
  dataCidr: string;
}

const SMALLEST = 20;
const LARGEST = 16;

/**
 * Cuts a network into subnets that do not overlap. Pods and machines take their addresses from the private ones, so
 * each of these is an eighth of it; each of the others a thirty-second. That is enough for four zones.
 *
 * @param cidr of the whole network
 */
export function subnetsOf(layers: Layers, cidr: string, zones: number): ZoneSubnets[] {
  const [address = "", length = ""] = cidr.split("/");
  const bits = Number(length);
  const base = toNumber(address);
  if (bits < LARGEST || bits > SMALLEST || base % 2 ** (32 - bits) !== 0) {
    layers.mistakes.push({
      path: "landfall:cluster.network.cidr",
      got: cidr,
      problem:
        base % 2 ** (32 - bits) === 0 ? "is no size that is cut into subnets" : "its address has bits beyond the mask",
      allowed: `a /${LARGEST} to /${SMALLEST} such as 10.0.0.0/16`,
      fix: "choose a range that no network beside it has",
    });
    return [];
  }
  const block = 2 ** (32 - bits - 5);
  return Array.from({ length: zones }, (_, zone) => ({
    privateCidr: `${toAddress(base + zone * 4 * block)}/${bits + 3}`,
    publicCidr: `${toAddress(base + (24 + zone) * block)}/${bits + 5}`,
    dataCidr: `${toAddress(base + (28 + zone) * block)}/${bits + 5}`,
  }));
}

function toNumber(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
