/** Room on the machines, by scenario and pool. */
import type { CapacityDetail, PoolDetail, Room, Scenario, Share } from "../proofs/capacity.ts";
import type { Proof } from "../proofs/proof.ts";
import { shareBar } from "./bars.ts";
import { count, mark, proofSection } from "./findings.ts";
import { type Html, html, idOf, table } from "./html.ts";

export function capacity(proof: Proof<CapacityDetail>): Html {
  const { detail } = proof;
  if (!Array.isArray(detail?.scenarios)) return proofSection(proof, "Room for all pods");
  const { scenarios, pools, firstFull } = detail;
  return proofSection(
    proof,
    "Room for all pods",
    html`${
      firstFull &&
      html`<p>Pool <strong>${firstFull.pool}</strong> runs out first, of ${firstFull.resource}: at the most pods, ${firstFull.percent} % of what it has when it is grown as far as it may.</p>`
    }
${table(
  "Asked for, of what the pool's machines have",
  ["scenario", "pool", "machines", "CPU, cores", "memory, GiB", "pods without a machine"],
  scenarios.flatMap((scenario) => rowsOf(scenario, pools)),
)}
<details><summary>By zone</summary>${table(
      "Asked for, of what the machines of a zone have",
      ["scenario", "pool", "zone", "machines", "CPU, cores", "memory, GiB", "pods"],
      scenarios.flatMap(({ name, rooms }) =>
        rooms.map(
          ({ pool, zone, machines, cpu, memory, pods }) =>
            html`<tr><th scope="row">${name}</th><td>${pool}</td><td>${zone}</td><td>${machines}</td><td>${share(cpu)}</td><td>${share(memory)}</td><td>${pods.used}</td></tr>`,
        ),
      ),
    )}</details>
${scenarios.flatMap(waitingOf)}`,
  );
}

function rowsOf({ name, rooms, added, waiting, waitedFirst }: Scenario, pools: readonly PoolDetail[]): Html[] {
  const without = waiting.reduce((total, { pods }) => total + pods, 0);
  return pools.map((pool, index) => {
    const own = rooms.filter((room) => room.pool === pool.name);
    const machines = own.reduce((total, room) => total + room.machines, 0);
    const come = added[pool.name] ?? 0;
    return html`<tr id="${idOf("capacity", name, pool.name)}"><th scope="row">${name}</th><td>${pool.name}, ${pool.machine}</td>
<td>${machines}${come > 0 && ` (${come} added)`}${pool.most !== undefined && ` of ${pool.most}`}</td>
<td>${share(total(own, "cpu"))}</td><td>${share(total(own, "memory"))}</td>
<td>${index === 0 && html`${mark(without > 0 ? "warning" : "passed")} ${without === 0 ? "none" : without}${waitedFirst > without && `, ${waitedFirst} before machines were added`}`}</td></tr>
`;
  });
}

function total(rooms: readonly Room[], kind: "cpu" | "memory"): Share {
  const of = (side: keyof Share) => rooms.reduce((sum, room) => sum + room[kind][side], 0);
  return { used: of("used"), of: of("of") };
}

function share({ used, of }: Share): Html {
  const percent = of > 0 ? `, ${Math.round((used / of) * 100)} %` : "";
  return html`${shareBar(used, of)}<span class="figure">${short(used)} of ${short(of)}${percent}</span>`;
}

function short(amount: number): string {
  return String(Math.round(amount * 10) / 10);
}

function waitingOf({ name, waiting }: Scenario): Html[] {
  if (waiting.length === 0) return [];
  return [
    table(
      `${name[0]?.toUpperCase()}${name.slice(1)}: pods that find no machine`,
      ["what", "pods", "in the scheduler's words"],
      waiting.map(
        ({ subject, pods, placed, because }) =>
          html`<tr><th scope="row">${subject}</th><td>${pods} of ${count(pods + placed, "pod")}</td><td>${because}</td></tr>`,
      ),
    ),
  ];
}
