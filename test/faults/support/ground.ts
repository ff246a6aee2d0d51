/** A stack behind a proxy that has things go wrong, landed from nothing again and again, each time in another namespace. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Api, KubernetesObject } from "../../../local/cluster/api.ts";
import { openApi } from "../../../local/cluster/kubeconfig.ts";
import { type Inventory, lostOrDoubled, takeInventory } from "../../../local/drills/inventory.ts";
import { addApplication } from "../../support/application.ts";
import type { TestCluster } from "../../support/cluster.ts";
import { type Outcome, TestStack } from "../../support/stack.ts";
import { FaultProxy } from "./proxy.ts";

export const UP = ["up", "--yes", "--skip-preview", "--stack", "dev"] as const;

export class Ground {
  readonly cluster: TestCluster;
  readonly stack: TestStack;
  readonly proxy: FaultProxy;
  api: Api;
  readonly #directory: string;
  #namespace = "";
  #edits = 10;

  private constructor(cluster: TestCluster, stack: TestStack, proxy: FaultProxy, directory: string) {
    this.cluster = cluster;
    this.stack = stack;
    this.proxy = proxy;
    this.api = openApi(cluster.kubeconfig);
    this.#directory = directory;
  }

  /** @param application and what the stack says of it. @default PyBase */
  static async open(
    cluster: TestCluster,
    application?: { name: string },
    settings: object = {},
    environment: NodeJS.ProcessEnv = {},
  ): Promise<Ground> {
    const directory = mkdtempSync(join(tmpdir(), "landfall-ground-"));
    const path = join(directory, "kubeconfig");
    const proxy = await new FaultProxy(cluster).start(path, cluster.context);
    const stack = new TestStack(
      "dev",
      {
        "landfall:profile": "dev",
        "landfall:cluster": { provider: "kubeconfig", path, context: cluster.context },
        ...(application ? { "landfall:app": application.name } : {}),
        ...settings,
      },
      environment,
    );
    if (application) addApplication(stack, application.name, application);
    await stack.create();
    cpSync(join(stack.directory, ".landfall"), join(directory, "nothing"), { recursive: true });
    return new Ground(cluster, stack, proxy, directory);
  }

  /** That leads to the proxy. */
  get kubeconfig(): string {
    return join(this.#directory, "kubeconfig");
  }

  /** `landfall:cluster` of a stack that comes by the proxy. */
  get landing(): object {
    return { provider: "kubeconfig", path: this.kubeconfig, context: this.cluster.context };
  }

  get namespace(): string {
    return this.#namespace;
  }

  /** Lands in the namespace, and returns what then stands there. */
  async land(namespace: string): Promise<Inventory> {
    await this.beginAnew(namespace);
    await this.stack.up();
    return this.inventory();
  }

  /** Changes what pods read of the crane, and so its pods, at the next update. */
  edit(): void {
    this.#edits++;
    this.stack.configure({ "landfall:tiers": { crane: { env: { HOOKS: String(this.#edits) } } } });
  }

  /** Resolves once the write of that number has been asked for. */
  written(write: number): Promise<void> {
    return new Promise((resolve) => {
      this.proxy.fault = (asked) => {
        if (asked.write === write) resolve();
        return undefined;
      };
    });
  }

  /** Forgets all that was, and lands in another namespace from now on. What stands in the last one goes by and by. */
  async beginAnew(namespace: string): Promise<void> {
    await this.clear();
    this.#namespace = namespace;
    const state = join(this.stack.directory, ".landfall");
    rmSync(state, { recursive: true });
    cpSync(join(this.#directory, "nothing"), state, { recursive: true });
    this.stack.configure({
      "landfall:namespace": namespace,
      "landfall:edge": { kind: "ingress", host: `${namespace}.localhost`, tls: { issuer: "local" } },
    });
    this.proxy.beginAnew();
  }

  async clear(): Promise<void> {
    const namespaces = await this.api.list<KubernetesObject>("/api/v1/namespaces");
    if (namespaces.some(({ metadata }) => metadata.name === this.#namespace)) {
      await this.api.request("DELETE", `/api/v1/namespaces/${this.#namespace}`);
    }
    this.#namespace = "";
  }

  async close(): Promise<void> {
    await this.clear();
    this.stack.remove();
    this.api.close();
    await this.proxy.stop();
    rmSync(this.#directory, { recursive: true });
  }

  /** To a cluster that was started again, perhaps at another port. */
  reconnect(): void {
    this.api.close();
    this.api = openApi(this.cluster.kubeconfig);
    this.proxy.lead(this.cluster);
  }

  recover(): Promise<Outcome> {
    return this.stack.runCommand("local/recover.ts", "dev", "--yes");
  }

  inventory(): Promise<Inventory> {
    return takeInventory(this.api, this.#namespace);
  }

  /** Operations whose end nobody knows, as the state has them. */
  pending(): number {
    const stacks = join(this.stack.directory, ".landfall/state/.pulumi/stacks");
    const [file] = readdirSync(stacks, { recursive: true, encoding: "utf8" }).filter((it) => it.endsWith("/dev.json"));
    const { checkpoint } = JSON.parse(readFileSync(join(stacks, file as string), "utf8")) as {
      checkpoint: { latest: { pending_operations?: object[] } };
    };
    return checkpoint.latest.pending_operations?.length ?? 0;
  }

  /**
   * What is not as if nothing had gone wrong.
   *
   * @param whole what stands where nothing does, in whatever namespace
   * @param before what stood when things went wrong, whose data must be the very same
   */
  async wrongs(whole: Inventory, before: Inventory): Promise<string[]> {
    const after = await this.inventory();
    const names = (inventory: Inventory) =>
      [...inventory].flatMap(([key, objects]) => (key.startsWith("Namespace/") ? [] : objects.map(() => key)));
    const [expected, found] = [names(whole), names(after)].map((keys) => Map.groupBy(keys, (key) => key));
    const keys = new Set([...(expected?.keys() ?? []), ...(found?.keys() ?? [])]);
    const counts = [...keys].flatMap((key) => {
      const [wanted, there] = [expected?.get(key)?.length ?? 0, found?.get(key)?.length ?? 0];
      return wanted === there ? [] : [`${key} is there ${there} times, and not ${wanted}.`];
    });
    const durable = new Map(
      [...before].filter(([key]) => /^(Namespace|StatefulSet|PersistentVolumeClaim)\//.test(key)),
    );
    const kept = new Map([...after].filter(([key]) => durable.has(key)));
    const pending = this.pending();
    return [...counts, ...lostOrDoubled(durable, kept), ...(pending > 0 ? [`${pending} operations are pending.`] : [])];
  }
}
