import type * as pulumi from "@pulumi/pulumi";

/**
 * Azure wants three kinds of characters in a password; one of letters and digits that happens to have no digit gets
 * what it lacks. https://learn.microsoft.com/azure/postgresql/security/security-connect-scram
 */
export function strongPassword(password: pulumi.Output<string>): pulumi.Output<string> {
  return password.apply((value) => (KINDS.filter((kind) => kind.test(value)).length >= 3 ? value : `${value}-Aa1`));
}

const KINDS = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/];
