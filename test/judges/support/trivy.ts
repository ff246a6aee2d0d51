import { terminalProgress } from "../../../local/progress.ts";
import { ensureTools } from "../../../local/toolchain/toolchain.ts";
import { countByRendering, type Judgement, objectOf } from "./finding.ts";
import { run } from "./run.ts";

interface Line {
  file: string;
  check: string;
  title: string;
  severity: string;
  passed: boolean;
}

const GRAVE = ["HIGH", "CRITICAL"];

export async function trivy(root: string): Promise<Judgement> {
  const { trivy: command } = await ensureTools(["trivy"], terminalProgress());
  const output = await run(command, [root]);
  const lines = output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
  return {
    findings: lines
      .filter(({ passed, severity }) => !passed && GRAVE.includes(severity))
      .map(({ file, check, title }) => ({ judge: "trivy", check, title, object: objectOf(file, root) })),
    passed: countByRendering(lines.filter(({ passed }) => passed).map(({ file }) => objectOf(file, root))),
  };
}
