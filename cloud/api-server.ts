/**
 * Asks a cluster's API server a few questions before anything is created, and tells it a few things when all of it goes.
 * The full Kubernetes client takes half a second to load, on every preview; this takes none.
 */
import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { Agent, request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { ClusterError, type Context, type ExecPlugin } from "./kubeconfig-file.ts";

const TIMEOUT_SECONDS = 15;
/** What API servers, and load balancers before them, answer for a moment: too many questions, or only just started. */
export const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const TRIES = 4;
const PAUSE_MILLISECONDS = 1_000;
/** Each costs a handshake; a question takes milliseconds. */
const MOST_CONNECTIONS = 8;

/** Answers to GET requests; `undefined` where the credentials may not ask. */
export type Ask = <T>(path: string) => Promise<T | undefined>;

/** Tells what is worth knowing, and keeps nothing from landing. */
export type Warn = (message: string) => void | Promise<void>;

/**
 * Writes, and returns the answer; `undefined` where the object is not there.
 *
 * @param as user to act as, which takes the right to impersonate
 * @throws RefusedError where the API server says no
 */
export type Send = <T>(
  method: "DELETE" | "PATCH" | "POST",
  path: string,
  body?: object,
  as?: string,
) => Promise<T | undefined>;

/** What the API server did not do, and its own words for why. */
export class RefusedError extends ClusterError {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, problem: string) {
    super(
      reason ? `${problem}\n  it says  ${reason}` : problem,
      "see that your account may do so, and that no admission policy refuses it; then run this again",
    );
    this.status = status;
    this.reason = reason;
  }
}

export interface Named {
  metadata: { name: string; uid: string; annotations?: Record<string, string> };
}
export interface List<T> {
  items: T[];
}

/** Opens the context; its credentials are obtained once. */
export async function openApiServer(context: Context): Promise<{ ask: Ask; send: Send; close: () => void }> {
  const credentials = await credentialsOf(context);
  const agent = new Agent({
    keepAlive: true,
    maxSockets: MOST_CONNECTIONS,
    ca: context.ca,
    cert: credentials.certificate,
    key: credentials.key,
    rejectUnauthorized: !context.skipTlsVerify,
    servername: context.serverName,
    proxyEnv: proxyFor(context),
  });
  const headers = { accept: "application/json", ...(credentials.header ? { authorization: credentials.header } : {}) };

  const exchange = async (path: string, method: string, text?: string, as?: string) => {
    const url = new URL(context.server.replace(/\/$/, "") + path);
    const acting = as === undefined ? headers : { ...headers, "impersonate-user": as };
    const answer = await call(url, { agent, headers: acting, method, text }, context);
    if (answer.status !== 401) return answer;
    throw new ClusterError(
      `The cluster of context "${context.name}" does not accept its credentials (401): they are wrong or have expired.`,
      "log in again with your platform's tool, so that kubectl works; then run this again",
    );
  };
  const ask: Ask = async (path) => {
    let { status, body } = await exchange(path, "GET");
    for (let tries = 1; tries < TRIES && PASSING.has(status); tries++) {
      await sleep(PAUSE_MILLISECONDS);
      ({ status, body } = await exchange(path, "GET"));
    }
    if (status === 200) return parseAnswer(body, context);
    if (status === 403 || status === 404) return undefined;
    throw new ClusterError(
      `The API server ${context.server} answers ${status} to ${path}.`,
      "see whether the cluster is healthy; then run this again",
    );
  };
  const send: Send = async (method, path, given, as) => {
    const { status, body } = await exchange(path, method, given && JSON.stringify(given), as);
    if (status === 404) return undefined;
    if (status < 300) return parseAnswer(body, context);
    const problem = `The API server ${context.server} answers ${status} to ${method} ${path}.`;
    throw new RefusedError(status, messageIn(body), problem);
  };
  return { ask, send, close: () => agent.destroy() };
}

function messageIn(body: string): string {
  try {
    return (JSON.parse(body) as { message?: string }).message ?? "";
  } catch {
    return "";
  }
}

function parseAnswer<T>(body: string, context: Context): T {
  try {
    return JSON.parse(body);
  } catch {
    throw unreachable(context, "what answers there is not an API server");
  }
}

/** The kubeconfig's proxy, else the environment's; none for an API server on this machine. */
function proxyFor({ proxy, server }: Context): NodeJS.ProcessEnv | undefined {
  if (proxy) return { HTTPS_PROXY: proxy };
  return /^(localhost|127\.|\[::1\])/.test(new URL(server).hostname) ? undefined : process.env;
}

interface Call {
  agent: Agent;
  headers: Record<string, string>;
  method: string;
  text?: string;
}

