/** Applications that the repository does not have, landed through the real engine. */
import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestStack } from "./stack.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** Gives the stack's project an application of its own. The program becomes a copy: links would lead to ours. */
export function addApplication(stack: TestStack, name: string, application: object): void {
  for (const entry of ["index.ts", "apps", "cloud", "components", "config"]) {
    rmSync(join(stack.directory, entry), { recursive: true });
    cpSync(join(repository, entry), join(stack.directory, entry), { recursive: true });
  }
  writeFileSync(join(stack.directory, "apps", `${name}.ts`), `export default ${JSON.stringify(application)};\n`);
}
