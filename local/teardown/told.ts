/** What a teardown that is cut short has said would stay: the next one finds no trace of it in the state. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { LOCAL_DIRECTORY } from "../stack.ts";
import type { Left } from "./kinds.ts";

/** Of one stack, beside its stack file, until it is gone. */
export class Told {
  readonly #file: string;

  constructor(stack: string) {
    this.#file = join(LOCAL_DIRECTORY, "teardowns", `${stack}.json`);
  }

  /** Empty where no teardown was cut short. */
  read(): Left[] {
    try {
      return JSON.parse(readFileSync(this.#file, "utf8"));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      return [];
    }
  }

  /** As a whole: a teardown that is killed over it leaves the list of before. */
  write(left: readonly Left[]): void {
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(`${this.#file}.partial`, JSON.stringify(left));
    renameSync(`${this.#file}.partial`, this.#file);
  }

  forget(): void {
    rmSync(this.#file, { force: true });
  }
}
