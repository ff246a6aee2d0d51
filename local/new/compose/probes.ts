import { isMapping } from "../../../config/mistakes.ts";
import { holdsCredential } from "./credentials.ts";
import type { ComposeFile, Mapping } from "./file.ts";
import type { ImportedTier } from "./tier.ts";
import { seconds } from "./words.ts";

export type Probe = {
  http?: string;
  exec?: string[];
  periodSeconds?: number;
  timeoutSeconds?: number;
  failureThreshold?: number;
};

const HTTP_CHECK =
  /(?:curl|wget)\b.*?\bhttps?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::(\d+))?(\/[^\s"'|;&]*)?/;

/** The check of a service, which asks for both: whether it is ready, and whether it lives. */
export function probesOf(
  file: ComposeFile,
  place: string,
  { healthcheck }: Mapping,
  port: number | undefined,
  passwords: readonly string[],
): Pick<ImportedTier, "readiness" | "liveness" | "startup"> {
  if (!isMapping(healthcheck)) return {};
  const { test, disable, interval, timeout, retries, start_period: start } = healthcheck;
  const at = `${place}.healthcheck`;
  const list = Array.isArray(test) ? test.map(String) : test === undefined ? ["NONE"] : ["CMD-SHELL", String(test)];
  const [form, ...command] = list;
  if (disable === true || form === "NONE") {
    file.carry(at);
    if (test === undefined && disable !== true)
      file.note(at, "it has no test of its own, and the image's is not known", "set readiness and liveness");
    return {};
  }
  const line = command.join(" ");
  if (holdsCredential(line, passwords)) {
    file.note(at, "it has a password in it", "set readiness and liveness to a check that needs none");
    return {};
  }
  file.carry(at);
  const [, asked, path = "/"] = HTTP_CHECK.exec(line) ?? [];
  const isHttp = HTTP_CHECK.test(line) && port !== undefined && Number(asked ?? 80) === port;
  const check: Probe = isHttp ? { http: path } : { exec: form === "CMD-SHELL" ? ["sh", "-c", line] : command };
  const period = seconds(interval ?? "30s") ?? 30;
  const probe = {
    ...check,
    periodSeconds: period,
    timeoutSeconds: seconds(timeout ?? "30s"),
    failureThreshold: Number(retries ?? 3),
  };
  const patience = start === undefined ? undefined : seconds(start);
  const startup = patience && {
    ...probe,
    failureThreshold: Math.max(probe.failureThreshold, Math.ceil(patience / period)),
  };
  return { readiness: probe, liveness: probe, ...(startup ? { startup } : {}) };
}
