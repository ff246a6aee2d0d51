import type { Mistake } from "../config/mistakes.ts";

/** A version of Kubernetes that the cloud does not support, or not for long any more. */
export function unsupportedVersion(service: string, version: string, supported: readonly string[]): Mistake {
  return {
    path: "landfall:cluster.version",
    got: version,
    problem: `${service} does not support it`,
    allowed: supported.join(", "),
    fix: `set it to one of these; a cluster is upgraded one minor version after the other`,
  };
}
