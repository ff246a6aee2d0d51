import { pairOf } from "../measure.ts";
import type { Bench } from "../row.ts";

/** What the engine does where nothing is to be done. */
export const unchanged: Bench = {
  name: "unchanged",
  title: "preview and up with nothing to do",
  async measure(stage, runs) {
    const [pybase, empty] = [await stage.pybase(), await stage.empty()];
    await pybase.up();
    await empty.up();
    try {
      const against = "a program without a resource";
      return [
        {
          what: "`pulumi preview` of PyBase dev, unchanged",
          against,
          aim: 1.5,
          pair: await pairOf(
            runs,
            () => pybase.preview("--expect-no-changes"),
            () => empty.preview("--expect-no-changes"),
          ),
        },
        {
          what: "`pulumi up` of PyBase dev, unchanged",
          against,
          aim: 1.5,
          pair: await pairOf(
            runs,
            () => pybase.up(),
            () => empty.up(),
          ),
        },
      ];
    } finally {
      await pybase.destroy();
    }
  },
};
