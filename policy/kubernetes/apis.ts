/** Versions of Kubernetes' own APIs that go: https://kubernetes.io/docs/reference/using-api/deprecation-guide/ */
import type { ResourceCheck } from "../check.ts";
import { at } from "../subject.ts";

/** Minor of Kubernetes 1 in which kinds of a group and version are deprecated; every kind where none is named. */
const DEPRECATED: readonly { group: string; kinds?: readonly string[]; since: number; instead: string }[] = [
  { group: "v1", kinds: ["Endpoints"], since: 33, instead: "discovery.k8s.io/v1 EndpointSlice" },
  { group: "v1", kinds: ["ComponentStatus"], since: 19, instead: "the health endpoints of the API server" },
  { group: "extensions/v1beta1", since: 8, instead: "apps/v1, networking.k8s.io/v1" },
  { group: "apps/v1beta1", since: 9, instead: "apps/v1" },
  { group: "apps/v1beta2", since: 9, instead: "apps/v1" },
  { group: "batch/v1beta1", since: 21, instead: "batch/v1" },
  { group: "policy/v1beta1", since: 21, instead: "policy/v1; Pod Security for PodSecurityPolicy" },
  { group: "autoscaling/v2beta1", since: 19, instead: "autoscaling/v2" },
  { group: "autoscaling/v2beta2", since: 23, instead: "autoscaling/v2" },
  { group: "networking.k8s.io/v1beta1", since: 19, instead: "networking.k8s.io/v1" },
  { group: "rbac.authorization.k8s.io/v1beta1", since: 17, instead: "rbac.authorization.k8s.io/v1" },
  { group: "scheduling.k8s.io/v1beta1", since: 14, instead: "scheduling.k8s.io/v1" },
  { group: "discovery.k8s.io/v1beta1", since: 21, instead: "discovery.k8s.io/v1" },
  { group: "events.k8s.io/v1beta1", since: 19, instead: "events.k8s.io/v1" },
  { group: "node.k8s.io/v1beta1", since: 22, instead: "node.k8s.io/v1" },
  { group: "coordination.k8s.io/v1beta1", since: 19, instead: "coordination.k8s.io/v1" },
  { group: "certificates.k8s.io/v1beta1", since: 19, instead: "certificates.k8s.io/v1" },
  { group: "apiextensions.k8s.io/v1beta1", since: 16, instead: "apiextensions.k8s.io/v1" },
  { group: "admissionregistration.k8s.io/v1beta1", since: 16, instead: "admissionregistration.k8s.io/v1" },
  { group: "storage.k8s.io/v1beta1", kinds: ["CSIStorageCapacity"], since: 24, instead: "storage.k8s.io/v1" },
  { group: "flowcontrol.apiserver.k8s.io/v1beta2", since: 26, instead: "flowcontrol.apiserver.k8s.io/v1" },
  { group: "flowcontrol.apiserver.k8s.io/v1beta3", since: 29, instead: "flowcontrol.apiserver.k8s.io/v1" },
];

export const noDeprecatedApis: ResourceCheck = {
  types: /^kubernetes:/,
  problems({ props }, { minor = Number.POSITIVE_INFINITY }) {
    const [version, kind] = [at(props, "apiVersion"), at(props, "kind")];
    return DEPRECATED.filter(({ group, kinds }) => group === version && (!kinds || kinds.includes(String(kind))))
      .filter(({ since }) => since <= minor + 1)
      .map(({ since, instead }) => `is a ${kind} of ${version}, deprecated since 1.${since}; there is ${instead}`);
  },
};
