import { NODE } from "../node.ts";
import { trying } from "./shell.ts";
import type { Trial } from "./trial.ts";

const CLIENT = `
const { STORE_URL: url, STORE_PASSWORD: password = "", MARK: mark } = process.env;
const name = "landfall-" + mark;
async function ask(method, path, body) {
  const headers = { ...authorized, ...(body === undefined ? {} : { "content-type": "application/json" }) };
  const response = await fetch(url.replace(/\\/$/, "") + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(method + " " + path + ": " + response.status + " " + text.slice(0, 300));
  return text === "" ? undefined : JSON.parse(text);
}
`.trim();

const MAIN = `
try {
  await steps[process.argv[2]]();
} catch (error) {
  console.error(error.message + (error.cause ? ": " + (error.cause.message || error.cause.code) : ""));
  process.exit(1);
}
`.trim();

/** @param engine the headers \`authorized\`, and \`steps\` with write, read and remove */
function httpTrial(needs: Trial["needs"], engine: string): Trial {
  return {
    image: NODE,
    needs,
    script: trying(`
cat > "$HOME/trial.mjs" <<'JS'
${CLIENT}
${engine.trim()}
${MAIN}
JS
write() { node "$HOME/trial.mjs" write; }
read_back() { node "$HOME/trial.mjs" read; }
remove() { node "$HOME/trial.mjs" remove; }
`),
  };
}

/** An index of its own; what is asked for is done later: https://www.meilisearch.com/docs/learn/async/asynchronous_operations */
export const meilisearchTrial: Trial = httpTrial(
  ["url", "password"],
  `
const authorized = { authorization: "Bearer " + password };
async function done(method, path, body) {
  const { taskUid } = await ask(method, path, body);
  for (;;) {
    const { status, error } = await ask("GET", "/tasks/" + taskUid);
    if (status === "succeeded") return;
    if (status !== "enqueued" && status !== "processing") throw new Error(method + " " + path + ": " + (error?.message ?? status));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
const steps = {
  async write() {
    await done("POST", "/indexes", { uid: name, primaryKey: "id" });
    await done("POST", "/indexes/" + name + "/documents", [{ id: 1, word: mark }]);
  },
  async read() {
    const { results } = await ask("GET", "/indexes/" + name + "/documents?limit=1&offset=0");
    console.log(results[0]?.word);
  },
  remove: () => done("DELETE", "/indexes/" + name),
};
`,
);

/** A collection of its own, with one point. */
export const qdrantTrial: Trial = httpTrial(
  ["url", "password"],
  `
const authorized = { "api-key": password };
const path = "/collections/" + name;
const steps = {
  async write() {
    await ask("PUT", path, { vectors: { size: 2, distance: "Dot" } });
    await ask("PUT", path + "/points?wait=true", { points: [{ id: 1, vector: [1, 0], payload: { word: mark } }] });
  },
  async read() {
    const { result } = await ask("POST", path + "/points/scroll", { limit: 1, offset: null, with_payload: true });
    console.log(result.points[0]?.payload.word);
  },
  remove: () => ask("DELETE", path),
};
`,
);

/** A collection of its own, with one record. */
export const chromadbTrial: Trial = httpTrial(
  ["url"],
  `
const authorized = {};
const path = "/api/v2/tenants/default_tenant/databases/default_database/collections";
const steps = {
  async write() {
    const { id } = await ask("POST", path, { name });
    await ask("POST", path + "/" + id + "/add", { ids: ["1"], embeddings: [[1, 0]], documents: [mark] });
  },
  async read() {
    const { id } = await ask("GET", path + "/" + name);
    const { documents } = await ask("POST", path + "/" + id + "/get", { ids: ["1"], include: ["documents"] });
    console.log(documents[0]);
  },
  remove: () => ask("DELETE", path + "/" + name),
};
`,
);
