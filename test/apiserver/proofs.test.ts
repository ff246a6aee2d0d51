/** PyBase in production on a real API server: it is proved as it stands, and each way to break it is caught. */
import assert from "node:assert/strict";
import type { Plan } from "../../config/plan.ts";
import { proveAdmission } from "../../local/proofs/admission/admission.ts";
import { provePermissions } from "../../local/proofs/permissions/permissions.ts";
import type { Proof } from "../../local/proofs/proof.ts";
import { type Evidence, proveAll } from "../../local/proofs/proofs.ts";
import { proveReachability } from "../../local/proofs/reachability/reachability.ts";
import { proveSinglePoints } from "../../local/proofs/single-points/single-points.ts";
import type { ClusterObject } from "../../local/proofs/snapshot.ts";
import { clusterConfig, sharedCluster, type TestCluster } from "../support/cluster.ts";
import { edited, evidenceFor, planFrom } from "../support/proved.ts";
import { eventually, readNamespace } from "../support/read.ts";
import { TestStack } from "../support/stack.ts";

const NAMESPACE = "pybase-proved";
const NAME = "app.kubernetes.io/name";

type Prove = (evidence: Evidence) => Promise<Proof>;
const reachability: Prove = ({ plan, snapshot }) => proveReachability(plan, snapshot);
const permissions: Prove = ({ plan, snapshot, send }) => provePermissions(plan, snapshot, send);
const admission: Prove = ({ plan, snapshot, send }) => proveAdmission(plan, snapshot, send);
const singlePoints: Prove = ({ plan, snapshot }) => proveSinglePoints(plan, snapshot);

interface Broken {
  says: string;
  by: Prove;
  edit: (objects: ClusterObject[]) => ClusterObject[];
  finding: RegExp;
}

/** Changes the objects of a kind, of one component where it is named. */
function change(kind: string, component: string | undefined, to: (object: ClusterObject) => void) {
  return (objects: ClusterObject[]) => {
    const meant = objects.filter(
      (object) => object.kind === kind && (component === undefined || object.metadata.labels?.[NAME] === component),
    );
    assert.ok(meant.length > 0, `no ${kind} of ${component}`);
    for (const object of meant) to(object);
    return objects;
  };
}

function without(kind: string, isMeant: (object: ClusterObject) => boolean) {
  return (objects: ClusterObject[]) => {
    const left = objects.filter((object) => object.kind !== kind || !isMeant(object));
    assert.ok(left.length < objects.length, `no ${kind} to leave out`);
    return left;
  };
}

const isOf = (component: string) => (object: ClusterObject) => object.metadata.labels?.[NAME] === component;

function policy(name: string, spec: object): (objects: ClusterObject[]) => ClusterObject[] {
  const object = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace: NAMESPACE },
    spec,
  };
  return (objects) => [...objects, object];
}

