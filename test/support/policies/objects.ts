/** Policies on Kubernetes' objects: what keeps them, and what does not. */
import { deployment, object, type PolicyCase } from "./case.ts";

const secure = (change: object) => ({
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
    ...change,
  },
});
const inShop = { metadata: { name: "shop", namespace: "shop" } };
const RBAC = "rbac.authorization.k8s.io/v1";
const rules = (...given: object[]) => ({ ...inShop, rules: given });
const denial = (spec: object = {}) =>
  object("networking.k8s.io/v1:NetworkPolicy", {
    ...inShop,
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"], ...spec },
  });
const budget = (matchLabels: object) =>
  object("policy/v1:PodDisruptionBudget", { ...inShop, spec: { minAvailable: 1, selector: { matchLabels } } });
const scaler = (minReplicas: number) =>
  object("autoscaling/v2:HorizontalPodAutoscaler", {
    ...inShop,
    spec: { minReplicas, scaleTargetRef: { kind: "Deployment", name: "api" } },
  });
const ingress = (tls: object[]) =>
  object("networking.k8s.io/v1:Ingress", { ...inShop, spec: { rules: [{ host: "shop.example.com" }], tls } });
const service = (spec: object) => object("core/v1:Service", { ...inShop, spec });
const whose = { "app.kubernetes.io/part-of": "shop", "app.kubernetes.io/managed-by": "landfall" };

