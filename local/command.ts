/** What went wrong and what to do about it, in words for whoever typed the command. Anything else is a defect. */
export class UserError extends Error {}

/** Runs a command to its exit code; a UserError is told without a stack trace. */
export async function run(command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(`\n${error.message}\n`);
    process.exitCode = 1;
  }
}
