import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Step } from "../progress.ts";
import type { Api } from "./api.ts";
import { until } from "./until.ts";

const PATH = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const PARALLEL = 8;

/**
 * Custom resources that a local cluster knows: those that Landfall makes, asks for or waits for. Each that is served costs
 * the API server a tenth of a second of each start.
 */
const SERVED: Readonly<Record<string, readonly string[]>> = {
  "autoscaling.k8s.io": ["verticalpodautoscalers"],
  "barmancloud.cnpg.io": ["objectstores"],
  "bitnami.com": ["sealedsecrets"],
  "cert-manager.io": ["certificates", "clusterissuers", "issuers"],
  "external-secrets.io": ["clustersecretstores", "externalsecrets", "secretstores"],
  "gateway.envoyproxy.io": ["backendtrafficpolicies", "clienttrafficpolicies", "securitypolicies"],
  "gateway.networking.k8s.io": ["gatewayclasses", "gateways", "httproutes", "referencegrants"],
  "keda.sh": ["scaledobjects", "triggerauthentications"],
  "kwok.x-k8s.io": ["stages"],
  "monitoring.coreos.com": ["alertmanagerconfigs", "podmonitors", "prometheusrules", "servicemonitors"],
  "networking.istio.io": ["destinationrules", "gateways", "serviceentries", "virtualservices"],
  "postgresql.cnpg.io": ["backups", "clusters", "scheduledbackups"],
  "security.istio.io": ["authorizationpolicies", "peerauthentications"],
  "snapshot.storage.k8s.io": ["volumesnapshotclasses", "volumesnapshotcontents", "volumesnapshots"],
  "traefik.io": ["middlewares", "serverstransports"],
};

/** A custom resource definition as it came; parsing all of them takes longer than starting the cluster. */
export interface Definition {
  name: string;
  text: string;
}

interface Applied {
  status?: { conditions?: { type: string; status: string }[] };
}

/** Custom resource definitions below `directory`. */
export function readDefinitions(directory: string): Definition[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.ya?ml$/.test(file))
    .sort()
    .flatMap((file) => readFileSync(join(directory, file), "utf8").split(/^---.*$/m))
    .filter(
      (text) =>
        /^kind: CustomResourceDefinition\s*$/m.test(text) && /^apiVersion: apiextensions\.k8s\.io\/v1\s*$/m.test(text),
    )
    .map((text) => ({ text, name: /^ {2}name: "?([\w.-]+)"?\s*$/m.exec(text)?.[1] as string }));
}

export function isServed({ name }: Definition): boolean {
  const [plural, ...group] = name.split(".");
  return SERVED[group.join(".")]?.includes(plural as string) ?? false;
}

/** Applies the definitions and waits until the API server serves them. */
export async function applyDefinitions(api: Api, definitions: readonly Definition[], step: Step): Promise<void> {
  await eachOf(definitions, async ({ name, text }, done) => {
    await api.applyText(`${PATH}/${name}`, text);
    step.update(`custom resources, ${done} of ${definitions.length}`);
  });
  // One by one, for the list of all is tens of megabytes.
  await eachOf(definitions, ({ name }) =>
    until(`the API server serves ${name}`, async () => isEstablished(await api.get<Applied>(`${PATH}/${name}`))),
  );
}

/** @param work is told how many were begun */
async function eachOf<T>(all: readonly T[], work: (item: T, begun: number) => Promise<unknown>): Promise<void> {
  const waiting = all.entries();
  const worker = async () => {
    for (const [index, item] of waiting) await work(item, index + 1);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}

function isEstablished({ status }: Applied): boolean {
  return status?.conditions?.some(({ type, status }) => type === "Established" && status === "True") ?? false;
}

export function digest(...parts: string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}
