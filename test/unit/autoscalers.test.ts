import assert from "node:assert/strict";
import type { Ask } from "../../cloud/api-server.ts";
import { checkAutoscalers } from "../../cloud/autoscalers.ts";
import type { Plan } from "../../config/plan.ts";
import { pressPlan } from "../support/press.ts";
import { planOf } from "../support/shop.ts";

const EVERYTHING = [
  "autoscaling.k8s.io/v1",
  "keda.sh/v1alpha1",
  "metrics.k8s.io/v1beta1",
  "custom.metrics.k8s.io/v1beta2",
  "external.metrics.k8s.io/v1beta1",
];
const without = (group: string) => EVERYTHING.filter((api) => !api.startsWith(`${group}/`));

/** What the check says of a cluster that serves `apis`: warnings, and the refusal. */
async function check(plan: Plan, apis: readonly string[] | undefined) {
  const asked: string[] = [];
  const ask: Ask = async <T>(path: string) => {
    asked.push(path);
    const groups = apis?.map((groupVersion) => ({ name: groupVersion.split("/")[0], versions: [{ groupVersion }] }));
    return groups && ({ groups } as T);
  };
  const warnings: string[] = [];
  try {
    await checkAutoscalers(ask, plan, (text) => void warnings.push(text));
    return { warnings, asked };
  } catch (error) {
    return { warnings, asked, refusal: (error as Error).message };
  }
}

describe("A cluster that is to scale an application", () => {
  it("is refused without the Vertical Pod Autoscaler, by the tier that asks for it", async () => {
    const { refusal } = await check(pressPlan(), without("autoscaling.k8s.io"));
    assert.equal(
      refusal,
      `landfall:tiers.web.verticalAutoscale: the cluster knows no VerticalPodAutoscaler (autoscaling.k8s.io/v1).
  fix      set landfall:addons.vertical-pod-autoscaler: true, install the Vertical Pod Autoscaler (github.com/kubernetes/autoscaler), or do without: landfall:tiers.web.verticalAutoscale: false
  Nothing was created or changed.
`,
    );
  });

  it("is refused without it by the datastore that asks for it", async () => {
    const verticalAutoscale = { mode: "off", max: { cpu: "1", memory: "1Gi" } };
    const plan = planOf(({ app }) => Object.assign(app.datastores.db, { verticalAutoscale }));
    const { refusal } = await check(plan, without("autoscaling.k8s.io"));
    assert.match(refusal ?? "", /^landfall:datastores\.db\.verticalAutoscale: the cluster knows no VerticalPodAuto/);
  });

  it("is refused without KEDA, by the tier that asks for it", async () => {
    const { refusal } = await check(pressPlan(), without("keda.sh"));
    assert.equal(
      refusal,
      `landfall:tiers.printer.events: the cluster knows no ScaledObject (keda.sh/v1alpha1).
  fix      set landfall:addons.keda: true, install KEDA (keda.sh), or do without: landfall:tiers.printer.events: false
  Nothing was created or changed.
`,
    );
  });

  it("is refused where it serves another version only", async () => {
    const { refusal } = await check(pressPlan(), [...without("keda.sh"), "keda.sh/v1"]);
    assert.match(refusal ?? "", /^landfall:tiers\.printer\.events: /);
  });

  for (const [group, tiers, source] of [
    ["metrics.k8s.io", '"web", "binder"', "metrics-server (landfall:addons.metrics-server: true)"],
    ["custom.metrics.k8s.io", '"web"', "an adapter such as prometheus-adapter"],
    ["external.metrics.k8s.io", '"web"', "an adapter such as prometheus-adapter"],
  ] as const) {
    it(`is warned of without ${group}, and used all the same`, async () => {
      const { warnings, refusal } = await check(pressPlan(), without(group));
      assert.equal(refusal, undefined);
      assert.deepEqual(warnings, [
        `The cluster does not serve ${group}, so the autoscaling of ${tiers} has no figures: the replicas stay as they are until ${source} is installed.`,
      ]);
    });
  }

  it("is neither refused nor warned of where it serves everything, or does not say what", async () => {
    for (const apis of [EVERYTHING, undefined]) {
      assert.deepEqual(await check(pressPlan(), apis), { warnings: [], asked: ["/apis"] });
    }
  });

  it("is not asked where nothing scales", async () => {
    const plan = planOf(({ app }) => delete app.tiers.web.autoscale);
    assert.deepEqual(await check(plan, []), { warnings: [], asked: [] });
  });

  it("needs only what is asked for", async () => {
    assert.deepEqual(await check(planOf(), ["metrics.k8s.io/v1beta1"]), { warnings: [], asked: ["/apis"] });
  });
});
