import { failures } from "../checks.ts";
import type { CloudEmulator } from "../rules.ts";
import { access } from "./access.ts";
import { addons, getAddonVersion } from "./addons.ts";
import { badTags } from "./common.ts";
import { docdb } from "./docdb.ts";
import { ecr } from "./ecr.ts";
import { efs } from "./efs.ts";
import { eks } from "./eks.ts";
import { elasticache } from "./elasticache.ts";
import { existing } from "./existing.ts";
import { iam } from "./iam.ts";
import { network } from "./network.ts";
import { nodeGroups } from "./node-groups.ts";
import { rds } from "./rds.ts";
import { s3 } from "./s3.ts";

/** Regions that every account has: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html */
const REGIONS = [
  ...["us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1"],
  ...["eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3", "eu-north-1"],
  ...["ap-south-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3"],
];

export const aws: CloudEmulator = {
  cloud: "aws",
  checkSettings: ({ region }) =>
    failures(
      region === undefined && { property: "region", reason: "is required, and missing" },
      region !== undefined && !REGIONS.includes(region) && { property: "region", reason: `"${region}" is no region` },
    ),
  resources: Object.fromEntries(
    Object.entries({
      ...network,
      ...iam,
      ...eks,
      ...nodeGroups,
      ...addons,
      ...access,
      ...rds,
      ...elasticache,
      ...docdb,
      ...s3,
      ...efs,
      ...ecr,
    }).map(([type, rules]) => [
      type,
      { ...rules, check: (inputs, context) => [...badTags(inputs), ...(rules.check?.(inputs, context) ?? [])] },
    ]),
  ),
  functions: { "aws:eks/getAddonVersion:getAddonVersion": getAddonVersion },
  existing,
  common({ tags = {} }, { settings }) {
    const defaults = JSON.parse(settings.defaultTags ?? "{}") as { tags?: Record<string, string> };
    return { region: settings.region, tagsAll: { ...defaults.tags, ...(tags as Record<string, string>) } };
  },
};
