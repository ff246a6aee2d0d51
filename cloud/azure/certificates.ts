/** Authorities of the certificates of PostgreSQL: https://learn.microsoft.com/azure/postgresql/security/security-tls */
import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import * as pulumi from "@pulumi/pulumi";

const AUTHORITIES = ["CN=DigiCert Global Root G2", "CN=Microsoft RSA Root Certificate Authority 2017"];

/** As PEM, out of those that Node trusts: libpq knows none by itself. @throws pulumi.RunError where one is not among them */
export function postgresAuthorities(): string {
  const known = new Map(rootCertificates.map((pem) => [new X509Certificate(pem).subject.split("\n").at(-1), pem]));
  return AUTHORITIES.map((authority) => {
    const pem = known.get(authority);
    if (pem) return `${pem.trim()}\n`;
    throw new pulumi.RunError(
      `${authority}, an authority of Azure Database for PostgreSQL, is not among those of this Node.\n  fix      npm ci, which brings the Node that was tried`,
    );
  }).join("");
}
