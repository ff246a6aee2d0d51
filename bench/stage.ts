/** What the rows are measured on: one local cluster, PyBase's development stack, and a program with nothing in it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deleteCluster, ensureCluster } from "../local/cluster/cluster.ts";
import type { Progress } from "../local/progress.ts";
import { ensureTools } from "../local/toolchain/toolchain.ts";
import { TestStack } from "../test/support/stack.ts";
import { command } from "./measure.ts";
import type { Registration } from "./objects.ts";

const NAME = "landfall-bench";
const EMPTY = `import * as pulumi from "@pulumi/pulumi";\nexport default { stack: pulumi.getStack() };\n`;
/** Objects by the shortest way that Pulumi has. */
const PLAIN = `import { readFileSync } from "node:fs";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

const provider = new kubernetes.Provider("cluster", new pulumi.Config("plain").requireObject("cluster"));
const registrations = JSON.parse(readFileSync("registrations.json", "utf8"));
for (const { type, name, inputs } of registrations) new pulumi.CustomResource(type, name, inputs, { provider });
`;

export class Stage {
  readonly #directory = mkdtempSync(join(tmpdir(), "landfall-bench-"));
  readonly #kubeconfig = join(this.#directory, "kubeconfig");
  readonly #cluster = { directory: join(this.#directory, "cluster"), name: NAME };
  readonly #stacks: TestStack[] = [];
  readonly #progress: Progress;
  #landed?: Promise<unknown>;

  constructor(progress: Progress) {
    this.#progress = progress;
  }

  /** A stack of ours on the cluster. @param files of the program that it has besides, by path */
  async stack(name: string, settings: Record<string, unknown>, files?: Record<string, string>): Promise<TestStack> {
    await this.#land();
    const cluster = { provider: "kubeconfig", path: this.#kubeconfig, context: NAME };
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

  /** A program of somebody who has no more than the objects. */
  async plain(registrations: readonly Registration[]): Promise<TestStack> {
    await this.#land();
    const files = { "index.ts": PLAIN, "registrations.json": JSON.stringify(registrations) };
    const cluster = { kubeconfig: this.#kubeconfig, context: NAME };
    const stack = new TestStack("plain", { "plain:cluster": cluster }, {}, files);
    this.#stacks.push(stack);
    return stack.create({});
  }

  async kubectl(args: readonly string[], input?: string): Promise<string> {
    await this.#land();
    const { kubectl } = await ensureTools(["kubectl"], this.#progress);
    return command(kubectl, ["--kubeconfig", this.#kubeconfig, ...args], { input });
  }

  async remove(): Promise<void> {
    for (const stack of this.#stacks) stack.remove();
    if (this.#landed) await deleteCluster(this.#cluster);
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** Makes the cluster for whoever asks first. */
  #land(): Promise<unknown> {
    const kubeconfig = this.#kubeconfig;
    this.#landed ??= ensureCluster({ ...this.#cluster, context: NAME, kubeconfig, progress: this.#progress });
    return this.#landed;
  }
}
