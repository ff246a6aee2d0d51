import type { TestStack } from "../../test/support/stack.ts";
import { pairFrom, type Sample, sampleOf } from "../measure.ts";
import { objectsOf } from "../objects.ts";
import type { Bench } from "../row.ts";
import type { Stage } from "../stage.ts";

const NAMESPACE = "pybase";
const PATIENCE = "--timeout=600s";
const REPLICAS = [3, 2] as const;

/** From nothing to Ready, an edit, and to nothing again. */
export const lifecycle: Bench = {
  name: "lifecycle",
  title: "up from nothing, an edit, destroy",
  async measure(stage, runs) {
    const [pybase, empty] = [await stage.pybase(), await stage.empty()];
    await pybase.up();
    await empty.up();
    const objects = objectsOf(await pybase.succeed("stack", "export", "--show-secrets"));
    const edits: [Sample, Sample][] = [];
    for (let run = 0; run < runs; run++) edits.push(await editOf(stage, pybase, empty));
    await pybase.destroy();

    const ups: [Sample, Sample][] = [];
    const downs: [Sample, Sample][] = [];
    for (let run = 0; run < runs; run++) {
      const up = await sampleOf(() => pybase.up());
      const down = await sampleOf(() => pybase.destroy());
      const apply = await sampleOf(async () => {
        await stage.kubectl(["apply", "--server-side", "-f", "-"], objects);
        await untilReady(stage);
      });
      const remove = await sampleOf(() => stage.kubectl(["delete", "--wait", "-f", "-"], objects));
      ups.push([up, apply]);
      downs.push([down, remove]);
    }
    const same = "of the same objects";
    return [
      {
        what: "`pulumi up` of PyBase dev, from nothing",
        against: `\`kubectl apply --server-side\` ${same}, then the same readiness`,
        aim: 1.3,
        pair: pairFrom(ups),
        note: "kubectl starts all at once; the stack waits for its datastores, then for the migration, then rolls the tiers",
      },
      {
        what: "`pulumi destroy` of PyBase dev",
        against: `\`kubectl delete --wait\` ${same}`,
        aim: 1.3,
        pair: pairFrom(downs),
      },
      {
        what: "one edit, `tiers.api.replicas`",
        against: "`kubectl scale`, the same wait, and a program without a resource",
        aim: 1.3,
        pair: pairFrom(edits),
      },
    ];
  },
};

async function editOf(stage: Stage, pybase: TestStack, empty: TestStack): Promise<[Sample, Sample]> {
  const [more, before] = REPLICAS;
  const edit = (replicas: number) => pybase.configure({ "landfall:tiers": { api: { replicas } } });
  edit(more);
  const ours = await sampleOf(() => pybase.up());
  edit(before);
  await pybase.up();
  const scale = (replicas: number) => [
    ["scale", "deployment/api", "--namespace", NAMESPACE, `--replicas=${replicas}`],
    ["rollout", "status", "deployment/api", "--namespace", NAMESPACE, PATIENCE],
  ];
  const theirs = await sampleOf(async () => {
    for (const args of scale(more)) await stage.kubectl(args);
    await empty.up();
  });
  for (const args of scale(before)) await stage.kubectl(args);
  return [ours, theirs];
}

async function untilReady(stage: Stage): Promise<void> {
  const at = ["--namespace", NAMESPACE, PATIENCE];
  await stage.kubectl(["wait", "--for=condition=Available", "deployment", "--all", ...at]);
  await stage.kubectl(["rollout", "status", "statefulset", ...at]);
  await stage.kubectl(["wait", "--for=condition=Complete", "job", "--all", ...at]);
}
