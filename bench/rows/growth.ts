import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { command, pairFrom, type Sample, sampleOf, type Work } from "../measure.ts";
import type { Bench, Row } from "../row.ts";

const RENDER = fileURLToPath(new URL("../../local/render.ts", import.meta.url));
const SIZES = [100, 500, 1_000, 5_000] as const;
const [SMALLEST] = SIZES;
/** An update writes all of its state after each step: that of 5,000 objects takes hours. */
const LARGEST_UPDATE = 1_000;
/** Deployment, Service, ServiceAccount, ConfigMap, NetworkPolicy, PodDisruptionBudget and a component. */
const OBJECTS_OF_A_TIER = 7;
const AIM = 1.2;

/** An application of many tiers: what an object costs must not grow with their number. */
export const growth: Bench = {
  name: "growth",
  title: "growth with the number of objects",
  async measure(stage) {
    const rows: Row[] = [];
    const directory = mkdtempSync(join(tmpdir(), "landfall-bench-growth-"));
    const small: Record<string, Sample> = {};
    try {
      for (const size of SIZES) {
        const stack = await stage.stack(
          `grown-${size}`,
          {
            "landfall:profile": "dev",
            "landfall:app": "grown",
            "landfall:namespace": `grown-${size}`,
            "landfall:edge": { kind: "ingress", host: "grown.localhost", tls: { secretName: "grown-tls" } },
          },
          { "apps/grown.ts": `export default ${JSON.stringify(grown(size))};\n` },
        );
        const out = join(directory, String(size));
        const render = () => command(process.execPath, [RENDER, stack.name, "--out", out], { cwd: stack.directory });
        const works: Record<string, Work> = {
          render,
          preview: () => stack.preview(),
          ...(size <= LARGEST_UPDATE ? { up: () => stack.up() } : {}),
        };
        if (size === SMALLEST) await render();
        for (const [name, work] of Object.entries(works)) {
          const sample = each(await sampleOf(work), size);
          small[name] ??= sample;
          if (size !== SMALLEST) rows.push(rowOf(name, size, sample, small[name]));
        }
        if (works.up) await stack.destroy();
      }
      return rows;
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

function rowOf(name: string, size: number, ours: Sample, theirs: Sample): Row {
  return {
    what: `${name} of ${size.toLocaleString("en")} objects, an object`,
    against: `of ${SMALLEST} objects`,
    aim: AIM,
    pair: pairFrom([[ours, theirs]]),
    note:
      name === "up"
        ? "the engine writes the whole state after each step, so that nothing is lost where it is killed"
        : undefined,
  };
}

function each({ seconds, cpuSeconds }: Sample, objects: number): Sample {
  return { seconds: seconds / objects, cpuSeconds: cpuSeconds === undefined ? undefined : cpuSeconds / objects };
}

function grown(objects: number): object {
  const resources = { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "20m", memory: "32Mi" } };
  const tier = { kind: "web", image: "example/tier:1.0.0", port: 8080, replicas: 1, env: { LEVEL: "info" }, resources };
  const count = Math.round(objects / OBJECTS_OF_A_TIER);
  const tiers = Object.fromEntries(Array.from({ length: count }, (_, index) => [`tier-${index}`, tier]));
  return { name: "grown", tiers };
}
