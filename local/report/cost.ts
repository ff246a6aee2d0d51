/** What it costs a month, by component. */
import type { CostDetail } from "../proofs/cost.ts";
import { add, COMPONENTS, type Range } from "../proofs/cost-lines.ts";
import type { Proof } from "../proofs/proof.ts";
import { rangeBar } from "./bars.ts";
import { proofSection } from "./findings.ts";
import { type Html, html, idOf, table } from "./html.ts";

const USD = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", maximumFractionDigits: 0 });

export function cost(proof: Proof<CostDetail>): Html {
  const { detail } = proof;
  if (!Array.isArray(detail?.lines)) return proofSection(proof, "What it costs a month");
  const { lines, total, region, asOf, unknown, yours, assumptions, sources } = detail;
  const groups = COMPONENTS.map((component) => ({
    component,
    own: lines.filter((line) => line.component === component),
  }))
    .filter(({ own }) => own.length > 0)
    .map(({ component, own }) => ({ component, own, range: add(own) }));
  const full = Math.max(...groups.map(({ range }) => range.most), 0);
  const basis = region === undefined ? "" : `, list prices of ${asOf} in ${region}`;
  return proofSection(
    proof,
    "What it costs a month",
    groups.length > 0 &&
      html`<p class="total"><strong>${USD.format(total.typical)}</strong> typically; ${USD.format(total.least)} at the fewest machines and without traffic, ${USD.format(total.most)} with all pools at their most.</p>
${table(
  `USD a month${basis}. Bars: dark the least, lighter the typical, outlined the most.`,
  ["component", "", "least", "typical", "most"],
  [
    ...groups.map(
      ({ component, range }) =>
        html`<tr id="${idOf("cost", component)}"><th scope="row">${component}</th><td>${rangeBar(range, full)}</td>${figures(range)}</tr>`,
    ),
    html`<tr class="sum"><th scope="row">total</th><td></td>${figures(total)}</tr>`,
  ],
)}
<details><summary>Line by line</summary>${table(
        "USD a month",
        ["component", "what", "least", "typical", "most"],
        lines.map(
          (line) =>
            html`<tr><th scope="row">${line.component}</th><td>${line.item}${line.note !== undefined && ` (${line.note})`}</td>${figures(line)}</tr>`,
        ),
      )}</details>`,
    unknown.length > 0 && html`<p>Without a price here, and so not in the total: ${unknown.join("; ")}.</p>`,
    yours.length > 0 && html`<p>Yours, and not counted: ${yours.join("; ")}.</p>`,
    groups.length > 0 &&
      html`<details><summary>What the figures go by</summary><ul>${assumptions.map((text) => html`<li>${text}</li>`)}</ul>
<p>Sources: ${sources.map((source, index) => html`${index > 0 && ", "}<code>${source}</code>`)}</p></details>`,
  );
}

function figures({ least, typical, most }: Range): Html {
  return html`<td class="number">${USD.format(least)}</td><td class="number"><strong>${USD.format(typical)}</strong></td><td class="number">${USD.format(most)}</td>`;
}
