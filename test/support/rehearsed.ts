/** A stack that a rehearsal has landed, by the real engine and on a real API server, for a look at what is there. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Entity } from "../../local/emulators/rules.ts";
import { silentProgress } from "../../local/progress.ts";
import { Rehearsal } from "../../local/rehearsal/rehearsal.ts";
import { override, readSettings } from "../../local/rehearsal/stack-file.ts";
import { ensureTools } from "../../local/toolchain/toolchain.ts";
import { temporaryDirectory } from "./api-server.ts";
import { Canaries } from "./canary.ts";
import { type Clients, clientsFor, type NamespaceContents, readNamespace } from "./read.ts";

type Directory = ReturnType<typeof temporaryDirectory>;

export class Rehearsed {
  readonly #directory: Directory;
  readonly rehearsal: Rehearsal;
  readonly clients: Clients;
  /** The application's, as it was after the first update. */
  readonly namespace: NamespaceContents;

  private constructor(directory: Directory, rehearsal: Rehearsal, clients: Clients, namespace: NamespaceContents) {
    this.#directory = directory;
    this.rehearsal = rehearsal;
    this.clients = clients;
    this.namespace = namespace;
  }

  /** Previews the stack, with nothing there yet, and lands it as its file has it. @param over settings such as `cluster.version=1.35` */
  static async land(stack: string, ...over: string[]): Promise<Rehearsed> {
    const { pulumi } = await ensureTools(["pulumi", "pulumi-resource-kubernetes"], silentProgress);
    const directory = temporaryDirectory();
    const settings = over.reduce(override, readSettings(".", stack));
    const rehearsal = await Rehearsal.prepare({ stack, settings, directory: directory.path, pulumi });
    try {
      const { code, output, violations } = await rehearsal.preview();
      assert.deepEqual({ code, violations }, { code: 0, violations: [] }, output);
      await rehearsal.up();
      const clients = clientsFor(kubeconfigIn(join(directory.path, "world", "clusters")));
      return new Rehearsed(directory, rehearsal, clients, await readNamespace(clients, rehearsal.plan.namespace));
    } catch (error) {
      await rehearsal.ground.clear();
      throw error;
    }
  }

  async clear(): Promise<void> {
    await this.rehearsal.ground.clear();
    this.#directory.remove();
  }

  /** What the emulated cloud has of the type. */
  inWorld(type: string): Entity[] {
    const [cloud] = type.split(":");
    const world = readFileSync(join(this.#directory.path, "world", `${cloud}.json`), "utf8");
    return (JSON.parse(world) as { entities: Entity[] }).entities.filter((entity) => entity.type === type);
  }

  async nodes() {
    return (await this.clients.core.listNode()).items;
  }

  /** What the nodes have of a label, in order. */
  async labels(name: string): Promise<(string | undefined)[]> {
    return (await this.nodes()).map(({ metadata }) => metadata?.labels?.[name]).sort();
  }

  /** Tiers and datastores of the application with pods on nodes that have this label, in order. */
  async tiersOn(label: string, value: string): Promise<string[]> {
    const nodes = (await this.nodes()).filter(({ metadata }) => metadata?.labels?.[label] === value);
    const names = nodes.map(({ metadata }) => metadata?.name);
    const { items } = await this.clients.core.listNamespacedPod({ namespace: this.rehearsal.plan.namespace });
    const pods = items.filter(({ metadata, spec }) => !metadata?.deletionTimestamp && names.includes(spec?.nodeName));
    return [...new Set(pods.map(({ metadata }) => metadata?.labels?.["app.kubernetes.io/name"] as string))].sort();
  }

  configOf(name: string): Record<string, string> {
    return named(this.namespace.configMaps, name).data ?? {};
  }

  secretOf(name: string): Record<string, string> {
    const entries = Object.entries(named(this.namespace.secrets, name).data ?? {});
    return Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, "base64").toString()]));
  }

  /** Ranges and ports that a network policy lets out to, such as `10.0.0.0/16 5432`, in order. */
  egressOf(name: string): string[] {
    const { spec } = named(this.namespace.networkPolicies, name);
    const blocks = (spec?.egress ?? []).flatMap(({ to = [], ports = [] }) =>
      to.flatMap(({ ipBlock }) => (ipBlock ? [`${ipBlock.cidr} ${ports.map(({ port }) => port).join(",")}`] : [])),
    );
    return blocks.sort();
  }

  /**
   * No state that there was and no file of the project has them, in any form.
   *
   * @param witness stands in every state, which shows that it was read
   */
  keepsToItself(witness: RegExp, secrets: Readonly<Record<string, string>>): void {
    const canaries = new Canaries(secrets);
    const found = (folder: string) => canaries.below(join(this.#directory.path, folder), { fewest: 1 });
    assert.deepEqual(["state", "project"].flatMap(found), []);
    const state = readdirSync(join(this.#directory.path, "state"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
      .join("");
    assert.match(state, witness);
  }

  /** Nothing is left to do. @param least resources that there are */
  async isAsTheStackHasIt(least: number): Promise<void> {
    const { unchanged, ...changed } = await this.rehearsal.up();
    assert.deepEqual(changed, {});
    assert.ok((unchanged as number) > least);
  }

  async isKeptUntilItsOwnerSaysOtherwise(): Promise<void> {
    await assert.rejects(this.rehearsal.destroy(), /protect/);
    await this.rehearsal.unprotect();
    await this.rehearsal.destroy();
    assert.deepEqual(this.rehearsal.ground.leftovers(), []);
  }
}

/** Of the one cluster that there is. */
function kubeconfigIn(clusters: string): string {
  const [kubeconfig, ...others] = readdirSync(clusters).filter((file) => file.endsWith(".kubeconfig"));
  assert.ok(kubeconfig && others.length === 0, "there is not one cluster");
  return join(clusters, kubeconfig);
}

/** The object of that name, or the first whose name the engine has completed. */
export function named<T extends { metadata?: { name?: string } }>(objects: readonly T[], name: string): T {
  const isCompleted = ({ metadata }: T) => metadata?.name?.startsWith(`${name}-`);
  const found = objects.find(({ metadata }) => metadata?.name === name) ?? objects.find(isCompleted);
  assert.ok(found, `nothing is called ${name}`);
  return found;
}
