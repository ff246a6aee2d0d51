import assert from "node:assert/strict";
import { find, ofType, type Registration } from "../support/mocks.ts";
import { land, planFor } from "../support/pybase.ts";

const owner = {
  "app.kubernetes.io/part-of": "pybase",
  "app.kubernetes.io/instance": "dev",
  "app.kubernetes.io/managed-by": "landfall",
};
const metadata = { namespace: "pybase", labels: owner };

describe("The namespace", () => {
  let dev: Registration[];
  before(async () => {
    dev = await land(planFor("dev"));
  });

  it("has Pod Security restricted enforced, audited and warned of", () => {
    const { inputs } = find(dev, "kubernetes:core/v1:Namespace", "pybase-namespace");
    assert.deepEqual(inputs, {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: "pybase",
        labels: {
          ...owner,
          "pod-security.kubernetes.io/enforce": "restricted",
          "pod-security.kubernetes.io/audit": "restricted",
          "pod-security.kubernetes.io/warn": "restricted",
        },
      },
    });
  });

  it("may take as long to go as the longest grace period of a tier, and ten minutes more", () => {
    assert.equal(find(dev, "kubernetes:core/v1:Namespace", "pybase-namespace").deleteTimeout, `${3600 + 600}s`);
  });

  it("has a quota of what the plan needs", () => {
    const { inputs } = find(dev, "kubernetes:core/v1:ResourceQuota", "pybase-quota");
    assert.deepEqual(inputs, {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "quota", ...metadata },
      spec: {
        hard: {
          "requests.cpu": "5800m",
          "requests.memory": "11072Mi",
          "limits.cpu": "28400m",
          "limits.memory": "42368Mi",
          "requests.storage": "27Gi",
          pods: "39",
        },
      },
    });
  });

  it("gives figures to a container that states none", () => {
    const { inputs } = find(dev, "kubernetes:core/v1:LimitRange", "pybase-limits");
    assert.deepEqual(inputs, {
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: { name: "limits", ...metadata },
      spec: {
        limits: [
          {
            type: "Container",
            default: { cpu: "500m", memory: "512Mi" },
            defaultRequest: { cpu: "100m", memory: "128Mi" },
          },
        ],
      },
    });
  });

  it("denies every connection but those to DNS and the API server", () => {
    const deny = find(dev, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "pybase-default-deny");
    assert.deepEqual(deny.inputs, {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "default-deny", ...metadata },
      spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    });
    const allow = find(dev, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "pybase-allow-dns-and-api-server");
    assert.deepEqual(allow.inputs, {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "allow-dns-and-api-server", ...metadata },
      spec: {
        podSelector: {},
        policyTypes: ["Egress"],
        egress: [
          {
            to: [
              { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } },
              { ipBlock: { cidr: "169.254.20.10/32" } },
            ],
            ports: [
              { protocol: "UDP", port: 53 },
              { protocol: "TCP", port: 53 },
            ],
          },
          {
            to: [{ ipBlock: { cidr: "10.96.0.1/32" } }, { ipBlock: { cidr: "192.0.2.10/32" } }],
            ports: [
              { protocol: "TCP", port: 443 },
              { protocol: "TCP", port: 6443 },
            ],
          },
        ],
      },
    });
  });
});

describe("Access to the API server", () => {
  let dev: Registration[];
  before(async () => {
    dev = await land(planFor("dev"));
  });

  it("starts from an account for each tier, under the tier's name and without a token", () => {
    const accounts = ofType(dev, "kubernetes:core/v1:ServiceAccount").map(({ inputs }) => inputs);
    assert.deepEqual(
      accounts,
      ["api", "extraction-worker", "frontend", "search-worker"].map((tier) => ({
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: tier, namespace: "pybase", labels: { "app.kubernetes.io/name": tier, ...owner } },
        automountServiceAccountToken: false,
      })),
    );
  });

  it("is a Role to read ConfigMaps", () => {
    assert.deepEqual(find(dev, "kubernetes:rbac.authorization.k8s.io/v1:Role", "pybase-runtime-role").inputs, {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: { name: "runtime", ...metadata },
      rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch"] }],
    });
  });

  it("is bound to the API and to the workers, not to the frontend", () => {
    const account = (name: string) => ({ kind: "ServiceAccount", name, namespace: "pybase" });
    const binding = (name: string, subjects: object[]) => ({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { name, ...metadata },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "runtime" },
      subjects,
    });
    const type = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding";
    assert.deepEqual(find(dev, type, "pybase-runtime-api-binding").inputs, binding("runtime-api", [account("api")]));
    assert.deepEqual(
      find(dev, type, "pybase-runtime-workers-binding").inputs,
      binding("runtime-workers", [account("extraction-worker"), account("search-worker")]),
    );
  });
});

describe("The way in", () => {
  const ingress = async (settings: object) =>
    find(await land(planFor("dev", settings)), "kubernetes:networking.k8s.io/v1:Ingress", "pybase-ingress").inputs;
  const path = (at: string, name: string, number: number) => ({
    path: at,
    pathType: "Prefix",
    backend: { service: { name, port: { number } } },
  });

  it("is an Ingress with TLS for every host", async () => {
    assert.deepEqual(await ingress({}), {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: {
        name: "pybase",
        ...metadata,
        annotations: { "pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress[0]}" },
      },
      spec: {
        ingressClassName: "traefik",
        tls: [
          {
            hosts: ["pybase.localhost", "objects.pybase.localhost", "objects-console.pybase.localhost"],
            secretName: "pybase-tls",
          },
        ],
        rules: [
          { host: "pybase.localhost", http: { paths: [path("/api", "api", 8000), path("/", "frontend", 8080)] } },
          { host: "objects.pybase.localhost", http: { paths: [path("/", "objects", 9000)] } },
          { host: "objects-console.pybase.localhost", http: { paths: [path("/", "objects", 9001)] } },
        ],
      },
    });
  });

  it("asks cert-manager's issuer for the certificate where the stack names one", async () => {
    const staging = await land(planFor("staging", { edge: { annotations: { "example.com/a": "b" } } }));
    const { inputs } = find(staging, "kubernetes:networking.k8s.io/v1:Ingress", "pybase-ingress");
    assert.deepEqual((inputs.metadata as { annotations: object }).annotations, {
      "pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress[0]}",
      "cert-manager.io/cluster-issuer": "letsencrypt-staging",
      "example.com/a": "b",
    });
  });

  it("is of the class that the stack names", async () => {
    assert.equal(
      ((await ingress({ edge: { class: "nginx" } })).spec as { ingressClassName: string }).ingressClassName,
      "nginx",
    );
  });
});
