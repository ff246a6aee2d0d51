/** Cyclonus, as a judge of who reaches whom that is not ours. */
import { spawn } from "node:child_process";
import { silentProgress } from "../../local/progress.ts";
import type { End, NetworkPolicies } from "../../local/proofs/reachability/network-policies.ts";
import { includes, intersection, type Protocol } from "../../local/proofs/reachability/ports.ts";
import type { ClusterObject } from "../../local/proofs/snapshot.ts";
import { ensureTools } from "../../local/toolchain/toolchain.ts";

export interface Attempt {
  from: End;
  to: End;
  protocol: Protocol;
  port: number;
}

/** For ends without an address: one that no range of a policy has. */
const NOWHERE = "fe80::1";

/** Whether each connection comes about. */
export async function askCyclonus(
  questions: readonly { policies: readonly ClusterObject[]; judge: NetworkPolicies; attempts: readonly Attempt[] }[],
): Promise<boolean[][]> {
  const asked = questions.map(({ policies, judge, attempts }) => {
    const ends = [...new Set(attempts.flatMap(({ from, to }) => [from, to]))];
    const places = new Map(ends.map((end, place) => [end, place]));
    return {
      policies,
      ends: ends.map(({ pod, addresses: [ip = NOWHERE] }) => ({
        ip,
        pod: pod && { namespace: pod.namespace, labels: pod.labels, namespaceLabels: judge.labelsOf(pod.namespace) },
      })),
      connections: attempts.map(({ from, to, protocol, port }) => ({
        from: places.get(from),
        to: places.get(to),
        protocol,
        port,
        portName: to.pod?.namedPorts.find((named) => named.number === port && named.protocol === protocol)?.name ?? "",
      })),
    };
  });
  const { cyclonus } = await ensureTools(["cyclonus"], silentProgress);
  return JSON.parse(await run(cyclonus, JSON.stringify(asked)));
}

/** Whether our own evaluator lets it through. */
export function lets(judge: NetworkPolicies, { from, to, protocol, port }: Attempt): boolean {
  return includes(intersection(judge.out(from, to).ports, judge.into(from, to).ports), protocol, port);
}

async function run(command: string, input: string): Promise<string> {
  const child = spawn(command, { stdio: ["pipe", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    output += text;
  });
  child.stdin.end(input);
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code !== 0) throw new Error(`cyclonus ended with ${code}`);
  return output;
}
