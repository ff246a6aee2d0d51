/** What a judge holds against an object. */
export interface Finding {
  judge: JudgeName;
  /** As the judge calls its check. */
  check: string;
  /** What the check asks for, in the judge's words. */
  title: string;
  /** Rendering and file of the object, such as `pybase-production/deployment-api`. */
  object: string;
}

export const JUDGES = ["kubeconform", "kube-score", "checkov", "trivy", "gitleaks"] as const;
export type JudgeName = (typeof JUDGES)[number];

/** What a judge says of all renderings together. */
export interface Judgement {
  findings: Finding[];
  /** How many of its checks hold, by rendering, for the judges that count them. */
  passed: ReadonlyMap<string, number>;
}

/** `pybase-production/deployment-api` of the file `…/pybase-production/objects/stage-1/deployment-api.yaml`. */
export function objectOf(file: string, root: string): string {
  const [rendering, ...rest] = file.replace(`${root}/`, "").replace(/^\//, "").split("/");
  return `${rendering}/${(rest.at(-1) as string).replace(/\.yaml$/, "")}`;
}

export function renderingOf(object: string): string {
  return object.split("/")[0] as string;
}

export function countByRendering(objects: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const object of objects) counts.set(renderingOf(object), (counts.get(renderingOf(object)) ?? 0) + 1);
  return counts;
}
