/** Whether the certificates of the way in are there, and for how long. */
import { X509Certificate } from "node:crypto";
import type { Ask } from "../../cloud/api-server.ts";
import { secretNameOf } from "../../components/edge/certificates.ts";
import type { Plan } from "../../config/plan.ts";
import { type Check, failure, ok, warning } from "../checks.ts";
import { shortened } from "./reasons.ts";
import type { Condition } from "./seen.ts";

const DAY = 86_400_000;
/** cert-manager renews Let's Encrypt's 90 days 30 days before their end; later than this, it has failed to. */
const SOON_DAYS = 14;

interface Certificate {
  metadata: { name: string; namespace: string };
  spec: { secretName: string };
  status?: { conditions?: Condition[]; notAfter?: string };
}

interface Secret {
  data?: Record<string, string>;
}

export async function checkCertificates(ask: Ask, plan: Plan, now = Date.now()): Promise<Check[]> {
  const { edge, namespace } = plan;
  const place = edge.kind === "istio" ? edge.gatewayNamespace : namespace;
  const issued = (await ask<{ items: Certificate[] }>(`/apis/cert-manager.io/v1/namespaces/${place}/certificates`))
    ?.items;
  const checks = (issued ?? []).map((certificate) => checkIssued(certificate, now));
  const isSecret = !("certificate" in edge.tls) && !("managed" in edge.tls) && edge.routes.length > 0;
  if (!isSecret) return checks;
  const name = secretNameOf(plan);
  const secret = await ask<Secret>(`/api/v1/namespaces/${place}/secrets/${name}`);
  return [...checks, checkSecret(`Secret ${name}`, place, secret, now)];
}

function checkIssued({ metadata, status }: Certificate, now: number): Check {
  const what = `Certificate ${metadata.name}`;
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  const look = `kubectl -n ${metadata.namespace} describe certificate,certificaterequest,order,challenge`;
  const end = status?.notAfter === undefined ? undefined : Date.parse(status.notAfter);
  if (end !== undefined && end <= now) return failure(what, `it expired on ${dayOf(end)}`, look);
  if (ready?.status !== "True") {
    return failure(
      what,
      `it is not issued: ${shortened([ready?.reason, ready?.message].filter(Boolean).join(": ") || "nobody says why")}`,
      look,
    );
  }
  return until(what, end, now, look);
}

function checkSecret(what: string, namespace: string, secret: Secret | undefined, now: number): Check {
  const pem = secret?.data?.["tls.crt"];
  if (pem === undefined) {
    const fix = `kubectl -n ${namespace} create secret tls ${what.split(" ")[1]} --cert=FILE --key=FILE, or landfall:edge.tls with an issuer`;
    return warning(
      what,
      "it is not there, or these credentials may not see it: the edge shows a certificate of its own",
      fix,
    );
  }
  try {
    const { validToDate } = new X509Certificate(Buffer.from(pem, "base64"));
    const end = validToDate.getTime();
    const fix = "renew it where it comes from";
    return end <= now ? failure(what, `its certificate expired on ${dayOf(end)}`, fix) : until(what, end, now, fix);
  } catch {
    return failure(what, "its tls.crt is no certificate", "write it anew");
  }
}

function until(what: string, end: number | undefined, now: number, fix: string): Check {
  if (end === undefined) return ok(what, "issued");
  const days = Math.floor((end - now) / DAY);
  const said = `valid until ${dayOf(end)}, ${days} ${days === 1 ? "day" : "days"}`;
  return days < SOON_DAYS ? warning(what, said, fix) : ok(what, said);
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, "2026-11-22".length);
}
