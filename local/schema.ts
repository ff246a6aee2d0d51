/** `npm run schema`: writes what is generated from the schema: the JSON Schemas for editors, and the pages of all keys. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { run } from "./command.ts";
import { generatedFiles } from "./schema/files.ts";

const USAGE = `npm run schema [-- --check]

  --check   write nothing, and end with 1 where a file is out of date

Writes landfall.schema.json and docs/configuration.md, and the same for the files of applications, from config/schema and
its comments.`;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { check: { type: "boolean" }, help: { type: "boolean", short: "h" } } });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const stale = Object.entries(generatedFiles()).filter(
    ([path, text]) => !existsSync(path) || readFileSync(path, "utf8") !== text,
  );
  for (const [path, text] of stale) {
    if (values.check) console.error(`${path} is out of date\n  fix      npm run schema`);
    else {
      writeFileSync(path, text);
      console.log(`${path} written`);
    }
  }
  return values.check && stale.length > 0 ? 1 : 0;
}

await run(main);
