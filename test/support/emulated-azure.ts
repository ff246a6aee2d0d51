/** An emulated cloud without a control plane, to be asked directly what it refuses. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NodeSpec } from "../../local/cluster/nodes.ts";
import { type ControlPlane, ControlPlanes } from "../../local/emulators/control-planes.ts";
import { Emulator } from "../../local/emulators/emulator.ts";
import type { CloudEmulator, Values } from "../../local/emulators/rules.ts";
import { World } from "../../local/emulators/world.ts";

const CONTROL_PLANE: ControlPlane = { endpoint: "https://127.0.0.1:6443", certificateAuthority: "Q0E=" };

/** Notes the machines that it is told of. */
class Paper extends ControlPlanes {
  readonly nodes: Record<string, readonly NodeSpec[]> = {};

  override async create(): Promise<ControlPlane> {
    return CONTROL_PLANE;
  }

  override async start(): Promise<ControlPlane> {
    return CONTROL_PLANE;
  }

  override async setNodes(_: string, pool: string, nodes: readonly NodeSpec[]): Promise<void> {
    this.nodes[pool] = nodes;
  }

  override async remove(): Promise<void> {}
}

export class Emulated {
  readonly world: World;
  readonly emulator: Emulator;
  readonly #controlPlanes: Paper;
  readonly #directory = mkdtempSync(join(tmpdir(), "landfall-emulated-"));
  /** Inputs by id, for changes. */
  readonly #made = new Map<string, { urn: string; inputs: Values }>();

  constructor(cloud: CloudEmulator, settings: Readonly<Record<string, string>>) {
    this.world = new World(join(this.#directory, "world.json"));
    this.#controlPlanes = new Paper(this.#directory);
    this.emulator = new Emulator(cloud, this.world, this.#controlPlanes);
    this.emulator.configure(settings);
  }

  /** Machines by node pool. */
  get nodes(): Readonly<Record<string, readonly NodeSpec[]>> {
    return this.#controlPlanes.nodes;
  }

  /** Checks and makes it. @throws Error with what the cloud says against it */
  async make(type: string, given: Values): Promise<Values & { id: string }> {
    const urn = `urn:pulumi:test::landfall::${type}::thing`;
    const inputs = this.#checked(urn, given);
    const { id, outputs } = await this.emulator.create(urn, inputs);
    this.#made.set(id, { urn, inputs });
    return { ...outputs, id };
  }

  /** Lays `change` over it: in place, or by the word "replace" where it would be made anew. */
  async change(id: string, change: Values): Promise<"replace" | Values> {
    const { urn, inputs: before } = this.#of(id);
    const inputs = this.#checked(urn, { ...before, ...change });
    if (this.emulator.diff(urn, before, inputs).some(({ replaces }) => replaces)) return "replace";
    const outputs = await this.emulator.update(urn, id, inputs);
    this.#made.set(id, { urn, inputs });
    return outputs;
  }

  remove(id: string): Promise<void> {
    return this.emulator.remove(this.#of(id).urn, id);
  }

  end(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #checked(urn: string, given: Values): Values {
    const { inputs, failures } = this.emulator.check(urn, undefined, given);
    if (failures.length === 0) return inputs;
    throw new Error(failures.map(({ property, reason }) => `${property} ${reason}`).join("; "));
  }

  #of(id: string) {
    const made = this.#made.get(id);
    if (!made) throw new Error(`nothing was made with id ${id}`);
    return made;
  }
}
