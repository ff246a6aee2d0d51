/** The stack that made the cluster which the rehearsed one lands on: all that others see of it. */
import { stringify } from "yaml";

/**
 * Files of a program whose only output is a kubeconfig, by name.
 *
 * @param kubeconfig path of the file
 */
export function otherProgram(project: string, output: string, kubeconfig: string): Record<string, string> {
  return {
    "Pulumi.yaml": stringify({
      name: project,
      runtime: { name: "nodejs", options: { typescript: false } },
      main: "index.js",
    }),
    "package.json": JSON.stringify({ type: "module" }),
    "index.js": [
      'import { readFileSync } from "node:fs";',
      'import * as pulumi from "@pulumi/pulumi";',
      `const kubeconfig = pulumi.secret(readFileSync(${JSON.stringify(kubeconfig)}, "utf8"));`,
      `export { kubeconfig as ${JSON.stringify(output)} };`,
      "",
    ].join("\n"),
  };
}
