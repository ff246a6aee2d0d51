/** IPv4 ranges, as clouds judge them. */

/** First and last address as numbers; undefined for what is no range or has bits beyond its mask. */
export function rangeOf(cidr: string): [first: number, last: number] | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  if (!match) return undefined;
  const [length, ...parts] = match.slice(1).map(Number).reverse() as [number, ...number[]];
  if (length > 32 || parts.some((part) => part > 255)) return undefined;
  const first = parts.reduceRight((sum, part) => sum * 256 + part, 0);
  const size = 2 ** (32 - length);
  return first % size === 0 ? [first, first + size - 1] : undefined;
}

export function lengthOf(cidr: string): number {
  return Number(cidr.slice(cidr.indexOf("/") + 1));
}

export function contains(outer: string, inner: string): boolean {
  const [a, b] = [rangeOf(outer), rangeOf(inner)];
  return a !== undefined && b !== undefined && a[0] <= b[0] && b[1] <= a[1];
}

export function overlap(one: string, other: string): boolean {
  const [a, b] = [rangeOf(one), rangeOf(other)];
  return a !== undefined && b !== undefined && a[0] <= b[1] && b[0] <= a[1];
}
