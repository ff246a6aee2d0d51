import type { CloudPlace } from "../place.ts";

/** What an EKS cluster's add-ons go by. */
export function awsPlace(clusterName: string, region: string): CloudPlace {
  return {
    place: { cloud: "aws", clusterName, region },
    refused: {},
    zone: {
      title: "Route 53",
      allowed: () => "the id of a hosted zone, such as Z0123456789ABCDEFGHIJ",
      fix: "aws route53 list-hosted-zones lists them",
      planOf: (domain, id) =>
        // https://docs.aws.amazon.com/Route53/latest/APIReference/API_HostedZone.html
        /^Z[0-9A-Z]{1,31}$/.test(id) ? { domain, cloud: "aws", hostedZone: id, region } : undefined,
    },
  };
}
