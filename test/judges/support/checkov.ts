import { terminalProgress } from "../../../local/progress.ts";
import { ensureCheckov } from "../../../local/toolchain/toolchain.ts";
import { countByRendering, type Judgement, objectOf } from "./finding.ts";
import { run } from "./run.ts";

interface Check {
  check_id: string;
  check_name: string;
  file_path: string;
}

/** One call for all: it takes seconds to start. */
export async function checkov(root: string): Promise<Judgement> {
  const { command, environment } = await ensureCheckov(terminalProgress());
  const [python, ...module] = command;
  const options = ["--framework", "kubernetes", "--skip-download", "--output", "json", "--compact"];
  const output = await run(python, [...module, "--directory", root, ...options], environment);
  const { results } = JSON.parse(output) as { results: { passed_checks: Check[]; failed_checks: Check[] } };
  return {
    findings: results.failed_checks.map(({ check_id, check_name, file_path }) => ({
      judge: "checkov",
      check: check_id,
      title: check_name,
      object: objectOf(file_path, root),
    })),
    passed: countByRendering(results.passed_checks.map(({ file_path }) => objectOf(file_path, root))),
  };
}
