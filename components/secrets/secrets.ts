/** Makes Kubernetes Secrets, wherever their values come from. */
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../../config/plan.ts";
import { configSecret } from "./config-secret.ts";
import { externalSecret } from "./external-secret.ts";
import { sealedSecret } from "./sealed-secret.ts";
import { isSecretText, type SecretText, type SecretValue } from "./secret-text.ts";

export interface SecretArgs<V extends SecretValue = SecretValue> {
  metadata: { namespace: pulumi.Input<string>; labels: Record<string, string> };
  /** @default Opaque */
  type?: string;
  values: Record<string, V>;
}

/** Values as pods refer to them: in one Secret, or in two where the stack has some and a store has the others. */
export interface StoredSecret {
  envFrom: k8s.types.input.core.v1.EnvFromSource[];
  /** Where the value `key` is. */
  at(key: string): { name: pulumi.Output<string>; key: string };
}

/** The secrets of one application. */
export interface Secrets {
  store(name: string, args: SecretArgs, opts: pulumi.CustomResourceOptions): StoredSecret;
  /** Value of a secret that the stack itself has; undefined for one that only a store has. */
  known(secret: string): pulumi.Output<string> | undefined;
}

/** @param known values of the secrets that are the stack's own, by name */
export function secretsOf(plan: Plan, known: Record<string, pulumi.Output<string>>): Secrets {
  return {
    known: (secret) => known[secret],
    store(name, args, opts) {
      const { here, there } = split(plan, args.values);
      const names = new Map<string, pulumi.Output<string>>();
      const envFrom: StoredSecret["envFrom"] = [];
      const made = (values: object, secret: pulumi.Output<string>) => {
        for (const key of Object.keys(values)) names.set(key, secret);
        envFrom.push({ secretRef: { name: secret } });
      };
      if (Object.keys(here).length > 0) made(here, configSecret(name, { ...args, values: here }, known, opts));
      if (Object.keys(there).length > 0) made(there, operatorSecret(plan, name, { ...args, values: there }, opts));
      return { envFrom, at: (key) => ({ name: names.get(key) as pulumi.Output<string>, key }) };
    },
  };
}

/** What is no secret keeps company with what is. */
function split(plan: Plan, values: Record<string, SecretValue>) {
  const stored = new Set(plan.secrets.filter((secret) => secret.stored).map(({ name }) => name));
  const isThere = (value: SecretValue): value is SecretText => isSecretText(value) && stored.has(value.secret);
  const isOpen = (value: SecretValue): value is string => typeof value === "string";
  const everything = Object.values(values);
  const openGoThere = everything.some(isThere) && everything.every((value) => isThere(value) || isOpen(value));
  const here: Record<string, SecretValue> = {};
  const there: Record<string, string | SecretText> = {};
  for (const [key, value] of Object.entries(values)) {
    if (isThere(value) || (openGoThere && isOpen(value))) there[key] = value;
    else here[key] = value;
  }
  return { here, there };
}

function operatorSecret(
  plan: Plan,
  name: string,
  args: SecretArgs<string | SecretText>,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const store = plan.secretStore;
  switch (store?.kind) {
    case "external-secrets":
      return externalSecret(name, { ...args, store }, opts);
    case "sealed-secrets":
      return sealedSecret(name, { ...args, store }, opts);
    case undefined:
      throw new Error(`${name} asks for secrets of a store, and the plan has none`);
  }
}
