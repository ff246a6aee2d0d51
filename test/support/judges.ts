/** Prometheus' and Alertmanager's own tools, as judges. Where one cannot be had, the test fails. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { terminalProgress } from "../../local/progress.ts";
import { ensureTools } from "../../local/toolchain/toolchain.ts";
import { temporaryDirectory } from "./api-server.ts";

/** Runs the tool on the files, each written as YAML; throws with all that it said where it finds fault. */
export async function judge(
  tool: "promtool" | "amtool",
  args: readonly string[],
  files: Record<string, unknown>,
): Promise<string> {
  const { [tool]: path } = await ensureTools([tool], terminalProgress());
  const directory = temporaryDirectory();
  try {
    for (const [name, content] of Object.entries(files)) {
      directory.write(name, stringify(content, { aliasDuplicateObjects: false }));
    }
    const { stdout, stderr } = await promisify(execFile)(path, [...args], { cwd: directory.path });
    return stdout + stderr;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    if (stdout === undefined) throw error;
    throw new Error(`${tool} ${args.join(" ")} finds fault:\n${stdout}${stderr}`);
  } finally {
    directory.remove();
  }
}
