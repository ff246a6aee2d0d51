/** `node local/report/write.ts FILE.json...`: makes a page of what rehearsals have left, beside each file. */
import { readFileSync, writeFileSync } from "node:fs";
import { run, UserError } from "../command.ts";
import type { ReportData } from "./data.ts";
import { reportHtml } from "./report.ts";

/** @returns path of the page */
export function writeReport(json: string): string {
  const page = json.replace(/\.json$/, ".html");
  writeFileSync(page, reportHtml(JSON.parse(readFileSync(json, "utf8")) as ReportData));
  return page;
}

if (import.meta.main) {
  await run(async () => {
    const files = process.argv.slice(2);
    if (files.length === 0 || !files.every((file) => file.endsWith(".json"))) {
      throw new UserError("node local/report/write.ts FILE.json...\n  fix      name reports of rehearsals");
    }
    for (const file of files) console.log(writeReport(file));
    return 0;
  });
}
