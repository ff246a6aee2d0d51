/** Meilisearch and Qdrant as far as copies ask them: their servers are in no registry. */
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Side } from "./servers.ts";

type Answer = [status: number, body?: unknown];

abstract class FakeStore implements Side {
  port = 0;
  readonly password = "master key \"'";
  /** Paths that are refused. */
  refuses: RegExp | undefined;
  readonly #header: string;
  readonly #server: Server;

  /** @param header that has the password at its end */
  constructor(header: string) {
    this.#header = header;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(this.port, "127.0.0.1", resolve));
    this.port = (this.#server.address() as { port: number }).port;
    return this;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  protected abstract answer(method: string, path: string[], query: URLSearchParams, body: string): Answer;

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname, searchParams } = new URL(request.url ?? "", "http://store");
    const path = pathname.split("/").slice(1).map(decodeURIComponent);
    const known = String(request.headers[this.#header] ?? "").endsWith(this.password);
    const method = request.method ?? "";
    const refused: Answer | undefined = !known
      ? [403]
      : this.refuses?.test(`${method} ${pathname}`)
        ? [507]
        : undefined;
    const [status, body] = refused ?? this.answer(method, path, searchParams, Buffer.concat(chunks).toString("latin1"));
    response.writeHead(status);
    response.end(typeof body === "string" ? Buffer.from(body, "latin1") : JSON.stringify(body ?? { message: "no" }));
  }
}

interface Index {
  primaryKey: string;
  settings: Record<string, unknown>;
  documents: Map<unknown, object>;
}

/** https://www.meilisearch.com/docs/reference/api; what is asked for happens at once, and its task succeeds. */
export class FakeMeilisearch extends FakeStore {
  readonly indexes = new Map<string, Index>();
  #tasks = 0;

  constructor() {
    super("authorization");
  }

  protected answer(method: string, [kind, uid, what]: string[], query: URLSearchParams, text: string): Answer {
    if (kind === "tasks") return [200, { status: "succeeded" }];
    const read = () => JSON.parse(Buffer.from(text, "latin1").toString()) as Record<string, unknown>;
    const index = this.indexes.get(uid ?? "");
    const task: Answer = [202, { taskUid: this.#tasks++ }];
    const [offset, limit] = [Number(query.get("offset")), Number(query.get("limit"))];
    switch (`${method} ${what ?? (uid === undefined ? "all" : "one")}`) {
      case "GET all": {
        const results = [...this.indexes].map(([uid, { primaryKey }]) => ({ uid, primaryKey, createdAt: "now" }));
        return [200, { results, total: results.length }];
      }
      case "POST all": {
        const { uid, primaryKey } = read() as { uid: string; primaryKey: string };
        this.indexes.set(uid, { primaryKey, settings: {}, documents: new Map() });
        return task;
      }
      case "DELETE one":
        this.indexes.delete(uid ?? "");
        return task;
      case "GET settings":
        return [200, index?.settings];
      case "PATCH settings":
        Object.assign(index?.settings ?? {}, read());
        return task;
      case "GET documents": {
        const all = [...(index?.documents.values() ?? [])];
        return [200, { results: all.slice(offset, offset + limit), offset, limit, total: all.length }];
      }
      case "POST documents":
        for (const document of read() as unknown as Record<string, unknown>[]) {
          index?.documents.set(document[index.primaryKey], document);
        }
        return task;
    }
    return [404];
  }
}

interface Collection {
  params: object;
  points: { id: number; payload: object; vector: number[] }[];
}

/** https://api.qdrant.tech; a snapshot is the collection as JSON, with its length before it as a check. */
export class FakeQdrant extends FakeStore {
  collections = new Map<string, Collection>();
  aliases: { alias_name: string; collection_name: string }[] = [];
  servers = 1;
  readonly #snapshots = new Map<string, string>();

  constructor() {
    super("api-key");
  }

  /** Snapshots that nobody has removed. */
  get left(): number {
    return this.#snapshots.size;
  }

  protected answer(
    method: string,
    [kind, name = "", what = "", which = ""]: string[],
    query: URLSearchParams,
    text: string,
  ): Answer {
    const collection = this.collections.get(name);
    if (kind === "cluster") {
      return [
        200,
        {
          result: {
            status: "enabled",
            peers: Object.fromEntries(Array.from({ length: this.servers }, (_, peer) => [peer, {}])),
          },
        },
      ];
    }
    if (kind === "aliases") return [200, { result: { aliases: this.aliases } }];
    if (method === "POST" && name === "aliases") {
      const { actions } = JSON.parse(text) as { actions: { create_alias: FakeQdrant["aliases"][number] }[] };
      this.aliases = actions.map(({ create_alias: alias }) => alias);
      return [200, { result: true }];
    }
    if (what === "snapshots" && which === "upload") return this.#take(name, query, text);
    switch (`${method} ${[what, which && "one"].join("/")}`) {
      case "GET /":
        if (name === "")
          return [200, { result: { collections: [...this.collections.keys()].map((name) => ({ name })) } }];
        return [200, { result: { config: { params: collection?.params }, payload_schema: {} } }];
      case "DELETE /":
        this.collections.delete(name);
        return [200, { result: true }];
      case "PUT /":
        this.collections.set(name, { params: JSON.parse(text) as object, points: [] });
        return [200, { result: true }];
      case "PUT points/":
        collection?.points.push(...(JSON.parse(text) as { points: Collection["points"] }).points);
        return [200, { result: { status: "completed" } }];
      case "POST snapshots/": {
        const content = JSON.stringify(collection);
        this.#snapshots.set("snap-1", `${content.length}:${content}`);
        return [200, { result: { name: "snap-1" } }];
      }
      case "GET snapshots/one":
        return [200, this.#snapshots.get(which)];
      case "DELETE snapshots/one":
        this.#snapshots.delete(which);
        return [200, { result: true }];
      case "POST points/one": {
        const points = collection?.points ?? [];
        if (which === "count") return [200, { result: { count: points.length } }];
        const { offset, limit } = JSON.parse(text) as { offset: number | null; limit: number };
        const next = (offset ?? 0) + limit;
        return [
          200,
          { result: { points: points.slice(offset ?? 0, next), next_page_offset: next < points.length ? next : null } },
        ];
      }
    }
    return [404];
  }

  #take(name: string, query: URLSearchParams, form: string): Answer {
    assert.equal(query.get("priority"), "snapshot");
    assert.match(form, /name="snapshot"/);
    const [, length = "", content = ""] = /\r\n\r\n(\d+):([\s\S]*)\r\n--/.exec(form) ?? [];
    if (content.length !== Number(length)) return [400, { status: { error: "the snapshot is broken" } }];
    this.collections.set(name, JSON.parse(content) as Collection);
    return [200, { result: true }];
  }
}
