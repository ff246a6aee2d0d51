import { placeFor } from "../cloud/clouds.ts";
import type { ZonePlan } from "./addons/identity.ts";
import type { Layers } from "./layers.ts";
import type { Mistake } from "./mistakes.ts";

const PLACE = "landfall:dns.zones";

/** The zones that the stack names, as its cloud knows them. */
export function resolveZones(layers: Layers): ZonePlan[] {
  const given = Object.entries(layers.stack.dns?.zones ?? {});
  const site = placeFor(layers);
  if (given.length > 0 && !site) {
    layers.mistakes.push({
      path: PLACE,
      problem: "a cluster by kubeconfig is in no cloud that the stack knows of",
      fix: "remove it; say the zones in landfall:addons.external-dns.values, or in the solver of landfall:edge.tls.acme",
    });
  }
  return given.flatMap(([domain, id]) => {
    const zone = site?.zone.planOf(domain, id);
    if (zone || !site) return zone ?? [];
    layers.mistakes.push({
      path: `${PLACE}.${domain}`,
      got: id,
      problem: `is no zone of ${site.zone.title}`,
      allowed: site.zone.allowed(domain),
      fix: site.zone.fix,
    });
    return [];
  });
}

/** What an issuer by DNS needs: cert-manager of the stack's own, and a zone for each host. */
export function checkChallenges(layers: Layers, hosts: readonly string[]): void {
  if (!asksForChallenges(layers)) return;
  const path = "landfall:edge.tls.acme.solver";
  const mistake = (rest: Omit<Mistake, "path" | "got">) => layers.mistakes.push({ path, got: "dns01", ...rest });
  if (!placeFor(layers)) {
    mistake({
      problem: "a cluster by kubeconfig is in no cloud that the stack knows of",
      allowed: "http01; { dns01 } with the zone's service",
      fix: "name the service, such as { dns01: { route53: { region, hostedZoneID } } }",
    });
    return;
  }
  if (!layers.stack.addons?.["cert-manager"]) {
    mistake({
      problem: "cert-manager is not the stack's own, so that it has no identity that could change a zone",
      fix: "set landfall:addons.cert-manager: true",
    });
  }
  const domains = Object.keys(layers.stack.dns?.zones ?? {});
  for (const host of hosts.filter((host) => !domains.some((domain) => isWithin(host, domain)))) {
    mistake({
      problem: `${host} is in no zone of ${PLACE}`,
      allowed: domains.length > 0 ? `hosts in ${domains.join(", ")}` : "hosts in zones that the stack names",
      fix: `add the zone that ${host} is in`,
    });
  }
}

/** Whether the edge's certificate is got by challenges in the stack's own zones. */
export function asksForChallenges({ stack: { edge } }: Layers): boolean {
  return "acme" in edge.tls && edge.tls.acme.solver === "dns01";
}

function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}
