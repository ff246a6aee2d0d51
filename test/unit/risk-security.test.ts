import assert from "node:assert/strict";
import { assess } from "../../local/risk/assess.ts";
import { security } from "../../local/risk/security/security.ts";
import { type Cases, judges } from "../support/risk.ts";
import { object, pods, step } from "../support/steps.ts";

const POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const NAMESPACE = "kubernetes:core/v1:Namespace";
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const ROLE = "kubernetes:rbac.authorization.k8s.io/v1:Role";
const BINDING = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding";
const EKS = "aws:eks/cluster:Cluster";
const BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const GROUP = "aws:rds/parameterGroup:ParameterGroup";

const update = (type: string, before: object, after: object) => [
  step("update", type, { before: { ...before }, after: { ...after } }),
];
const denyAll = object("deny", { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
const egress = (...to: object[]) =>
  object("api", { podSelector: { matchLabels: { a: "b" } }, egress: [{ to, ports: [{ port: 443 }] }] });
const pod = (name: string) => ({ podSelector: { matchLabels: { "app.kubernetes.io/name": name } } });
const range = (cidr: string) => ({ ipBlock: { cidr } });
const admits = (enforce: string) => ({ metadata: { labels: { "pod-security.kubernetes.io/enforce": enforce } } });
const role = (verbs: string[], resources: string[]) => ({ rules: [{ apiGroups: [""], resources, verbs }] });
const policy = (...actions: string[]) => ({
  policy: JSON.stringify({ Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }] }),
});
const forced = (value: string) => ({ parameters: [{ name: "rds.force_ssl", value }] });

const cases: Cases = {
  "default-deny-removed": {
    steps: [step("delete", POLICY, { before: denyAll })],
    level: "data at risk",
    says: /The NetworkPolicy that denies what no other allows is gone/,
    not: [step("delete", POLICY, { before: egress(pod("db")) })],
  },
  "network-policy-removed": {
    steps: [
      step("delete", POLICY, { before: egress(pod("db")) }),
      step("same", DEPLOYMENT, { name: "api", before: object("api", pods()) }),
    ],
    level: "downtime",
    says: /The NetworkPolicy of api goes/,
    not: [step("delete", POLICY, { before: denyAll })],
  },
  "network-opened": {
    steps: update(POLICY, egress(pod("db")), egress(pod("db"), range("0.0.0.0/0"))),
    level: "data at risk",
    says: /^api may exchange traffic with the whole internet \(0.0.0.0\/0 on 443\)/,
    not: update(POLICY, egress(range("0.0.0.0/0")), egress(range("0.0.0.0/0"), pod("db"))),
  },
  "network-widened": {
    steps: update(POLICY, egress(pod("db")), egress(pod("db"), pod("queue"))),
    level: "safe",
    says: /^api may talk to others than before: queue on 443/,
    not: update(POLICY, egress(pod("db"), pod("queue")), egress(pod("db"))),
  },
  "mesh-policy-removed": {
    steps: [step("delete", "kubernetes:security.istio.io/v1:PeerAuthentication", { name: "strict" })],
    level: "data at risk",
    says: /Istio no longer asks who calls \(strict\)/,
    not: [step("create", "kubernetes:security.istio.io/v1:PeerAuthentication")],
  },
  "pod-security-lowered": {
    steps: update(NAMESPACE, admits("restricted"), admits("baseline")),
    level: "data at risk",
    says: /Pod Security of the namespace .* is lowered/,
    not: update(NAMESPACE, admits("baseline"), admits("restricted")),
  },
  "container-loosened": {
    steps: update(
      DEPLOYMENT,
      object("api", pods()),
      object("api", pods({ securityContext: { privileged: true, readOnlyRootFilesystem: false } })),
    ),
    level: "data at risk",
    says: /Containers of api may do more than before: everything that the node may \(privileged\)/,
    not: update(DEPLOYMENT, object("api", pods()), object("api", pods({ image: "shop/api:2" }))),
  },
  "rbac-widened": {
    steps: update(ROLE, role(["get"], ["configmaps"]), role(["get"], ["configmaps", "secrets"])),
    level: "data at risk",
    says: /The Role thing allows more: get secrets/,
    not: update(ROLE, role(["get", "list"], ["configmaps"]), role(["get"], ["configmaps"])),
  },
  "rbac-powerful": {
    steps: [step("create", ROLE, { after: role(["*"], ["*"]) })],
    level: "data at risk",
    says: /A new Role, thing, allows \* \*/,
    not: [step("create", ROLE, { after: role(["get"], ["configmaps"]) })],
  },
  "rbac-bound": {
    steps: update(BINDING, { subjects: [{ name: "a" }] }, { subjects: [{ name: "a" }, { name: "b" }] }),
    level: "safe",
    says: /More accounts have the rights of thing/,
    not: update(BINDING, { subjects: [{ name: "a" }, { name: "b" }] }, { subjects: [{ name: "a" }] }),
  },
  "admission-loosened": {
    steps: [step("delete", "kubernetes:core/v1:LimitRange")],
    level: "brief interruption",
    says: /The namespace has no LimitRange any more/,
    not: update("kubernetes:core/v1:LimitRange", {}, {}),
  },
  "guard-lifted": {
    steps: update(EKS, { vpcConfig: { endpointPublicAccess: false } }, { vpcConfig: { endpointPublicAccess: true } }),
    level: "data at risk",
    says: /Of thing: the API server answers the internet/,
    not: update(EKS, { vpcConfig: { endpointPublicAccess: true } }, { vpcConfig: { endpointPublicAccess: true } }),
  },
  "public-access-block-removed": {
    steps: [step("delete", BLOCK)],
    level: "data at risk",
    says: /nothing keeps its objects from being made public/,
    not: [step("create", BLOCK)],
  },
  "ranges-widened": {
    steps: update(
      "aws:ec2/securityGroup:SecurityGroup",
      { ingress: [{ cidrBlocks: ["10.0.0.0/16"] }] },
      { ingress: [{ cidrBlocks: ["0.0.0.0/0"] }] },
    ),
    level: "data at risk",
    says: /lets in the whole internet/,
    not: update("aws:ec2/securityGroup:SecurityGroup", { ingress: [{ cidrBlocks: ["10.0.0.0/16"] }] }, { ingress: [] }),
  },
  "parameter-tls-off": {
    steps: update(GROUP, forced("1"), forced("0")),
    level: "data at risk",
    says: /takes connections that are not encrypted/,
    not: update(GROUP, forced("0"), forced("1")),
  },
  "iam-widened": {
    steps: update("aws:iam/rolePolicy:RolePolicy", policy("s3:GetObject"), policy("s3:*")),
    level: "data at risk",
    says: /may do more in the cloud: s3:\*/,
    not: update("aws:iam/rolePolicy:RolePolicy", policy("s3:GetObject"), policy("s3:GetObject", "s3:PutObject")),
  },
};

