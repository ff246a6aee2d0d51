/** What docs/judges.md has of the tests. */
import { CHECKOV_VERSION } from "../../../local/toolchain/checkov.ts";
import {
  GITLEAKS_VERSION,
  KUBE_SCORE_VERSION,
  KUBECONFORM_VERSION,
  TRIVY_VERSION,
} from "../../../local/toolchain/versions.ts";
import type { Finding, Judgement, JudgeName } from "./finding.ts";
import { MINORS } from "./kubeconform.ts";
import type { Rendering } from "./renderings.ts";
import { WAIVERS, waiverOf } from "./waivers.ts";

/** checkov's check for them. */
export const DIGESTS = "CKV_K8S_43";

export type Verdict = Readonly<Record<JudgeName, Judgement>>;

export function versionsLine(): string {
  const versions = [
    `kubeconform ${KUBECONFORM_VERSION}`,
    `kube-score ${KUBE_SCORE_VERSION}`,
    `Trivy ${TRIVY_VERSION}`,
    `checkov ${CHECKOV_VERSION}`,
    `gitleaks ${GITLEAKS_VERSION}`,
  ];
  return `Judged by ${versions.join(", ")}.`;
}

export function figuresTable(renderings: readonly Rendering[], verdict: Verdict): string {
  const rows = renderings.map(({ name, manifests }) => {
    const open = (judgement: Judgement) => inRendering(judgement.findings, name).filter((it) => !waiverOf(it)).length;
    const cells = [
      `${(verdict.kubeconform.passed.get(name) ?? 0) / MINORS.length} of ${manifests.length}`,
      open(verdict["kube-score"]),
      `${shareOf(verdict.checkov, name).toFixed(1)} %`,
      `${shareOf(verdict.checkov, name, DIGESTS).toFixed(1)} %`,
      open(verdict.checkov),
      open(verdict.trivy),
      open(verdict.gitleaks),
    ];
    return `| ${name} | ${cells.join(" | ")} |`;
  });
  return [
    `| rendering | valid on ${MINORS.join(", ")} | kube-score, critical | checkov, passed | by digest | not waived | Trivy, high and critical | gitleaks |`,
    "|---|---|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

export function waiversTable(findings: readonly Finding[]): string {
  const rows = WAIVERS.map((waiver) => {
    const of = findings.filter((finding) => waiverOf(finding) === waiver);
    return `| ${waiver.judge} | \`${waiver.check}\`: ${of[0]?.title} | ${of.length} | ${waiver.reason} |`;
  });
  return ["| judge | check | objects | why it stays |", "|---|---|---|---|", ...rows].join("\n");
}

/** Of all that it asks of the rendering, in percent; waivers count as failures. @param but a check to leave out */
export function shareOf({ findings, passed }: Judgement, rendering: string, but?: string): number {
  const held = passed.get(rendering) ?? 0;
  return (100 * held) / (held + inRendering(findings, rendering).filter(({ check }) => check !== but).length);
}

function inRendering(findings: readonly Finding[], rendering: string): Finding[] {
  return findings.filter(({ object }) => object.startsWith(`${rendering}/`));
}

/** The block of the page after its mark, up to the next empty line. */
export function blockOf(mark: string): RegExp {
  return new RegExp(`(?<=<!-- ${mark} -->\\n)[^]*?(?=\\n\\n|\\n*$)`);
}
