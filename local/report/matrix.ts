/** Who reaches whom, as a table; what is declared and what the cluster lets through are told apart by sign and word. */
import type { Proof } from "../proofs/proof.ts";
import { proofSection } from "./findings.ts";
import { type Html, html } from "./html.ts";
import type { Picture } from "./picture.ts";

interface Way {
  from: string;
  to: string;
  ports: readonly (number | string)[];
}

interface Reachability {
  parties: readonly string[];
  allowed: readonly Way[];
  declared: readonly Way[];
}

/** Above it, columns are too narrow for the numbers of ports. */
const FEW = 14;

export function reachability(proof: Proof): Html {
  const detail = reachabilityIn(proof);
  return proofSection(proof, "Who reaches whom", detail ? matrix(detail) : false);
}

/** Undefined for a detail of another form. */
export function reachabilityIn({ detail }: Proof): Reachability | undefined {
  const given = detail as Partial<Reachability> | undefined;
  if (!Array.isArray(given?.parties) || !Array.isArray(given.allowed)) return undefined;
  return { parties: given.parties, allowed: given.allowed, declared: given.declared ?? given.allowed };
}

function matrix({ parties, allowed, declared }: Reachability): Html {
  const portsIn = (ways: readonly Way[], from: string, to: string) =>
    ways.filter((way) => way.from === from && way.to === to).flatMap(({ ports }) => ports.map(String));
  const cell = (from: string, to: string) => {
    const [open, meant] = [portsIn(allowed, from, to), portsIn(declared, from, to)];
    const extra = open.filter((port) => !meant.includes(port));
    const missing = meant.filter((port) => !open.includes(port));
    if (extra.length > 0)
      return told("extra", "✕", `${from} reaches ${to} on ${list(extra)}, which nothing declares`, extra);
    if (missing.length > 0)
      return told("missing", "▲", `${from} does not reach ${to} on ${list(missing)}, as is declared`, missing);
    if (open.length > 0) return told("open", "●", `${from} reaches ${to} on ${list(open)}, as is declared`, open);
    return html`<td></td>`;
  };
  const told = (kind: string, sign: string, words: string, ports: readonly string[]) =>
    html`<td class="${kind}" title="${words}"><span aria-hidden="true">${parties.length > FEW ? sign : kind === "open" ? list(ports) : `${sign} ${list(ports)}`}</span><span class="hidden">${words}</span></td>`;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="matrix, scrolls sideways">
<table class="matrix"><caption>From each row to each column. ${parties.length > FEW ? "● reached as declared" : "Ports that are reached as declared"}; ✕ reached, and not declared; ▲ declared, and not reached; empty: denied.</caption>
<thead><tr><th scope="col">from \\ to</th>${parties.map((party) => html`<th scope="col"><span>${party}</span></th>`)}</tr></thead>
<tbody>${parties.map(
    (
      from,
    ) => html`<tr><th scope="row">${from}</th>${parties.map((to) => (from === to ? html`<td class="self" aria-label="itself"></td>` : cell(from, to)))}</tr>
`,
  )}</tbody></table></div>`;
}

function list(ports: readonly string[]): string {
  return ports.join(", ");
}

/** What can be drawn where the rehearsal left no picture. */
export function pictureOfReach({ parties, allowed }: Reachability): Picture {
  const linked = new Set(allowed.flatMap(({ from, to }) => [from, to]));
  return {
    nodes: parties.filter((name) => linked.has(name)).map((name) => ({ name, kind: "tier", detail: "" })),
    links: allowed
      .filter(({ from, to }) => from !== to && parties.includes(from) && parties.includes(to))
      .map(({ from, to, ports }) => ({ from, to, ports: [...ports] })),
  };
}
