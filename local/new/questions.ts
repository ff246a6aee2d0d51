/** What `npm run new` asks at a terminal. */
import { createInterface } from "node:readline/promises";
import type { Readable, Writable } from "node:stream";
import { engines } from "../../components/datastores/engines.ts";
import { hasHadEnough } from "../agreement.ts";
import { UserError } from "../command.ts";
import { SOME_IMAGE, type Wanted } from "./flags.ts";
import { checkName } from "./landing.ts";

/**
 * @param given name of the application; asked for where it is not
 * @param host as `--host` has it
 * @throws UserError where somebody has had enough, by Ctrl-C or Ctrl-D
 */
export async function askFor(
  given: string | undefined,
  host: string | undefined,
  { input, output }: { input: Readable; output: Writable } = { input: process.stdin, output: process.stderr },
): Promise<Wanted> {
  const terminal = createInterface({ input, output });
  const ask = async (question: string, usual: string) =>
    (await terminal.question(`${question} (${usual}): `)).trim() || usual;
  try {
    const name = given ?? (await ask("Name of the application", "shop"));
    checkName(name);
    const image = await ask("Image of its web tier, with a tag", SOME_IMAGE);
    const port = await ask("Port that it listens on", "8080");
    const health = await ask("Path that answers 200 while it is well", "/");
    const tiers = await ask("Other tiers, as NAME=IMAGE[:PORT], with spaces between", "none");
    const datastores = await ask(`Datastores (${Object.keys(engines).join(", ")}), with spaces between`, "none");
    return {
      name,
      image,
      port,
      health,
      tiers: listed(tiers),
      datastores: listed(datastores),
      host: host ?? (await ask("Host that users reach it by", `${name}.localhost`)),
    };
  } catch (error) {
    throw hasHadEnough(error) ? new UserError("Nothing was written.") : error;
  } finally {
    terminal.close();
  }
}

function listed(answer: string): string[] {
  return answer === "none" ? [] : answer.split(/[\s,]+/).filter((word) => word !== "");
}
