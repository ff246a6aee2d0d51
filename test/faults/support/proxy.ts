/** Stands before an API server, and passes on what it is asked, but for what a test has go wrong. */
import { writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent, createServer, request, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { stringify } from "yaml";
import { kubeconfigFiles, readContext } from "../../../cloud/kubeconfig-file.ts";
import { type Certificate, certify } from "../../support/api-server.ts";
import type { TestCluster } from "../../support/cluster.ts";

/** What goes wrong with one request. */
export type Fault =
  /** It is answered here, and the API server does not hear of it. */
  | { kind: "status"; status: number; message?: string; headers?: Record<string, string>; body?: object }
  /** It is taken, and never answered. */
  | { kind: "hang" }
  /** The connection is cut before the API server hears of it. */
  | { kind: "drop" }
  /** The API server does it, and the connection is cut before its answer has come. */
  | { kind: "lost-reply"; afterwards?: () => void }
  /** It is passed on later. */
  | { kind: "late"; until: Promise<unknown> };

export interface Asked {
  method: string;
  path: string;
  /** Of the writes since `beginAnew`, from 1; 0 for what only reads. */
  write: number;
}

const READS = new Set(["GET", "HEAD", "OPTIONS"]);
/** Questions that are asked by POST. */
const REVIEWS = /\/apis\/(authorization|authentication)\.k8s\.io\//;

export class FaultProxy {
  readonly #server: Server;
  #agent: Agent;
  #target: URL;
  readonly #certificate: Certificate;
  #writes = 0;
  /** What goes wrong with a request; nothing where it says nothing. */
  fault: (asked: Asked) => Fault | undefined = () => undefined;
  /** User that all asks for; the cluster's administrator where there is none. */
  user: string | undefined;

  constructor(cluster: TestCluster, certificate = certify()) {
    this.#certificate = certificate;
    ({ target: this.#target, agent: this.#agent } = wayTo(cluster));
    this.#server = createServer(this.#certificate, (asked, answer) => this.#pass(asked, answer));
  }

  /** Leads to a cluster that was started again, perhaps at another port. */
  lead(cluster: TestCluster): void {
    this.#agent.destroy();
    ({ target: this.#target, agent: this.#agent } = wayTo(cluster));
  }

  /** Writes so far, since `beginAnew`. */
  get writes(): number {
    return this.#writes;
  }

  /** Counts writes from the next one on, and has nothing go wrong. */
  beginAnew(): void {
    this.#writes = 0;
    this.user = undefined;
    this.fault = () => undefined;
  }

  /** Has one write go wrong, by its number. */
  strike(write: number, fault: Fault): void {
    this.fault = (asked) => (asked.write === write ? fault : undefined);
  }

  /** @param kubeconfig where one is written that leads here */
  async start(kubeconfig: string, context: string): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const { port } = this.#server.address() as AddressInfo;
    const cluster = {
      server: `https://127.0.0.1:${port}`,
      "certificate-authority-data": Buffer.from(this.#certificate.cert).toString("base64"),
    };
    const text = stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": context,
      contexts: [{ name: context, context: { cluster: context, user: context } }],
      clusters: [{ name: context, cluster }],
      users: [{ name: context, user: {} }],
    });
    writeFileSync(kubeconfig, text, { mode: 0o600 });
    return this;
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(asked: IncomingMessage, answer: ServerResponse): void {
    const { method = "GET", url: path = "/" } = asked;
    const isWrite = !READS.has(method) && !REVIEWS.test(path) && !path.includes("dryRun=All");
    const write = isWrite ? ++this.#writes : 0;
    const fault = this.fault({ method, path, write });
    switch (fault?.kind) {
      case undefined:
        this.#forward(asked, answer);
        return;
      case "status": {
        const { status, message = "injected", headers = {}, body } = fault;
        const failure = { kind: "Status", apiVersion: "v1", status: "Failure", message, code: status };
        asked.resume();
        answer.writeHead(status, { "content-type": "application/json", ...headers });
        answer.end(JSON.stringify(body ?? failure));
        return;
      }
      case "hang":
        asked.resume();
        return;
      case "drop":
        asked.socket.destroy();
        return;
      case "lost-reply":
        this.#forward(asked, answer, () => {
          asked.socket.destroy();
          fault.afterwards?.();
        });
        return;
      case "late":
        fault.until.then(() => this.#forward(asked, answer));
    }
  }

  /** @param instead of answering, once the API server has done its part */
  #forward(asked: IncomingMessage, answer: ServerResponse, instead?: () => void): void {
    const { method, url: path, headers } = asked;
    const { hostname, port } = this.#target;
    const acting = this.user === undefined ? headers : { ...headers, "impersonate-user": this.user };
    const passed = request({ agent: this.#agent, hostname, port, method, path, headers: acting }, (answered) => {
      if (instead) {
        answered.resume();
        answered.on("end", instead);
        return;
      }
      answer.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(answer);
      // A watch that ends in the middle of a line, as where the API server is killed.
      answered.on("error", () => answer.destroy());
    });
    passed.on("error", () => asked.socket.destroy());
    answer.on("close", () => passed.destroy());
    asked.pipe(passed);
  }
}

function wayTo({ kubeconfig, context: name }: TestCluster): { target: URL; agent: Agent } {
  const { server, ca, clientCertificate: cert, clientKey: key } = readContext(kubeconfigFiles(kubeconfig), name);
  return { target: new URL(server), agent: new Agent({ keepAlive: true, ca, cert, key }) };
}