const BROKEN: Broken[] = [
  {
    says: "a policy that lets every pod of the cluster into the database",
    by: reachability,
    edit: policy("wide", {
      podSelector: { matchLabels: { [NAME]: "postgres" } },
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 5432 }] }],
    }),
    finding: /→ postgres \(TCP 5432\).*wide lets it in/i,
  },
  {
    says: "a policy that lets everything out to every address, the clouds' metadata among them",
    by: reachability,
    edit: policy("out", {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }],
    }),
    finding: /internet \(every port\).*out lets it out/i,
  },
  {
    says: "a policy for pods that pretend to be the frontend, from anywhere",
    by: reachability,
    edit: policy("pretend", {
      podSelector: { matchLabels: { [NAME]: "api" } },
      ingress: [
        {
          from: [{ namespaceSelector: {}, podSelector: { matchLabels: { [NAME]: "frontend" } } }],
          ports: [{ port: 8000 }],
        },
      ],
    }),
    finding: /app\.kubernetes\.io\/name=frontend.* → api \(TCP 8000\)/,
  },
  {
    says: "no default deny",
    by: reachability,
    edit: without("NetworkPolicy", ({ metadata }) => metadata.name.includes("default-deny")),
    finding: /no policy guards what goes in/i,
  },
  {
    says: "no policy of the database",
    by: reachability,
    edit: without("NetworkPolicy", isOf("postgres")),
    finding: /What is declared is not let through: api → postgres \(TCP 5432\)/,
  },
  {
    says: "a tier on the network of its node",
    by: reachability,
    edit: change("Deployment", "api", ({ spec }) => {
      spec.template.spec.hostNetwork = true;
    }),
    finding: /Deployment\/api: Its pods are on the network of their node/,
  },
  {
    says: "a token for pods that declare none",
    by: permissions,
    edit: change("Deployment", "frontend", ({ spec }) => {
      spec.template.spec.automountServiceAccountToken = true;
    }),
    finding: /Deployment\/frontend: Its pods get a token/,
  },
  {
    says: "a privileged container",
    by: admission,
    edit: change("Deployment", "api", ({ spec }) => {
      spec.template.spec.containers[0].securityContext = { privileged: true };
    }),
    finding: /Deployment\/api: The API server refuses its pods: .*violates PodSecurity "restricted:latest": privileged/,
  },
  {
    says: "a job that runs as root",
    by: admission,
    edit: change("CronJob", "postgres-backup", ({ spec }) => {
      spec.jobTemplate.spec.template.spec.securityContext = { runAsUser: 0 };
    }),
    finding: /CronJob\/postgres-backup: The API server refuses its pods: .*runAsNonRoot/,
  },
  {
    says: "a namespace that does not enforce Pod Security",
    by: admission,
    edit: change("Namespace", undefined, ({ metadata }) => {
      metadata.labels = { "kubernetes.io/metadata.name": metadata.name };
    }),
    finding: /does not enforce Pod Security restricted/,
  },
  {
    says: "a quota that its autoscalers do not fit under",
    by: admission,
    edit: change("ResourceQuota", undefined, ({ spec }) => {
      spec.hard["requests.cpu"] = "5";
    }),
    finding: /It allows 5 of requests\.cpu, and every autoscaler at its most.*needs 6400m/,
  },
  {
    says: "a quota that not even the fewest fit under",
    by: admission,
    edit: change("ResourceQuota", undefined, ({ spec }) => {
      spec.hard.pods = "11";
    }),
    finding: /It allows 11 of pods, and everything at its fewest needs 12: not all pods start/,
  },
  {
    says: "an autoscaler that may go to one pod",
    by: singlePoints,
    edit: change("HorizontalPodAutoscaler", "api", ({ spec }) => {
      spec.minReplicas = 1;
    }),
    finding: /Deployment\/api: At its fewest it has one pod/,
  },
  {
    says: "a budget that lets no pod go",
    by: singlePoints,
    edit: change("PodDisruptionBudget", "api", ({ spec }) => {
      spec.minAvailable = "60%";
    }),
    finding: /Deployment\/api: PodDisruptionBudget .*\(minAvailable 60%, of 2 pods\) lets none of its pods go/,
  },
  {
    says: "a budget of nothing",
    by: singlePoints,
    edit: change("PodDisruptionBudget", "postgres", ({ spec }) => {
      spec.maxUnavailable = 0;
    }),
    finding: /StatefulSet\/postgres: PodDisruptionBudget .*lets none of its pods go/,
  },
  {
    says: "no budget",
    by: singlePoints,
    edit: without("PodDisruptionBudget", isOf("frontend")),
    finding: /Deployment\/frontend: It has no PodDisruptionBudget/,
  },
  {
    says: "pods that nothing spreads over zones",
    by: singlePoints,
    edit: change("Deployment", "api", ({ spec }) => {
      spec.template.spec.topologySpreadConstraints = [];
    }),
    finding: /Deployment\/api: Nothing spreads its pods over zones/,
  },
  {
    says: "machines in one zone",
    by: singlePoints,
    edit: change("Node", undefined, ({ metadata }) => {
      metadata.labels = { ...metadata.labels, "topology.kubernetes.io/zone": "zone-a" };
    }),
    finding: /Deployment\/api: All machines that its pods may run on are in one zone \(zone-a\)/,
  },
  {
    says: "an image without a version",
    by: singlePoints,
    edit: change("Deployment", "api", ({ spec }) => {
      spec.template.spec.containers[0].image = "registry.example.com:5000/pybase/api";
    }),
    finding: /Deployment\/api: Its image registry\.example\.com:5000\/pybase\/api has no version/,
  },
  {
    says: "a backup that is suspended",
    by: singlePoints,
    edit: change("CronJob", "postgres-backup", ({ spec }) => {
      spec.suspend = true;
    }),
    finding:
      /datastore postgres: CronJob postgres-backup, which is declared to copy its data, is not there or is suspended/,
  },
  {
    says: "a database without a volume",
    by: singlePoints,
    edit: change("StatefulSet", "postgres", ({ spec }) => {
      spec.volumeClaimTemplates = [];
    }),
    finding: /StatefulSet\/postgres: It claims no volume/,
  },
  {
    says: "a tier that writes to its node",
    by: singlePoints,
    edit: change("Deployment", "api", ({ spec }) => {
      spec.template.spec.volumes.push({ name: "logs", hostPath: { path: "/var/log" } });
    }),
    finding: /Deployment\/api: It uses \/var\/log of its node/,
  },
  {
    says: "a tier that is sent requests before it can answer",
    by: singlePoints,
    edit: change("Deployment", "api", ({ spec }) => {
      delete spec.template.spec.containers[0].readinessProbe;
    }),
    finding: /Deployment\/api: It has no readiness probe/,
  },
  {
    says: "a certificate that nobody renews any more",
    by: singlePoints,
    edit: change("Ingress", undefined, ({ metadata }) => {
      metadata.annotations = {};
    }),
    finding: /Secret\/pybase-tls: .*nothing in the cluster renews it/,
  },
];

