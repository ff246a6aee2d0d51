/** What came out: the verdict, what to do first, and what each proof says. */
import type { Proof } from "../proofs/proof.ts";
import type { ReportData, Told } from "./data.ts";
import { type Html, html, idOf, section, table } from "./html.ts";

/** Of all proofs and drills, failures first. */
export function findingsIn(data: ReportData): Told[] {
  const told = allOf(data).flatMap((proof) =>
    proof.findings.map((finding, index) => ({ ...finding, proof, id: idOf("finding", proof.name, String(index + 1)) })),
  );
  const of = (severity: Told["severity"]) => told.filter((finding) => finding.severity === severity);
  return [...of("failure"), ...of("warning")];
}

function allOf({ proofs, drills = [] }: ReportData): Proof[] {
  return [...proofs, ...drills];
}

/** So many are shown before the rest is folded away. */
const SHOWN = 8;

export function verdict(data: ReportData): Html {
  const findings = findingsIn(data);
  const failures = findings.filter(({ severity }) => severity === "failure");
  const warnings = findings.length - failures.length;
  const all = allOf(data);
  const failed = all.filter(({ outcome }) => outcome === "failed");
  const skipped = all.filter(({ outcome }) => outcome === "skipped");
  const word = failed.length > 0 ? "failed" : "passed";
  const kinds = data.drills && data.drills.length > 0 ? "proofs and drills" : "proofs";
  const proofs = `${all.length - failed.length - skipped.length} of ${all.length} ${kinds} passed`;
  return section(
    "verdict",
    failed.length > 0 ? "Not ready: something has to be fixed" : "Ready, as far as a rehearsal can tell",
    html`<p class="verdict ${word}">${mark(word)} <strong>${proofs}</strong>${skipped.length > 0 && `, ${skipped.length} skipped`};
${count(failures.length, "failure")}, ${count(warnings, "warning")}.</p>
${findings.length > 0 && html`<h3>What to fix first</h3>`}
<ol class="findings">${findings.slice(0, SHOWN).map(tell)}</ol>
${
  findings.length > SHOWN &&
  html`<details><summary>${findings.length - SHOWN} more</summary><ol class="findings" start="${SHOWN + 1}">${findings.slice(SHOWN).map(tell)}</ol></details>`
}
${table(
  kinds === "proofs" ? "Proofs" : "Proofs and drills",
  ["name", "outcome", "what it shows"],
  all.map(
    ({ name, title, outcome, because, findings }) =>
      html`<tr><th scope="row"><a href="#${idOf("proof", name)}">${name}</a></th><td>${mark(outcome)} ${outcome}${findings.length > 0 && `, ${count(findings.length, "finding")}`}${because !== undefined && `: ${because}`}</td><td>${title}</td></tr>`,
  ),
)}`,
  );
}

function tell({ id, severity, subject, sentence, fix, proof }: Told): Html {
  return html`<li id="${id}" class="${severity}">${mark(severity)} <strong>${subject}</strong> <span class="severity">${severity}</span>
<p>${sentence}</p><p class="fix"><span>Fix</span> ${fix}</p>
<p class="from"><a href="#${idOf("proof", proof.name)}">${proof.name}</a> · <a href="#${id}">link</a></p></li>
`;
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

const MARKS: Readonly<Record<string, string>> = { failed: "✕", failure: "✕", warning: "▲", passed: "✓", skipped: "–" };

/** A sign beside a word, never in its place. */
export function mark(word: string): Html {
  return html`<span class="mark ${word}" aria-hidden="true">${MARKS[word] ?? "·"}</span>`;
}

/** A proof's own section, which what it found out comes into. */
export function proofSection(proof: Proof, title: string, ...content: readonly (Html | false)[]): Html {
  const { name, outcome, because, summary, findings } = proof;
  const links = findings.map((finding, index) => {
    const id = idOf("finding", name, String(index + 1));
    return html`<li>${mark(finding.severity)} <a href="#${id}">${finding.subject}</a></li>`;
  });
  return section(
    idOf("proof", name),
    title,
    html`<p class="outcome">${mark(outcome)} ${outcome}${because !== undefined && `: ${because}`}. ${proof.title}${summary !== undefined && `: ${summary}`}.</p>
${links.length > 0 && html`<ul class="found">${links}</ul>`}`,
    ...content,
  );
}
