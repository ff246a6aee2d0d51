/** Charts and bases, by the real Helm and Kustomize. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { applicationNames } from "../../config/application.ts";
import { terminalProgress } from "../../local/progress.ts";
import { canonical } from "../../local/render/names.ts";
import type { Manifest } from "../../local/render/objects.ts";
import type { Rendered } from "../../local/render/render.ts";
import { documents } from "../../local/render/revealed.ts";
import { writeFiles } from "../../local/render/write.ts";
import { ensureTools } from "../../local/toolchain/toolchain.ts";
import { passwordOf } from "../support/pybase.ts";
import { inProduction, objectsBelow, objectsIn, rendered } from "../support/rendered.ts";

const applications = applicationNames();
const ask = promisify(execFile);

describe("Renderings by the tools that they are for", function () {
  this.timeout(300_000);
  const directory = mkdtempSync(join(tmpdir(), "landfall-charts-"));
  let tools: { helm: string; kustomize: string };
  let count = 0;

  before(async function () {
    this.timeout(3_600_000);
    tools = await ensureTools(["helm", "kustomize"], terminalProgress());
  });

  after(() => rmSync(directory, { recursive: true }));

  function written({ files }: Rendered): string {
    const folder = join(directory, String(count++));
    writeFiles(folder, files);
    return folder;
  }

  async function template(chart: Rendered, ...options: string[]): Promise<Record<string, Manifest>> {
    const { stdout } = await ask(tools.helm, ["template", "it", join(written(chart), "chart"), ...options], {
      maxBuffer: 64 * 1024 ** 2,
    });
    return objectsIn([stdout]);
  }

  for (const application of applications) {
    it(`${application}'s chart is, by its own values, the plain rendering`, async () => {
      const plain = await inProduction(application);
      const chart = await inProduction(application, { format: "helm" });
      assert.deepEqual(await template(chart), objectsBelow(plain.files, "objects"));
    });

    it(`${application}'s base is the plain rendering`, async () => {
      const plain = await inProduction(application);
      const folder = written(await inProduction(application, { format: "kustomize" }));
      const { stdout } = await ask(tools.kustomize, ["build", join(folder, "base")], { maxBuffer: 64 * 1024 ** 2 });
      assert.deepEqual(objectsIn([stdout]), objectsBelow(plain.files, "objects"));
    });

    it(`${application}'s chart elsewhere is what the program makes of that host and namespace`, async () => {
      const edge = { kind: "ingress", host: "elsewhere.example.com", tls: { secretName: "tls" } };
      const plain = await inProduction(application, {}, { namespace: "elsewhere", edge });
      const chart = await inProduction(application, { format: "helm" });
      const found = await template(chart, "--set", "host=elsewhere.example.com,namespace=elsewhere");
      // A Secret of one's own keeps the name that SECRETS.md has.
      const secrets = new RegExp(
        `(${plain.rendering.secrets.map(({ resource }) => resource).join("|")})-[0-9a-f]{10}`,
        "g",
      );
      const nameless = (objects: Record<string, Manifest>) =>
        Object.values(objects)
          .map((object) => canonical(object).replaceAll(secrets, "$1"))
          // What has a digest of such a name, and the address of a dashboard, are others with them.
          .map((text) => text.replaceAll(/(migrate|dashboard)-[0-9a-f]{10}/g, "$1"))
          .map((text) => text.replaceAll(/(\\"uid\\": \\")[0-9a-f]{16}/g, "$1"))
          .sort();
      assert.deepEqual(nameless(found), nameless(objectsBelow(plain.files, "objects")));
    });

    it(`${application}'s chart passes helm lint`, async () => {
      const folder = written(await inProduction(application, { format: "helm" }));
      const { stdout } = await ask(tools.helm, ["lint", "--strict", join(folder, "chart")]);
      assert.match(stdout, /1 chart\(s\) linted, 0 chart\(s\) failed/);
    });
  }

  for (const [application, edge] of [
    ["mlcf", { kind: "istio" }],
    ["graphmemory", { kind: "gateway", fallback: { class: "traefik" } }],
  ] as const) {
    it(`${application}'s chart behind ${edge.kind} is the plain rendering too`, async () => {
      const more = { edge: { host: `${application}.localhost`, tls: { secretName: "tls" }, ...edge } };
      const plain = await inProduction(application, {}, more);
      const chart = await inProduction(application, { format: "helm" }, more);
      assert.deepEqual(await template(chart), objectsBelow(plain.files, "objects"));
    });
  }

  it("makes its Secrets of the values that it is given, and rolls pods with them", async () => {
    const chart = await rendered("dev", {}, { format: "helm" });
    const known = Object.fromEntries(chart.plan.secrets.map(({ name }) => [name, `${passwordOf(name)} +&"/é`]));
    const set = (values: Record<string, string>) => ["--set-json", `secrets=${JSON.stringify(values)}`];
    const objects = await template(chart, ...set(known));
    const data = (all: Record<string, Manifest>) =>
      Object.values(all).flatMap(({ kind, stringData }) =>
        kind === "Secret" ? [JSON.stringify(decoded(stringData))] : [],
      );
    assert.deepEqual(data(objects).sort(), data(objectsIn([documents(chart.rendering.secrets, known)])).sort());

    const secretOf = (all: Record<string, Manifest>) =>
      Object.values(all).find(
        ({ kind, metadata }) => kind === "Secret" && metadata.name.startsWith("pybase-api-secret-"),
      )?.metadata.name as string;
    const others = await template(chart, ...set({ ...known, postgres: "another" }));
    assert.notEqual(secretOf(objects), secretOf(others));
    assert.ok(JSON.stringify(objects["Deployment pybase/api"]).includes(secretOf(objects)));
    assert.ok(JSON.stringify(others["Deployment pybase/api"]).includes(secretOf(others)));
  });

  it("refuses a value that it does not have", async () => {
    const chart = await rendered("dev", {}, { format: "helm" });
    await assert.rejects(template(chart, "--set", "tiers.api.replicsa=3"), /replicsa/);
    await assert.rejects(template(chart, "--set", "tiers.api.autoscale=on"), /autoscale/);
  });

  it("leaves Secrets to the operator that the stack names, wherever the chart lands", async () => {
    const secretStore = { secretStore: { kind: "external-secrets", store: { name: "vault" } } };
    const plain = await inProduction("pybase", {}, secretStore);
    const chart = await inProduction("pybase", { format: "helm" }, secretStore);
    assert.deepEqual(await template(chart), objectsBelow(plain.files, "objects"));
    const elsewhere = await template(chart, "--set", "namespace=elsewhere");
    const names = Object.values(elsewhere).flatMap(({ kind, metadata }) =>
      kind === "ExternalSecret" ? [metadata.name] : [],
    );
    const referred = JSON.stringify(elsewhere);
    for (const name of names) assert.ok(referred.split(`"${name}"`).length > 2, `nobody refers to ${name}`);
  });

  it("tunes what people tune", async () => {
    const chart = await rendered("dev", {}, { format: "helm" });
    const objects = await template(
      chart,
      ...[
        "--set",
        "tiers.api.image=registry.example.com/api:2,tiers.api.autoscale.max=20,tiers.api.env.LOG_LEVEL=error",
      ],
      ...[
        "--set",
        "tiers.api.resources.requests.cpu=2,datastores.postgres.storage.data=40Gi,datastores.postgres.storageClass=gp3",
      ],
      ...["--set", "apiServer.cidrs={10.0.0.1/32},ingressClass=nginx,createNamespace=false,quota.pods=99"],
      ...["--set-json", 'imagePullSecrets=[{"name":"pull"}]', "--set-json", 'tiers.api.nodeSelector={"disk":"ssd"}'],
    );
    // biome-ignore lint/suspicious/noExplicitAny: objects of Kubernetes, each kind of its own form
    const at = (key: string): any => objects[key];
    const pod = at("Deployment pybase/api").spec.template.spec;
    assert.equal(pod.containers[0].image, "registry.example.com/api:2");
    assert.deepEqual(pod.containers[0].resources.requests, { cpu: 2, memory: "256Mi", "ephemeral-storage": "100Mi" });
    assert.deepEqual([pod.imagePullSecrets, pod.nodeSelector], [[{ name: "pull" }], { disk: "ssd" }]);
    assert.equal(at("HorizontalPodAutoscaler pybase/api").spec.maxReplicas, 20);
    const claim = at("PersistentVolumeClaim pybase/data-postgres-0").spec;
    assert.deepEqual([claim.resources.requests.storage, claim.storageClassName], ["40Gi", "gp3"]);
    assert.deepEqual(at("NetworkPolicy pybase/allow-dns-and-api-server").spec.egress.at(-1), {
      ports: [{ port: 443, protocol: "TCP" }],
      to: [{ ipBlock: { cidr: "10.0.0.1/32" } }],
    });
    assert.equal(at("Ingress pybase/pybase").spec.ingressClassName, "nginx");
    assert.equal(at("ResourceQuota pybase/quota").spec.hard.pods, 99);
    assert.equal("Namespace /pybase" in objects, false);
    const map = Object.values(objects).find(
      ({ kind, metadata }) => kind === "ConfigMap" && metadata.name.startsWith("pybase-api-config-"),
    );
    assert.equal((map as unknown as { data: Record<string, string> }).data.LOG_LEVEL, "error");
    assert.equal(pod.containers[0].envFrom[0].configMapRef.name, map?.metadata.name);
    const migration = Object.values(objects).find(({ kind }) => kind === "Job");
    const before = Object.values(await template(chart)).find(({ kind }) => kind === "Job");
    assert.notEqual(migration?.metadata.name, before?.metadata.name);
  });
});

/** URLs are escaped by Go and by JavaScript in two ways that mean the same. */
function decoded(data: unknown): unknown {
  const entries = Object.entries(data as Record<string, string>).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, value]) => [key, value.includes("://") ? decodeURIComponent(value) : value]);
}
