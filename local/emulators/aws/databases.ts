/** What RDS and DocumentDB, which is made of it, have in common. */
import { badPattern, failures } from "../checks.ts";
import type { Rules, Values } from "../rules.ts";
import { CloudError } from "../rules.ts";
import type { Failure } from "../sdk.ts";
import { arn, SUBNET, zonesOf } from "./common.ts";

/** Names of servers and clusters: two dashes in a row, or one at the end, are refused. */
export const IDENTIFIER = /^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,62}$/;

export const subnetGroup: Rules = {
  autoname: { property: "name", maxLength: 255 },
  immutable: ["name"],
  references: { subnetIds: { to: SUBNET } },
  create({ name, subnetIds }, context) {
    if (zonesOf(subnetIds, context).size < 2) {
      throw new CloudError("DBSubnetGroupDoesNotCoverEnoughAZs: a subnet group covers at least two zones");
    }
    return { id: name as string, outputs: { arn: arn(context, "rds", `subgrp:${name}`) } };
  },
};

/** What they say of the administrator: some names are reserved, some characters not taken. */
export function badAdministrator(
  names: { user: string; password: string },
  reserved: readonly string[],
  inputs: Values,
): Failure[] {
  const [user, password] = [inputs[names.user], inputs[names.password]];
  return failures(
    badPattern(names.user, user, /^[A-Za-z]\w{0,62}$/),
    reserved.includes(user as string) && { property: names.user, reason: `"${user}" is reserved` },
    typeof password === "string" &&
      !/^[\x21-\x7e]{8,100}$/.test(password) && {
        property: names.password,
        reason: "takes 8 to 100 printable characters",
      },
    typeof password === "string" &&
      /[/"@ ]/.test(password) && { property: names.password, reason: 'has one of / " @ or space' },
  );
}

/** The last snapshot is taken, or given up in so many words. */
export function badFinalSnapshot({ skipFinalSnapshot, finalSnapshotIdentifier }: Values): Failure | undefined {
  if (skipFinalSnapshot || finalSnapshotIdentifier !== undefined) return undefined;
  return { property: "finalSnapshotIdentifier", reason: "is required where skipFinalSnapshot is false" };
}
