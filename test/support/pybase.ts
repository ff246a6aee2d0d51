/** PyBase as the repository's stack files land it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import pybase from "../../apps/pybase.ts";
import type { Cloud } from "../../cloud/cloud.ts";
import { Application } from "../../components/application.ts";
import { overlay } from "../../config/layers.ts";
import type { Plan } from "../../config/plan.ts";
import { type ResolveInputs, resolve } from "../../config/resolve.ts";
import { type Registration, record } from "./mocks.ts";

export const STACKS = ["dev", "staging", "production"] as const;
export type StackName = (typeof STACKS)[number];

/** The `landfall:` settings of `Pulumi.<stack>.yaml` but the secret ones. */
export function stackSettings(stack: StackName): Record<string, unknown> {
  const file = readFileSync(new URL(`../../Pulumi.${stack}.yaml`, import.meta.url), "utf8");
  const { config } = parse(file) as { config: Record<string, unknown> };
  const settings = Object.entries(config).map(([key, value]) => [key.replace(/^landfall:/, ""), value] as const);
  return Object.fromEntries(settings.filter(([key]) => key !== "secret" && key !== "secrets"));
}

/** Names of the passwords that only a user can know. */
const OF_EXTERNAL_STORES: Record<StackName, string[]> = { dev: [], staging: [], production: ["postgres", "redis"] };

export function inputsFor(stack: StackName, settings: object = {}, application: unknown = pybase): ResolveInputs {
  return {
    application,
    source: "apps/pybase.ts",
    settings: overlay(stackSettings(stack), settings),
    secrets: { stackSecretLength: 44, names: OF_EXTERNAL_STORES[stack] },
    stack,
  };
}

/** PyBase's plan for a stack, `settings` laid over the stack file. */
export function planFor(stack: StackName, settings: object = {}, names = OF_EXTERNAL_STORES[stack]): Plan {
  return resolve({ ...inputsFor(stack, settings), secrets: { stackSecretLength: 44, names } });
}

/** The cluster of the tests. */
export const API_SERVER = { cidrs: ["10.96.0.1/32", "192.0.2.10/32"], ports: [443, 6443] };

/** A cluster that was there already, without a cloud that runs datastores. */
export function cloudWith(provider: k8s.Provider): Cloud {
  const nobody = () => assert.fail("no cloud runs datastores here");
  return { provider, apiServer: API_SERVER, ready: [], managed: nobody, identify: nobody, permit: nobody };
}

/** The password of a test by its secret's name. */
export const passwordOf = (name: string) => `password-of-${name}`;

/** Everything that lands for the plan. */
export function land(plan: Plan): Promise<Registration[]> {
  const secrets = Object.fromEntries(
    plan.secrets.filter(({ stored }) => !stored).map(({ name }) => [name, pulumi.secret(passwordOf(name))]),
  );
  return record(() => {
    const provider = new k8s.Provider("cluster", { clusterIdentifier: "the-cluster" });
    const cloud = cloudWith(provider);
    new Application(plan.application, { plan, secrets, cloud }, { providers: [provider] });
  }, plan.stack);
}
