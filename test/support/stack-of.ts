/** Stacks of applications that the repository does not have, on the shared cluster. */
import { addApplication } from "./application.ts";
import { clusterConfig, type TestCluster } from "./cluster.ts";
import { TestStack } from "./stack.ts";

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
