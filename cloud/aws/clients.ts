import type * as aws from "@pulumi/aws";
import type { Site } from "./site.ts";

/** Lets the site's clients in, and nobody else. */
export function clientRules({ clients }: Site, port: number): aws.types.input.ec2.SecurityGroupIngress[] {
  const rule = { description: "the cluster's pods", protocol: "tcp", fromPort: port, toPort: port };
  return [
    "securityGroupIds" in clients
      ? { ...rule, securityGroups: clients.securityGroupIds }
      : { ...rule, cidrBlocks: clients.cidrs },
  ];
}
