import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Listeners of a cluster, by kwokctl's names for them. */
export const PORT_NAMES = [
  "etcdPort",
  "etcdPeerPort",
  "kubeApiserverPort",
  "kubeControllerManagerPort",
  "kubeSchedulerPort",
  "kwokControllerPort",
  "metricsServerPort",
] as const;
export type Ports = Record<(typeof PORT_NAMES)[number], number>;
/** For what is the same whatever the ports. */
export const NO_PORTS = Object.fromEntries(PORT_NAMES.map((name) => [name, 0])) as Ports;

// Below the range that systems take the near end of outgoing connections from, which would be in our way at random.
const LOWEST = 20_000;
const HIGHEST = 30_000;

/** The ports of last time, as long as they are free; a free one in place of each that is not. */
export async function choosePorts(last: Partial<Ports> = {}): Promise<Ports> {
  const chosen = {} as Ports;
  const taken = new Set<number>();
  for (const name of PORT_NAMES) {
    let port = last[name] ?? randomInt(LOWEST, HIGHEST);
    while (taken.has(port) || !(await isFree(port))) port = randomInt(LOWEST, HIGHEST);
    taken.add(port);
    chosen[name] = port;
  }
  return chosen;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}
