/** The engine, on a stack that stands: the user's own backend, state and credentials. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../command.ts";
import { isPassing } from "../recover/passing.ts";
import { askPulumi, lockOwners, notMade, releaseDeadLocks, runPulumi, stackExists, TAKING_OVER } from "../stack.ts";
import { parseState, type State } from "./state.ts";

/** Of what passes by itself. */
const TRIES = 3;
const PAUSE_MILLISECONDS = 10_000;

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

  /**
   * Removes locks that a killed update left on this machine.
   *
   * @throws UserError where an update is going on; of one elsewhere than in a backend of files, Pulumi tells
   */
  async unlock(): Promise<void> {
    const folder = await this.folder();
    if (!folder) return;
    releaseDeadLocks(folder);
    const [owner] = lockOwners(folder, this.#stack);
    if (!owner) return;
    throw new UserError(
      [
        `${this.#stack} is being updated by ${owner.username} on ${owner.hostname}, process ${owner.pid}.`,
        "  fix      wait until that has ended, then run this again.",
        `           Where that machine is gone: npx pulumi cancel --stack ${this.#stack}`,
      ].join("\n"),
    );
  }

  /** @throws UserError where the backend has no such stack; it cannot list one whose state is damaged, which is there */
  async checkMade(): Promise<void> {
    try {
      if (await stackExists(this.#pulumi, this.#stack)) return;
    } catch (error) {
      if (error instanceof UserError) return;
      throw error;
    }
    throw await notMade(this.#pulumi, this.#stack);
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

  /**
   * Lands what the stack file says on what is really there, whoever has changed it by hand meanwhile. An update is safe to
   * run again: it is, a few times, where the API server or a cloud failed for a moment.
   */
  async reconcile(): Promise<void> {
    const directory = mkdtempSync(join(tmpdir(), "landfall-events-"));
    const log = join(directory, "events.json");
    const args = ["up", "--yes", "--skip-preview", "--refresh", "--event-log", log, "--stack", this.#stack];
    try {
      for (let tries = 1; ; tries++) {
        const code = await runPulumi(this.#pulumi, args, TAKING_OVER);
        if (code === 0) return;
        if (tries === TRIES || !existsSync(log) || !isPassing(readFileSync(log, "utf8"))) throw this.#failure("up");
        rmSync(log);
        await onceMore("What failed may pass by itself", tries);
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  }

  /**
   * Looks again, a few times: an autoscaler that has only just asked for pods leaves its tier without some for a moment.
   *
   * @throws UserError where an update would change something
   */
  async checkNothingIsLeft(): Promise<void> {
    const args = ["preview", "--refresh", "--expect-no-changes", "--stack", this.#stack];
    for (let tries = 1; (await runPulumi(this.#pulumi, args)) !== 0; tries++) {
      if (tries === TRIES) throw this.#failure("preview");
      await onceMore("What is not ready yet may be soon", tries);
    }
  }

  async unprotect(): Promise<void> {
    await askPulumi(this.#pulumi, ["state", "unprotect", "--all", "--yes", "--stack", this.#stack]);
  }

  /**
   * What was being made when an update was killed is in the state as pending, for good otherwise. It is taken out of the
   * state and not by `pulumi refresh --clear-pending-creates`, for the cluster may be away.
   */
  async clearPendingCreates(): Promise<void> {
    const exported = JSON.parse(await askPulumi(this.#pulumi, ["stack", "export", "--stack", this.#stack]));
    const { pending_operations: _, ...deployment } = exported.deployment;
    const cleared = JSON.stringify({ ...exported, deployment });
    await askPulumi(this.#pulumi, ["stack", "import", "--stack", this.#stack], cleared);
  }

  /** @param only URNs of what goes, with all that needs it. @default everything */
  async destroy(only: readonly string[] = []): Promise<void> {
    const targets = only.flatMap((urn) => ["--target", urn]);
    const dependents = only.length > 0 ? ["--target-dependents"] : [];
    await this.#run(["destroy", "--yes", "--skip-preview", ...targets, ...dependents]);
  }

  async #run(args: readonly string[], variables: NodeJS.ProcessEnv = {}): Promise<void> {
    const code = await runPulumi(this.#pulumi, [...args, "--stack", this.#stack], variables);
    if (code !== 0) throw this.#failure(args[0]);
  }

  #failure(command: string | undefined): UserError {
    return new UserError(
      [
        `pulumi ${command} failed, as it says above.`,
        "  fix      see to that, then run this again: it goes on from here.",
        `           Where the stack is locked by an update that was killed: npx pulumi cancel --stack ${this.#stack}`,
      ].join("\n"),
    );
  }
}

async function onceMore(because: string, tries: number): Promise<void> {
  console.error(`\n${because}; once more in ${PAUSE_MILLISECONDS / 1000} s (${tries + 1} of ${TRIES}).\n`);
  await sleep(PAUSE_MILLISECONDS);
}
