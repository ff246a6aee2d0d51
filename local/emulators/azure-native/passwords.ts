import type { Failure } from "../sdk.ts";

const KINDS = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/];

/** 8 to 128 characters of three kinds: https://learn.microsoft.com/azure/postgresql/configure-maintain/how-to-create-server */
export function badPassword(property: string, password: unknown): Failure | undefined {
  if (typeof password !== "string") return undefined;
  const kinds = KINDS.filter((kind) => kind.test(password)).length;
  if (password.length >= 8 && password.length <= 128 && kinds >= 3) return undefined;
  return { property, reason: "PasswordNotComplex: has not 8 to 128 characters of three kinds" };
}
