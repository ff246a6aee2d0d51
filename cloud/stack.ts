import * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../config/plan.ts";
import { apiServer as apiServerSchema, type StackCluster } from "../config/schema/cluster.ts";
import type { ApiServerAddresses, Landing } from "./cloud.ts";
import { inWords, landOn } from "./kubeconfig.ts";
import { ClusterError, parseContext } from "./kubeconfig-file.ts";

/** A cluster that another stack made: its outputs say how to reach it. */
export function connectStack(plan: Plan, { ref, output = "kubeconfig", ...cluster }: StackCluster): Promise<Landing> {
  return inWords(async () => {
    const own = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
    if (ref === own) {
      throw new ClusterError(
        `landfall:cluster.ref: "${ref}" is this stack itself.`,
        "name the stack that made the cluster",
      );
    }
    const other = new pulumi.StackReference(ref);
    const kubeconfig = textOf(await readOutput(other, output));
    if (kubeconfig === undefined) {
      throw new ClusterError(
        `landfall:cluster.ref: stack "${ref}" has no output "${output}" with a kubeconfig.`,
        "bring it up with a cluster of its own, name its output with landfall:cluster.output, or land as it does, by kubeconfig",
      );
    }
    const context = parseContext(kubeconfig, cluster.context, `output "${output}" of stack "${ref}"`);
    const access = { context, kubeconfig: pulumi.secret(kubeconfig) };
    return landOn(plan, access, { ...cluster, apiServer: cluster.apiServer ?? (await apiServerOf(other)) });
  });
}

/** In the clear, whether it is secret or not. */
async function readOutput(stack: pulumi.StackReference, output: string): Promise<unknown> {
  const { value, secretValue } = await stack.getOutputDetails(output);
  return value ?? secretValue;
}

function textOf(output: unknown): string | undefined {
  if (typeof output === "string") return output;
  return typeof output === "object" && output !== null ? JSON.stringify(output) : undefined;
}

/** What stacks of Landfall know of their own clusters; others may have an output of that name too. */
async function apiServerOf(stack: pulumi.StackReference): Promise<ApiServerAddresses | undefined> {
  return apiServerSchema.safeParse(await readOutput(stack, "apiServer")).data;
}
