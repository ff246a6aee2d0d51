/**
 * PyBase through the real engine and provider on a real API server: how it comes up, who reaches whom, how it lives on.
 * The numbers of its document are in test/conformance/pybase.ts.
 */
import assert from "node:assert/strict";
import { proveReachability } from "../../local/proofs/reachability/reachability.ts";
import { clusterConfig, sharedCluster, type TestCluster } from "../support/cluster.ts";
import { evidenceFor, planFrom } from "../support/proved.ts";
import { eventually, type NamespaceContents, readNamespace, the } from "../support/read.ts";
import { TestStack } from "../support/stack.ts";

const NAMESPACE = "pybase";

describe("PyBase on a real API server", function () {
  this.timeout(600_000);
  let cluster: TestCluster;
  let stack: TestStack;
  let seen: NamespaceContents;
  let config: Record<string, unknown>;

  before(async () => {
    cluster = await sharedCluster();
    config = {
      "landfall:profile": "dev",
      "landfall:cluster": clusterConfig(cluster),
      "landfall:edge": { kind: "ingress", host: "pybase.localhost", tls: { secretName: "pybase-tls" } },
    };
    stack = await new TestStack("dev", config).create();
    const changes = await stack.up();
    assert.deepEqual(changes, { created: 76 });
    seen = await eventually(
      () => readNamespace(cluster.clients, NAMESPACE),
      ({ deployments, pods }) =>
        deployments.every(({ status }) => status?.readyReplicas === 2) &&
        pods.filter(({ status }) => status?.phase === "Running").length === 4 * 2 + 4,
    );
  });

  after(() => stack?.remove());

  it("brings every pod to Ready, and the migration to its end", () => {
    const running = seen.pods.filter(({ status }) => status?.phase === "Running");
    assert.equal(running.length, 4 * 2 + 4);
    for (const { status } of running) {
      assert.equal(status?.conditions?.find(({ type }) => type === "Ready")?.status, "True");
    }
    assert.deepEqual(
      seen.jobs.map(({ status }) => status?.succeeded),
      [1],
    );
  });

  it("the migration runs as a job with the API's image, before the API's pods", () => {
    const job = the(seen.jobs, "api-migrate");
    const [container] = job.spec?.template.spec?.containers ?? [];
    assert.deepEqual(container?.command, ["alembic", "upgrade", "head"]);
    assert.equal(container?.image, containerOf(seen, "api").image);
    const apiPods = seen.pods.filter(({ metadata }) => metadata?.labels?.["app.kubernetes.io/name"] === "api");
    const done = job.status?.completionTime;
    assert.ok(done);
    for (const pod of apiPods) assert.ok((pod.metadata?.creationTimestamp ?? 0) >= done);
  });

  describe("is isolated and least-privileged (criterion 6)", () => {
    it("lets through exactly the document's connections, and DNS and the API server", async () => {
      const { evidence, close } = await evidenceFor(cluster, await planFrom("dev", config));
      close();
      const { detail, findings } = await proveReachability(evidence.plan, evidence.snapshot);
      assert.deepEqual(findings, []);
      const workers = ["extraction-worker", "search-worker"];
      const edge = "edge (traefik)";
      const expected = [
        ...[edge, "frontend"].map((from) => [from, "api", "8000"]),
        [edge, "frontend", "8080"],
        ...["api", "api-migrate", ...workers].map((from) => [from, "postgres", "5432"]),
        ...["api", "api-migrate", ...workers].map((from) => [from, "redis", "6379"]),
        ...[edge, "api", "api-migrate", "extraction-worker"].map((from) => [from, "objects", "9000-9001"]),
        ...["api", "api-migrate", "search-worker"].map((from) => [from, "search", "7700"]),
      ].map(([from, to, ports]) => `${from} → ${to} TCP ${ports}`);
      const general = ["DNS", "node-local DNS", "API server"];
      const lines = detail.connections
        .filter(({ to }) => !general.includes(to))
        .map(({ from, to, ports }) => `${from} → ${to} ${ports}`);
      assert.deepEqual(lines.sort(), expected.sort());
      const names = detail.connections.filter(({ from }) => from === "frontend").map(({ to }) => to);
      assert.deepEqual(names.sort(), [...general, "api"].sort());
    });

    it("mounts no token where no role is bound", () => {
      for (const pod of seen.pods) {
        const name = pod.metadata?.labels?.["app.kubernetes.io/name"] as string;
        const bound = ["api", "extraction-worker", "search-worker"].includes(name);
        assert.equal(pod.spec?.automountServiceAccountToken, bound, name);
      }
    });

    it("enforces Pod Security restricted on the namespace, datastores included", async () => {
      const { metadata } = await cluster.clients.core.readNamespace({ name: NAMESPACE });
      assert.equal(metadata?.labels?.["pod-security.kubernetes.io/enforce"], "restricted");
    });

    it("has a quota that holds everything at its largest, and a limit range", () => {
      const [quota] = seen.quotas;
      assert.equal(quota?.spec?.hard?.["requests.storage"], "27Gi");
      assert.equal(quota?.spec?.hard?.pods, "39");
      assert.equal(seen.limitRanges.length, 1);
    });
  });

  it("spreads replicas over zones and nodes", () => {
    for (const { spec } of seen.deployments) {
      const [spread] = spec?.template.spec?.topologySpreadConstraints ?? [];
      assert.equal(spread?.topologyKey, "topology.kubernetes.io/zone");
      const [apart] =
        spec?.template.spec?.affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
      assert.equal(apart?.podAffinityTerm.topologyKey, "kubernetes.io/hostname");
    }
    const nodes = seen.pods.filter(({ metadata }) => metadata?.labels?.["app.kubernetes.io/name"] === "api");
    assert.equal(new Set(nodes.map(({ spec }) => spec?.nodeName)).size, 2);
  });

  it("is reached by its host over TLS", () => {
    const [ingress, ...others] = seen.ingresses;
    assert.deepEqual(others, []);
    assert.equal(ingress?.spec?.tls?.[0]?.secretName, "pybase-tls");
    assert.deepEqual(
      ingress?.spec?.rules?.flatMap(({ host, http }) =>
        (http?.paths ?? []).map(
          ({ path, backend }) => `${host}${path} ${backend.service?.name}:${backend.service?.port?.number}`,
        ),
      ),
      [
        "pybase.localhost/api api:8000",
        "pybase.localhost/ frontend:8080",
        "objects.pybase.localhost/ objects:9000",
        "objects-console.pybase.localhost/ objects:9001",
      ],
    );
  });

  it("pins every image", () => {
    const images = seen.pods.flatMap(({ spec }) => spec?.containers.map(({ image }) => image ?? "") ?? []);
    for (const image of images) assert.match(image, /:[^/]*\d/);
  });

  it("keeps secret values out of the state, ConfigMaps and annotations", async () => {
    const secrets = seen.secrets.flatMap(({ data }) =>
      Object.entries(data ?? {})
        .filter(([key]) => key !== "username")
        .map(([, value]) => Buffer.from(value, "base64").toString()),
    );
    assert.ok(secrets.length > 10);
    const open = [
      await stack.state(),
      JSON.stringify([seen.configMaps, seen.deployments, seen.statefulSets, seen.jobs]),
    ];
    for (const secret of secrets) {
      const forms = [secret, Buffer.from(secret).toString("base64"), JSON.stringify(secret).slice(1, -1)];
      for (const form of forms)
        assert.ok(!open.some((text) => text.includes(form)), "a secret value stands in the open");
    }
  });

  describe("lives on", () => {
    it("changes nothing the second time, and has not drifted", async () => {
      assert.deepEqual(await stack.up(), { unchanged: 76 });
      assert.deepEqual(await stack.preview("--refresh", "--expect-no-changes"), { unchanged: 76 });
    });

    it("a tuning edit changes what it names and nothing else", async () => {
      stack.configure({ "landfall:tiers": { api: { replicas: 3 } } });
      assert.deepEqual(await stack.up(), { updated: 1, unchanged: 75 });
      await eventually(
        async () => the((await readNamespace(cluster.clients, NAMESPACE)).deployments, "api"),
        ({ status }) => status?.readyReplicas === 3,
      );
    });

    it("a rotated password reaches the store and its clients, and nobody else", async () => {
      const before = await readNamespace(cluster.clients, NAMESPACE);
      stack.configure({ "landfall:secretVersions": { redis: 2 } });
      await stack.up();
      const now = await readNamespace(cluster.clients, NAMESPACE);
      const password = (contents: NamespaceContents) => the(contents.secrets, "redis").data?.password;
      assert.notEqual(password(now), password(before));
      assert.deepEqual(
        now.claims.map(({ metadata }) => metadata?.uid),
        before.claims.map(({ metadata }) => metadata?.uid),
      );
      assert.deepEqual(generationOf(now, "postgres"), generationOf(before, "postgres"));
      assert.deepEqual(
        the(now.deployments, "frontend").metadata?.generation,
        the(before.deployments, "frontend").metadata?.generation,
      );
      assert.notEqual(envSecretOf(now, "api"), envSecretOf(before, "api"));
    });

    it("grows a volume in place", async () => {
      const before = the((await readNamespace(cluster.clients, NAMESPACE)).claims, "search");
      stack.configure({ "landfall:datastores": { search: { storage: "8Gi" } } });
      await stack.up();
      const now = the((await readNamespace(cluster.clients, NAMESPACE)).claims, "search");
      assert.equal(now.metadata?.uid, before.metadata?.uid);
      assert.equal(now.spec?.resources?.requests?.storage, "8Gi");
    });

    it("a mistake in the config changes nothing", async () => {
      const before = await stack.state();
      stack.configure({ "landfall:tiers": { api: { replicas: 99 } } });
      const { code, output } = await stack.run("up", "--yes", "--skip-preview", "--stack", "dev");
      assert.notEqual(code, 0);
      assert.match(output, /landfall:tiers\.api\.replicas: the fewest replicas are more than the most/);
      assert.match(output, /nothing was created or changed/);
      assert.equal(resourcesOf(await stack.state()), resourcesOf(before));
      stack.configure({ "landfall:tiers": { api: { replicas: 2 } } });
    });

    it("destroy leaves nothing behind", async () => {
      await stack.destroy();
      const { items } = await cluster.clients.core.listNamespace();
      assert.equal(
        items.some(({ metadata }) => metadata?.name === NAMESPACE),
        false,
      );
      const volumes = await eventually(
        async () =>
          (await cluster.clients.core.listPersistentVolume()).items.map(({ spec }) => spec?.claimRef?.namespace),
        (claimed) => !claimed.includes(NAMESPACE),
      );
      assert.ok(!volumes.includes(NAMESPACE));
      assert.equal(resourcesOf(await stack.state()), "");
    });
  });
});

function containerOf({ deployments }: NamespaceContents, tier: string) {
  const [container] = the(deployments, tier).spec?.template.spec?.containers ?? [];
  assert.ok(container);
  return container;
}

function generationOf({ statefulSets }: NamespaceContents, store: string) {
  return the(statefulSets, store).metadata?.generation;
}

function envSecretOf(contents: NamespaceContents, tier: string) {
  return containerOf(contents, tier).envFrom?.find(({ secretRef }) => secretRef)?.secretRef?.name;
}

/** Names of what a state holds, without what changes at every export. */
function resourcesOf(state: string): string {
  const { deployment } = JSON.parse(state) as { deployment: { resources?: { urn: string; id?: string }[] } };
  return (deployment.resources ?? []).map(({ urn, id = "" }) => `${urn} ${id}`).join("\n");
}
