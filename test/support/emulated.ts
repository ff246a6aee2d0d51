/** An emulated cloud for tests of what it refuses: no engine, no control planes. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NodeSpec } from "../../local/cluster/nodes.ts";
import { type ControlPlane, ControlPlanes } from "../../local/emulators/control-planes.ts";
import { Emulator } from "../../local/emulators/emulator.ts";
import type { CloudEmulator, Values } from "../../local/emulators/rules.ts";
import { World } from "../../local/emulators/world.ts";

/** Remembers the machines, and starts nothing. */
class RememberedControlPlanes extends ControlPlanes {
  readonly nodes: Record<string, readonly NodeSpec[]> = {};

  override async create(): Promise<ControlPlane> {
    return { endpoint: "https://127.0.0.1:6443", certificateAuthority: "Y2E=" };
  }

  override async setNodes(_name: string, pool: string, nodes: readonly NodeSpec[]): Promise<void> {
    this.nodes[pool] = nodes;
  }

  override async remove(): Promise<void> {}
}

/** As the engine talks to the provider: checked, then made. */
export class Emulated {
  readonly #directory = mkdtempSync(join(tmpdir(), "landfall-emulated-"));
  readonly #controlPlanes = new RememberedControlPlanes(this.#directory);
  readonly #emulator: Emulator;
  readonly world: World;
  #count = 0;

  constructor(cloud: CloudEmulator, settings: Readonly<Record<string, string>>) {
    this.world = new World(join(this.#directory, "world.json"));
    this.#emulator = new Emulator(cloud, this.world, this.#controlPlanes);
    this.#emulator.configure(settings);
  }

  /** Machines by pool. */
  get nodes(): Readonly<Record<string, readonly NodeSpec[]>> {
    return this.#controlPlanes.nodes;
  }

  async create(type: string, given: Values): Promise<{ id: string; outputs: Values }> {
    const urn = urnOf(type, `r${++this.#count}`);
    return this.#emulator.create(urn, this.#checked(urn, given));
  }

  async update(type: string, id: string, change: Values): Promise<Values> {
    const urn = urnOf(type, "r");
    const { inputs } = this.world.get(type, id) as { inputs: Values };
    return this.#emulator.update(urn, id, this.#checked(urn, { ...inputs, ...change }, inputs));
  }

  async remove(type: string, id: string): Promise<void> {
    await this.#emulator.remove(urnOf(type, "r"), id);
  }

  /** Paths that a change cannot alter in place. */
  replaces(type: string, id: string, change: Values): string[] {
    const { inputs } = this.world.get(type, id) as { inputs: Values };
    const differences = this.#emulator.diff(urnOf(type, "r"), inputs, { ...inputs, ...change });
    return differences.filter(({ replaces }) => replaces).map(({ path }) => path);
  }

  settingsRefused(settings: Readonly<Record<string, string>>): string[] {
    return this.#emulator.checkSettings(settings).map(({ property, reason }) => `${property} ${reason}`);
  }

  clear(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #checked(urn: string, given: Values, before?: Values): Values {
    const { inputs, failures } = this.#emulator.check(urn, before, given);
    if (failures.length > 0)
      throw new Error(failures.map(({ property, reason }) => `${property} ${reason}`).join("; "));
    return inputs;
  }
}

function urnOf(type: string, name: string): string {
  return `urn:pulumi:test::landfall::${type}::${name}`;
}
