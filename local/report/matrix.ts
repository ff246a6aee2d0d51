/** Who reaches whom, as a table; what is declared and what the cluster lets through are told apart by sign and word. */
import type { Proof } from "../proofs/proof.ts";
import { proofSection } from "./findings.ts";
import { type Html, html } from "./html.ts";
import type { Picture } from "./picture.ts";

/** What one may reach of another. */
interface Connection {
  from: string;
  to: string;
  /** Let through. */
  ports: string[];
  /** Of these, those that nothing declares. */
  more: string[];
  /** Declared, and not let through. */
  missing: string[];
}

interface Reachability {
  parties: string[];
  connections: Connection[];
}

/** As the proof has it: ports in words, parties by group. */
interface Told {
  parties: readonly (string | { name: string })[];
  connections: readonly { from: string; to: string; ports: string; more?: string; missing?: string }[];
}

/** Above it, columns are too narrow for the numbers of ports. */
const FEW = 14;

export function reachability(proof: Proof): Html {
  const detail = reachabilityIn(proof);
  return proofSection(proof, "Who reaches whom", detail ? matrix(detail) : false);
}

/** Undefined for a detail of another form. */
export function reachabilityIn({ detail }: Proof): Reachability | undefined {
  const { parties, connections } = (detail ?? {}) as Partial<Told>;
  if (!Array.isArray(parties) || !Array.isArray(connections)) return undefined;
  return {
    parties: parties.map((party) => (typeof party === "string" ? party : party.name)),
    connections: (connections as Told["connections"]).map(({ from, to, ports, more, missing }) => ({
      from,
      to,
      ports: portsOf(ports),
      more: portsOf(more),
      missing: portsOf(missing),
    })),
  };
}

/** `TCP 80, UDP 53` without what nearly all of them are. */
function portsOf(words = ""): string[] {
  return words
    .split(", ")
    .filter((word) => word !== "")
    .map((word) => word.replace(/^TCP /, ""));
}

function matrix({ parties, connections }: Reachability): Html {
  const many = parties.length > FEW;
  const cell = (from: string, to: string) => {
    const found = connections.find((one) => one.from === from && one.to === to);
    if (!found) return html`<td></td>`;
    const { ports, more, missing } = found;
    if (more.length > 0)
      return told("extra", "✕", `${from} reaches ${to} on ${list(more)}, which nothing declares`, more);
    if (missing.length > 0)
      return told("missing", "▲", `${from} does not reach ${to} on ${list(missing)}, as is declared`, missing);
    return told("open", "●", `${from} reaches ${to} on ${list(ports)}, as is declared`, ports);
  };
  const told = (kind: string, sign: string, words: string, ports: readonly string[]) => {
    const shown = many ? sign : kind === "open" ? list(ports) : `${sign} ${list(ports)}`;
    return html`<td class="${kind}" title="${words}"><span aria-hidden="true">${shown}</span><span class="hidden">${words}</span></td>`;
  };
  const row = (from: string) =>
    html`<tr><th scope="row">${from}</th>${parties.map((to) => (from === to ? html`<td class="self"><span class="hidden">itself</span></td>` : cell(from, to)))}</tr>
`;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="matrix, scrolls sideways">
<table class="matrix"><caption>From each row to each column. ${many ? "● reached as declared" : "Ports that are reached as declared"}; ✕ reached, and not declared; ▲ declared, and not reached; empty: denied.</caption>
<thead><tr><th scope="col">from \\ to</th>${parties.map((party) => html`<th scope="col"><span>${party}</span></th>`)}</tr></thead>
<tbody>${parties.map(row)}</tbody></table></div>`;
}

function list(ports: readonly string[]): string {
  return ports.join(", ");
}

/** What can be drawn where the rehearsal left no picture. */
export function pictureOfReach({ parties, connections }: Reachability): Picture {
  const links = connections.filter(
    ({ from, to, ports }) => ports.length > 0 && from !== to && parties.includes(from) && parties.includes(to),
  );
  const linked = new Set(links.flatMap(({ from, to }) => [from, to]));
  const nodes = parties.filter((name) => linked.has(name));
  return {
    nodes: nodes.map((name) => ({ name, kind: "tier", detail: "" })),
    links: links.map(({ from, to, ports }) => ({ from, to, ports })),
  };
}
