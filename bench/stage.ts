/** What the rows are measured on: one local cluster, PyBase's development stack, and a program with nothing in it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deleteCluster, ensureCluster } from "../local/cluster/cluster.ts";
import type { Progress } from "../local/progress.ts";
import { ensureTools } from "../local/toolchain/toolchain.ts";
import { TestStack } from "../test/support/stack.ts";
import { command } from "./measure.ts";

const NAME = "landfall-bench";
const EMPTY = `import * as pulumi from "@pulumi/pulumi";\nexport default { stack: pulumi.getStack() };\n`;

export class Stage {
  readonly kubeconfig: string;
  readonly #directory: string;
  readonly #kubectl: string;
  readonly #stacks: TestStack[] = [];

  private constructor(directory: string, kubectl: string) {
    this.#directory = directory;
    this.#kubectl = kubectl;
    this.kubeconfig = join(directory, "kubeconfig");
  }

  static async make(progress: Progress): Promise<Stage> {
    const { kubectl } = await ensureTools(["pulumi", "pulumi-resource-kubernetes", "kubectl"], progress);
    const stage = new Stage(mkdtempSync(join(tmpdir(), "landfall-bench-")), kubectl);
    const { kubeconfig } = stage;
    const directory = join(stage.#directory, "cluster");
    await ensureCluster({ directory, name: NAME, context: NAME, kubeconfig, progress });
    return stage;
  }

  /** A stack of ours on the cluster. @param files of the program that it has besides, by path */
  async stack(name: string, settings: Record<string, unknown>, files?: Record<string, string>): Promise<TestStack> {
    const cluster = { provider: "kubeconfig", path: this.kubeconfig, context: NAME };
    const stack = new TestStack(name, { "landfall:cluster": cluster, ...settings }, {}, files);
    this.#stacks.push(stack);
    return stack.create();
  }

  async pybase(): Promise<TestStack> {
    return this.stack("dev", {
      "landfall:profile": "dev",
      "landfall:edge": { kind: "ingress", host: "pybase.localhost", tls: { secretName: "pybase-tls" } },
    });
  }

  /** The engine's floor. */
  async empty(): Promise<TestStack> {
    const stack = new TestStack("empty", {}, {}, { "index.ts": EMPTY });
    this.#stacks.push(stack);
    return stack.create({});
  }

  async kubectl(args: readonly string[], input?: string): Promise<string> {
    return command(this.#kubectl, ["--kubeconfig", this.kubeconfig, ...args], { input });
  }

  async remove(): Promise<void> {
    for (const stack of this.#stacks) stack.remove();
    await deleteCluster({ directory: join(this.#directory, "cluster"), name: NAME });
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
