import type * as pulumi from "@pulumi/pulumi";

/** Ends of the names that Pulumi knows objects by, which say no more than their kind. */
const ENDINGS: Readonly<Record<string, string>> = {
  "kubernetes:apps/v1:Deployment": "-deployment",
  "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": "-autoscaler",
  "kubernetes:batch/v1:CronJob": "-schedule",
  "kubernetes:batch/v1:Job": "-job",
  "kubernetes:networking.k8s.io/v1:Ingress": "-ingress",
  "kubernetes:networking.k8s.io/v1:NetworkPolicy": "-network",
  "kubernetes:policy/v1:PodDisruptionBudget": "-disruption-budget",
  "kubernetes:rbac.authorization.k8s.io/v1:Role": "-role",
  "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": "-binding",
};

/** What pods read. It is never changed but made anew under another name, so that they start anew. */
export const MADE_ANEW = ["ConfigMap", "Secret", "ExternalSecret", "SealedSecret"] as const;

/**
 * Gives objects that their component leaves without a name that of the program: `pybase-api-deployment` is the
 * Deployment `api` in its namespace. An update that was killed has made objects that no state knows of; the next one
 * finds them by such a name, where a name completed at random would have each made a second time.
 */
export function fixedNames(application: string): pulumi.ResourceTransformation {
  return ({ type, name, props, opts }) => {
    const { metadata } = props as { metadata?: { name?: unknown; namespace?: unknown } };
    if (!type.startsWith("kubernetes:") || !metadata || metadata.name || isMadeAnew(type)) return undefined;
    const fixed = metadata.namespace ? nameInNamespace(type, name, application) : name;
    return { props: { ...props, metadata: { ...metadata, name: fixed } }, opts };
  };
}

function nameInNamespace(type: string, name: string, application: string): string {
  const ending = ENDINGS[type];
  const plain = ending && name.endsWith(ending) ? name.slice(0, -ending.length) : name;
  return plain.startsWith(`${application}-`) ? plain.slice(application.length + 1) : plain;
}

function isMadeAnew(type: string): boolean {
  return MADE_ANEW.some((kind) => type.endsWith(`:${kind}`));
}
