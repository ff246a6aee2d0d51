/** A rehearsal as one page, which needs nothing beside itself: no network, no script. */
import type { CapacityDetail } from "../proofs/capacity.ts";
import type { CostDetail } from "../proofs/cost.ts";
import type { Proof } from "../proofs/proof.ts";
import { capacity } from "./capacity.ts";
import { cost } from "./cost.ts";
import { type ActData, proofCalled, type ReportData } from "./data.ts";
import { describe } from "./detail.ts";
import { drawPicture } from "./drawing.ts";
import { drill } from "./drills.ts";
import { proofSection, verdict } from "./findings.ts";
import { Html, html, idOf, section, table } from "./html.ts";
import { pictureOfReach, reachability, reachabilityIn } from "./matrix.ts";
import { STYLE } from "./style.ts";

/** Sections of proofs in the order that they are read in; others follow as they come. */
const TITLES: Readonly<Record<string, string>> = {
  reachability: "Who reaches whom",
  permissions: "What accounts may do",
  admission: "What is let in",
  capacity: "Room for all pods",
  cost: "What it costs a month",
  "single-points": "Single points of failure",
};

const DRILL_TITLES: Readonly<Record<string, string>> = {
  load: "Drill: load comes and goes",
  drain: "Drill: each machine is drained",
  "zone-loss": "Drill: a zone goes",
  "rolling-update": "Drill: a release of every tier",
  "killed-update": "Drill: the engine is killed",
  "api-server-away": "Drill: the API server is away",
  drift: "Drill: changes by hand",
  "bad-release": "Drill: a release that never gets ready",
};

export function reportHtml(data: ReportData): string {
  const { stack, application, provider, when } = data;
  const title = `${application} on ${stack}${provider === undefined || provider === stack ? "" : ` (${provider})`}`;
  const sections = [
    { id: "verdict", title: "Verdict", body: verdict(data) },
    { id: "picture", title: "Picture", body: picture(data) },
    ...proofsInOrder(data).map((proof) => ({
      id: idOf("proof", proof.name),
      title: TITLES[proof.name] ?? proof.name,
      body: proofBody(proof),
    })),
    ...(data.drills ?? []).map((held) => {
      const title = DRILL_TITLES[held.name] ?? held.name;
      return { id: idOf("proof", held.name), title, body: drill(held, title) };
    }),
    { id: "acts", title: "What the rehearsal did", body: data.acts && acts(data.acts) },
    { id: "resources", title: "Resources by type", body: data.kinds && resources(data.kinds) },
  ].filter(({ body }) => body !== undefined);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Rehearsal of ${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header>
<h1>Rehearsal of ${title}</h1>
<p>${when !== undefined && html`<time datetime="${when}">${when.replace("T", " ").replace(/\.\d+Z$/, " UTC")}</time>. `}Brought up by the real engine against emulated clouds and a real API server; what is said here is read from that cluster's objects.</p>
<nav aria-label="Sections"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</header>
<main>
${sections.map(({ body }) => body)}</main>
</body>
</html>
`;
  return page.text;
}

function proofsInOrder({ proofs }: ReportData): Proof[] {
  const order = Object.keys(TITLES);
  const place = ({ name }: Proof) => (order.includes(name) ? order.indexOf(name) : order.length);
  return proofs.toSorted((a, b) => place(a) - place(b));
}

function proofBody(proof: Proof): Html {
  switch (proof.outcome === "skipped" ? "skipped" : proof.name) {
    case "reachability":
      return reachability(proof);
    case "capacity":
      return capacity(proof as Proof<CapacityDetail>);
    case "cost":
      return cost(proof as Proof<CostDetail>);
    default:
      return proofSection(proof, TITLES[proof.name] ?? proof.name, describe(proof.name, proof.detail));
  }
}

function picture(data: ReportData): Html | undefined {
  const reach = proofCalled(data, "reachability");
  const known = reach && reachabilityIn(reach);
  const drawn = data.picture ?? (known && pictureOfReach(known));
  return drawn && section("picture", "The application as it stands", drawPicture(drawn));
}

function acts(all: readonly ActData[]): Html {
  const rows = all.map(({ title, changes, seconds }, index) => {
    const counts = Object.entries(changes).map(([kind, count]) => `${count} ${kind}`);
    return html`<tr id="${idOf("act", String(index + 1))}"><th scope="row">${title}</th><td>${counts.join(", ")}</td><td class="number">${seconds !== undefined && `${Math.round(seconds)} s`}</td></tr>`;
  });
  return section("acts", "What the rehearsal did", table("In order", ["act", "changes", "took"], rows));
}

function resources(kinds: Readonly<Record<string, number>>): Html {
  const entries = Object.entries(kinds).sort(([a, few], [b, many]) => many - few || a.localeCompare(b));
  const total = entries.reduce((sum, [, count]) => sum + count, 0);
  return section(
    "resources",
    "Resources by type",
    html`<p>${total} resources of ${entries.length} types.</p>
<ul class="kinds">${entries.map(([type, count]) => html`<li id="${idOf("type", type)}"><b>${count}</b> <code>${type}</code></li>`)}</ul>`,
  );
}