function call(url: URL, { agent, headers, method, text }: Call, context: Context) {
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const options = {
    agent,
    method,
    headers:
      text === undefined ? headers : { ...headers, "content-type": type, "content-length": Buffer.byteLength(text) },
    timeout: TIMEOUT_SECONDS * 1000,
  };
  const answer = new Promise<{ status: number; body: string }>((resolve, reject) => {
    const call = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    call.on("timeout", () => call.destroy(new Error(`no answer within ${TIMEOUT_SECONDS} seconds`)));
    call.on("error", reject);
    call.end(text);
  });
  return answer.catch((error: NodeJS.ErrnoException) => {
    const isOfTime = error.code === "CERT_NOT_YET_VALID" || error.code === "CERT_HAS_EXPIRED";
    throw unreachable(context, error.message || String(error.code), isOfTime ? clockFix() : undefined);
  });
}

const WAY_FIX =
  "see that it runs and that this machine has a way to it (VPN, proxy); the local cluster starts with npm start";

/** Certificates are judged by the clock of this machine, which is more often wrong than they are. */
function clockFix(): string {
  return `see that the clock of this machine is right, by which it is ${new Date().toUTCString()}; else renew the certificate`;
}

function unreachable(context: Context, reason: string, fix = WAY_FIX): ClusterError {
  return new ClusterError(
    `The cluster of context "${context.name}" cannot be reached at ${context.server}: ${reason}.`,
    fix,
  );
}

interface Credentials {
  certificate?: Buffer | string;
  key?: Buffer | string;
  header?: string;
}

async function credentialsOf(context: Context): Promise<Credentials> {
  if (context.exec) return runPlugin(context, context.exec);
  if (context.clientCertificate) checkValidity(context, context.clientCertificate);
  const basic = context.basic && Buffer.from(`${context.basic.username}:${context.basic.password}`).toString("base64");
  return {
    certificate: context.clientCertificate,
    key: context.clientKey,
    header: context.token ? `Bearer ${context.token}` : basic ? `Basic ${basic}` : undefined,
  };
}

function checkValidity(context: Context, certificate: Buffer): void {
  const fix = "get a new kubeconfig from your platform";
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(certificate);
  } catch {
    throw new ClusterError(`The client certificate of context "${context.name}" is damaged.`, fix);
  }
  const now = new Date();
  if (parsed.validToDate <= now) {
    throw new ClusterError(`The client certificate of context "${context.name}" expired on ${parsed.validTo}.`, fix);
  }
  if (parsed.validFromDate <= now) return;
  throw new ClusterError(
    `The client certificate of context "${context.name}" is not valid before ${parsed.validFrom}.`,
    clockFix(),
  );
}

async function runPlugin(context: Context, plugin: ExecPlugin): Promise<Credentials> {
  const info = {
    kind: "ExecCredential",
    apiVersion: plugin.apiVersion,
    spec: {
      interactive: false,
      ...(plugin.provideClusterInfo
        ? { cluster: { server: context.server, "certificate-authority-data": context.ca?.toString("base64") } }
        : {}),
    },
  };
  const environment = Object.fromEntries((plugin.env ?? []).map(({ name, value }) => [name, value]));
  let answer: string;
  try {
    const { stdout } = await promisify(execFile)(plugin.command, plugin.args ?? [], {
      env: { ...process.env, ...environment, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
      timeout: 60_000,
    });
    answer = stdout;
  } catch (error) {
    const { code, signal, stderr } = error as NodeJS.ErrnoException & { signal?: string; stderr?: string };
    if (code === "ENOENT") {
      throw new ClusterError(
        `Context "${context.name}" gets its credentials from "${plugin.command}", which is not installed.`,
        plugin.installHint?.trim() ?? `install ${plugin.command} and see that it is on the PATH`,
      );
    }
    throw new ClusterError(
      `"${plugin.command}", which gets the credentials of context "${context.name}", failed: ${stderr?.trim() || (code ?? signal)}`,
      "log in again with your platform's tool; then run this again",
    );
  }
  const status = credentialStatus(answer);
  if (!status) {
    throw new ClusterError(
      `"${plugin.command}", which gets the credentials of context "${context.name}", did not answer with an ExecCredential.`,
      "run it by hand to see what it prints",
    );
  }
  return {
    certificate: status.clientCertificateData,
    key: status.clientKeyData,
    header: status.token ? `Bearer ${status.token}` : undefined,
  };
}

function credentialStatus(answer: string): Record<string, string> | undefined {
  try {
    return (JSON.parse(answer) as { status?: Record<string, string> }).status;
  } catch {
    return undefined; // what it printed may hold a token, so it is not shown
  }
}
