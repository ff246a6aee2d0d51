/** An application as its API server has it, where judges find it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ClusterObject, Snapshot } from "../../../local/proofs/snapshot.ts";
import { yaml } from "../../../local/render/yaml.ts";
import { temporaryDirectory } from "../../support/api-server.ts";
import { checkov } from "./checkov.ts";
import type { Finding } from "./finding.ts";
import { kubeScore } from "./kube-score.ts";
import { trivy } from "./trivy.ts";
import { waiverOf } from "./waivers.ts";

/** Those that controllers make of others, and those that Kubernetes puts into every namespace. */
const NOT_OURS = new Set(["Pod", "Endpoints", "EndpointSlice", "ControllerRevision", "PodMetrics"]);
const EVERYWHERE = ["default", "kube-root-ca.crt"];

/** What judges find in the namespace beyond what is waived. @param name of the rendering that it was, such as `pybase-production` */
export async function findingsStanding(name: string, snapshot: Snapshot, namespace: string): Promise<Finding[]> {
  const { path, remove } = temporaryDirectory();
  try {
    const objects = snapshot.kinds
      .filter((kind) => !NOT_OURS.has(kind))
      .flatMap((kind) => snapshot.of(kind, namespace))
      .filter(({ metadata }) => !metadata.ownerReferences && !EVERYWHERE.includes(metadata.name));
    if (objects.length < 50) throw new Error(`${objects.length} objects stand in ${namespace}`);
    mkdirSync(join(path, name));
    for (const { status: _, ...object } of objects.map(asDeclared)) {
      const file = `${object.kind.toLowerCase()}-${object.metadata.name}.yaml`;
      writeFileSync(join(path, name, file), yaml(object));
    }
    const judgements = [await kubeScore(path), await trivy(path), await checkov(path)];
    for (const { passed } of judgements) if ((passed.get(name) ?? 0) < 100) throw new Error("a judge has seen nothing");
    return judgements.flatMap(({ findings }) => findings).filter((finding) => !waiverOf(finding));
  } finally {
    remove();
  }
}

interface Manager {
  manager: string;
  fieldsV1?: { "f:spec"?: object };
}

/** Without the number of replicas where it is an autoscaler's, not the program's. */
function asDeclared({ spec, ...object }: ClusterObject): ClusterObject {
  if (spec?.replicas === undefined) return spec === undefined ? object : { ...object, spec };
  const { managedFields = [] } = object.metadata as { managedFields?: Manager[] };
  const isOurs = managedFields.some(
    ({ manager, fieldsV1 }) => manager.startsWith("pulumi") && "f:replicas" in (fieldsV1?.["f:spec"] ?? {}),
  );
  const { replicas: _, ...others } = spec;
  return { ...object, spec: isOurs ? spec : others };
}
