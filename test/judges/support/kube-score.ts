import { readdirSync } from "node:fs";
import { join } from "node:path";
import { terminalProgress } from "../../../local/progress.ts";
import { ensureTools, KUBERNETES_VERSION } from "../../../local/toolchain/toolchain.ts";
import { type Judgement, objectOf } from "./finding.ts";
import { run } from "./run.ts";

interface Scored {
  file_name: string;
  checks: { check: { id: string; name: string }; grade: number; skipped: boolean }[] | null;
}

/** Grades go from here to 10. */
const CRITICAL = 1;
const MINOR = KUBERNETES_VERSION.split(".").slice(0, 2).join(".");

/** A call for each rendering: objects of different ones would count as neighbours. */
export async function kubeScore(root: string): Promise<Judgement> {
  const { "kube-score": command } = await ensureTools(["kube-score"], terminalProgress());
  const judgements = await Promise.all(
    readdirSync(root).map(async (rendering) => {
      const folder = join(root, rendering);
      const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yaml"));
      const options = ["score", "--output-format", "json", "--kubernetes-version", MINOR];
      const output = await run(command, [...options, ...files.map((file) => join(folder, file))]);
      const checks = (JSON.parse(output) as Scored[]).flatMap(({ file_name, checks }) =>
        (checks ?? [])
          .filter(({ skipped }) => !skipped)
          .map(({ check, grade }) => ({
            check: check.id,
            title: check.name,
            grade,
            object: objectOf(file_name, root),
          })),
      );
      const critical = checks.filter(({ grade }) => grade === CRITICAL);
      return { rendering, critical, passed: checks.length - critical.length };
    }),
  );
  return {
    findings: judgements.flatMap(({ critical }) =>
      critical.map(({ check, title, object }) => ({ judge: "kube-score", check, title, object })),
    ),
    passed: new Map(judgements.map(({ rendering, passed }) => [rendering, passed])),
  };
}
