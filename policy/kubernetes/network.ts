/** Who reaches pods. */
import type { ResourceCheck, StackCheck } from "../check.ts";
import { at, isNot, isProps, listAt, type Subject, textsAt } from "../subject.ts";
import { WORKLOADS } from "./pods.ts";

const NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";

const namespaceOf = ({ props }: Subject) => String(at(props, "metadata", "namespace") ?? "default");

export const defaultDeny: StackCheck = {
  violations(members) {
    const denied = members.filter(deniesAll).map(namespaceOf);
    const open = members.filter((member) => WORKLOADS.test(member.type) && !denied.includes(namespaceOf(member)));
    const first = new Map(open.map((member) => [namespaceOf(member), member] as const).reverse());
    return [...first].map(([namespace, { name }]) => ({
      resource: name,
      problem: `has pods in the namespace ${namespace}, where nothing denies what is not allowed`,
    }));
  },
};

function deniesAll({ type, props }: Subject): boolean {
  if (type !== NETWORK_POLICY) return false;
  const selector = at(props, "spec", "podSelector");
  const isOfAll = isProps(selector) && Object.values(selector).every(isNot);
  const rules = [...listAt(props, "spec", "ingress"), ...listAt(props, "spec", "egress")];
  const directions = textsAt(props, "spec", "policyTypes");
  return isOfAll && rules.length === 0 && directions.includes("Ingress") && directions.includes("Egress");
}

export const noSideDoors: ResourceCheck = {
  types: /^kubernetes:core\/v1:Service$/,
  problems({ props }) {
    const type = at(props, "spec", "type");
    const ranges = textsAt(props, "spec", "loadBalancerSourceRanges");
    return [
      ...(type === "NodePort" ? ["is open at every node"] : []),
      ...(type === "LoadBalancer" && ranges.length === 0 ? ["has a load balancer that is open to everybody"] : []),
      ...textsAt(props, "spec", "externalIPs").map((address) => `answers for ${address}`),
    ];
  },
};