export const onObjects: readonly PolicyCase[] = [
  {
    policy: "pinned-images",
    keeps: [deployment(), deployment({ image: "host.example.com:5000/api@sha256:0123" })],
    breaks: [
      deployment({ image: "shop/api:latest" }),
      deployment({ image: "host.example.com:5000/api" }),
      deployment({ image: undefined }),
    ],
    says: [
      "thing container api runs shop/api:latest, which is another one tomorrow",
      "thing container api runs host.example.com:5000/api, which has neither tag nor digest",
      "thing container api has no image",
    ],
  },
  {
    policy: "probes",
    keeps: [deployment(), deployment({ ports: [{ name: "metrics" }], livenessProbe: undefined })],
    breaks: [deployment({ livenessProbe: undefined })],
    says: ["thing container api has no livenessProbe"],
  },
  {
    policy: "requests-and-limits",
    keeps: [deployment()],
    breaks: [deployment({ resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "1Gi" } } })],
    says: ["thing container api has no limits.cpu"],
  },
  {
    policy: "restricted-pods",
    keeps: [deployment()],
    breaks: [
      deployment({}, { hostNetwork: true }),
      deployment({}, { volumes: [{ name: "root", hostPath: { path: "/" } }] }),
      deployment(secure({ privileged: true, runAsUser: 0 })),
      deployment(secure({ allowPrivilegeEscalation: true, seccompProfile: { type: "Unconfined" } })),
      deployment({ ports: [{ containerPort: 80, hostPort: 80 }] }),
    ],
    says: [
      "thing has hostNetwork",
      "thing has the volume root of kind hostPath",
      "thing container api is privileged",
      "thing container api runs as root",
      "thing container api may gain privileges",
      "thing container api has no seccomp profile",
      "thing container api takes port 80 of its node",
    ],
  },
  {
    policy: "dropped-capabilities",
    keeps: [deployment(), deployment(secure({ capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } }))],
    breaks: [deployment(secure({ capabilities: { add: ["NET_RAW"] } }))],
    says: ["thing container api keeps capabilities", "thing container api adds the capability NET_RAW"],
  },
  {
    policy: "read-only-root",
    keeps: [deployment()],
    breaks: [deployment(secure({ readOnlyRootFilesystem: false }))],
    says: ["thing container api may write to its image's files"],
  },
  {
    policy: "no-default-tokens",
    keeps: [deployment(), deployment({}, { automountServiceAccountToken: true, serviceAccountName: "api" })],
    breaks: [
      deployment({}, { automountServiceAccountToken: undefined }),
      deployment({}, { automountServiceAccountToken: true }),
    ],
    says: ["thing does not say whether it has a token", "thing has the default account's token"],
  },
  {
    policy: "no-secrets-in-plaintext",
    keeps: [
      deployment({
        env: [
          { name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } },
          { name: "PASSWORD", value: "$(DB_PASSWORD)" },
          { name: "TOKEN", value: "/run/secrets/token" },
          { name: "DATABASE_URL", value: "postgres://app:$(DB_PASSWORD)@db:5432/app" },
        ],
      }),
      object("core/v1:ConfigMap", { data: { LOG_LEVEL: "info", S3_ACCESS_KEY: "the name of a key" } }),
    ],
    breaks: [
      deployment({ env: [{ name: "DB_PASSWORD", value: "hunter2" }] }),
      object("core/v1:ConfigMap", { data: { BROKER: "redis://:hunter2@queue:6379/0", API_KEY: "0123abcd" } }),
    ],
    says: [
      "thing container api has the value of DB_PASSWORD in the clear",
      "thing has the value of BROKER in the clear",
      "thing has the value of API_KEY in the clear",
    ],
  },
  {
    policy: "restricted-namespaces",
    keeps: [
      object("core/v1:Namespace", { metadata: { labels: { "pod-security.kubernetes.io/enforce": "restricted" } } }),
    ],
    breaks: [object("core/v1:Namespace", { metadata: { name: "shop" } })],
    says: ["thing enforces no Pod Security"],
  },
  {
    policy: "default-deny",
    keeps: [deployment(), denial()],
    breaks: [
      deployment(),
      denial({ policyTypes: ["Ingress"] }),
      denial({ podSelector: { matchLabels: { name: "api" } } }),
      denial({ egress: [{}] }),
    ],
    says: ["thing has pods in the namespace shop, where nothing denies what is not allowed"],
  },
  {
    policy: "disruption-budgets",
    keeps: [deployment({}, {}, { replicas: 3 }), budget({ "app.kubernetes.io/name": "api" })],
    breaks: [deployment({}, {}, { replicas: undefined }), scaler(2), budget({ "app.kubernetes.io/name": "web" })],
    says: ["thing runs 2 replicas, all of which a drain may take at once"],
  },
  {
    policy: "tls-on-routes",
    keeps: [
      ingress([{ hosts: ["shop.example.com"], secretName: "tls" }]),
      object("gateway.networking.k8s.io/v1:Gateway", {
        spec: { listeners: [{ protocol: "HTTP" }, { protocol: "HTTPS" }] },
      }),
      object("gateway.networking.k8s.io/v1:HTTPRoute", {
        spec: {
          parentRefs: [{ sectionName: "http" }],
          rules: [{ filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https" } }] }],
        },
      }),
      object("networking.istio.io/v1:Gateway", {
        spec: { servers: [{ port: { number: 80, protocol: "HTTP" }, tls: { httpsRedirect: true } }] },
      }),
    ],
    breaks: [
      ingress([{ hosts: ["other.example.com"] }]),
      object("gateway.networking.k8s.io/v1:Gateway", { spec: { listeners: [{ protocol: "HTTP" }] } }),
      object("gateway.networking.k8s.io/v1:HTTPRoute", {
        spec: { parentRefs: [{ sectionName: "http" }], rules: [{ backendRefs: [{ name: "api" }] }] },
      }),
      object("networking.istio.io/v1:Gateway", { spec: { servers: [{ port: { number: 80, protocol: "HTTP" } }] } }),
    ],
    says: [
      "thing serves shop.example.com without TLS",
      "thing has no listener with TLS",
      "thing answers without TLS",
      "thing answers at port 80 without TLS",
    ],
  },
  {
    policy: "no-side-doors",
    keeps: [service({ ports: [] }), service({ type: "LoadBalancer", loadBalancerSourceRanges: ["192.0.2.0/24"] })],
    breaks: [service({ type: "NodePort" }), service({ type: "LoadBalancer" }), service({ externalIPs: ["192.0.2.1"] })],
    says: [
      "thing is open at every node",
      "thing has a load balancer that is open to everybody",
      "thing answers for 192.0.2.1",
    ],
  },
  {
    policy: "no-wildcard-rbac",
    keeps: [object(`${RBAC}:Role`, rules({ apiGroups: [""], resources: ["configmaps"], verbs: ["get"] }))],
    breaks: [
      object(`${RBAC}:ClusterRole`, rules({ apiGroups: ["*"], resources: ["*"], verbs: ["get"] })),
      object(`${RBAC}:ClusterRoleBinding`, { roleRef: { kind: "ClusterRole", name: "cluster-admin" } }),
    ],
    says: ["thing has all apiGroups", "thing has all resources", "thing binds to cluster-admin"],
  },
  {
    policy: "no-listing-of-secrets",
    keeps: [
      object(`${RBAC}:Role`, rules({ apiGroups: [""], resources: ["secrets"], verbs: ["get"] })),
      object(
        `${RBAC}:Role`,
        rules({ apiGroups: [""], resources: ["secrets"], resourceNames: ["db"], verbs: ["list"] }),
      ),
    ],
    breaks: [object(`${RBAC}:Role`, rules({ apiGroups: [""], resources: ["secrets"], verbs: ["get", "list"] }))],
    says: ["thing may list Secrets"],
  },
  {
    policy: "no-deprecated-apis",
    minor: 32,
    keeps: [object("core/v1:Service", { apiVersion: "v1", kind: "Service" })],
    breaks: [
      object("policy/v1beta1:PodDisruptionBudget", { apiVersion: "policy/v1beta1", kind: "PodDisruptionBudget" }),
      object("core/v1:Endpoints", { apiVersion: "v1", kind: "Endpoints" }),
    ],
    says: [
      "thing is a PodDisruptionBudget of policy/v1beta1, deprecated since 1.21; there is policy/v1; Pod Security for PodSecurityPolicy",
      "thing is a Endpoints of v1, deprecated since 1.33; there is discovery.k8s.io/v1 EndpointSlice",
    ],
  },
  {
    policy: "labels-and-tags",
    keeps: [object("core/v1:Service", { metadata: { labels: whose } })],
    breaks: [object("core/v1:Service", { metadata: { labels: { "app.kubernetes.io/part-of": "shop" } } })],
    says: ["thing has no label app.kubernetes.io/managed-by"],
  },
];
