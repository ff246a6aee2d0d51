/** Whether these credentials may do in the cluster what an update does: asked of the API server, for each kind of the plan. */
import type { Ask, Send } from "../../cloud/api-server.ts";
import { RefusedError } from "../../cloud/api-server.ts";
import { isBrought } from "../../config/addons.ts";
import { ConfigurationError } from "../../config/mistakes.ts";
import type { Plan } from "../../config/plan.ts";
import { type Check, failure, ok, unknown } from "../checks.ts";
import { UserError } from "../command.ts";
import { renderPlan } from "../render/render.ts";

/** What the provider asks for of an object over its life. */
const VERBS = ["get", "create", "patch", "delete"] as const;
/** What it, and who waits for it, watches. */
const WATCHED = ["pods", "events", "endpointslices.discovery.k8s.io", "replicasets.apps"] as const;

interface Kind {
  apiVersion: string;
  kind: string;
}

interface Resource {
  group: string;
  name: string;
  namespaced: boolean;
}

interface Right {
  group: string;
  resource: string;
  verb: string;
  namespace?: string;
}

export async function checkPermissions({ ask, send }: { ask: Ask; send: Send }, plan: Plan): Promise<Check[]> {
  const what = "Permissions";
  const kinds = await kindsOf(plan);
  if (!kinds) return [unknown(what, "what an update makes depends on answers of a cloud, so it cannot be asked here")];
  const resources = await resourcesOf(ask, kinds);
  const rights = [
    ...resources.flatMap(({ group, name, namespaced }) =>
      VERBS.map((verb) => ({ group, resource: name, verb, namespace: namespaced ? plan.namespace : undefined })),
    ),
    ...WATCHED.flatMap((watched) => {
      const [resource = "", ...group] = watched.split(".");
      return ["list", "watch"].map((verb) => ({ group: group.join("."), resource, verb, namespace: plan.namespace }));
    }),
  ];
  const missing = (await Promise.all(rights.map(async (right) => ((await mayI(send, right)) ? [] : right)))).flat();
  if (missing.length === 0) return [ok(what, `all ${rights.length} that an update of ${resources.length} kinds takes`)];
  return grouped(missing).map((words) =>
    failure(
      what,
      `these credentials may not ${words}`,
      "have your cluster's administrator grant it, or use another context",
    ),
  );
}

/** Of all objects that the program makes, Secrets included; undefined where nobody knows them without a cloud. */
async function kindsOf(plan: Plan): Promise<Kind[] | undefined> {
  try {
    const rendering = await renderPlan(plan);
    const objects = rendering.objects.map(({ manifest }) => manifest);
    const all = [...objects, ...(rendering.secrets.length > 0 ? [{ apiVersion: "v1", kind: "Secret" }] : [])];
    return [
      ...new Map(all.map(({ apiVersion, kind }) => [`${apiVersion} ${kind}`, { apiVersion, kind }])).values(),
    ].filter(({ apiVersion }) => !isBrought(plan.addons, apiVersion.split("/")[0] as string));
  } catch (error) {
    if (error instanceof UserError || error instanceof ConfigurationError) return undefined;
    throw error;
  }
}

/** As the API server calls them; those that it does not know, the preflight tells of. */
async function resourcesOf(ask: Ask, kinds: readonly Kind[]): Promise<Resource[]> {
  const apis = [...new Set(kinds.map(({ apiVersion }) => apiVersion))];
  const lists = await Promise.all(
    apis.map(async (api) => {
      const path = api.includes("/") ? `/apis/${api}` : `/api/${api}`;
      const answer = await ask<{ resources: { name: string; kind: string; namespaced: boolean }[] }>(path);
      const wanted = kinds.filter(({ apiVersion }) => apiVersion === api).map(({ kind }) => kind);
      const group = api.includes("/") ? (api.split("/")[0] as string) : "";
      return (answer?.resources ?? [])
        .filter(({ name, kind }) => wanted.includes(kind) && !name.includes("/"))
        .map(({ name, namespaced }) => ({ group, name, namespaced }));
    }),
  );
  return lists.flat();
}

async function mayI(send: Send, { group, resource, verb, namespace }: Right): Promise<boolean> {
  try {
    const review = await send<{ status: { allowed: boolean } }>(
      "POST",
      "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        spec: { resourceAttributes: { group, resource, verb, namespace } },
      },
    );
    return review?.status.allowed === true;
  } catch (error) {
    if (error instanceof RefusedError) return false;
    throw error;
  }
}

/** `create, patch deployments.apps in namespace shop`, a line each. */
function grouped(rights: readonly Right[]): string[] {
  const verbs = new Map<string, string[]>();
  for (const { group, resource, verb, namespace } of rights) {
    const place = namespace === undefined ? "" : ` in namespace ${namespace}`;
    const key = `${resource}${group && `.${group}`}${place}`;
    verbs.set(key, [...(verbs.get(key) ?? []), verb]);
  }
  return [...verbs].map(([key, all]) => `${all.join(", ")} ${key}`);
}