describe("the proofs of PyBase in production", function () {
  this.timeout(600_000);
  let cluster: TestCluster;
  let stack: TestStack;
  let plan: Plan;
  let evidence: Evidence;
  let close: () => void;

  before(async () => {
    cluster = await sharedCluster();
    const config = {
      "landfall:profile": "production",
      "landfall:namespace": NAMESPACE,
      "landfall:cluster": { ...clusterConfig(cluster), storageClasses: { shared: "shared" } },
      "landfall:edge": { kind: "ingress", host: "proved.localhost", tls: { issuer: "letsencrypt" } },
    };
    stack = await new TestStack("production", config).create();
    await stack.up();
    await eventually(
      () => readNamespace(cluster.clients, NAMESPACE),
      ({ autoscalers }) => autoscalers.every(({ status }) => (status?.currentReplicas ?? 0) >= 2),
    );
    plan = await planFrom("production", config);
    ({ evidence, close } = await evidenceFor(cluster, plan));
  });

  after(async () => {
    close?.();
    if (!stack) return;
    await stack.succeed("state", "unprotect", "--all", "--yes", "--stack", "production");
    await stack.destroy();
    stack.remove();
  });

  it("all pass within a minute, and say what else hangs by one thing", async () => {
    const started = Date.now();
    const proofs = await proveAll(evidence);
    assert.ok(Date.now() - started < 60_000, `${Date.now() - started} ms`);
    assert.deepEqual(
      proofs.flatMap(({ findings }) => findings.filter(({ severity }) => severity === "failure")),
      [],
    );
    assert.deepEqual(
      proofs.map(({ name, outcome }) => [name, outcome]),
      ["reachability", "permissions", "admission", "single-points"].map((name) => [name, "passed"]),
    );
    const hanging = proofs.at(-1)?.findings.map(({ subject }) => subject);
    assert.deepEqual(hanging, [
      ...["objects", "postgres", "redis", "search"].map((store) => `StatefulSet/${store}`),
      "images",
    ]);
  });

  it("know who reaches the database, and whom a worker reaches", async () => {
    const { detail } = await proveReachability(plan, evidence.snapshot);
    const into = detail.connections.filter(({ to }) => to === "postgres");
    const clients = ["api", "api-migrate", "extraction-worker", "postgres-backup", "search-worker"];
    assert.deepEqual(
      into.map(({ from, ports }) => `${from} ${ports}`).sort(),
      clients.map((client) => `${client} TCP 5432`),
    );
    const out = detail.connections.filter(({ from }) => from === "search-worker").map(({ to }) => to);
    assert.deepEqual(out.sort(), ["API server", "DNS", "node-local DNS", "postgres", "redis", "search"]);
  });

  it("know what the accounts may do, and who has a token", async () => {
    const { detail } = await provePermissions(plan, evidence.snapshot, evidence.send);
    const of = (name: string) => detail.accounts.find((account) => account.name === name);
    assert.deepEqual(of("api"), {
      name: "api",
      rights: ["get configmaps", "list configmaps", "watch configmaps"],
      elsewhere: [],
      tokens: ["Deployment/api"],
    });
    assert.deepEqual(of("frontend"), { name: "frontend", rights: [], elsewhere: [], tokens: [] });
  });

  it("add up the quota as the plan has it, from the pods that there are", async () => {
    const { detail } = await proveAdmission(plan, evidence.snapshot, evidence.send);
    const maximum = Object.fromEntries(detail.quotas.map((held) => [held.resource, held.maximum]));
    assert.equal(maximum["requests.cpu"], plan.quota.requests.cpu);
    assert.equal(maximum["limits.memory"], plan.quota.limits.memory);
    assert.equal(maximum["requests.storage"], plan.quota.storage);
    assert.equal(maximum.pods, String(plan.quota.pods));
  });

  for (const { says, by, edit, finding } of BROKEN) {
    it(`catch ${says}`, async () => {
      const { outcome, findings } = await by({ ...evidence, snapshot: edited(evidence.snapshot, edit) });
      assert.equal(outcome, "failed");
      const failures = findings.filter(({ severity }) => severity === "failure");
      assert.match(failures.map(({ subject, sentence }) => `${subject}: ${sentence}`).join("\n"), finding);
    });
  }

  describe("ask the API server itself", () => {
    const path = "/apis/rbac.authorization.k8s.io/v1";
    const account = { kind: "ServiceAccount", name: "frontend", namespace: NAMESPACE };

    /** What is found while the objects are there, each under its collection's path. */
    async function found(
      objects: readonly [collection: string, object: { metadata: { name: string }; [field: string]: unknown }][],
    ) {
      const { send } = evidence;
      for (const [collection, object] of objects) await send("POST", collection, object);
      const now = await evidenceFor(cluster, plan);
      try {
        const { findings } = await permissions(now.evidence);
        return findings.map(({ subject, sentence }) => `${subject}: ${sentence}`).join("\n");
      } finally {
        now.close();
        for (const [collection, { metadata }] of objects) await send("DELETE", `${collection}/${metadata.name}`);
      }
    }

    const roleRef = (kind: string, name: string) => ({ apiGroup: "rbac.authorization.k8s.io", kind, name });

    it("and catch a role that reads secrets", async () => {
      const rules = [{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "list"] }];
      const said = await found([
        [`${path}/namespaces/${NAMESPACE}/roles`, { metadata: { name: "reader" }, rules }],
        [
          `${path}/namespaces/${NAMESPACE}/rolebindings`,
          { metadata: { name: "reader" }, subjects: [account], roleRef: roleRef("Role", "reader") },
        ],
      ]);
      assert.match(
        said,
        /ServiceAccount\/frontend: It may do what nothing declares: get secrets, list secrets \(whoever has it reads every password there\)/,
      );
    });

    it("and catch rights in the whole cluster", async () => {
      const said = await found([
        [
          `${path}/clusterrolebindings`,
          {
            metadata: { name: "pybase-proved" },
            subjects: [account],
            roleRef: roleRef("ClusterRole", "cluster-admin"),
          },
        ],
      ]);
      assert.match(said, /ServiceAccount\/frontend: It may do beyond its namespace what nothing declares: \* \*\.\*/);
    });

    it("and catch rights in another namespace", async () => {
      const said = await found([
        [
          `${path}/namespaces/kube-system/rolebindings`,
          { metadata: { name: "pybase-proved" }, subjects: [account], roleRef: roleRef("ClusterRole", "edit") },
        ],
      ]);
      assert.match(said, /ServiceAccount\/frontend: It may do beyond its namespace.*create pods\/exec/s);
    });

    it("and catch a right of all accounts of the namespace", async () => {
      const group = {
        apiGroup: "rbac.authorization.k8s.io",
        kind: "Group",
        name: `system:serviceaccounts:${NAMESPACE}`,
      };
      const said = await found([
        [
          `${path}/namespaces/${NAMESPACE}/rolebindings`,
          { metadata: { name: "everybody" }, subjects: [group], roleRef: roleRef("ClusterRole", "admin") },
        ],
      ]);
      for (const name of ["default", "api", "frontend"])
        assert.match(said, new RegExp(`ServiceAccount/${name}: It may do what nothing declares`));
    });

    it("and miss a right that is declared and gone", async () => {
      const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}/rolebindings`;
      const [binding] = evidence.snapshot
        .of("RoleBinding", NAMESPACE)
        .filter(({ subjects }) => subjects.some(({ name }: { name: string }) => name === "api"));
      await evidence.send("DELETE", `${path}/${binding?.metadata.name}`);
      const { findings } = await permissions(evidence);
      const { apiVersion: _, kind: __, metadata, ...rest } = binding as ClusterObject;
      await evidence.send("POST", path, { metadata: { name: metadata.name, labels: metadata.labels }, ...rest });
      assert.deepEqual(
        findings.map(({ subject, sentence }) => `${subject}: ${sentence}`),
        ["ServiceAccount/api: It may not do what is declared: get configmaps, list configmaps, watch configmaps."],
      );
    });
  });
});
