/** The findings and the engine's steps, for people, for a pull request and for machines. */
import type { PolicyViolation } from "../policies.ts";
import type { CostDifference } from "../proofs/cost-difference.ts";
import { WIDEST, wrapped } from "../terminal.ts";
import { Changes, type Operation } from "./changes.ts";
import type { Preview } from "./preview.ts";
import type { Finding, Level } from "./rule.ts";

export interface Report {
  stack: string;
  /** The worst first. */
  findings: readonly Finding[];
  preview: Pick<Preview, "steps">;
  /** Identifiers of findings that are meant. */
  allowed: readonly string[];
  /** Policies that the change does not keep. */
  violations: readonly PolicyViolation[];
  /** Left out where nobody can tell. */
  cost?: CostDifference;
  /** What the engine or the program says against the change; none where it would go through. */
  errors: readonly string[];
}

const SIGNS: Readonly<Record<Operation, string>> = {
  create: "+",
  update: "~",
  replace: "+-",
  delete: "-",
  same: " ",
};
const DONE: Readonly<Record<Operation, string>> = {
  create: "to create",
  update: "to update",
  replace: "to replace",
  delete: "to delete",
  same: "unchanged",
};

export function worst(findings: readonly Finding[]): Level {
  return findings[0]?.level ?? "safe";
}

/** Whether it says of data at risk only what is meant. */
export function isAllowed(finding: Finding, allowed: readonly string[]): boolean {
  return finding.level !== "data at risk" || allowed.includes(finding.id);
}

/** 0; 2 where data is at risk that nobody has allowed; else 1 where the change would not go through. */
export function exitCode(report: Report): number {
  if (report.findings.some((finding) => !isAllowed(finding, report.allowed))) return 2;
  return report.errors.length > 0 || breaksPolicies(report) ? 1 : 0;
}

function breaksPolicies({ violations }: Report): boolean {
  return violations.some(({ level }) => level === "mandatory");
}

/** @param width of its sentences, in columns */
export function text(report: Report, width = WIDEST): string {
  const { findings, errors, stack, violations } = report;
  const blocks = findings
    .filter((finding) => !isSafe(finding))
    .map((finding) => {
      const mark = finding.level === "data at risk" && report.allowed.includes(finding.id) ? ", allowed" : "";
      return [
        `  ${finding.level}${mark} (${finding.id})`,
        ...wrapped(finding.sentence, "    ", width),
        ...(finding.instead ? wrapped(`instead: ${finding.instead}`, "    ", width) : []),
      ].join("\n");
    });
  return [
    `${stack}: ${verdict(report)}`,
    ...blocks,
    ...(findings.some(isSafe)
      ? [["  safe", ...findings.filter(isSafe).flatMap((finding) => line(finding, width))].join("\n")]
      : []),
    ...violations.map(
      ({ level, policy, message }) => `  ${level} policy (${policy})\n    ${message.replaceAll("\n", "\n    ")}`,
    ),
    ...errors,
    ...costLines(report.cost),
    steps(report),
  ].join("\n\n");
}

/** Nothing where it costs the same. */
function costLines(cost: CostDifference | undefined): string[] {
  if (!cost || cost.changed.length === 0) return [];
  const { total, changed } = cost;
  const usd = (amount: number) => `${amount < 0 ? "-" : "+"}${Math.abs(Math.round(amount))}`;
  const lines = changed.map(({ before, after }) => {
    const item = after?.item ?? `${before?.item}, no more`;
    return `    ${usd((after?.typical ?? 0) - (before?.typical ?? 0))}  ${item}`;
  });
  const range = `${usd(total.least)} to ${usd(total.most)}`;
  return [
    [`  cost: ${usd(total.typical)} USD a month typically, ${range} (estimate, by list prices)`, ...lines].join("\n"),
  ];
}

export function markdown(report: Report): string {
  const { findings, errors, stack, allowed, violations } = report;
  const rows = findings.map(({ level, sentence, instead, id }) => {
    const mark = level === "data at risk" && allowed.includes(id) ? " (allowed)" : "";
    return `| ${level === "data at risk" ? `**${level}**` : level}${mark} | ${cell(sentence)} | ${cell(instead ?? "")} | \`${id}\` |`;
  });
  return [
    `### ${stack}: ${verdict(report)}`,
    ...(rows.length > 0 ? [["| level | what it means | instead | |", "|---|---|---|---|", ...rows].join("\n")] : []),
    ...(violations.length > 0
      ? [
          [
            "| policy | | |",
            "|---|---|---|",
            ...violations.map(({ level, policy, message }) => `| \`${policy}\` | ${level} | ${cell(message)} |`),
          ].join("\n"),
        ]
      : []),
    ...errors.map((error) => fenced(error)),
    ...costLines(report.cost).map(fenced),
    `<details><summary>${summary(report)}</summary>\n\n${fenced(steps(report))}\n\n</details>`,
  ].join("\n\n");
}

export function json(report: Report): string {
  const { stack, findings, allowed, violations, errors, preview, cost } = report;
  const { list } = new Changes(preview);
  return JSON.stringify(
    {
      stack,
      level: worst(findings),
      exitCode: exitCode(report),
      findings: findings.map((finding) => ({ ...finding, allowed: allowed.includes(finding.id) })),
      violations,
      errors,
      cost,
      changes: list.map(({ urn, operation }) => ({ urn, operation })),
    },
    undefined,
    2,
  );
}

function isSafe({ level }: Finding): boolean {
  return level === "safe";
}

function line({ sentence }: Finding, width: number): string[] {
  return wrapped(sentence, "      ", width).map((text, index) => (index === 0 ? `    · ${text.trim()}` : text));
}

function verdict(report: Report): string {
  const { findings, errors, allowed } = report;
  const open = findings.filter((finding) => !isAllowed(finding, allowed)).length;
  if (open > 0) return `data at risk, ${open === 1 ? "in one place" : `in ${open} places`}`;
  if (errors.length > 0) return "the change would not go through";
  if (breaksPolicies(report)) return "the change breaks mandatory policies";
  if (findings.length === 0) return "nothing that anybody would notice";
  return worst(findings) === "safe" ? "safe" : `${worst(findings)} at worst`;
}

/** As `pulumi preview` lists them, with the properties that differ; never with their values. */
function steps({ preview }: Report): string {
  const { list } = new Changes(preview);
  const differing = new Map(
    preview.steps.map(({ urn, detailedDiff }) => [urn, Object.keys(detailedDiff ?? {})] as const),
  );
  const lines = list.map(({ operation, type, name, urn }) => {
    const paths = operation === "update" || operation === "replace" ? (differing.get(urn) ?? []) : [];
    return ` ${SIGNS[operation].padEnd(2)} ${type} ${name}${paths.length > 0 ? `  [${paths.slice(0, 4).join(", ")}${paths.length > 4 ? ", …" : ""}]` : ""}`;
  });
  return [...lines, ...(lines.length > 0 ? [""] : []), summary({ preview })].join("\n");
}

function summary({ preview }: Pick<Report, "preview">): string {
  const { all } = new Changes(preview);
  const counts = (Object.keys(DONE) as Operation[]).map((operation) => ({
    operation,
    count: all.filter((change) => change.operation === operation).length,
  }));
  const said = counts.filter(({ count }) => count > 0).map(({ operation, count }) => `${count} ${DONE[operation]}`);
  return said.join(", ") || "no resources";
}

function cell(words: string): string {
  return words.replaceAll("|", "\\|").replaceAll("\n", " ");
}

function fenced(words: string): string {
  return `\`\`\`\n${words.trim()}\n\`\`\``;
}
