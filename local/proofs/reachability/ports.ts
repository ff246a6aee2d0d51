/** Sets of ports, exact: what policies say in numbers and ranges is added, cut and compared without trying each port. */

const PROTOCOLS = ["TCP", "UDP", "SCTP"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export interface PortRange {
  protocol: Protocol;
  from: number;
  to: number;
}
/** In order, without overlaps, where it comes from this file. */
export type Ports = readonly PortRange[];

export const NO_PORTS: Ports = [];
export const ALL_PORTS: Ports = PROTOCOLS.flatMap(allOf);

export function allOf(protocol: Protocol): PortRange[] {
  return [{ protocol, from: 1, to: 65_535 }];
}

export function tcp(...ports: readonly number[]): Ports {
  return union(ports.map((port) => ({ protocol: "TCP", from: port, to: port })));
}

export function union(...sets: readonly Ports[]): Ports {
  return PROTOCOLS.flatMap((protocol) => {
    const merged: PortRange[] = [];
    const ranges = sets.flat().filter((range) => range.protocol === protocol);
    for (const { from, to } of ranges.sort((a, b) => a.from - b.from)) {
      const last = merged.at(-1);
      if (last && from <= last.to + 1) last.to = Math.max(last.to, to);
      else merged.push({ protocol, from, to });
    }
    return merged;
  });
}

export function intersection(one: Ports, other: Ports): Ports {
  return union(
    one.flatMap((a) =>
      other.flatMap((b) => {
        const [from, to] = [Math.max(a.from, b.from), Math.min(a.to, b.to)];
        return a.protocol === b.protocol && from <= to ? [{ protocol: a.protocol, from, to }] : [];
      }),
    ),
  );
}

/** Those of `one` that `other` does not have. */
export function difference(one: Ports, other: Ports): Ports {
  return other.reduce<Ports>(
    (left, cut) =>
      left.flatMap((range) => {
        if (range.protocol !== cut.protocol || cut.to < range.from || range.to < cut.from) return [range];
        const parts = [
          { ...range, to: cut.from - 1 },
          { ...range, from: cut.to + 1 },
        ];
        return parts.filter(({ from, to }) => from <= to);
      }),
    union(one),
  );
}

export function includes(ports: Ports, protocol: Protocol, port: number): boolean {
  return ports.some((range) => range.protocol === protocol && range.from <= port && port <= range.to);
}

/** For people: `TCP 80, 8000-8010; UDP 53`, or `every port`. */
export function describePorts(ports: Ports): string {
  if (difference(ALL_PORTS, ports).length === 0) return "every port";
  const parts = PROTOCOLS.flatMap((protocol) => {
    const ranges = ports.filter((range) => range.protocol === protocol);
    if (ranges.length === 0) return [];
    if (difference(allOf(protocol), ranges).length === 0) return [`every ${protocol} port`];
    return [`${protocol} ${ranges.map(({ from, to }) => (from === to ? from : `${from}-${to}`)).join(", ")}`];
  });
  return parts.join("; ");
}
