/** What lands for stack files that nobody thought of, as the API server takes it; test/properties has many more without one. */
import assert from "node:assert/strict";
import { KubeConfig, type KubernetesObject, KubernetesObjectApi } from "@kubernetes/client-node";
import fc from "fast-check";
import type { Plan } from "../../config/plan.ts";
import { stackSchema } from "../../config/schema.ts";
import { sharedCluster, type TestCluster } from "../support/cluster.ts";
import { APPLICATIONS, RUNS, repaired, SEED } from "../support/generated/attempts.ts";
import { namesOf, valuesOf } from "../support/generated/settings.ts";
import { revealed } from "../support/judged.ts";
import { landPlan } from "../support/landings.ts";
import { autoName } from "../support/mocks.ts";

const NEEDED = {
  namespace: "generated",
  cluster: { provider: "kubeconfig", context: "generated", storageClasses: { shared: "shared", fast: "fast" } },
};

describe("what lands for any stack file", function () {
  this.timeout("15m");
  let cluster: TestCluster;
  let api: KubernetesObjectApi;

  before(async () => {
    cluster = await sharedCluster();
    const config = new KubeConfig();
    config.loadFromFile(cluster.kubeconfig);
    api = KubernetesObjectApi.makeApiClient(config);
  });

  for (const application of APPLICATIONS) {
    it(`is taken by the API server, for ${application.name}`, async () => {
      const generated = fc.sample(valuesOf(stackSchema, namesOf(application)), {
        seed: SEED,
        numRuns: Math.max(3, Math.ceil(RUNS / 1000)),
      });
      let taken = 0;
      for (const settings of generated as object[]) {
        const whole = repaired(application, settings, NEEDED);
        if (!whole) continue;
        const refused = [];
        for (const object of await objectsOf(whole.plan)) {
          const said = await refusalOf(object);
          if (said === undefined) taken += 1;
          else if (said !== UNKNOWN_KIND) refused.push(`${object.kind} ${object.metadata?.name}: ${said}`);
        }
        assert.deepEqual(refused, [], JSON.stringify(whole.settings));
      }
      assert.ok(taken >= 50, `only ${taken} objects were taken`);
    });
  }

  const UNKNOWN_KIND = "no such kind";

  /** What the API server has against the object; undefined where it takes it. Nothing is made but namespaces. */
  async function refusalOf(object: KubernetesObject): Promise<string | undefined> {
    const { namespace } = object.metadata ?? {};
    if (namespace) await ensureNamespace(namespace);
    try {
      await api.create(object, undefined, "All");
      return undefined;
    } catch (error) {
      const { message, code } = error as Error & { code?: number };
      if (code === 409) return undefined;
      return /Unrecognized API version and kind|404/.test(message) ? UNKNOWN_KIND : message.slice(0, 400);
    }
  }

  async function ensureNamespace(name: string): Promise<void> {
    await cluster.clients.core.createNamespace({ body: { metadata: { name } } }).catch((error) => {
      if (error.code !== 409) throw error;
    });
  }

  after(async () => {
    await cluster.clients.core.deleteNamespace({ name: NEEDED.namespace });
  });
});

/** Everything of Kubernetes' that is registered for the plan, named as the provider would. */
async function objectsOf(plan: Plan): Promise<KubernetesObject[]> {
  const registrations = await landPlan(plan);
  return registrations
    .filter(({ type }) => type.startsWith("kubernetes:") && !type.startsWith("kubernetes:helm.sh"))
    .map(({ name, inputs }) => {
      const object = revealed(inputs) as KubernetesObject;
      return { ...object, metadata: { name: autoName(name), ...object.metadata } };
    });
}
