/** What an emulated cloud does not do as it is asked, or does not say: tests write it into a file of its world. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";

export interface CloudFault {
  /** Type of the resource whose creation goes wrong, such as `aws:rds/instance:Instance`. */
  type: string;
  /** In the cloud's words. */
  error: string;
  /** How many creations it befalls. */
  times: number;
  /** Whether the cloud makes it all the same, and the provider has only given up on it. @default false */
  isMade?: boolean;
  /** Whether the provider then says nothing at all, as if it were waiting. @default false */
  isSilent?: boolean;
}

export class CloudFaults {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  set(faults: readonly CloudFault[]): void {
    writeFileSync(this.#file, JSON.stringify(faults));
  }

  /** The fault that befalls this creation, which is then one fewer. */
  take(type: string): CloudFault | undefined {
    if (!existsSync(this.#file)) return undefined;
    const faults = JSON.parse(readFileSync(this.#file, "utf8")) as CloudFault[];
    const found = faults.find((fault) => fault.type === type && fault.times > 0);
    if (found) this.set(faults.map((fault) => (fault === found ? { ...fault, times: fault.times - 1 } : fault)));
    return found;
  }
}

/** A creation that the provider has given up on, though the cloud has made it: the engine keeps it, and comes back to it. */
export class GivenUp extends Error {
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;

  constructor(error: string, made: { id: string; inputs: object; outputs: object }) {
    super(error);
    this.id = made.id;
    this.inputs = { ...made.inputs };
    this.outputs = { ...made.outputs };
  }
}
