import { pairOfValues } from "../measure.ts";
import { type Part, type Peaks, peaksBelow } from "../memory.ts";
import type { Bench, Row } from "../row.ts";

const PARTS: readonly Part[] = ["program", "engine"];

/** The most that an update takes while it goes on. */
export const memory: Bench = {
  name: "memory",
  title: "memory of repeated updates",
  async measure(stage, runs) {
    if (process.platform !== "linux") return [];
    const [pybase, empty] = [await stage.pybase(), await stage.empty()];
    await pybase.up();
    await empty.up();
    const peaks: [Peaks, Peaks][] = [];
    for (let run = 0; run < runs; run++) {
      peaks.push([await peaksBelow(() => pybase.up()), await peaksBelow(() => empty.up())]);
    }
    await pybase.destroy();
    const provider = peaks.map(([ours]) => ours.provider ?? Number.NaN);
    return [
      ...PARTS.map(
        (part): Row => ({
          what: `memory of the ${part}, \`pulumi up\` of PyBase dev, unchanged`,
          against: "a program without a resource",
          pair: pairOfValues(peaks.map(([ours, theirs]) => [ours[part] ?? Number.NaN, theirs[part] ?? Number.NaN])),
          unit: "MiB",
        }),
      ),
      {
        what: "memory of the Kubernetes provider, the last update",
        against: "the first",
        aim: 1.1,
        pair: pairOfValues([[provider.at(-1) as number, provider[0] as number]]),
        unit: "MiB",
      },
    ];
  },
};
