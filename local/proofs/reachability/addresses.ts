/** Address ranges of both families, and the few addresses that stand for all that policies tell apart. */
import { isIP, isIPv6 } from "node:net";

/** A range, but for ranges within it. */
export interface Block {
  cidr: string;
  except?: readonly string[];
}

interface Range {
  six: boolean;
  first: bigint;
  last: bigint;
}

export function isWithin(address: string, { cidr, except = [] }: Block): boolean {
  const lies = (range: Range) => {
    const at = numberOf(address);
    return isIPv6(address) === range.six && range.first <= at && at <= range.last;
  };
  return lies(rangeOf(cidr)) && !except.some((hole) => lies(rangeOf(hole)));
}

/** One address of each part of the address space that the blocks cut it into: two of one part are judged alike. */
export function representatives(blocks: readonly Block[]): string[] {
  const ranges = ["0.0.0.0/0", "::/0", ...blocks.flatMap(({ cidr, except = [] }) => [cidr, ...except])].map(rangeOf);
  return [false, true].flatMap((six) => {
    const end = six ? 1n << 128n : 1n << 32n;
    const family = ranges.filter((range) => range.six === six);
    const cuts = family.flatMap(({ first, last }) => [first, last + 1n]).filter((cut) => cut < end);
    return [...new Set(cuts)].sort((a, b) => (a < b ? -1 : 1)).map((cut) => addressOf(cut, six));
  });
}

function rangeOf(cidr: string): Range {
  const [address = "", length] = cidr.split("/");
  const six = isIPv6(address);
  const bits = six ? 128 : 32;
  const prefix = Number(length ?? bits);
  if (isIP(address) === 0 || !(prefix >= 0 && prefix <= bits)) throw new Error(`"${cidr}" is no address range`);
  const free = BigInt(bits - prefix);
  const first = (numberOf(address) >> free) << free;
  return { six, first, last: first + (1n << free) - 1n };
}

function numberOf(address: string): bigint {
  if (!isIPv6(address)) return address.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  // An IPv4 address at the end is two groups.
  const groups = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head = "", tail] = groups.split("::");
  const before = head.split(":").filter(Boolean);
  const after = (tail ?? "").split(":").filter(Boolean);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  return [...before, ...zeros, ...after].reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

function addressOf(number: bigint, six: boolean): string {
  const [count, size] = six ? [8, 16n] : [4, 8n];
  const parts = Array.from({ length: count }, (_, index) => {
    const part = (number >> (BigInt(count - 1 - index) * size)) & ((1n << size) - 1n);
    return part.toString(six ? 16 : 10);
  });
  return parts.join(six ? ":" : ".");
}
