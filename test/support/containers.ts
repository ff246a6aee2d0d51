/** What a container of the cluster finds and runs, for a process that does it in its place. */
import type { V1Container, V1EnvFromSource } from "@kubernetes/client-node";
import type { NamespaceContents } from "./read.ts";

/** The environment as the container gets it. */
export function environmentOf(
  { configMaps, secrets }: Pick<NamespaceContents, "configMaps" | "secrets">,
  { env = [], envFrom = [] }: Pick<V1Container, "env" | "envFrom">,
): Record<string, string> {
  const named = <T extends { metadata?: { name?: string } }>(objects: readonly T[], name: string | undefined) =>
    objects.find(({ metadata }) => metadata?.name === name);
  const values = ({ configMapRef, secretRef }: V1EnvFromSource) => ({
    ...named(configMaps, configMapRef?.name)?.data,
    ...decoded(named(secrets, secretRef?.name)?.data),
  });
  return {
    ...Object.assign({}, ...envFrom.map(values)),
    ...Object.fromEntries(env.map(({ name, value = "" }) => [name, value])),
  };
}

/** A Secret's data in plain text. */
export function decoded(data: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]));
}

/** The script that `sh -euc` is given. @throws where it is none */
export function scriptOf({ name, command }: Pick<V1Container, "name" | "command">): string {
  const [shell, flags, script] = command ?? [];
  if (shell === "sh" && flags === "-euc" && script !== undefined) return script;
  throw new Error(`the container ${name} runs ${command}`);
}
