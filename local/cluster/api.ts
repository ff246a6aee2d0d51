import { Agent, request } from "node:https";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { PASSING } from "../../cloud/api-server.ts";
import type { Credentials } from "./kubeconfig.ts";

/** What the API server answers that is not a success. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  [field: string]: unknown;
}

/** A busy machine with two processors has been seen to take most of a minute. */
const TIMEOUT_MILLISECONDS = 120_000;
const FIELD_MANAGER = "landfall-local";
const ATTEMPTS = 5;
const PAUSE_MILLISECONDS = 1_000;

/** Speaks to one API server. The full client takes half a second to load, as long as all else that a warm start does. */
export class Api {
  readonly #server: string;
  readonly #agent: Agent;

  constructor(server: string, { ca, certificate, key }: Credentials) {
    this.#server = server;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 8, ca, cert: certificate, key });
  }

  close(): void {
    this.#agent.destroy();
  }

  async get<T>(path: string): Promise<T> {
    return JSON.parse(await this.request("GET", path)) as T;
  }

  /** All objects of a kind. @param path of their list */
  async list<T>(path: string): Promise<T[]> {
    return (await this.get<{ items: T[] }>(path)).items;
  }

  /** Lays fields over those of an object; `null` takes one out. */
  async merge(path: string, fields: object): Promise<void> {
    await this.request("PATCH", path, JSON.stringify(fields), "application/merge-patch+json");
  }

  /** Server-side apply of an object, its status included. */
  async apply(object: KubernetesObject): Promise<void> {
    const path = pathOf(object);
    await this.applyText(path, JSON.stringify(object));
    if (object.status) await this.applyText(`${path}/status`, JSON.stringify(object));
  }

  /** Server-side apply of YAML or JSON as it is. */
  async applyText(path: string, text: string): Promise<void> {
    await this.request(
      "PATCH",
      `${path}?fieldManager=${FIELD_MANAGER}&force=true`,
      text,
      "application/apply-patch+yaml",
    );
  }

  /**
   * Hands over each line of an answer that goes on, such as that of a watch.
   *
   * @returns once the server or the connection has ended it, or `signal` has
   */
  follow(path: string, signal: AbortSignal, onLine: (line: string) => void): Promise<void> {
    return new Promise((resolve) => {
      const call = request(new URL(path, this.#server), { agent: this.#agent, signal }, (response) => {
        createInterface(response)
          .on("line", (line) => response.statusCode === 200 && onLine(line))
          .on("error", () => resolve())
          .on("close", () => resolve());
      });
      call.on("error", () => resolve());
      call.end();
    });
  }

  /** Asks again where the API server has too much to do; but not to create, which an answer that is lost may have done. */
  async request(method: string, path: string, body?: string, contentType?: string, accept?: string): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#request(method, path, body, contentType, accept);
      } catch (error) {
        const isPassing = error instanceof ApiError && PASSING.has(error.status);
        if (!isPassing || method === "POST" || attempt === ATTEMPTS) throw error;
        await sleep(PAUSE_MILLISECONDS);
      }
    }
  }

  #request(method: string, path: string, body?: string, contentType?: string, accept?: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers = {
        ...(accept === undefined ? {} : { accept }),
        ...(body === undefined ? {} : { "content-type": contentType, "content-length": Buffer.byteLength(body) }),
      };
      const call = request(
        new URL(path, this.#server),
        { method, agent: this.#agent, headers, timeout: TIMEOUT_MILLISECONDS },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("error", reject);
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () => {
            const text = Buffer.concat(chunks).toString();
            const status = response.statusCode ?? 0;
            if (status < 300) resolve(text);
            else reject(new ApiError(status, `${method} ${path}: ${status} ${messageOf(text)}`));
          });
        },
      );
      call.on("timeout", () => call.destroy(new Error(`${method} ${path}: no answer`)));
      call.on("error", reject);
      call.end(body);
    });
  }
}

function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { message: string }).message;
  } catch {
    return text.slice(0, 500);
  }
}

function pathOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  const lower = kind.toLowerCase();
  const plural = lower.endsWith("s") ? `${lower}es` : lower.endsWith("y") ? `${lower.slice(0, -1)}ies` : `${lower}s`;
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${root}${metadata.namespace ? `/namespaces/${metadata.namespace}` : ""}/${plural}/${metadata.name}`;
}
