/** GitHub's own parser of workflows, which judges their keys, events and expressions. */
import { registerHooks } from "node:module";

/** What is wrong with the workflow, by GitHub's schema. */
export async function mistakesIn(name: string, content: string): Promise<string[]> {
  // It imports JSON as bundlers know it, without the attribute that Node wants.
  const hooks = registerHooks({
    load: (url, context, next) =>
      next(url, url.endsWith(".json") ? { ...context, importAttributes: { type: "json" } } : context),
  });
  try {
    const { NoOperationTraceWriter, convertWorkflowTemplate, parseWorkflow } = await import("@actions/workflow-parser");
    const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
    const template = value && (await convertWorkflowTemplate(context, value));
    return [...context.errors.getErrors(), ...(template?.errors ?? [])].map((error) =>
      "Message" in error ? error.Message : error.message,
    );
  } finally {
    hooks.deregister();
  }
}
