/** A release whose image nobody has. */
import { MISSING_IMAGES } from "../cluster/stages.ts";
import { type Finding, proved } from "../proofs/proof.ts";
import { type Drill, notDrilled } from "./drill.ts";
import { lowest } from "./ready-pods.ts";
import { reasonOf } from "./reasons.ts";
import { releasedTiers } from "./releases.ts";
import { updateFloor } from "./rolling-update.ts";
import { detailOf, type Stage } from "./stage.ts";

const NAME = "bad-release";
const TITLE =
  "A release that never gets ready: the old pods serve on, the update says why it failed, and an edit takes it back";
/** The provider looks every ten seconds why pods do not get ready. */
const DEADLINE_SECONDS = 45;
const PLAYED = `\`pulumi up\` with an image that cannot be pulled, then with the old one again. The tier's progressDeadlineSeconds is ${DEADLINE_SECONDS} meanwhile.`;

export async function drillBadRelease(stage: Stage): Promise<Drill> {
  const { plan, rehearsal, ready, machines, mark } = stage;
  // A job of that image would be the first to fail, and no pod be replaced.
  const withJobs = new Set(plan.tiers.flatMap(({ kind, image }) => (kind === "job" ? [image] : [])));
  const released = releasedTiers(plan).filter(({ image }) => !withJobs.has(image));
  const part = stage.parts
    .filter((part) => updateFloor(part) !== undefined && released.some(({ name }) => name === part.name))
    .toSorted((a, b) => b.replicas - a.replicas)
    .at(0);
  const tier = released.find(({ name }) => name === part?.name);
  if (!part || !tier)
    return notDrilled(NAME, TITLE, "each tier has a migration, which fails first, or is not updated pod by pod");
  const floor = updateFloor(part) as number;
  const image = `${MISSING_IMAGES}${tier.name}:1.0.0`;
  const release = (name: string, seconds: number) =>
    rehearsal.configure({
      [`tiers.${tier.name}.image`]: name,
      [`tiers.${tier.name}.progressDeadlineSeconds`]: String(seconds),
    });
  await release(image, DEADLINE_SECONDS);
  mark(`pulumi up, with ${image}`);
  const { code, everything } = await rehearsal.tryUp();
  const [words] = /\[Pod .*ImagePullBackOff.*/.exec(everything) ?? [];
  mark(code === 0 ? "pulumi up says that all is well" : `pulumi up failed: ${words ?? reasonOf(everything)}`);
  const least = lowest(ready.steps.get(part.name) ?? []);
  await release(tier.image, tier.progressDeadlineSeconds);
  const back = await rehearsal.tryUp();
  mark(back.code === 0 ? `pulumi up, with ${tier.image} again` : "pulumi up failed again");
  if (back.code === 0) await machines.settle(ready, stage.parts);

  const failure = (sentence: string, fix: string): Finding => ({
    severity: "failure",
    subject: tier.name,
    sentence,
    fix,
  });
  const findings = [
    ...(code === 0
      ? [failure("The update called a release good that never gets ready.", "see its readiness probe")]
      : []),
    ...(code !== 0 && !words
      ? [failure(`The update does not say why: ${reasonOf(everything)}.`, "see the pod's events")]
      : []),
    ...(least < floor
      ? [failure(`It kept ${least} ready pods of the old release, not ${floor}.`, "lower maxUnavailable")]
      : []),
    ...(back.code === 0
      ? []
      : [
          failure(
            `The old image cannot be had back: ${reasonOf(back.everything)}.`,
            "npm run recover does it, or says more",
          ),
        ]),
  ];
  const summary = `${tier.name}: ${least} old pods served on, the update failed with the pod's own words, one edit took it back`;
  const parts = stage.parts.map((one) => (one.name === part.name ? { ...one, floor } : one));
  return proved({ name: NAME, title: TITLE, summary }, findings, detailOf({ ...stage, parts }, PLAYED));
}
