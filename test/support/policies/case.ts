/** One resource, or a few, that keep a policy, and what others break. */
import type { PolicyName } from "../../../config/policies.ts";
import type { ProfileName } from "../../../config/schema.ts";
import type { Member, Props } from "../../../policy/subject.ts";

export interface PolicyCase {
  policy: PolicyName;
  keeps: readonly Member[];
  breaks: readonly Member[];
  /** Everything that is said of `breaks`. */
  says: readonly string[];
  /** Of Kubernetes 1, that the cluster is to have. */
  minor?: number;
  profile?: ProfileName;
}

export function member(type: string, props: Props, rest: Partial<Member> = {}): Member {
  return { type, name: "thing", props, isProtected: false, dependencies: [], ...rest };
}

export const object = (type: string, props: Props, rest: Partial<Member> = {}) =>
  member(`kubernetes:${type}`, props, rest);

const container: Props = {
  name: "api",
  image: "shop/api:1.0.0",
  ports: [{ name: "http", containerPort: 8080 }],
  readinessProbe: { httpGet: { path: "/health", port: "http" } },
  livenessProbe: { httpGet: { path: "/health", port: "http" } },
  resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "200m", memory: "256Mi" } },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
};

const pod: Props = {
  automountServiceAccountToken: false,
  securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
};

const labels = { "app.kubernetes.io/name": "api" };

/** A Deployment that keeps every policy, but for `ofContainer` and `ofPod`. */
export function deployment(ofContainer: Props = {}, ofPod: Props = {}, spec: Props = {}): Member {
  return object("apps/v1:Deployment", {
    metadata: { name: "api", namespace: "shop" },
    spec: {
      replicas: 1,
      ...spec,
      template: { metadata: { labels }, spec: { ...pod, containers: [{ ...container, ...ofContainer }], ...ofPod } },
    },
  });
}
