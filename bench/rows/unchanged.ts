import { pairOf } from "../measure.ts";
import { inNamespace, registrationsOf } from "../objects.ts";
import type { Bench, Row } from "../row.ts";

/** What the engine does where nothing is to be done. */
export const unchanged: Bench = {
  name: "unchanged",
  title: "preview and up with nothing to do",
  async measure(stage, runs) {
    const [pybase, empty] = [await stage.pybase(), await stage.empty()];
    await pybase.up();
    await empty.up();
    const state = await pybase.succeed("stack", "export", "--show-secrets");
    const plain = await stage.plain(inNamespace("plain", registrationsOf(state)));
    await plain.up();
    const floors = [
      { floor: empty, against: "a program without a resource", aim: 1.5 },
      { floor: plain, against: "a program of nothing but the same objects" },
    ];
    try {
      const rows: Row[] = [];
      for (const { floor, against, aim } of floors) {
        const preview = await pairOf(
          runs,
          () => pybase.preview("--expect-no-changes"),
          () => floor.preview("--expect-no-changes"),
        );
        const up = await pairOf(
          runs,
          () => pybase.up(),
          () => floor.up(),
        );
        rows.push({ what: "`pulumi preview` of PyBase dev, unchanged", against, aim, pair: preview });
        rows.push({ what: "`pulumi up` of PyBase dev, unchanged", against, aim, pair: up });
      }
      return rows;
    } finally {
      await pybase.destroy();
      await plain.destroy();
    }
  },
};
