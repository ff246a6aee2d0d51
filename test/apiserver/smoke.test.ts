/** npm run smoke and npm run doctor of a stack on a real API server: what stands, and what is broken on purpose. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { V1PodSpec } from "@kubernetes/client-node";
import { stringify } from "yaml";
import { openApiServer } from "../../cloud/api-server.ts";
import { readContext } from "../../cloud/kubeconfig-file.ts";
import { engines } from "../../components/datastores/engines.ts";
import type { Trial } from "../../components/datastores/trials/trial.ts";
import type { Plan } from "../../config/plan.ts";
import type { Check } from "../../local/checks.ts";
import { planOf } from "../../local/rehearsal/stack-file.ts";
import { see } from "../../local/smoke/seen.ts";
import { clientOf, tryStore } from "../../local/smoke/stores.ts";
import { type Client, trialJob } from "../../local/smoke/trial-job.ts";
import { certify } from "../support/api-server.ts";
import { addApplication } from "../support/application.ts";
import { clusterConfig, sharedCluster, type TestCluster } from "../support/cluster.ts";
import { eventually, readNamespace } from "../support/read.ts";
import { TestStack } from "../support/stack.ts";

const namespace = "depot";
const resources = { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "100m", memory: "128Mi" } };
const tier = { image: "depot/web:1.0.0", uses: ["db"], replicas: 2, resources, terminationGracePeriodSeconds: 1 };
const env = { DATABASE_URL: { from: "db", field: "url" } };
const application = {
  name: namespace,
  datastores: { db: { engine: "postgres", version: "16", storage: "1Gi" }, cache: { engine: "redis" } },
  quota: { pods: 40, storage: "20Gi", requests: { cpu: "20", memory: "40Gi" }, limits: { cpu: "40", memory: "80Gi" } },
  tiers: {
    web: { ...tier, kind: "web", port: 8080, route: "/", env, migrate: ["migrate"], autoscale: { max: 4, cpu: 70 } },
    jobs: { ...tier, kind: "worker", uses: ["db", "cache"], env },
  },
};
const settings = {
  app: namespace,
  profile: "dev",
  edge: { kind: "ingress", host: "depot.localhost", tls: { secretName: "depot-tls" } },
};

describe("npm run smoke", function () {
  this.timeout("10m");
  let cluster: TestCluster;
  let stack: TestStack;

  before(async () => {
    cluster = await sharedCluster();
    const config = { ...settings, cluster: clusterConfig(cluster) };
    stack = new TestStack(
      "dev",
      Object.fromEntries(Object.entries(config).map(([key, value]) => [`landfall:${key}`, value])),
    );
    addApplication(stack, namespace, application);
    await stack.create();
    await stack.up();
  });
  after(async () => {
    await stack?.destroy();
    stack?.remove();
  });

  const smoke = (...args: string[]) => stack.runCommand("local/smoke.ts", "dev", ...args);
  async function checks(...args: string[]): Promise<{ code: number; found: Map<string, Check> }> {
    const { code, output } = await smoke("--json", ...args);
    const begin = output.indexOf('{\n  "of"');
    assert.ok(begin >= 0, output);
    const told = JSON.parse(output.slice(begin)) as { exitCode: number; checks: Check[] };
    assert.equal(told.exitCode, code);
    return { code, found: new Map(told.checks.map((check) => [check.what, check])) };
  }

  it("finds a stack that stands in order, and says what cannot be asked where machines are simulated", async () => {
    await tls(certify());
    const { code, output } = await smoke();
    assert.equal(code, 0, output);
    for (const line of [
      /✓ Deployment web: 2 of 2 pods are ready/,
      /✓ StatefulSet db: 1 of 1 pods are ready/,
      /✓ Job web-migrate: it has ended well/,
      /✓ Service web: 2 endpoints/,
      /✓ PersistentVolumeClaim data-db-0: bound, 1Gi/,
      /✓ HorizontalPodAutoscaler web: \d of 2 to 4, and it sees its figures/,
      /✓ Secret depot-tls: valid until 2120-01-01/,
      /\? https:\/\/depot\.localhost: its machines are simulated/,
      /\? Datastore db: its machines are simulated: no server runs/,
      /dev: \d+ in order, 3 that cannot be asked here\n$/,
    ]) {
      assert.match(output, line);
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
    assert.doesNotMatch(output, /\x1b/);
  });

  it("says of each thing that is broken what is wrong, and why", async () => {
    const { core, apps, batch, autoscaling } = cluster.clients;
    await tls(certify("20200101000000Z", "20210101000000Z"));
    const labels = { app: "lost" };
    const spec = {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: nowhere() },
    };
    await apps.createNamespacedDeployment({ namespace, body: { metadata: { name: "lost" }, spec } });
    await core.createNamespacedService({
      namespace,
      body: { metadata: { name: "nobody" }, spec: { selector: { app: "nobody" }, ports: [{ port: 80 }] } },
    });
    await core.createNamespacedPersistentVolumeClaim({
      namespace,
      body: {
        metadata: { name: "homeless" },
        spec: { accessModes: ["ReadWriteOnce"], storageClassName: "none", resources: { requests: { storage: "1Gi" } } },
      },
    });
    const job = { activeDeadlineSeconds: 1, template: { spec: { ...nowhere(), restartPolicy: "Never" } } };
    await batch.createNamespacedJob({ namespace, body: { metadata: { name: "late" }, spec: job } });
    const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "lost" };
    const metrics = [
      { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } },
    ];
    await autoscaling.createNamespacedHorizontalPodAutoscaler({
      namespace,
      body: { metadata: { name: "blind" }, spec: { minReplicas: 1, maxReplicas: 2, scaleTargetRef, metrics } },
    });
    await core.deleteNamespacedService({ namespace, name: "cache" });
    try {
      await eventually(
        () => readNamespace(cluster.clients, namespace),
        ({ jobs, autoscalers }) => {
          const sees = (name: string, status: "True" | "False") =>
            autoscalers
              .find(({ metadata }) => metadata?.name === name)
              ?.status?.conditions?.some((it) => it.type === "ScalingActive" && it.status === status);
          const late = jobs.find(({ metadata }) => metadata?.name === "late");
          return Boolean(sees("blind", "False") && sees("web", "True") && late?.status?.conditions?.length);
        },
      );
      const { code, found } = await checks("--wait", "0");
      assert.equal(code, 1);
      for (const [what, sentence] of [
        [
          "Deployment lost",
          /^0 of 1 pods are ready, 1 of them as the stack has them: pod lost-\S+ has no machine: 0\/\d+ nodes are available/,
        ],
        ["Service nobody", /^nobody answers behind it: no pod has the labels app=nobody$/],
        [
          "PersistentVolumeClaim homeless",
          /^Pending, and its class is none: ProvisioningFailed: storageclass\S* "none" not found/,
        ],
        ["Job late", /^it has failed: Job was active longer than specified deadline/],
        ["HorizontalPodAutoscaler blind", /^it does not scale: FailedGetResourceMetric: /],
        ["Secret depot-tls", /^its certificate expired on 2021-01-01$/],
        ["Service cache", /^the stack has it as depot-cache-service, and the cluster does not$/],
      ] as const) {
        const check = found.get(what);
        assert.equal(check?.outcome, "failure", what);
        assert.match(check.sentence, sentence);
        assert.ok(check.fix, what);
      }
      const failures = [...found.values()].filter(({ outcome }) => outcome === "failure");
      assert.equal(failures.length, 7, JSON.stringify(failures));
    } finally {
      const quietly = (work: Promise<unknown>) => work.catch(() => {});
      await quietly(apps.deleteNamespacedDeployment({ namespace, name: "lost" }));
      await quietly(core.deleteNamespacedService({ namespace, name: "nobody" }));
      await quietly(core.deleteNamespacedPersistentVolumeClaim({ namespace, name: "homeless" }));
      await quietly(batch.deleteNamespacedJob({ namespace, name: "late", propagationPolicy: "Background" }));
      await quietly(autoscaling.deleteNamespacedHorizontalPodAutoscaler({ namespace, name: "blind" }));
    }
    await stack.succeed("up", "--yes", "--skip-preview", "--refresh", "--stack", "dev");
  });

  it("refuses what it cannot make sense of", async () => {
    for (const [args, said] of [
      [["--address", "http://x/"], /--address http:\/\/x\/: this is no address/],
      [["--wait", "soon"], /--wait soon: this is no number of seconds/],
    ] as const) {
      const { code, output } = await smoke(...args);
      assert.equal(code, 1);
      assert.match(output, said);
      assert.match(output, /\n {2}fix {6}/);
    }
  });

  describe("has a datastore written to by a pod", () => {
    let plan: Plan;
    let api: Awaited<ReturnType<typeof openApiServer>>;
    let client: Client;
    const trial = engines.postgres.trial as Trial;

    before(async () => {
      ({ plan } = await planOf({ ...settings, cluster: clusterConfig(cluster) }, "dev", stack.directory));
      api = await openApiServer(readContext([cluster.kubeconfig], cluster.context));
      const found = clientOf(plan, await see(api.ask, namespace), db(), trial);
      client = found ?? assert.fail("no tier has it");
    });
    after(() => api?.close());

    const db = () => plan.datastores.find(({ name }) => name === "db") ?? assert.fail();
    const attempt = (job: object) => tryStore(api, { what: "Datastore db", namespace, client, job });
    const jobs = async () => (await readNamespace(cluster.clients, namespace)).jobs;

    it("like a tier's that nobody is led to, in no Service, as the client's user, which then goes", async () => {
      assert.equal(client.tier.name, "jobs");
      assert.deepEqual(client.variables, { STORE_URL: "DATABASE_URL" });
      const job = trialJob(db(), trial, client);
      const { metadata, spec } = job.spec.template;
      assert.deepEqual(metadata, client.deployment.spec.template.metadata);
      assert.deepEqual(spec.readinessGates, [{ conditionType: "landfall.dev/never-ready" }]);
      const [container] = spec.containers;
      assert.equal(container?.image, "docker.io/library/postgres:16.11-alpine3.22");
      assert.match(container?.command[2] ?? "", /^export STORE_URL="\$DATABASE_URL"\n/);
      assert.deepEqual(
        (container as { envFrom?: object }).envFrom,
        client.deployment.spec.template.spec.containers[0]?.envFrom,
      );
      const check = await attempt(job);
      assert.deepEqual(check, {
        what: "Datastore db",
        outcome: "ok",
        sentence: "it took a value from a pod like those of jobs, and gave it back",
      });
      await eventually(jobs, (all) => !all.some(({ metadata }) => /smoke/.test(metadata?.name ?? "")));
    });

    it("whose words it repeats where it fails", async () => {
      const job = trialJob(db(), trial, client);
      const stuck = {
        ...job,
        spec: {
          ...job.spec,
          activeDeadlineSeconds: 3,
          template: { ...job.spec.template, spec: { ...job.spec.template.spec, nodeSelector: { never: "there" } } },
        },
      };
      const check = await attempt(stuck);
      assert.equal(check.outcome, "failure");
      assert.match(check.sentence, /^it did not take a value from a pod like those of jobs and give it back: /);
      await eventually(jobs, (all) => !all.some(({ metadata }) => /smoke/.test(metadata?.name ?? "")));
    });
  });

  describe("beside npm run doctor", () => {
    const doctor = (...args: string[]) => stack.runCommand("local/doctor.ts", ...args);

    it("finds the stack's backend, secrets, cluster and permissions in order", async () => {
      const { code, output } = await doctor("dev");
      assert.equal(code, 0, output);
      for (const line of [
        /✓ Pulumi\.dev\.yaml: depot with the dev profile on kubeconfig, in namespace depot/,
        /✓ Backend: file:\/\//,
        /✓ Secrets: the passphrase of the environment opens them/,
        /✓ Cluster: context landfall at https:\/\/127\.0\.0\.1:\d+, Kubernetes v1\./,
        /✓ Storage classes: has what the plan asks for/,
        /✓ Machines: 6 of 6 are ready; they are simulated, and run no containers/,
        /\? NetworkPolicies: whether anybody enforces them cannot be told/,
        /✓ Default storage class: /,
        /✓ Permissions: all \d+ that an update of \d+ kinds takes/,
      ]) {
        assert.match(output, line);
      }
      assert.doesNotMatch(output, /correct horse|a-stack-secret/);
    });

    it("says which permissions are missing, of an account that may only look", async () => {
      const { rbac, core } = cluster.clients;
      const account = "onlooker";
      await core.createNamespacedServiceAccount({ namespace, body: { metadata: { name: account } } });
      await rbac.createNamespacedRoleBinding({
        namespace,
        body: {
          metadata: { name: account },
          roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
          subjects: [{ kind: "ServiceAccount", name: account, namespace }],
        },
      });
      const { status } = await core.createNamespacedServiceAccountToken({
        name: account,
        namespace,
        body: { spec: { audiences: [] } } as never,
      });
      const path = join(stack.directory, "onlooker.yaml");
      writeFileSync(path, kubeconfigFor(cluster, status?.token ?? ""));
      stack.configure({ "landfall:cluster": { provider: "kubeconfig", path, context: cluster.context } });
      try {
        const { code, output } = await doctor("dev", "--json");
        assert.equal(code, 1, output);
        const { checks } = JSON.parse(output.slice(output.indexOf('{\n  "of"'))) as { checks: Check[] };
        const missing = checks.filter(({ what, outcome }) => what === "Permissions" && outcome === "failure");
        const said = missing.map(({ sentence }) => sentence);
        assert.ok(
          said.includes("these credentials may not create, patch, delete deployments.apps in namespace depot"),
          output,
        );
        assert.ok(
          said.includes("these credentials may not get, create, patch, delete secrets in namespace depot"),
          output,
        );
        assert.ok(!output.includes(status?.token ?? ""));
      } finally {
        stack.configure({ "landfall:cluster": clusterConfig(cluster) });
      }
    });

    it("says what is wrong with a passphrase, a stack file and a cluster that is not there", async () => {
      const wrong = await stack.runCommandWith({ PULUMI_CONFIG_PASSPHRASE: "another" }, "local/doctor.ts", "dev");
      assert.match(wrong.output, /✗ Secrets: .*incorrect passphrase/);
      stack.configure({ "landfall:cluster": { ...clusterConfig(cluster), context: "nowhere" } });
      const { code, output } = await doctor("dev");
      assert.equal(code, 1);
      assert.match(output, /✗ Cluster: landfall:cluster\.context: there is no context "nowhere"/);
      stack.configure({ "landfall:cluster": clusterConfig(cluster), "landfall:profile": "prod" });
      const broken = await doctor("dev");
      assert.equal(broken.code, 1);
      assert.match(broken.output, /✗ Pulumi\.dev\.yaml: 1 mistake in the configuration/);
      stack.configure({ "landfall:profile": "dev" });
    });
  });

  async function tls({ cert, key }: { cert: string; key: string }): Promise<void> {
    const { core } = cluster.clients;
    const name = "depot-tls";
    await core.deleteNamespacedSecret({ namespace, name }).catch(() => {});
    const stringData = { "tls.crt": cert, "tls.key": key };
    await core.createNamespacedSecret({
      namespace,
      body: { metadata: { name }, type: "kubernetes.io/tls", stringData },
    });
  }
});

/** A pod that Pod Security admits, and no machine. */
function nowhere(): V1PodSpec {
  return {
    nodeSelector: { never: "there" },
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name: "any",
        image: "depot/any:1.0.0",
        resources,
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      },
    ],
  };
}

/** The cluster's kubeconfig with a token in the place of its administrator's certificate. */
function kubeconfigFor({ kubeconfig, context }: TestCluster, token: string): string {
  const { server, ca } = readContext([kubeconfig], context);
  return stringify({
    "current-context": context,
    contexts: [{ name: context, context: { cluster: context, user: context } }],
    clusters: [{ name: context, cluster: { server, "certificate-authority-data": ca?.toString("base64") } }],
    users: [{ name: context, user: { token } }],
  });
}
