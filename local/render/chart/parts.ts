/** Named parts of a chart's templates. */
import { type SecretNote, secretsIn } from "../secrets.ts";
import type { Part } from "../sentinels.ts";
import { type Markers, templateOf } from "./template.ts";
import { expressionOf } from "./values.ts";

const DIGITS = 10;

/** `text` as a part that others include by `landfall.<name>`. */
export function define(name: string, text: string): string {
  return `{{- define "landfall.${name}" -}}\n${text.trimEnd()}\n{{- end }}\n`;
}

/** Part with what an object is named after. */
export function contentsName(resource: string): string {
  return `contents.${resource}`;
}

/** The digest that `digest` in names.ts makes of the same contents. */
export function nameByContents(resource: string, base: string): string {
  const contents = `include "landfall.${contentsName(resource)}" . | fromYaml | toRawJson`;
  return define(`name.${resource}`, `${base}-{{ ${contents} | sha256sum | trunc ${DIGITS} }}`);
}

/** The rule of a NetworkPolicy that lets pods reach the API server. */
export const API_SERVER_RULE = define(
  "api-server-rule",
  `{{- with .Values.apiServer.cidrs }}
- ports:
  {{- range $.Values.apiServer.ports }}
  - port: {{ . }}
    protocol: TCP
  {{- end }}
  to:
  {{- range . }}
  - ipBlock:
      cidr: {{ . }}
  {{- end }}
{{- end }}`,
);

/** A text that the program makes of host or namespace: the stack's own with these, and another with others. */
export function derivedText(host: string, namespace: string): string {
  return define(
    "derived",
    `{{- $own := index . 1 -}}
{{- with (index . 0).Values -}}
{{- if and (eq .host ${JSON.stringify(host)}) (eq .namespace ${JSON.stringify(namespace)}) -}}
{{ $own }}
{{- else -}}
{{ printf "%s %s %s" $own .host .namespace | sha256sum | trunc (len $own) }}
{{- end -}}
{{- end -}}`,
  );
}

/** A tier's environment, its values templates themselves. @param path in the values */
export function environmentContents(path: readonly string[]): string {
  return `data:
{{- range $key, $value := ${expressionOf(path)} }}
  {{ $key }}: {{ tpl (toString $value) $ | quote }}
{{- end }}`;
}

/** A text with markers in it, as a value that is a template. */
export function asTemplate(text: string, markers: Markers): string {
  return Object.entries(markers).reduce(
    (all, [marker, expression]) => all.replaceAll(marker, `{{ ${expression} }}`),
    text.replaceAll("{{", '{{ "{{" }}'),
  );
}

/** The name of a Secret: the chart's own where its secrets are given, else that of SECRETS.md. */
export function secretName({ resource, name }: SecretNote, marked: SecretNote): string {
  const given = secretsIn(marked);
  const values = [JSON.stringify(name), ".Values.host", ".Values.namespace", ...given.map(secretValue)];
  return define(
    `name.${resource}`,
    `{{- if ${conditionOf(given)} -}}
${resource}-{{ list ${values.join(" ")} | toRawJson | sha256sum | trunc ${DIGITS} }}
{{- else -}}
${name}
{{- end -}}`,
  );
}

/** The Secret itself, where its secrets are given. @param marked as it is with markers in it */
export function secretTemplate(marked: SecretNote, markers: Markers): string {
  const { resource, namespace, type, labels, immutable, keys } = marked;
  const head = templateOf(
    { apiVersion: "v1", kind: "Secret", type, immutable, metadata: { namespace, labels } },
    markers,
  );
  const named = head.replace("metadata:\n", `metadata:\n  name: {{ include "landfall.name.${resource}" . }}\n`);
  const data = Object.entries(keys).map(
    ([key, parts]) => `  ${key}: {{ print ${expressions(parts, markers)} | quote }}`,
  );
  return `{{- if ${conditionOf(secretsIn(marked))} }}\n${named}stringData:\n${data.join("\n")}\n{{- end }}\n`;
}

function conditionOf(secrets: readonly string[]): string {
  return secrets.length > 0 ? `and ${secrets.map(secretValue).join(" ")}` : "false";
}

function secretValue(secret: string): string {
  return expressionOf(["secrets", secret]);
}

function expressions(parts: readonly Part[], markers: Markers): string {
  return parts.flatMap((part) => (typeof part === "string" ? literals(part, markers) : [written(part)])).join(" ");
}

/** A text and the values within it. */
function literals(text: string, markers: Markers): string[] {
  const all = Object.keys(markers);
  const pieces = text.split(new RegExp(`(${all.map((marker) => marker.replaceAll(".", "\\.")).join("|")})`));
  return pieces.filter((piece) => piece !== "").map((piece) => markers[piece] ?? JSON.stringify(piece));
}

function written({ secret, form }: Exclude<Part, string>): string {
  const value = secretValue(secret);
  switch (form.kind) {
    case "plain":
      return value;
    case "url":
      return `(${value} | urlquery | replace "+" "%20")`;
    case "json":
      return `(${value} | toJson)`;
    case "basicAuth":
      return `(printf "%s:%s" ${JSON.stringify(form.username)} ${value} | b64enc)`;
  }
}
