/** What comes from elsewhere and may change or end: images and certificates. */
import type { Plan } from "../../../config/plan.ts";
import type { Finding } from "../proof.ts";
import type { ClusterObject, Snapshot } from "../snapshot.ts";
import { workloadsOf } from "../workloads.ts";
import { toldIf } from "./subject.ts";

export function images(plan: Plan, snapshot: Snapshot): Finding[] {
  const all = workloadsOf(snapshot, plan.namespace).flatMap(({ title, template: { spec } }) =>
    [...(spec.initContainers ?? []), ...spec.containers].map(({ image }: { image: string }) => ({ title, image })),
  );
  const floating = all.filter(({ image }) => ["", "latest"].includes(tagOf(image) ?? "pinned"));
  const tagged = [...new Set(all.map(({ image }) => image))].filter((image) => !image.includes("@"));
  return [
    ...floating.map(
      ({ title, image }): Finding => ({
        severity: "failure",
        subject: title,
        sentence: `Its image ${image} has no version: a pod that starts tomorrow may run another one than its neighbour.`,
        fix: "name a version, or a digest (image@sha256:…)",
      }),
    ),
    ...(tagged.length > 0
      ? [
          {
            severity: "warning" as const,
            subject: "images",
            sentence: `${tagged.length} of ${new Set(all.map(({ image }) => image)).size} go by a tag, which their registry may give to another image.`,
            fix: "name digests (image@sha256:…) where the registry does not keep tags as they are",
          },
        ]
      : []),
  ];
}

/** Undefined for a digest, empty where there is none: a colon before a slash is a port. */
function tagOf(image: string): string | undefined {
  if (image.includes("@")) return undefined;
  return /:([^/:]+)$/.exec(image)?.[1] ?? "";
}

const ISSUER_ANNOTATION = /^cert-manager\.io\/(cluster-)?issuer$/;

/** TLS Secrets of the way in that nobody renews. */
export function certificates(plan: Plan, snapshot: Snapshot): Finding[] {
  const issued = new Set([
    ...snapshot.of("Certificate.cert-manager.io").map(({ spec }) => spec.secretName as string),
    ...snapshot
      .of("ExternalSecret.external-secrets.io")
      .map(({ metadata, spec }) => spec.target?.name ?? metadata.name),
  ]);
  const asks = ({ metadata }: ClusterObject) =>
    Object.keys(metadata.annotations ?? {}).some((key) => ISSUER_ANNOTATION.test(key));
  const served = [
    ...snapshot.of("Ingress", plan.namespace),
    ...snapshot.of("Gateway.gateway.networking.k8s.io", plan.namespace),
    ...snapshot.of("Gateway.networking.istio.io", plan.namespace),
  ].filter((object) => !asks(object));
  const names = new Set(served.flatMap(secretsOf).filter((name) => !issued.has(name)));
  return [...names].map((name) => ({
    severity: toldIf("secretName" in plan.edge.tls),
    subject: `Secret/${name}`,
    sentence:
      "It has the way in's certificate, and nothing in the cluster renews it: on the day that it expires nobody gets in.",
    fix: "set edge.tls to { issuer } or { acme }, or see that somebody renews it",
  }));
}

function secretsOf({ kind, apiVersion, spec }: ClusterObject): string[] {
  if (kind === "Ingress") {
    return (spec.tls ?? []).flatMap(({ secretName }: { secretName?: string }) => secretName ?? []);
  }
  if (apiVersion.startsWith("networking.istio.io/")) {
    return (spec.servers ?? []).flatMap(({ tls }: { tls?: { credentialName?: string } }) => tls?.credentialName ?? []);
  }
  return (spec.listeners ?? []).flatMap(({ tls }: { tls?: { certificateRefs?: { name: string }[] } }) =>
    (tls?.certificateRefs ?? []).map(({ name }) => name),
  );
}
