/** `landfall:secretStore` in each of its kinds, with all that an application needs. */

export const EXTERNAL_SECRETS = { kind: "external-secrets", store: { name: "local" } };

export const VAULT = {
  kind: "vault",
  server: "https://vault.example.com:8200",
  caBundle: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
  auth: { role: "harbor" },
};

/** A text that looks as what kubeseal prints; nobody can decrypt it. */
export function sealed(name: string, version = 1): string {
  return Buffer.from(`sealed ${name} ${version} `.repeat(20)).toString("base64");
}

export function sealedSecrets(names: readonly string[]) {
  return { kind: "sealed-secrets", values: Object.fromEntries(names.map((name) => [name, sealed(name)])) };
}
