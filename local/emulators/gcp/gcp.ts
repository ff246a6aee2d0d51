import { badPattern, failures } from "../checks.ts";
import type { CloudEmulator } from "../rules.ts";
import { dns } from "./dns.ts";
import { existing } from "./existing.ts";
import { gke } from "./gke.ts";
import { iam, project } from "./iam.ts";
import { network } from "./network.ts";
import { nodePools } from "./node-pools.ts";
import { sql } from "./sql.ts";
import { stores } from "./stores.ts";

/** https://cloud.google.com/compute/docs/regions-zones */
const REGIONS = [
  ...["us-central1", "us-east1", "us-east4", "us-east5", "us-south1", "us-west1", "us-west2", "us-west3", "us-west4"],
  ...["northamerica-northeast1", "northamerica-northeast2", "southamerica-east1", "southamerica-west1"],
  ...["europe-west1", "europe-west2", "europe-west3", "europe-west4", "europe-west6", "europe-west8", "europe-west9"],
  ...["europe-west10", "europe-west12", "europe-central2", "europe-north1", "europe-north2", "europe-southwest1"],
  ...[
    "asia-east1",
    "asia-east2",
    "asia-northeast1",
    "asia-northeast2",
    "asia-northeast3",
    "asia-south1",
    "asia-south2",
  ],
  ...["asia-southeast1", "asia-southeast2", "australia-southeast1", "australia-southeast2"],
  ...["me-central1", "me-west1", "africa-south1"],
];

export const gcp: CloudEmulator = {
  cloud: "gcp",
  checkSettings: ({ project, region }) =>
    failures(
      project === undefined && { property: "project", reason: "is required, and missing" },
      badPattern("project", project, /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/),
      region !== undefined && !REGIONS.includes(region) && { property: "region", reason: `"${region}" is no region` },
    ),
  resources: { ...network, ...iam, ...gke, ...nodePools, ...sql, ...stores, ...dns },
  functions: { "gcp:organizations/getProject:getProject": project },
  existing,
  common: (inputs, { settings }) => ({ project: inputs.project ?? settings.project }),
};