describe("The risk report on security", () => {
  judges(security, cases);

  const guarded: [type: string, before: object, after: object, says: RegExp][] = [
    ["aws:rds/instance:Instance", { publiclyAccessible: false }, { publiclyAccessible: true }, /public address/],
    [
      "aws:elasticache/replicationGroup:ReplicationGroup",
      { transitEncryptionEnabled: true },
      { transitEncryptionEnabled: false },
      /TLS off/,
    ],
    [BLOCK, { blockPublicPolicy: true }, { blockPublicPolicy: false }, /open it to the world/],
    [
      "gcp:sql/databaseInstance:DatabaseInstance",
      { settings: { ipConfiguration: { sslMode: "ENCRYPTED_ONLY" } } },
      { settings: { ipConfiguration: { sslMode: "ALLOW_UNENCRYPTED_AND_ENCRYPTED" } } },
      /TLS off/,
    ],
    [
      "gcp:container/cluster:Cluster",
      { privateClusterConfig: { enablePrivateEndpoint: true } },
      { privateClusterConfig: { enablePrivateEndpoint: false } },
      /API server answers the internet/,
    ],
    [
      "azure-native:storage:StorageAccount",
      { publicNetworkAccess: "Disabled" },
      { publicNetworkAccess: "Enabled" },
      /public address/,
    ],
    ["azure-native:dbforpostgresql:Configuration", { value: "on" }, { value: "off" }, /TLS off/],
    ["azure-native:storage:BlobContainer", { publicAccess: "None" }, { publicAccess: "Blob" }, /objects are public/],
  ];
  for (const [type, before, after, says] of guarded) {
    it(`sees what closes a ${type.split(":").at(-1)} lifted, and not put back`, () => {
      const [finding] = assess({ steps: update(type, before, after) });
      assert.equal(finding?.level, "data at risk");
      assert.match(finding?.sentence ?? "", says);
      assert.deepEqual(assess({ steps: update(type, after, before) }), []);
    });
  }
});
