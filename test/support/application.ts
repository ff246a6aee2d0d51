/** Applications that the repository does not have, landed through the real engine. */
import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { clusterConfig, type TestCluster } from "./cluster.ts";
import { TestStack } from "./stack.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** Gives the stack's project an application of its own. The program becomes a copy: links would lead to ours. */
export function addApplication(stack: TestStack, name: string, application: object): void {
  for (const entry of ["index.ts", "apps", "cloud", "components", "config"]) {
    rmSync(join(stack.directory, entry), { recursive: true });
    cpSync(join(repository, entry), join(stack.directory, entry), { recursive: true });
  }
  writeFileSync(join(stack.directory, "apps", `${name}.ts`), `export default ${JSON.stringify(application)};\n`);
}

/** A stack of the application on the cluster, in dev, at its own name below localhost. @param over settings */
export function stackOf(
  cluster: TestCluster,
  application: { name: string; tiers: object },
  over: object = {},
): TestStack {
  const { name } = application;
  const stack = new TestStack("dev", {
    "landfall:app": name,
    "landfall:profile": "dev",
    "landfall:cluster": clusterConfig(cluster),
    "landfall:edge": { kind: "ingress", host: `${name}.localhost`, tls: { secretName: "tls" } },
    ...over,
  });
  addApplication(stack, name, application);
  return stack;
}
