import { terminalProgress } from "../../../local/progress.ts";
import { ensureTools } from "../../../local/toolchain/toolchain.ts";
import { type Judgement, objectOf } from "./finding.ts";
import { run } from "./run.ts";

interface Leak {
  RuleID: string;
  Description: string;
  File: string;
}

export async function gitleaks(root: string): Promise<Judgement> {
  const { gitleaks: command } = await ensureTools(["gitleaks"], terminalProgress());
  const options = ["--no-banner", "--log-level", "error", "--redact", "--report-format", "json", "--report-path", "-"];
  const leaks = JSON.parse(await run(command, ["dir", root, ...options])) as Leak[];
  return {
    findings: leaks.map(({ RuleID, Description, File }) => ({
      judge: "gitleaks",
      check: RuleID,
      title: Description,
      object: objectOf(File, root),
    })),
    passed: new Map(),
  };
}
