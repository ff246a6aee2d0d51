import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Runs a judge that ends with 0 or, where it finds fault, with 1; throws with what it said where it ends otherwise. */
export async function run(command: string, args: readonly string[], environment: object = {}): Promise<string> {
  try {
    const options = { maxBuffer: 256 << 20, env: { ...process.env, ...environment } };
    return (await promisify(execFile)(command, [...args], options)).stdout;
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: number | string; stdout?: string; stderr?: string };
    if (code === 1 && stdout) return stdout;
    throw new Error(`${command} ended with ${code}:\n${stderr}${stdout?.slice(-2000)}`);
  }
}
