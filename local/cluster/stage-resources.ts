import type { Api, KubernetesObject } from "./api.ts";
import type { Definition } from "./definitions.ts";
import { until } from "./until.ts";

/** What clients of Kubernetes ask for: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v2 */
const SCHEMA = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

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

/**
 * Waits until the API server has its whole schema at hand. The first to ask lets it be put together, which takes a busy
 * machine longer than Pulumi's provider waits for it.
 */
export async function untilSchemaIsMade(api: Api): Promise<void> {
  await api.request("GET", "/openapi/v2", undefined, undefined, SCHEMA);
}

async function isDescribed(api: Api, apiGroup: string, kind: string): Promise<boolean> {
  const { paths } = await api.get<Index>("/openapi/v3");
  const place = `apis/${apiGroup}`;
  return place in paths && (await api.request("GET", `/openapi/v3/${place}`)).includes(`"kind":"${kind}"`);
}
