import { createHash } from "node:crypto";
import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";

/** Ids of service accounts: https://cloud.google.com/iam/docs/service-accounts-create */
const LONGEST_ID = 30;

/** A service account that nobody has a key of but for what the name says. */
export function createAccount(
  name: string,
  displayName: string,
  opts: pulumi.CustomResourceOptions,
): gcp.serviceaccount.Account {
  return new gcp.serviceaccount.Account(`${name}-account`, { accountId: accountId(name), displayName }, opts);
}

/** The name, or what fits of it with a digest, so that two long names stay two. */
export function accountId(name: string): string {
  if (name.length <= LONGEST_ID) return name;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 6);
  return `${name.slice(0, LONGEST_ID - digest.length - 1)}-${digest}`;
}
