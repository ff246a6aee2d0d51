import type { Api, KubernetesObject } from "./api.ts";
import type { Definition } from "./definitions.ts";
import { until } from "./until.ts";

interface Index {
  paths: Record<string, unknown>;
}

/**
 * Waits until the API server describes every custom resource that a stage is about. It serves one a little earlier than
 * it describes it, and kwok gives up on a stage whose resource has no description yet.
 */
export async function untilDescribed(
  api: Api,
  definitions: readonly Definition[],
  stages: readonly KubernetesObject[],
): Promise<void> {
  const references = stages
    .map(({ spec }) => (spec as { resourceRef: { apiGroup: string; kind: string } }).resourceRef)
    .filter(({ apiGroup }) => definitions.some(({ name }) => name.endsWith(`.${apiGroup.split("/")[0]}`)));
  for (const { apiGroup, kind } of references) {
    await until(`the API server describes ${kind} of ${apiGroup}`, () => isDescribed(api, apiGroup, kind));
  }
}

async function isDescribed(api: Api, apiGroup: string, kind: string): Promise<boolean> {
  const { paths } = await api.get<Index>("/openapi/v3");
  const place = `apis/${apiGroup}`;
  return place in paths && (await api.request("GET", `/openapi/v3/${place}`)).includes(`"kind":"${kind}"`);
}
