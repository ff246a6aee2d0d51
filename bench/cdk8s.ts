/** The least of a cdk8s program: objects that are at hand, as files. Run as `node cdk8s.ts OBJECTS.json OUT`. */
import { readFileSync } from "node:fs";
import { ApiObject, App, Chart } from "cdk8s";

const [file, outdir] = process.argv.slice(2) as [string, string];
const app = new App({ outdir });
const chart = new Chart(app, "pybase");
const objects = JSON.parse(readFileSync(file, "utf8")) as { apiVersion: string; kind: string }[];
for (const [index, object] of objects.entries()) new ApiObject(chart, `${object.kind}-${index}`, object);
app.synth();
