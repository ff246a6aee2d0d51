import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import type { KubernetesObject } from "./api.ts";

/** Those of kwok's own that make nodes and pods live. */
const KWOK_STAGES = [
  "node/fast/node-initialize.yaml",
  "node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
  "pod/fast/pod-ready.yaml",
  "pod/fast/pod-complete.yaml",
  "pod/fast/pod-delete.yaml",
];
/** No kubelet gets an image from here; see stages/images.yaml. */
export const MISSING_IMAGES = "missing.invalid/";
/** Whose containers end as soon as they start; see stages/crashes.yaml. */
export const CRASHING_IMAGES = "crashing.invalid/";
const NEVER_READY = [MISSING_IMAGES, CRASHING_IMAGES]
  .map((registry) => `self.spec.containers.exists(container, container.image.startsWith("${registry}"))`)
  .join(" || ");

interface Stage extends KubernetesObject {
  spec: { selector: { matchExpressions: object[] } };
}

const ownStages = fileURLToPath(new URL("stages", import.meta.url));

/** What stands in for kubelets and for the controllers that clusters have beside Kubernetes' own. */
export function readStages(kwokManifests: string): KubernetesObject[] {
  const files = [
    ...KWOK_STAGES.map((file) => join(kwokManifests, "stage", file)),
    ...readdirSync(ownStages).map((file) => join(ownStages, file)),
  ];
  const stages = files.flatMap((file) =>
    parseAllDocuments(readFileSync(file, "utf8")).map((document): Stage => document.toJS()),
  );
  const ready = stages.find(({ metadata }) => metadata.name === "pod-ready") as Stage;
  ready.spec.selector.matchExpressions.push({ cel: { expression: `!(${NEVER_READY})` } });
  return stages;
}
