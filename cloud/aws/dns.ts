/** What may be done in zones of Route 53. */
import type { ZonePlan } from "../../config/addons/identity.ts";
import type { Statement } from "./identity.ts";

/** https://kubernetes-sigs.github.io/external-dns/latest/docs/tutorials/aws/#iam-policy */
export function permissionsForRecords(zones: readonly ZonePlan[]): Statement[] {
  return [
    {
      Effect: "Allow",
      Action: ["route53:ChangeResourceRecordSets", "route53:ListResourceRecordSets", "route53:ListTagsForResources"],
      Resource: arnsOf(zones),
    },
    { Effect: "Allow", Action: "route53:ListHostedZones", Resource: "*" },
  ];
}

/** Challenges alone: https://cert-manager.io/docs/configuration/acme/dns01/route53/#set-up-an-iam-policy */
export function permissionsForChallenges(zones: readonly ZonePlan[]): Statement[] {
  return [
    { Effect: "Allow", Action: "route53:GetChange", Resource: "arn:aws:route53:::change/*" },
    { Effect: "Allow", Action: "route53:ListResourceRecordSets", Resource: arnsOf(zones) },
    {
      Effect: "Allow",
      Action: "route53:ChangeResourceRecordSets",
      Resource: arnsOf(zones),
      Condition: {
        "ForAllValues:StringEquals": { "route53:ChangeResourceRecordSetsRecordTypes": ["TXT"] },
        "ForAllValues:StringLike": { "route53:ChangeResourceRecordSetsNormalizedRecordNames": ["_acme-challenge.*"] },
      },
    },
  ];
}

function arnsOf(zones: readonly ZonePlan[]): string[] {
  return zones.flatMap((zone) => (zone.cloud === "aws" ? [`arn:aws:route53:::hostedzone/${zone.hostedZone}`] : []));
}
