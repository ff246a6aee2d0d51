/** The stack files of docs/examples are rendered as `npm run render` does it. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readSettings } from "../../local/rehearsal/stack-file.ts";
import { type Rendered, render } from "../../local/render/render.ts";

const FOLDER = fileURLToPath(new URL("../../docs/examples/stacks/", import.meta.url));
const stacks = readdirSync(FOLDER).map((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] as string);

async function rendered(stack: string): Promise<Rendered> {
  return render({ stack, settings: readSettings(FOLDER, stack) });
}

function kindsOf({ rendering }: Rendered): string[] {
  return rendering.objects.map(({ manifest }) => manifest.kind);
}

describe("The examples of stack files", function () {
  this.timeout(60_000);

  for (const stack of stacks) {
    it(`${stack} is rendered`, async () => {
      const kinds = kindsOf(await rendered(stack));
      assert.equal(kinds.filter((kind) => kind === "Namespace").length, 1);
      assert.ok(kinds.filter((kind) => kind === "Deployment").length >= 4);
    });

    it(`${stack} is found by those who read of it`, () => {
      assert.match(
        readFileSync(new URL("../README.md", `file://${FOLDER}`), "utf8"),
        new RegExp(`Pulumi\\.${stack}\\.yaml`),
      );
    });
  }

  it("external-services has no data in the cluster", async () => {
    const kinds = kindsOf(await rendered("external-services"));
    assert.deepEqual(
      kinds.filter((kind) => kind === "StatefulSet" || kind === "PersistentVolumeClaim"),
      [],
    );
  });

  it("high-availability has three of each tier, and of each datastore that can be several", async () => {
    const { plan, rendering } = await rendered("high-availability");
    assert.deepEqual(
      new Set(plan.tiers.filter(({ kind }) => kind !== "job").map(({ replicas }) => replicas)),
      new Set([3]),
    );
    const specOf = (wanted: string) => {
      const found = rendering.objects.find(({ manifest: { kind, metadata } }) => `${kind}/${metadata.name}` === wanted);
      return found?.manifest.spec as { instances?: number; replicas?: number } | undefined;
    };
    assert.equal(specOf("Cluster/postgres")?.instances, 3);
    assert.equal(specOf("StatefulSet/redis")?.replicas, 3);
  });

  it("small scales nothing", async () => {
    assert.ok(!kindsOf(await rendered("small")).includes("HorizontalPodAutoscaler"));
  });
});
