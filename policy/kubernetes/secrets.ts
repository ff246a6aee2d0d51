/** Credentials in the clear. */
import type { ResourceCheck } from "../check.ts";
import { at, isProps, listAt } from "../subject.ts";
import { containersOf, nameOf, podOf, WORKLOADS } from "./pods.ts";

/** Names of what is nobody else's business, but for those of files, names, addresses, times and switches. */
const CREDENTIAL =
  /(password|passwd|passphrase|secret|token|api_?key|private_?key|secret_?(access_?)?key|credential)s?$/i;
/** A URL that carries a password. */
const URL_WITH_PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@$]+@/i;
/** What is a switch or a reference to another variable. */
const HARMLESS = /^(true|false|yes|no|on|off|\d+|\$\(.*\))?$/i;

const isCredential = (name: unknown, value: unknown) =>
  typeof value === "string" &&
  (URL_WITH_PASSWORD.test(value) || (CREDENTIAL.test(String(name)) && !HARMLESS.test(value) && !value.startsWith("/")));

export const noSecretsInPlaintext: ResourceCheck = {
  types: new RegExp(`${WORKLOADS.source}|^kubernetes:core/v1:ConfigMap$`),
  problems(subject) {
    const { type, props } = subject;
    if (!type.endsWith(":ConfigMap")) {
      return containersOf(podOf(subject)).flatMap((container) =>
        listAt(container, "env")
          .filter((variable) => isCredential(at(variable, "name"), at(variable, "value")))
          .map((variable) => `${nameOf(container)} has the value of ${at(variable, "name")} in the clear`),
      );
    }
    const data = at(props, "data");
    return Object.entries(isProps(data) ? data : {})
      .filter(([key, value]) => isCredential(key, value))
      .map(([key]) => `has the value of ${key} in the clear`);
  },
};
