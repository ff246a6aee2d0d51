/** Every pod of every rendering, before the API server's own admission. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openApiServer, RefusedError } from "../../cloud/api-server.ts";
import { readContext } from "../../cloud/kubeconfig-file.ts";
import type { Manifest } from "../../local/render/objects.ts";
import { temporaryDirectory } from "../support/api-server.ts";
import { sharedCluster } from "../support/cluster.ts";
import { type Rendering, renderAll } from "./support/renderings.ts";

const NAMESPACE = "pod-security";
const ACCOUNT = "judged";
const LEVELS = ["enforce", "audit", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "restricted"]);

// biome-ignore lint/suspicious/noExplicitAny: a PodSpec
type PodSpec = any;

describe("Pod Security restricted, by the API server", function () {
  this.timeout(900_000);
  const { path, remove } = temporaryDirectory();
  let server: Awaited<ReturnType<typeof openApiServer>>;
  let renderings: Rendering[];

  before(async () => {
    const { kubeconfig, context } = await sharedCluster();
    server = await openApiServer(readContext([kubeconfig], context));
    const metadata = { name: NAMESPACE, labels: Object.fromEntries(LEVELS) };
    await server.send("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata });
    await server.send("POST", `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: ACCOUNT },
    });
    renderings = await renderAll(join(path, "renderings"));
  });

  after(async () => {
    await server?.send("DELETE", `/api/v1/namespaces/${NAMESPACE}`, {});
    server?.close();
    remove();
  });

  /** Why it is refused. Accounts and classes are the application's namespace's, and not what is asked about. */
  async function refusalOf({
    serviceAccountName: _,
    priorityClassName: __,
    ...spec
  }: PodSpec): Promise<string | undefined> {
    const body = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { generateName: "judged-" },
      spec: { ...spec, serviceAccountName: ACCOUNT },
    };
    try {
      await server.send("POST", `/api/v1/namespaces/${NAMESPACE}/pods?dryRun=All`, body);
      return undefined;
    } catch (error) {
      if (error instanceof RefusedError) return error.reason;
      throw error;
    }
  }

  it("admits every pod of every application, profile and edge", async () => {
    let pods = 0;
    for (const { name, manifests } of renderings) {
      for (const manifest of manifests) {
        const spec = podOf(manifest);
        if (!spec) continue;
        pods++;
        assert.equal(await refusalOf(spec), undefined, `${name} ${manifest.kind} ${manifest.metadata.name}`);
      }
    }
    assert.ok(pods > 150, `${pods} pods`);
  });

  it("refuses the same pod with its node's network", async () => {
    const spec = podOf(renderings[0]?.manifests.find(({ kind }) => kind === "Deployment") as Manifest);
    assert.match(String(await refusalOf({ ...spec, hostNetwork: true })), /violates PodSecurity "restricted/);
  });
});

function podOf({ kind, spec }: Manifest): PodSpec | undefined {
  // biome-ignore lint/suspicious/noExplicitAny: each kind has a form of its own
  const { template, jobTemplate, volumeClaimTemplates = [] } = (spec ?? {}) as any;
  if (kind === "CronJob") return jobTemplate.spec.template.spec;
  if (!template) return undefined;
  const claimed = volumeClaimTemplates.map(({ metadata: { name } }: Manifest) => ({
    name,
    persistentVolumeClaim: { claimName: name },
  }));
  return { ...template.spec, volumes: [...(template.spec.volumes ?? []), ...claimed] };
}
