/** The demonstration's API: takes jobs, puts them into the queue, and says how they fare. */
import { createServer } from "node:http";
import { hostname } from "node:os";
import { openRedis } from "./redis.mjs";

const { DATA_URL = "", REDIS_URL = "", PORT = "8000" } = process.env;
const LONGEST_BODY = 4096;
const redis = openRedis(REDIS_URL);

/** @param {string} path @param {object} [body] */
async function data(path, body) {
  const response = await fetch(`${DATA_URL}${path}`, {
    method: body ? "POST" : "GET",
    headers: { "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(5000),
  });
  if (!response.ok) throw new Error(`data answered ${response.status}: ${await response.text()}`);
  return response.json();
}

async function overview() {
  const [jobs, [counts], waiting] = await Promise.all([
    data("/jobs?order=id.desc&limit=20"),
    data("/counts"),
    redis.ask("LLEN", "jobs"),
  ]);
  return { jobs, counts: { ...counts, waiting }, answeredBy: hostname() };
}

/** @param {import("node:http").IncomingMessage} request */
async function phraseOf(request) {
  let text = "";
  for await (const chunk of request) {
    text += chunk;
    if (text.length > LONGEST_BODY) return undefined;
  }
  try {
    const { phrase } = JSON.parse(text);
    return typeof phrase === "string" && phrase.length > 0 && phrase.length <= 200 ? phrase : undefined;
  } catch {
    return undefined;
  }
}

/** @param {import("node:http").IncomingMessage} request @returns {Promise<[status: number, body: object]>} */
async function answer(request) {
  const path = new URL(request.url ?? "/", "http://api").pathname;
  switch (`${request.method} ${path}`) {
    case "GET /health":
      return [200, { status: "ok" }];
    case "GET /api/jobs":
      return [200, await overview()];
    case "POST /api/jobs": {
      const phrase = await phraseOf(request);
      if (phrase === undefined) return [400, { error: "send { phrase } of 1 to 200 characters" }];
      const id = await data("/rpc/add_job", { phrase });
      await redis.ask("RPUSH", "jobs", JSON.stringify({ id, phrase }));
      return [202, { id }];
    }
    default:
      return [404, { error: "there is nothing here" }];
  }
}

const server = createServer(async (request, response) => {
  const [status, body] = await answer(request).catch((error) => {
    console.error(error.message);
    return /** @type {[number, object]} */ ([503, { error: "a part of the application does not answer" }]);
  });
  response.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store" });
  response.end(JSON.stringify(body));
});
server.listen(Number(PORT), () => console.log(`listening on ${PORT}`));

process.on("SIGTERM", () => {
  redis.close();
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
