/** Texts with a secret in them, whoever knows the secret: this program, or an operator in the cluster. */
import * as pulumi from "@pulumi/pulumi";

/** A text that stands in a URL as it is: percent-escaped, or a template that escapes. */
export type UrlText = string & { readonly escaped: unique symbol };

/** A secret, written in each way that a text may want it: as its value, or as a template that an operator fills in. */
export interface Written {
  plain: string;
  url: UrlText;
  /** A JSON string, quotes included. */
  json: string;
  /** Base64 of `username:secret`. */
  basicAuth(username: string): string;
}

/** A text around one of the plan's secrets. */
export interface SecretText {
  secret: string;
  write(written: Written): pulumi.Input<string>;
}

/** What stands in a Secret under one key. */
export type SecretValue = pulumi.Input<string> | SecretText;

/** The secret itself, with nothing around it. */
export function plain(secret: string): SecretText {
  return { secret, write: (written) => written.plain };
}

export function isSecretText(value: SecretValue): value is SecretText {
  return typeof value === "object" && !pulumi.Output.isInstance(value) && "write" in value;
}

export function escapeForUrl(text: string): UrlText {
  return encodeURIComponent(text) as UrlText;
}

/** The secret as it is known here. */
export function writtenAs(value: string): Written {
  return {
    plain: value,
    url: escapeForUrl(value),
    json: JSON.stringify(value),
    basicAuth: (username) => Buffer.from(`${username}:${value}`).toString("base64"),
  };
}

/**
 * The secret that an operator knows as the value of `key`, in the templates of Go and Sprig, which External Secrets and
 * Sealed Secrets share. Go's query escaping writes a space as `+`, which only forms read as a space.
 */
export function writtenIn(key: string): Written {
  const value = `index . ${JSON.stringify(key)}`;
  return {
    plain: `{{ ${value} }}`,
    url: `{{ ${value} | urlquery | replace "+" "%20" }}` as UrlText,
    json: `{{ ${value} | toJson }}`,
    basicAuth: (username) => `{{ printf "%s:%s" ${JSON.stringify(username)} (${value}) | b64enc }}`,
  };
}

/** Templates that say the values, each by its own key. */
export function templateOf(values: Record<string, string | SecretText>): Record<string, pulumi.Input<string>> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      typeof value === "string" ? literally(value) : value.write(writtenIn(key)),
    ]),
  );
}

/** `text` as a template that says just that. */
function literally(text: string): string {
  return text.replaceAll("{{", '{{ "{{" }}');
}
