/** What clouds have answered for the resources of a stack, from the state that `pulumi stack export` writes. */
import { readFileSync } from "node:fs";
import { UserError } from "../command.ts";
import { sentinelOfCloud } from "./sentinels.ts";

/** Outputs by `type::name`. */
export type KnownOutputs = ReadonlyMap<string, { id: string; outputs: Record<string, unknown> }>;

interface Exported {
  deployment?: {
    resources?: { urn: string; type: string; id?: string; custom?: boolean; outputs?: Record<string, unknown> }[];
  };
}

/** Mark of a secret in a state, encrypted or not. */
const SECRET_MARK = "4dabf18193072939515e22adb298388d";

/** Outputs of what is not in the cluster: those that are secret are stand-ins, whether the file has their values or not. */
export function readState(path: string): KnownOutputs {
  const resources = parseState(path).filter(({ custom, type }) => custom && !/^(kubernetes|pulumi):/.test(type));
  return new Map(
    resources.map(({ urn, type, id = "", outputs = {} }) => {
      const name = urn.split("::").at(-1) as string;
      const open = Object.entries(outputs).map(([key, value]) => [key, withoutSecrets(value, name, key)]);
      return [`${type}::${name}`, { id, outputs: Object.fromEntries(open) }];
    }),
  );
}

/** What the stack's last update left, as its outputs say. */
export function stackOutputs(path: string): Record<string, unknown> {
  const { deployment } = exported(path);
  return deployment?.resources?.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
}

function parseState(path: string) {
  const { deployment } = exported(path);
  if (!deployment?.resources) {
    throw new UserError(
      `${path} is no state of a stack.\n  fix      npx pulumi stack export --stack STACK --file ${path} writes one`,
    );
  }
  return deployment.resources;
}

function exported(path: string): Exported {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Exported;
  } catch (error) {
    throw new UserError(
      `${path} cannot be read: ${(error as Error).message}\n  fix      npx pulumi stack export --stack STACK --file ${path} writes it`,
    );
  }
}

function withoutSecrets(value: unknown, resource: string, output: string): unknown {
  if (Array.isArray(value)) return value.map((inner) => withoutSecrets(inner, resource, output));
  if (typeof value !== "object" || value === null) return value;
  if (SECRET_MARK in value) return sentinelOfCloud(resource, output);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner, resource, output)]),
  );
}
