import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import { silentProgress } from "../../local/progress.ts";
import { ensureTools } from "../../local/toolchain/toolchain.ts";
import { command, pairOf, type Work } from "../measure.ts";
import type { Bench, Row } from "../row.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const STACK = "production";

/** The same objects from the tools that people write them with, templates and modules in place. */
export const render: Bench = {
  name: "render",
  title: "render of PyBase production",
  async measure(_stage, runs) {
    const directory = mkdtempSync(join(tmpdir(), "landfall-bench-render-"));
    const at = (name: string) => join(directory, name);
    const rendered = (out: string, ...options: string[]) =>
      command(process.execPath, ["local/render.ts", STACK, "--out", at(out), ...options], { cwd: ROOT });
    try {
      const { helm, kustomize } = await ensureTools(["helm", "kustomize"], silentProgress);
      await rendered("plain");
      await rendered("chart", "--format", "helm");
      await rendered("base", "--format", "kustomize");
      writeFileSync(at("objects.json"), JSON.stringify(objectsIn(at("plain"))));
      const peers: Record<string, { work: Work; aim?: number }> = {
        "`helm template` of the chart that it writes": {
          work: () => command(helm, ["template", "pybase", at("chart/chart")]),
          aim: 2,
        },
        "`kustomize build` of the base that it writes": { work: () => command(kustomize, ["build", at("base/base")]) },
        "a cdk8s program of the same objects, synthesized": {
          work: () => command(process.execPath, ["bench/cdk8s.ts", at("objects.json"), at("cdk8s")], { cwd: ROOT }),
          aim: 1,
        },
      };
      const rows: Row[] = [];
      for (const [against, { work, aim }] of Object.entries(peers)) {
        const pair = await pairOf(runs, () => rendered("plain"), work);
        rows.push({ what: "`npm run render -- production`", against, aim, pair });
      }
      return rows;
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

function objectsIn(directory: string): unknown[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".yaml"))
    .sort()
    .flatMap((file) =>
      parseAllDocuments(readFileSync(join(directory, file), "utf8")).map((document) => document.toJS()),
    );
}
