/** A stack that stands in a rehearsal, and what edits of it would mean, as `npm run preview` says. */
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { silentProgress } from "../../local/progress.ts";
import { PROGRAM } from "../../local/rehearsal/ground.ts";
import { Rehearsal } from "../../local/rehearsal/rehearsal.ts";
import { override, readSettings, type Settings } from "../../local/rehearsal/stack-file.ts";
import { assess } from "../../local/risk/assess.ts";
import { errorsOf, readPreview, withRefused } from "../../local/risk/preview.ts";
import type { Report } from "../../local/risk/report.ts";
import type { Level } from "../../local/risk/rule.ts";
import { ensureTools } from "../../local/toolchain/toolchain.ts";
import { temporaryDirectory } from "./api-server.ts";

/** One edit of the stack file or of the application, and what it means. */
export interface Edit {
  /** What somebody would say that they do. */
  does: string;
  /** Settings over the stack file's. */
  sets?: readonly string[];
  /** Text of the application's file, and what takes its place. */
  application?: readonly (readonly [text: string, other: string])[];
  /** The worst of it; left out where the program refuses the edit. */
  level?: Level;
  /** What the program says against it. */
  refused?: RegExp;
  /** A sentence of it; left out where there is nothing to say. */
  says?: RegExp;
}

export class Previewed {
  readonly #directory: ReturnType<typeof temporaryDirectory>;
  readonly #rehearsal: Rehearsal;
  readonly #stack: string;
  readonly #settings: Settings;
  #programs = 0;

  private constructor(
    directory: ReturnType<typeof temporaryDirectory>,
    rehearsal: Rehearsal,
    stack: string,
    settings: Settings,
  ) {
    this.#directory = directory;
    this.#rehearsal = rehearsal;
    this.#stack = stack;
    this.#settings = settings;
  }

  /** Lands the stack as its file has it, but for these settings. */
  static async land(stack: string, sets: readonly string[] = []): Promise<Previewed> {
    const { pulumi } = await ensureTools(["pulumi", "pulumi-resource-kubernetes"], silentProgress);
    const directory = temporaryDirectory();
    const settings = sets.reduce(override, readSettings(".", stack));
    const rehearsal = await Rehearsal.prepare({ stack, settings, directory: join(directory.path, "stack"), pulumi });
    try {
      await rehearsal.up({ policies: false });
      return new Previewed(directory, rehearsal, stack, settings);
    } catch (error) {
      await rehearsal.ground.clear();
      throw error;
    }
  }

  /** What the edit would mean; the stack stays as it stands. */
  async report({ sets = [], application = [] }: Pick<Edit, "sets" | "application">): Promise<Report> {
    const program = application.length > 0 ? this.#programWith(application) : undefined;
    await this.#rehearsal.restate(sets.reduce(override, this.#settings), program);
    const answer = await this.#rehearsal.preview({ policies: false });
    const preview = readPreview(answer.output);
    if (!preview) throw new Error(answer.everything);
    const told = withRefused(preview);
    const errors = errorsOf(preview, answer);
    return { stack: this.#stack, findings: assess(told), preview: told, allowed: [], violations: [], errors };
  }

  async clear(): Promise<void> {
    await this.#rehearsal.ground.clear();
    this.#directory.remove();
  }

  /** The program with another text of its application. */
  #programWith(replacements: readonly (readonly [text: string, other: string])[]): string {
    const folder = join(this.#directory.path, `program-${++this.#programs}`);
    mkdirSync(folder);
    for (const entry of PROGRAM) {
      if (entry === "node_modules") symlinkSync(join(process.cwd(), entry), join(folder, entry));
      else cpSync(entry, join(folder, entry), { recursive: true });
    }
    const file = join(folder, "apps", `${this.#settings.app ?? "pybase"}.ts`);
    const text = readFileSync(file, "utf8");
    const edited = replacements.reduce((before, [what, other]) => {
      if (!before.includes(what)) throw new Error(`the application does not say ${what}`);
      return before.replace(what, other);
    }, text);
    writeFileSync(file, edited);
    return folder;
  }
}
