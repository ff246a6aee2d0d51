/** What `pulumi preview --json` says. */
import { isMapping } from "../../config/mistakes.ts";
import type { PolicyViolation } from "../policies.ts";

/** How it is asked. What stays as it is is told too, for rules ask what stands beside a change. */
export const PREVIEW: readonly string[] = ["preview", "--json", "--show-sames"];

/** What pulumi said, and how it ended. */
export interface Answer {
  code: number;
  /** What it answered. */
  output: string;
  /** That, and what it said beside. */
  everything: string;
}

/** With what the policy pack found. */
export interface JudgedAnswer extends Answer {
  violations: readonly PolicyViolation[];
}

export type Inputs = Readonly<Record<string, unknown>>;

/** What the engine knows of a resource; secrets are "[secret]" already. */
export interface State {
  parent?: string;
  inputs?: Inputs;
  protect?: boolean;
}

export interface Step {
  op: string;
  urn: string;
  oldState?: State;
  newState?: State;
  /** Properties that cannot be changed in place. */
  replaceReasons?: readonly string[] | null;
  detailedDiff?: Readonly<Record<string, unknown>> | null;
}

export interface Diagnostic {
  urn?: string;
  message: string;
  severity: string;
}

export interface Preview {
  steps: readonly Step[];
  diagnostics: readonly Diagnostic[];
}

/** Undefined where it is none: pulumi failed before there was one. */
export function readPreview(output: string): Preview | undefined {
  try {
    const read: unknown = JSON.parse(output);
    if (!isMapping(read)) return undefined;
    const { steps = [], diagnostics = [] } = read as Partial<Preview>;
    return { steps, diagnostics };
  } catch {
    return undefined;
  }
}

/** What the engine refuses to delete or replace because it is protected, named in what it says. */
const REFUSED = /(?:unable to (delete|replace) resource|resource) "(urn:pulumi:[^"]+)"[\s\S]*?protect/;

/**
 * The preview with what it leaves out once the engine refuses to delete or replace something: that very resource, and
 * components that stand no more, whose turn to be deleted did not come.
 */
export function withRefused({ steps, diagnostics }: Preview): Preview {
  const known = new Map(steps.map((step) => [step.urn, step]));
  const refused = diagnostics.flatMap(({ message }): Step[] => {
    const [, verb = "delete", urn = ""] = REFUSED.exec(message) ?? [];
    const step = known.get(urn);
    return urn !== "" && (step === undefined || step.op === "same") ? [{ ...step, urn, op: verb }] : [];
  });
  const others = steps.filter(({ urn }) => !refused.some((step) => step.urn === urn));
  const all = [...others, ...refused];
  const parents = all.filter(({ op }) => op === "delete").flatMap(({ oldState }) => oldState?.parent ?? []);
  const gone = [...new Set(parents)].filter((urn) => !all.some((step) => step.urn === urn));
  return { diagnostics, steps: [...all, ...gone.map((urn) => ({ urn, op: "delete" }))] };
}

/** The engine's last words, which say nothing. */
const LAST_WORDS = /^error: (preview|update) failed$/;

/** What keeps the change from going through; nothing where it goes, or where it is policies that are not kept. */
export function errorsOf(preview: Preview, { code, everything, violations }: JudgedAnswer): string[] {
  const isOfPolicies = violations.some(({ level }) => level === "mandatory");
  const hasErrors = preview.diagnostics.some(({ severity }) => severity === "error");
  return code === 0 || (isOfPolicies && !hasErrors) ? [] : complaintsOf(preview, everything);
}

/** What went wrong, in the program's or the engine's own words; but for protection, whose words say how to lift it. */
export function complaintsOf({ diagnostics }: Preview, everything: string): string[] {
  const errors = diagnostics
    .filter(({ severity, message }) => severity === "error" && !LAST_WORDS.test(message.trim()))
    .map(({ message }) => protectionIn(message) ?? message.trim());
  return errors.length > 0 ? [...new Set(errors)] : [everything.trim()];
}

function protectionIn(message: string): string | undefined {
  const [, verb = "delete", urn] = REFUSED.exec(message) ?? [];
  return urn && `error: Pulumi refuses to ${verb} ${urn.split("$").at(-1)?.replace("::", " ")}: it is protected.`;
}
