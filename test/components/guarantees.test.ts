/** What holds for every resource, in every stack. */
import assert from "node:assert/strict";
import { ofType, type Registration } from "../support/mocks.ts";
import { land, planFor, STACKS, type StackName } from "../support/pybase.ts";

interface Container {
  name: string;
  image: string;
  securityContext?: Record<string, unknown> & { capabilities?: { drop?: string[]; add?: string[] } };
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  ports?: { hostPort?: number }[];
}
interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  securityContext?: Record<string, unknown> & { seccompProfile?: { type: string } };
  volumes?: Record<string, unknown>[];
  hostNetwork?: boolean;
  hostPID?: boolean;
  hostIPC?: boolean;
}

const CRON_JOB = "kubernetes:batch/v1:CronJob";
const WORKLOADS = [
  "kubernetes:apps/v1:Deployment",
  "kubernetes:apps/v1:StatefulSet",
  "kubernetes:batch/v1:Job",
  CRON_JOB,
];

const podsOf = (registrations: readonly Registration[]) =>
  WORKLOADS.flatMap((type) => ofType(registrations, type)).map(({ name, type, inputs }) => {
    const spec = inputs.spec as { jobTemplate: { spec: object } };
    const { template } = (type === CRON_JOB ? spec.jobTemplate.spec : spec) as { template: { spec: PodSpec } };
    return { name, pod: template.spec };
  });
const containersOf = ({ containers, initContainers = [] }: PodSpec) => [...containers, ...initContainers];

/** What stands in the way of Pod Security restricted (kubernetes.io/docs/concepts/security/pod-security-standards). */
function violations(pod: PodSpec): string[] {
  const found: string[] = [];
  if (pod.hostNetwork || pod.hostPID || pod.hostIPC) found.push("host namespaces");
  if (pod.securityContext?.runAsNonRoot !== true) found.push("runAsNonRoot");
  if (pod.securityContext?.runAsUser === 0) found.push("runs as root");
  if (!["RuntimeDefault", "Localhost"].includes(pod.securityContext?.seccompProfile?.type ?? "")) found.push("seccomp");
  const allowed = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
  ];
  for (const volume of pod.volumes ?? []) {
    const [kind = ""] = Object.keys(volume).filter((key) => key !== "name");
    if (!allowed.includes(kind)) found.push(`volume ${kind}`);
  }
  for (const { name, securityContext: security = {}, ports = [] } of containersOf(pod)) {
    if (security.allowPrivilegeEscalation !== false) found.push(`${name}: allowPrivilegeEscalation`);
    if (security.privileged) found.push(`${name}: privileged`);
    if (security.runAsNonRoot === false || security.runAsUser === 0) found.push(`${name}: root`);
    if (!security.capabilities?.drop?.includes("ALL")) found.push(`${name}: capabilities.drop`);
    if (security.capabilities?.add?.some((added) => added !== "NET_BIND_SERVICE"))
      found.push(`${name}: capabilities.add`);
    if (ports.some(({ hostPort }) => hostPort !== undefined)) found.push(`${name}: hostPort`);
  }
  return found;
}

