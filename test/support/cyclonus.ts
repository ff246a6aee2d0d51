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

/** Whether each connection comes about; an end that has no address gets one that no range has. */
export async function askCyclonus(
  questions: readonly { policies: readonly ClusterObject[]; judge: NetworkPolicies; attempts: readonly Attempt[] }[],
): Promise<boolean[][]> {
  const asked = questions.map(({ policies, judge, attempts }) => {
    const end = ({ pod, addresses }: End) => ({
      ip: addresses[0] ?? "255.255.255.255",
      pod: pod && { namespace: pod.namespace, labels: pod.labels, namespaceLabels: judge.labelsOf(pod.namespace) },
    });
    return {
      policies,
      connections: attempts.map(({ from, to, protocol, port }) => ({
        from: end(from),
        to: end(to),
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
