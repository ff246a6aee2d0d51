/** Stacks as `npm run render` has them. */
import { parseAllDocuments } from "yaml";
import { overlay } from "../../config/layers.ts";
import type { Files } from "../../local/render/files.ts";
import type { Manifest } from "../../local/render/objects.ts";
import { type Rendered, type RenderOptions, render } from "../../local/render/render.ts";
import { type StackName, stackSettings } from "./pybase.ts";

/** The repository's stack, `settings` laid over its file. */
export function rendered(
  stack: StackName,
  settings: object = {},
  options: Partial<RenderOptions> = {},
): Promise<Rendered> {
  return render({ stack, settings: overlay(stackSettings(stack), settings), ...options });
}

/** Any application in production, where everything that it asks for is there. */
export function inProduction(
  application: string,
  options: Partial<RenderOptions> = {},
  more: object = {},
): Promise<Rendered> {
  const settings = {
    app: application,
    profile: "production",
    cluster: {
      provider: "kubeconfig",
      storageClasses: { fast: "fast", shared: "shared" },
      snapshotClasses: { fast: { driver: "volumes.landfall.local", deletionPolicy: "Delete" } },
    },
    monitoring: { namespace: "monitoring" },
    edge: { kind: "ingress", host: `${application}.localhost`, tls: { secretName: "tls" } },
    ...more,
  };
  return render({ stack: "production", settings, ...options });
}

/** Every object in texts of YAML, as readers in Go take them, by kind, namespace and name. */
export function objectsIn(texts: readonly string[]): Record<string, Manifest> {
  const documents = texts
    .flatMap((text) => parseAllDocuments(text, { version: "1.1" }))
    .map((document) => document.toJS() as Manifest | null);
  const objects = documents.filter((object) => object !== null);
  return Object.fromEntries(
    objects
      .map((object) => [`${object.kind} ${object.metadata.namespace ?? ""}/${object.metadata.name}`, object] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Those of the files below a folder. */
export function objectsBelow(files: Files, folder: string): Record<string, Manifest> {
  return objectsIn(Object.entries(files).flatMap(([path, text]) => (path.startsWith(`${folder}/`) ? [text] : [])));
}
