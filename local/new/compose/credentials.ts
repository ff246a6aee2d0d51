/** What in a Compose file may be a secret: more than is one, for none is to end in a file. */

const CREDENTIAL_NAME =
  /(password|passwd|passphrase|_pass|_pwd|secret|token|api_?key|private_?key|access_?key|master_?key|encryption_?key|signing_?key|credential|auth|dsn)s?(_|$)|(^|_)(key|salt)$/i;
const URL_WITH_PASSWORD = /[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i;
const FLAG = /--?(password|passwd|pass|secret|token|api-?key|requirepass|masterauth)[=\s]+\S/i;
const HARMLESS = /^(true|false|yes|no|on|off|none|\d{1,5}|)$/i;

/** Whether a variable holds a secret, by its name or its value. @param variables that its value is made of */
export function isCredential(name: string, value: string, variables: readonly string[] = []): boolean {
  if (URL_WITH_PASSWORD.test(value)) return true;
  if (HARMLESS.test(value) || value.startsWith("/")) return false;
  return [name, ...variables].some((word) => CREDENTIAL_NAME.test(word));
}

/** Whether a command or a file holds a secret. @param known passwords of the file's other places */
export function holdsCredential(text: string, known: readonly string[]): boolean {
  if (URL_WITH_PASSWORD.test(text) || FLAG.test(text)) return true;
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return true;
  // A word as short as these is one that anything may have.
  return known.some((password) => password.length >= 6 && text.includes(password));
}
