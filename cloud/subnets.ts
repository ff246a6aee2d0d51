import type { Layers } from "../config/layers.ts";
import type { Mistake } from "../config/mistakes.ts";

export interface ZoneSubnets {
  publicCidr: string;
  privateCidr: string;
  dataCidr: string;
}

const SMALLEST = 20;
const LARGEST = 16;
/** A network is cut into 2^5 blocks. */
const BLOCK_BITS = 5;

/** The range of a network that begins with a block, which is a thirty-second of it. */
export type Cut = (block: number, bits: number) => string;

/**
 * Cuts a network into subnets that do not overlap. Pods and machines take their addresses from the private ones, so
 * each of these is an eighth of it; each of the others a thirty-second. That is enough for four zones.
 *
 * @param cidr of the whole network
 */
export function subnetsOf(layers: Layers, cidr: string, zones: number): ZoneSubnets[] {
  const network = cutterOf(cidr);
  if (!network) {
    layers.mistakes.push(badNetwork(cidr));
    return [];
  }
  const { cut, bits } = network;
  return Array.from({ length: zones }, (_, zone) => ({
    privateCidr: cut(zone * 4, bits + 3),
    publicCidr: cut(24 + zone, bits + 5),
    dataCidr: cut(28 + zone, bits + 5),
  }));
}

/** Cuts a network into ranges; undefined for one that cannot be cut. */
export function cutterOf(cidr: string): { cut: Cut; bits: number } | undefined {
  const bits = lengthOf(cidr);
  const base = baseOf(cidr);
  if (bits < LARGEST || bits > SMALLEST || base % 2 ** (32 - bits) !== 0) return undefined;
  const block = 2 ** (32 - bits - BLOCK_BITS);
  return { bits, cut: (number, mask) => `${toAddress(base + number * block)}/${mask}` };
}

export function badNetwork(cidr: string): Mistake {
  const beyondMask = baseOf(cidr) % 2 ** (32 - lengthOf(cidr)) !== 0;
  return {
    path: "landfall:cluster.network.cidr",
    got: cidr,
    problem: beyondMask ? "its address has bits beyond the mask" : "is no size that is cut into subnets",
    allowed: `a /${LARGEST} to /${SMALLEST} such as 10.0.0.0/16`,
    fix: "choose a range that no network beside it has",
  };
}

export function overlap(one: string, other: string): boolean {
  const end = (cidr: string) => baseOf(cidr) + 2 ** (32 - lengthOf(cidr));
  return baseOf(one) < end(other) && baseOf(other) < end(one);
}

function lengthOf(cidr: string): number {
  return Number(cidr.split("/")[1]);
}

function baseOf(cidr: string): number {
  return (cidr.split("/")[0] as string).split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
