/** An API server of a test: HTTPS on 127.0.0.1 with a certificate of its own, answering what the test says. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Answer {
  status: number;
  body: unknown;
}

export interface Certificate {
  cert: string;
  key: string;
}

/** A directory of its own for a test's files; `remove` takes it away. */
export function temporaryDirectory(): {
  path: string;
  write: (name: string, text: string) => string;
  remove: () => void;
} {
  const path = mkdtempSync(join(tmpdir(), "landfall-test-"));
  return {
    path,
    write: (name, text) => {
      writeFileSync(join(path, name), text, { mode: 0o600 });
      return join(path, name);
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** What `openssl ca` needs; only it takes both dates, in every version of openssl. */
const AUTHORITY = `
[ca]
default_ca = own
[own]
dir = .
database = index
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = extensions
[any]
commonName = supplied
[extensions]
basicConstraints = CA:TRUE
subjectAltName = IP:127.0.0.1
[req]
distinguished_name = any_name
[any_name]
`;

/** A self-signed certificate for 127.0.0.1, valid in between; as good as for ever unless the test says otherwise. */
export function certify(from = "20200101000000Z", until = "21200101000000Z"): Certificate {
  const directory = temporaryDirectory();
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: directory.path, stdio: "pipe" });
  try {
    directory.write("config", AUTHORITY);
    directory.write("index", "");
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "key.pem");
    openssl("req", "-config", "config", "-new", "-key", "key.pem", "-subj", "/CN=landfall-test", "-out", "request.pem");
    const signed = ["-in", "request.pem", "-out", "cert.pem", "-startdate", from, "-enddate", until];
    openssl("ca", "-config", "config", "-selfsign", "-batch", "-notext", "-keyfile", "key.pem", ...signed);
    const read = (name: string) => readFileSync(join(directory.path, name), "utf8");
    return { cert: read("cert.pem"), key: read("key.pem") };
  } finally {
    directory.remove();
  }
}

export class ApiServer {
  readonly #server: Server;
  /** Where it answers, once started. */
  url = "";
  /** Answers by path; 404 for all others. */
  answers: Record<string, Answer> = {};
  /** What was asked, in order. */
  readonly asked: { path: string; headers: IncomingHttpHeaders }[] = [];

  constructor(certificate: Certificate) {
    this.#server = createServer(certificate, (request, response) => {
      const path = request.url ?? "";
      this.asked.push({ path, headers: request.headers });
      const { status, body } = this.answers[path] ?? { status: 404, body: {} };
      response.writeHead(status, { "content-type": "application/json" });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.url = `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
