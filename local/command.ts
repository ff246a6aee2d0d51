/** What went wrong and what to do about it, in words for whoever typed the command. Anything else is a defect. */
export class UserError extends Error {}

/** Runs a command to its exit code; a UserError, and what `parseArgs` refuses, are told without a stack trace. */
export async function run(command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (error) {
    const told = error instanceof UserError ? error.message : refusedArgument(error);
    if (told === undefined) throw error;
    console.error(`\n${told}\n`);
    process.exitCode = 1;
  }
}

/** In the first sentence of Node's own words; the rest is about positional arguments that begin with a dash. */
function refusedArgument(error: unknown): string | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  if (!code?.startsWith("ERR_PARSE_ARGS_")) return undefined;
  const [sentence] = message.split(/\.(?: |$)/);
  return `${sentence}.\n  fix      --help says what there is`;
}
