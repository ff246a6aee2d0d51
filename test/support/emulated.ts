/** An emulated cloud in a folder of its own, without control planes: the rules alone. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NodeSpec } from "../../local/cluster/nodes.ts";
import { type ControlPlane, ControlPlanes } from "../../local/emulators/control-planes.ts";
import { Emulator } from "../../local/emulators/emulator.ts";
import type { CloudEmulator, Values } from "../../local/emulators/rules.ts";
import { World } from "../../local/emulators/world.ts";

const CONTROL_PLANE: ControlPlane = { endpoint: "https://127.0.0.1:6443", certificateAuthority: "Q0E=" };

/** Clusters that only exist in the cloud's books. */
class OnPaper extends ControlPlanes {
  /** Machines by pool. */
  readonly nodes: Record<string, readonly NodeSpec[]> = {};

  override async create(): Promise<ControlPlane> {
    return CONTROL_PLANE;
  }

  override async start(): Promise<ControlPlane> {
    return CONTROL_PLANE;
  }

  override async setNodes(_cluster: string, pool: string, nodes: readonly NodeSpec[]): Promise<void> {
    this.nodes[pool] = nodes;
  }

  override async remove(): Promise<void> {}
}

/** What a resource of the cloud is by now. */
export interface Made {
  id: string;
  outputs: Values;
  /** Lays `change` over its inputs: in place, or says which properties would have it made anew. */
  change(change: Values): Promise<string[]>;
  remove(): Promise<void>;
}

export class Emulated {
  readonly #directory = mkdtempSync(join(tmpdir(), "landfall-world-"));
  readonly #controlPlanes = new OnPaper(this.#directory);
  readonly emulator: Emulator;
  readonly world = new World(join(this.#directory, "world.json"));

  constructor(cloud: CloudEmulator, settings: Record<string, string>) {
    this.emulator = new Emulator(cloud, this.world, this.#controlPlanes);
    this.emulator.configure(settings);
  }

  /** Machines of the clusters by pool. */
  get nodes(): Readonly<Record<string, readonly NodeSpec[]>> {
    return this.#controlPlanes.nodes;
  }

  /** As the engine makes it: checked, then made. @throws where the cloud refuses */
  async make(type: string, given: Values, name = "thing"): Promise<Made> {
    const urn = `urn:pulumi:production::landfall::${type}::${name}`;
    const checked = (values: Values, before?: Values) => {
      const { inputs, failures } = this.emulator.check(urn, before, values);
      if (failures.length === 0) return inputs;
      throw new Error(failures.map(({ property, reason }) => `${property} ${reason}`).join("; "));
    };
    let inputs = checked(given);
    const { id, outputs } = await this.emulator.create(urn, inputs);
    return {
      id,
      outputs,
      change: async (change) => {
        const wanted = checked({ ...inputs, ...change }, inputs);
        const anew = this.emulator.diff(urn, inputs, wanted).filter(({ replaces }) => replaces);
        if (anew.length > 0) return anew.map(({ path }) => path);
        await this.emulator.update(urn, id, wanted);
        inputs = wanted;
        return [];
      },
      remove: () => this.emulator.remove(urn, id),
    };
  }

  /** The cloud does not make it, and says why. */
  async refuses(type: string, inputs: Values, why: RegExp): Promise<void> {
    await assert.rejects(this.make(type, inputs, "refused"), { message: why });
  }

  /** The cloud makes it after none of these changes, and says why. */
  async refusesEach(type: string, whole: Values, changes: readonly [change: Values, why: RegExp][]): Promise<void> {
    for (const [change, why] of changes) await this.refuses(type, { ...whole, ...change }, why);
  }

  forget(): void {
    rmSync(this.#directory, { recursive: true });
  }
}
