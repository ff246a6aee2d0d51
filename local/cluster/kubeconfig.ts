import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { readContext } from "../../cloud/kubeconfig-file.ts";
import { Api } from "./api.ts";

/** Files that kwokctl makes for a cluster. */
export interface Credentials {
  ca: Buffer;
  certificate: Buffer;
  key: Buffer;
}

export function readCredentials(home: string): Credentials {
  const read = (file: string) => readFileSync(join(home, "pki", file));
  return { ca: read("ca.crt"), certificate: read("admin.crt"), key: read("admin.key") };
}

/** Whether they are there, whole and made for each other: a start that was cut short leaves them otherwise. */
export function hasCredentials(home: string): boolean {
  try {
    const { ca, certificate, key } = readCredentials(home);
    const admin = new X509Certificate(certificate);
    return admin.checkPrivateKey(createPrivateKey(key)) && admin.verify(new X509Certificate(ca).publicKey);
  } catch {
    return false;
  }
}

/** A kubeconfig that needs no other file, for the owner's eyes only. */
export function writeKubeconfig(path: string, context: string, server: string, credentials: Credentials): void {
  const text = stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      "current-context": context,
      contexts: [{ name: context, context: { cluster: context, user: context } }],
      clusters: [
        { name: context, cluster: { server, "certificate-authority-data": credentials.ca.toString("base64") } },
      ],
      users: [
        {
          name: context,
          user: {
            "client-certificate-data": credentials.certificate.toString("base64"),
            "client-key-data": credentials.key.toString("base64"),
          },
        },
      ],
    },
    { lineWidth: 0 },
  );
  const scratch = `${path}.partial-${process.pid}`;
  writeFileSync(scratch, text, { mode: 0o600 });
  renameSync(scratch, path);
}

/** Speaks to a local cluster as its administrator. @param path of a kubeconfig that `writeKubeconfig` wrote */
export function openApi(path: string): Api {
  const { server, ca, clientCertificate: certificate, clientKey: key } = readContext([path], undefined);
  if (!ca || !certificate || !key) throw new Error(`${path} is no kubeconfig of a local cluster`);
  return new Api(server, { ca, certificate, key });
}
