/** An emulated cloud in a folder of its own, without control planes: the rules alone. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ControlPlane, ControlPlanes } from "../../local/emulators/control-planes.ts";
import { Emulator } from "../../local/emulators/emulator.ts";
import type { CloudEmulator, Values } from "../../local/emulators/rules.ts";
import { World } from "../../local/emulators/world.ts";

/** Clusters that only exist in the cloud's books. */
class OnPaper extends ControlPlanes {
  override async create(): Promise<ControlPlane> {
    return { endpoint: "https://127.0.0.1:1", certificateAuthority: "" };
  }

  override async setNodes(): Promise<void> {}

  override async remove(): Promise<void> {}
}

/** What a resource of the cloud is by now. */
export interface Made {
  id: string;
  outputs: Values;
  /** Changes it in place, or says which properties would have it made anew. */
  change(inputs: Values): Promise<string[]>;
  remove(): Promise<void>;
}

export class Emulated {
  readonly #directory = mkdtempSync(join(tmpdir(), "landfall-world-"));
  readonly #emulator: Emulator;

  constructor(cloud: CloudEmulator, settings: Record<string, string>) {
    const world = new World(join(this.#directory, "world.json"));
    this.#emulator = new Emulator(cloud, world, new OnPaper(this.#directory));
    this.#emulator.configure(settings);
  }

  /** As the engine makes it: checked, then made. @throws where the cloud refuses */
  async make(type: string, given: Values, name = "thing"): Promise<Made> {
    const urn = `urn:pulumi:production::landfall::${type}::${name}`;
    const checked = (values: Values, before?: Values) => {
      const { inputs, failures } = this.#emulator.check(urn, before, values);
      if (failures.length === 0) return inputs;
      throw new Error(failures.map(({ property, reason }) => `${property} ${reason}`).join("; "));
    };
    let inputs = checked(given);
    const { id, outputs } = await this.#emulator.create(urn, inputs);
    return {
      id,
      outputs,
      change: async (values) => {
        const wanted = checked(values, inputs);
        const anew = this.#emulator.diff(urn, inputs, wanted).filter(({ replaces }) => replaces);
        if (anew.length > 0) return anew.map(({ path }) => path);
        await this.#emulator.update(urn, id, wanted);
        inputs = wanted;
        return [];
      },
      remove: () => this.#emulator.remove(urn, id),
    };
  }

  /** The cloud does not make it, and says why. */
  async refuses(type: string, inputs: Values, why: RegExp): Promise<void> {
    await assert.rejects(this.make(type, inputs, "refused"), why);
  }

  forget(): void {
    rmSync(this.#directory, { recursive: true });
  }
}
