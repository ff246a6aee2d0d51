/** Arithmetic on Kubernetes quantities (`500m`, `1.5Gi`, `2`), exact to a thousandth of a unit. */

const MULTIPLIERS: Record<string, bigint> = {
  m: 1n,
  "": 1000n,
  k: 1000n ** 2n,
  M: 1000n ** 3n,
  G: 1000n ** 4n,
  T: 1000n ** 5n,
  Ki: 1000n * 1024n,
  Mi: 1000n * 1024n ** 2n,
  Gi: 1000n * 1024n ** 3n,
  Ti: 1000n * 1024n ** 4n,
};

export const QUANTITY = /^(\d+)(?:\.(\d{1,3}))?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/;

/** Thousandths of a core, or of a byte. Throws on anything that is not a quantity. */
export function parseQuantity(text: string): bigint {
  const match = QUANTITY.exec(text);
  if (!match) throw new Error(`"${text}" is not a Kubernetes quantity such as 500m, 2, 512Mi or 10Gi`);
  const [, whole, fraction = "", unit = ""] = match;
  const thousandths = BigInt(whole as string) * 1000n + BigInt(fraction.padEnd(3, "0"));
  return (thousandths * (MULTIPLIERS[unit] as bigint)) / 1000n;
}

/** Cores, in the shortest exact form: `1500m`, `2`. */
export function formatCpu(milli: bigint): string {
  return milli % 1000n === 0n ? `${milli / 1000n}` : `${milli}m`;
}

/** Bytes in the largest binary unit that divides them, rounded up to a whole Mi: `768Mi`, `12Gi`. */
export function formatBytes(milliBytes: bigint): string {
  const mi = MULTIPLIERS.Mi as bigint;
  const whole = (milliBytes + mi - 1n) / mi;
  return whole % 1024n === 0n ? `${whole / 1024n}Gi` : `${whole}Mi`;
}

/** Negative, zero or positive as `a` is smaller than, equal to or larger than `b`. */
export function compareQuantities(a: string, b: string): number {
  const difference = parseQuantity(a) - parseQuantity(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