describe("Everything that lands", () => {
  const landed = {} as Record<StackName, Registration[]>;
  before(async () => {
    for (const stack of STACKS) landed[stack] = await land(planFor(stack));
  });
  const everything = () => STACKS.flatMap((stack) => landed[stack]);
  const objects = () => everything().filter(({ type }) => /^kubernetes:(?!core\/v1:Namespace)/.test(type));

  it("comes in the document's numbers", () => {
    const counts = (stack: StackName) => {
      const all: Record<string, number> = {};
      for (const { type } of landed[stack]) {
        const kind = type.split(":").at(-1) as string;
        all[kind] = (all[kind] ?? 0) + 1;
      }
      return all;
    };
    const bundled = {
      kubernetes: 1,
      Application: 1,
      Namespace: 2, // the component and its object
      ResourceQuota: 1,
      LimitRange: 1,
      ServiceAccount: 4,
      Role: 1,
      RoleBinding: 2,
      BundledServer: 4,
      StatefulSet: 4,
      PersistentVolumeClaim: 4,
      Tier: 5,
      Deployment: 4,
      Job: 1,
      HorizontalPodAutoscaler: 4,
      PodDisruptionBudget: 5,
      Service: 6, // two tiers, four datastores
      ConfigMap: 5,
      Secret: 8, // four datastores, three tiers and the migration; the frontend has none
      NetworkPolicy: 11, // five tiers, four datastores, two of the namespace
      Ingress: 1,
    };
    assert.deepEqual(counts("dev"), bundled);
    assert.deepEqual(counts("staging"), {
      ...bundled,
      Backup: 4,
      CronJob: 4,
      PersistentVolumeClaim: 8, // one more for the copies of each datastore
      Secret: 12,
      NetworkPolicy: 16, // one more for the issuer's challenges, which have to come through
    });
    assert.deepEqual(counts("production"), {
      ...bundled,
      BundledServer: 2,
      StatefulSet: 2,
      Backup: 2,
      CronJob: 4,
      PersistentVolumeClaim: 4,
      PodDisruptionBudget: 4,
      Service: 4,
      Secret: 10,
      NetworkPolicy: 14,
    });
  });

  it("passes Pod Security restricted, datastores and jobs included", () => {
    const pods = podsOf(everything());
    assert.equal(pods.length, 9 + 13 + 11);
    for (const { name, pod } of pods) assert.deepEqual(violations(pod), [], name);
  });

  it("writes to nothing but its volumes, and states what it needs and what it may take", () => {
    for (const { name, pod } of podsOf(everything())) {
      for (const { securityContext, resources } of containersOf(pod)) {
        assert.equal(securityContext?.readOnlyRootFilesystem, true, name);
        for (const side of [resources?.requests, resources?.limits]) {
          assert.deepEqual(Object.keys(side ?? {}).sort(), ["cpu", "ephemeral-storage", "memory"], name);
        }
      }
    }
  });

  it("is labelled as the application's, the stack's and Landfall's", () => {
    for (const stack of STACKS) {
      for (const { name, type, inputs } of landed[stack].filter((it) => it.type.startsWith("kubernetes:"))) {
        const { labels = {} } = (inputs.metadata ?? {}) as { labels?: Record<string, string> };
        assert.equal(labels["app.kubernetes.io/part-of"], "pybase", `${type} ${name}`);
        assert.equal(labels["app.kubernetes.io/instance"], stack, `${type} ${name}`);
        assert.equal(labels["app.kubernetes.io/managed-by"], "landfall", `${type} ${name}`);
      }
    }
  });

  it("lies in the namespace", () => {
    for (const { name, type, inputs } of objects()) {
      assert.equal((inputs.metadata as { namespace: string }).namespace, "pybase", `${type} ${name}`);
    }
  });

  it("goes with the namespace, but for production, whose namespace is protected", () => {
    for (const stack of STACKS) {
      const inside = landed[stack].filter((it) => objects().includes(it));
      const expected = stack === "production" ? undefined : "pybase-namespace";
      for (const { name, type, deletedWith } of inside) assert.equal(deletedWith, expected, `${type} ${name}`);
    }
  });

  it("runs nothing before the quota and the default deny stand", () => {
    for (const { name, type, dependsOn } of everything().filter(({ type }) => WORKLOADS.includes(type))) {
      for (const first of ["pybase-quota", "pybase-limits", "pybase-default-deny"]) {
        assert.ok(dependsOn.includes(first), `${type} ${name} does not wait for ${first}`);
      }
    }
  });

  it("starts the API after its migration, and the migration after its datastores", () => {
    const tier = (name: string) => ofType(landed.dev, "landfall:application:Tier").find((it) => it.name === name);
    assert.ok(tier("pybase-api")?.dependsOn.includes("pybase-api-migrate-job"));
    for (const store of ["postgres", "redis", "objects", "search"]) {
      assert.ok(tier("pybase-api-migrate")?.dependsOn.includes(`pybase-${store}-server`), store);
    }
    assert.deepEqual(tier("pybase-frontend")?.dependsOn, []);
  });

  it("keeps secrets out of everything but Secrets", () => {
    for (const { name, type, inputs } of everything().filter(({ type }) => type !== "kubernetes:core/v1:Secret")) {
      assert.doesNotMatch(JSON.stringify(inputs), /password-of-|\[secret\]/, `${type} ${name}`);
    }
  });

  it("marks everything in a Secret as secret", () => {
    for (const { name, inputs } of ofType(everything(), "kubernetes:core/v1:Secret")) {
      assert.deepEqual(Object.keys(inputs.stringData as object), ["[secret]"], name);
      assert.equal(inputs.data, undefined, name);
    }
  });

  it("protects the namespace and the data in production, and nothing elsewhere", () => {
    const protectedOnes = (stack: StackName) => landed[stack].filter((it) => it.protect).map((it) => it.name);
    assert.deepEqual(protectedOnes("dev"), []);
    assert.deepEqual(protectedOnes("staging"), []);
    assert.deepEqual(protectedOnes("production"), [
      "pybase-namespace",
      "pybase-objects-backup-volume",
      "pybase-objects-data-0",
      "pybase-objects-server",
      "pybase-search-backup-volume",
      "pybase-search-data-0",
      "pybase-search-server",
    ]);
  });

  it("would rather wait than crowd a zone in production, and only prefers to spread elsewhere", () => {
    const whenUnsatisfiable = (stack: StackName) =>
      ofType(landed[stack], "kubernetes:apps/v1:Deployment").map(({ inputs }) => {
        const { template } = inputs.spec as {
          template: { spec: { topologySpreadConstraints: Record<string, string>[] } };
        };
        return template.spec.topologySpreadConstraints[0]?.whenUnsatisfiable;
      });
    assert.deepEqual([...new Set(whenUnsatisfiable("dev"))], ["ScheduleAnyway"]);
    assert.deepEqual([...new Set(whenUnsatisfiable("staging"))], ["ScheduleAnyway"]);
    assert.deepEqual([...new Set(whenUnsatisfiable("production"))], ["DoNotSchedule"]);
  });
});

