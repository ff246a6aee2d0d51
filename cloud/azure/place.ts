import type { CloudPlace } from "../place.ts";

const ZONE =
  /^\/subscriptions\/([0-9a-f-]{36})\/resourceGroups\/([^/]+)\/providers\/Microsoft\.Network\/dnszones\/(.+)$/i;

/** What an AKS cluster's add-ons go by. The stack's resource group is called as its cluster is. */
export function azurePlace(clusterName: string, subscription: string): CloudPlace {
  return {
    place: { cloud: "azure", clusterName, resourceGroup: clusterName },
    refused: {
      autoscaling: {
        problem: "AKS' own autoscaler sizes the node pools",
        fix: "remove it; landfall:cluster.nodePools.<name>.min and max say how far",
      },
      loadBalancers: {
        problem: "it makes load balancers of AWS; AKS makes Azure's by itself",
        fix: "remove it; a Service of type LoadBalancer asks for one",
      },
    },
    zone: {
      title: "Azure DNS",
      allowed: (domain) =>
        `/subscriptions/${subscription}/resourceGroups/<group>/providers/Microsoft.Network/dnszones/${domain}`,
      fix: "az network dns zone list --query '[].id' lists them",
      planOf(domain, id) {
        const [, zoneSubscription, resourceGroup, name] = ZONE.exec(id) ?? [];
        if (!zoneSubscription || !resourceGroup || name !== domain) return undefined;
        return { domain, cloud: "azure", id, resourceGroup, subscription: zoneSubscription };
      },
    },
  };
}
