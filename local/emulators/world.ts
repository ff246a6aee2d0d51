import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Entity, Reference, Rules, Values } from "./rules.ts";
import { valuesAt } from "./rules.ts";

interface Saved {
  entities: Entity[];
  /** Numbers handed out so far. */
  counter: number;
}

/** All that exists in an emulated cloud, kept in a file: it outlives the provider, and can be edited to make drift. */
export class World {
  readonly #file: string;
  readonly #entities: Map<string, Entity>;
  #counter: number;

  constructor(file: string) {
    this.#file = file;
    const { entities, counter }: Saved = existsSync(file)
      ? JSON.parse(readFileSync(file, "utf8"))
      : { entities: [], counter: 0 };
    this.#entities = new Map(entities.map((entity) => [keyOf(entity.type, entity.id), entity]));
    this.#counter = counter;
  }

  get(type: string, id: string): Entity | undefined {
    return this.#entities.get(keyOf(type, id));
  }

  all(type?: string): Entity[] {
    const entities = [...this.#entities.values()];
    return type === undefined ? entities : entities.filter((entity) => entity.type === type);
  }

  put(entity: Entity): void {
    this.#entities.set(keyOf(entity.type, entity.id), entity);
    this.#save();
  }

  remove({ type, id }: Entity): void {
    this.#entities.delete(keyOf(type, id));
    this.#save();
  }

  /** Hexadecimal digits that were not handed out before. */
  unique(digits: number): string {
    this.#counter++;
    this.#save();
    // Odd and so invertible: no two counts give the same digits.
    const mixed = (BigInt(this.#counter) * 0x9e3779b97f4a7c15n) & ((1n << BigInt(digits * 4)) - 1n);
    return mixed.toString(16).padStart(digits, "0");
  }

  /** What `value` names by way of `reference`. */
  named(value: unknown, { to, by = "id" }: Reference): Entity | undefined {
    return [to]
      .flat()
      .flatMap((type) => this.all(type))
      .find((entity) => nameOf(entity, by) === value);
  }

  /** What keeps `entity` from being deleted: all that names it. */
  usersOf(entity: Entity, rulesOf: (type: string) => Rules | undefined): Entity[] {
    return this.all().filter((user) => {
      if (user === entity) return false;
      return Object.entries(rulesOf(user.type)?.references ?? {}).some(([path, reference]) => {
        if (reference.releases || ![reference.to].flat().includes(entity.type)) return false;
        return valuesAt(user.inputs, path).includes(nameOf(entity, reference.by ?? "id"));
      });
    });
  }

  #save(): void {
    const saved: Saved = { entities: [...this.#entities.values()], counter: this.#counter };
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(`${this.#file}.partial`, JSON.stringify(saved, null, 2), { mode: 0o600 });
    renameSync(`${this.#file}.partial`, this.#file);
  }
}

function keyOf(type: string, id: string): string {
  return `${type} ${id}`;
}

function nameOf({ id, outputs }: Entity, by: string): unknown {
  return by === "id" ? id : (outputs as Values)[by];
}