describe("A setting of the stack", () => {
  it("redirects every image to its registry", async () => {
    const images = podsOf(await land(planFor("dev", { registry: "mirror.example.com" }))).flatMap(({ pod }) =>
      containersOf(pod).map(({ image }) => image),
    );
    assert.equal(images.length, 9);
    for (const image of images) assert.match(image, /^mirror\.example\.com\/(?!docker\.io)/);
  });

  it("that turns an autoscaler off fixes the replicas in its place", async () => {
    const fixed = await land(planFor("dev", { tiers: { api: { autoscale: false, replicas: 3 } } }));
    const replicas = Object.fromEntries(
      ofType(fixed, "kubernetes:apps/v1:Deployment").map(({ name, inputs }) => [
        name,
        (inputs.spec as { replicas?: number }).replicas,
      ]),
    );
    assert.deepEqual(replicas, {
      "pybase-api-deployment": 3,
      "pybase-extraction-worker-deployment": undefined,
      "pybase-frontend-deployment": undefined,
      "pybase-search-worker-deployment": undefined,
    });
    assert.equal(ofType(fixed, "kubernetes:autoscaling/v2:HorizontalPodAutoscaler").length, 3);
  });

  it("that leaves one replica takes the disruption budget away, which could only block", async () => {
    const single = await land(planFor("dev", { tiers: { frontend: { replicas: 1 } } }));
    const budgets = ofType(single, "kubernetes:policy/v1:PodDisruptionBudget").map(({ name }) => name);
    assert.equal(budgets.length, 4);
    assert.ok(!budgets.some((name) => name.includes("frontend")));
  });
});
