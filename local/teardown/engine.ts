/** The engine, on a stack that stands: the user's own backend, state and credentials. */
import { UserError } from "../command.ts";
import { askPulumi, releaseDeadLocks, runPulumi } from "../stack.ts";
import { parseState, type State } from "./state.ts";

export class Engine {
  readonly #pulumi: string;
  readonly #stack: string;

  constructor(pulumi: string, stack: string) {
    this.#pulumi = pulumi;
    this.#stack = stack;
  }

  /** Of a backend of files; undefined where the backend is another. */
  async folder(): Promise<string | undefined> {
    const { url } = JSON.parse(await askPulumi(this.#pulumi, ["whoami", "--json"])) as { url: string };
    return /^file:\/\/([^?]+)/.exec(url)?.[1];
  }

  /** Removes locks that a killed update left on this machine; one of another machine's, Pulumi tells of. */
  async unlock(): Promise<void> {
    const folder = await this.folder();
    if (folder) releaseDeadLocks(folder);
  }

  async state(): Promise<State> {
    return parseState(await askPulumi(this.#pulumi, ["stack", "export", "--show-secrets", "--stack", this.#stack]));
  }

  /** Sets one value of the stack's config, as a user would. */
  async configure(path: string, value: string): Promise<void> {
    await askPulumi(this.#pulumi, ["config", "set", "--path", `landfall:${path}`, value, "--stack", this.#stack]);
  }

  /** Takes one value out of the stack's config. */
  async unset(path: string): Promise<void> {
    await askPulumi(this.#pulumi, ["config", "rm", "--path", `landfall:${path}`, "--stack", this.#stack]);
  }

  async up(): Promise<void> {
    await this.#run(["up", "--yes", "--skip-preview"]);
  }

  /** Lands what the stack file says on what is really there, whoever has changed it by hand meanwhile. */
  async reconcile(): Promise<void> {
    await this.#run(["up", "--yes", "--skip-preview", "--refresh"], { PULUMI_K8S_ENABLE_PATCH_FORCE: "true" });
  }

  /** @throws UserError where an update would change something */
  async checkNothingIsLeft(): Promise<void> {
    await this.#run(["preview", "--refresh", "--expect-no-changes"]);
  }

  async unprotect(): Promise<void> {
    await askPulumi(this.#pulumi, ["state", "unprotect", "--all", "--yes", "--stack", this.#stack]);
  }

  /** What was being made when an update was killed is in the state as pending, for good otherwise. */
  async clearPendingCreates(): Promise<void> {
    await this.#run(["refresh", "--yes", "--skip-preview", "--clear-pending-creates"]);
  }

  /** @param only URNs of what goes, with all that needs it. @default everything */
  async destroy(only: readonly string[] = []): Promise<void> {
    const targets = only.flatMap((urn) => ["--target", urn]);
    const dependents = only.length > 0 ? ["--target-dependents"] : [];
    await this.#run(["destroy", "--yes", "--skip-preview", ...targets, ...dependents]);
  }

  async #run(args: readonly string[], variables: NodeJS.ProcessEnv = {}): Promise<void> {
    const code = await runPulumi(this.#pulumi, [...args, "--stack", this.#stack], variables);
    if (code === 0) return;
    throw new UserError(
      [
        `pulumi ${args[0]} failed, as it says above.`,
        "  fix      see to that, then run this again: it goes on from here.",
        `           Where the stack is locked by an update that was killed: npx pulumi cancel --stack ${this.#stack}`,
      ].join("\n"),
    );
  }
}
