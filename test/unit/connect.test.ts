import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import { type Cloud, connect } from "../../cloud/cloud.ts";
import type { Plan } from "../../config/plan.ts";
import type { KubeconfigCluster } from "../../config/schema/cluster.ts";
import type { VolumePlan } from "../../config/storage.ts";
import { ApiServer, type Certificate, certify, temporaryDirectory } from "../support/api-server.ts";
import { find, type Registration, record } from "../support/mocks.ts";
import { planFor } from "../support/pybase.ts";
import { harborPlan } from "../support/watched.ts";

const KUBE_SYSTEM = "/api/v1/namespaces/kube-system";
const SERVICE = "/api/v1/namespaces/default/services/kubernetes";
const SLICES =
  "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io/service-name%3Dkubernetes";
const STORAGE = "/apis/storage.k8s.io/v1/storageclasses";
const INGRESS = "/apis/networking.k8s.io/v1/ingressclasses";

const ok = (body: unknown) => ({ status: 200, body });
const FORBIDDEN = { status: 403, body: {} };
const named = (name: string, annotations = {}) => ({ metadata: { name, uid: `uid-of-${name}`, annotations } });
const isDefault = { "storageclass.kubernetes.io/is-default-class": "true" };

describe("Connecting to a cluster by kubeconfig", () => {
  let certificate: Certificate;
  let server: ApiServer;
  let directory: ReturnType<typeof temporaryDirectory>;
  before(() => {
    certificate = certify();
  });
  beforeEach(async () => {
    directory = temporaryDirectory();
    server = new ApiServer(certificate);
    await server.start();
    server.answers = {
      "/version": ok({ major: "1", minor: "33", gitVersion: "v1.33.1" }),
      [KUBE_SYSTEM]: ok(named("kube-system")),
      [SERVICE]: ok({ spec: { clusterIPs: ["10.96.0.1", "fd00::1"] } }),
      [SLICES]: ok({
        items: [{ endpoints: [{ addresses: ["192.0.2.10"] }, { addresses: ["192.0.2.9"] }], ports: [{ port: 6443 }] }],
      }),
      [STORAGE]: ok({ items: [named("slow"), named("fast", isDefault)] }),
      [INGRESS]: ok({ items: [named("nginx"), named("traefik")] }),
    };
  });
  afterEach(async () => {
    await server.stop();
    directory.remove();
  });

  interface Landing {
    cluster?: Partial<KubeconfigCluster>;
    settings?: object;
    plan?: Plan;
  }
  async function land({ cluster = {}, settings = {}, plan = planFor("dev", settings) }: Landing = {}) {
    const authority = Buffer.from(certificate.cert).toString("base64");
    const kubeconfig = directory.write(
      "kubeconfig",
      stringify({
        "current-context": "test",
        contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
        clusters: [{ name: "test", cluster: { server: server.url, "certificate-authority-data": authority } }],
        users: [{ name: "test", user: { token: "s3cret" } }],
      }),
    );
    plan.cluster = { provider: "kubeconfig", path: kubeconfig, ...cluster };
    let cloud: Cloud | undefined;
    const registrations: Registration[] = await record(async () => {
      cloud = await connect(plan);
    });
    return {
      apiServer: cloud?.apiServer,
      provider: find(registrations, "pulumi:providers:kubernetes", "cluster").inputs,
      kubeconfig,
    };
  }
  async function refusal(landing: Landing = {}): Promise<string> {
    try {
      await land(landing);
    } catch (error) {
      assert.ok(pulumi.RunError.isInstance(error), "the user would see a stack trace");
      return error.message;
    }
    return assert.fail("it connected");
  }

  it("makes a provider that knows the cluster again by its kube-system namespace, wherever it answers", async () => {
    const { provider, kubeconfig } = await land();
    assert.deepEqual(provider, {
      kubeconfig,
      context: "test",
      clusterIdentifier: "uid-of-kube-system",
      enableServerSideApply: "true",
      kubeClientSettings: '{"timeout":90}',
    });
  });

  it("refuses another cluster than the one that the stack stands on, unless the stack leaves that one", async () => {
    const standing = (landedOn: string) => ({ ...planFor("dev"), landedOn });
    assert.match(
      await refusal({ plan: standing("uid-of-another") }),
      /^The stack stands on another cluster than the one that context "test" leads to, at https:\/\/.*\.\n {2}fix {6}take the kubeconfig .* landfall:cluster\.leaves: "uid-of-another"\n/,
    );
    await land({ plan: standing("uid-of-kube-system") });
    await land({ plan: standing("uid-of-another"), cluster: { leaves: "uid-of-another" } });
  });

  it("lands in no namespace that is being deleted, and says what holds it", async () => {
    const namespace = named("pybase");
    server.answers["/api/v1/namespaces/pybase"] = ok({
      metadata: { ...namespace.metadata, deletionTimestamp: "2026-01-02T03:04:05Z" },
      status: {
        conditions: [
          { type: "NamespaceDeletionContentFailure", status: "False", message: "All content successfully deleted" },
          {
            type: "NamespaceFinalizersRemaining",
            status: "True",
            message: "Some content in the namespace has finalizers remaining: example.com/held in 1 resource instances",
          },
        ],
      },
    });
    assert.equal(
      await refusal(),
      `The namespace pybase is being deleted since 2026-01-02T03:04:05Z.
  it says  Some content in the namespace has finalizers remaining: example.com/held in 1 resource instances
  fix      wait until it is gone; where a finalizer holds it, see that its controller runs; then pulumi up --refresh makes it anew
  Nothing was created or changed.
`,
    );
    server.answers["/api/v1/namespaces/pybase"] = ok(namespace);
    await land();
  });

  it("knows the cluster by its certificate authority where kube-system is hidden", async () => {
    server.answers[KUBE_SYSTEM] = FORBIDDEN;
    const { provider } = await land();
    assert.equal(provider.clusterIdentifier, createHash("sha256").update(certificate.cert).digest("hex"));
  });

  it("finds the API server's addresses behind and before its Service", async () => {
    const { apiServer } = await land();
    assert.deepEqual(apiServer, {
      cidrs: ["10.96.0.1/32", "192.0.2.10/32", "192.0.2.9/32", "fd00::1/128"],
      ports: [443, 6443],
    });
  });

  it("takes the API server's addresses from the stack file where that has them, and does not ask for them", async () => {
    const given = { cidrs: ["192.0.2.0/24"], ports: [6443] };
    const { apiServer } = await land({ cluster: { apiServer: given } });
    assert.deepEqual(apiServer, given);
    assert.ok(!server.asked.some(({ path }) => path === SERVICE || path === SLICES));
  });

  it("asks for the API server's addresses where they cannot be read", async () => {
    server.answers[SLICES] = FORBIDDEN;
    assert.equal(
      await refusal(),
      `The API server's addresses, which the NetworkPolicies need, cannot be read from the cluster.
  fix      set landfall:cluster.apiServer, for example { cidrs: [10.96.0.1/32, 192.0.2.10/32], ports: [443, 6443] }
  Nothing was created or changed.
`,
    );
  });

  for (const [minor, accepted] of [
    ["29", false],
    ["29+", false],
    ["30", true],
    ["30+", true],
    ["101", true],
  ] as const) {
    it(`${accepted ? "accepts" : "refuses"} Kubernetes 1.${minor}`, async () => {
      server.answers["/version"] = ok({ major: "1", minor, gitVersion: `v1.${minor}` });
      if (accepted) await assert.doesNotReject(land());
      else {
        assert.equal(
          await refusal(),
          `The cluster of context "test" runs Kubernetes v1.${minor}.
  allowed  1.30 or newer
  fix      upgrade the cluster, or land on another one
  Nothing was created or changed.
`,
        );
      }
    });
  }

  it("refuses a cluster without a default storage class, and says which classes there are", async () => {
    server.answers[STORAGE] = ok({ items: [named("slow"), named("fast")] });
    assert.equal(
      await refusal(),
      `The cluster has no default storage class for the volume of "postgres".
  allowed  slow, fast
  fix      name one with landfall:cluster.storageClass, or install a storage driver
  Nothing was created or changed.
`,
    );
  });

  it("does not need a default where the stack names a class that there is", async () => {
    server.answers[STORAGE] = ok({ items: [named("slow")] });
    await assert.doesNotReject(land({ settings: { cluster: { storageClass: "slow" } } }));
  });

  it("refuses a storage class that is not there, for the datastore that asks for it", async () => {
    assert.match(
      await refusal({ settings: { datastores: { redis: { storageClass: "faster" } } } }),
      /^The cluster has no storage class "faster" for the volume of "redis"\.\n {2}allowed {2}slow, fast\n/,
    );
  });

  it("refuses a class of disks for a volume that pods on several nodes mount", async () => {
    const disks = { ...named("disks"), provisioner: "ebs.csi.aws.com" };
    const files = { ...named("files"), provisioner: "efs.csi.aws.com" };
    server.answers[STORAGE] = ok({ items: [named("standard", isDefault), disks, files] });
    const volume: VolumePlan = { name: "media", storage: "5Gi", storageClass: "disks", accessMode: "ReadWriteMany" };
    const landing = (shared: VolumePlan) => ({ plan: { ...planFor("dev"), volumes: [shared] } });
    assert.equal(
      await refusal(landing(volume)),
      `Pods on several nodes mount "media", and storage class "disks" (ebs.csi.aws.com) serves one node at a time.
  allowed  standard, files
  fix      name a class of a shared file system in landfall:cluster.storageClasses, or install one, such as NFS, EFS, Filestore or Azure Files
  Nothing was created or changed.
`,
    );
    await assert.doesNotReject(land(landing({ ...volume, storageClass: "files" })));
    await assert.doesNotReject(land(landing({ ...volume, accessMode: "ReadWriteOnce" })));
  });

  it("refuses an ingress class that is not there, and says which there are", async () => {
    assert.equal(
      await refusal({ settings: { edge: { class: "haproxy" } } }),
      `landfall:edge.class: the cluster has no ingress class "haproxy".
  allowed  nginx, traefik
  fix      use one of these, or set landfall:addons.haproxy: true, or install an ingress controller
  Nothing was created or changed.
`,
    );
  });

  describe("where the stack names a Prometheus", () => {
    const V1 = "/apis/monitoring.coreos.com/v1";
    const resources = (...kinds: string[]) => ok({ resources: kinds.map((kind) => ({ kind })) });
    beforeEach(() => {
      server.answers["/apis"] = ok({ groups: [] });
      server.answers[V1] = resources("ServiceMonitor", "PodMonitor", "PrometheusRule");
      server.answers[`${V1}alpha1`] = resources("AlertmanagerConfig");
    });

    it("accepts a cluster with the Prometheus operator's kinds", async () => {
      await assert.doesNotReject(land({ plan: harborPlan() }));
    });

    it("refuses one without them, by name, and says what brings them", async () => {
      delete server.answers[V1];
      delete server.answers[`${V1}alpha1`];
      assert.equal(
        await refusal({ plan: harborPlan() }),
        `landfall:monitoring: the cluster does not know ServiceMonitor, PodMonitor, PrometheusRule, AlertmanagerConfig (monitoring.coreos.com).
  fix      set landfall:addons.kube-prometheus-stack: true, install the Prometheus operator yourself, or remove landfall:monitoring
  Nothing was created or changed.
`,
      );
    });

    it("asks for AlertmanagerConfigs only where somebody is to be notified", async () => {
      delete server.answers[`${V1}alpha1`];
      assert.match(await refusal({ plan: harborPlan() }), /does not know AlertmanagerConfig \(/);
      const plan = harborPlan();
      delete plan.monitoring?.notifications;
      await assert.doesNotReject(land({ plan }));
    });

    it("does not refuse what it may not see", async () => {
      for (const path of ["/apis", V1, `${V1}alpha1`]) server.answers[path] = FORBIDDEN;
      await assert.doesNotReject(land({ plan: harborPlan() }));
    });
  });

  it("asks nothing of Prometheus where the stack names none", async () => {
    await land();
    assert.ok(!server.asked.some(({ path }) => path.includes("monitoring")));
  });

  it("does not refuse what it may not see", async () => {
    for (const path of ["/version", STORAGE, INGRESS]) server.answers[path] = FORBIDDEN;
    await assert.doesNotReject(land());
  });

  it("says in the same words, without a stack trace, that the kubeconfig is not usable", async () => {
    assert.match(
      await refusal({ cluster: { context: "tset" } }),
      /there is no context "tset" .*\n.*\n {2}fix {6}did you mean "test"\?/,
    );
  });
});
