import type { CloudPlace } from "../place.ts";

/** What a GKE cluster's add-ons go by. */
export function gcpPlace(clusterName: string, project: string): CloudPlace {
  return {
    place: { cloud: "gcp", clusterName, project },
    refused: {
      autoscaling: {
        problem: "GKE's own autoscaler sizes the node pools",
        fix: "remove it; landfall:cluster.nodePools.<name>.min and max say how far",
      },
      loadBalancers: {
        problem: "it makes load balancers of AWS; GKE makes Google's by itself",
        fix: "remove it; landfall:edge.class: gce asks for one",
      },
    },
    zone: {
      title: "Cloud DNS",
      allowed: () => "the name of a managed zone of the project, such as example-com",
      fix: `gcloud dns managed-zones list --project ${project} lists them`,
      planOf: (domain, id) =>
        // https://cloud.google.com/dns/docs/reference/rest/v1/managedZones
        /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(id) ? { domain, cloud: "gcp", managedZone: id, project } : undefined,
    },
  };
}
