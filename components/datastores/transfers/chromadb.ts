import type { Transfer } from "../engine.ts";
import { NODE } from "../node.ts";
import { httpScripts } from "./http.ts";

/** Databases of the one tenant that there is without accounts, and their collections, in pages that servers take. */
const ENGINE = `
const authorized = () => ({});
const tenant = "/api/v2/tenants/default_tenant/databases";
const PAGE = 100;
async function all(store, path) {
  const found = [];
  for (;;) {
    const page = await ask(store, "GET", path + "?limit=" + PAGE + "&offset=" + found.length);
    found.push(...page);
    if (page.length < PAGE) return found;
  }
}
async function* collections(store) {
  for (const { name } of (await all(store, tenant)).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = tenant + "/" + encodeURIComponent(name) + "/collections";
    const found = await all(store, path);
    for (const collection of found.sort((a, b) => (a.name < b.name ? -1 : 1))) yield { database: name, path, collection };
  }
}
async function* pages(store, path, id) {
  const include = ["documents", "embeddings", "metadatas", "uris"];
  for (let offset = 0; ; offset += PAGE) {
    const page = await ask(store, "POST", path + "/" + id + "/get", { limit: PAGE, offset, include });
    if (page.ids.length > 0) yield page;
    if (page.ids.length < PAGE) return;
  }
}
function settings({ configuration_json: configuration, metadata }) {
  const given = Object.entries(configuration ?? {}).filter(([, value]) => value !== null);
  return { configuration: Object.fromEntries(given), metadata };
}
async function copy(from, to) {
  await ask(from, "GET", tenant);
  for await (const { path, collection } of collections(to)) await request(to, "DELETE", path + "/" + encodeURIComponent(collection.name));
  const databases = new Set((await all(to, tenant)).map(({ name }) => name));
  for await (const { database, path, collection } of collections(from)) {
    if (!databases.has(database)) await request(to, "POST", tenant, { name: database });
    databases.add(database);
    const made = await ask(to, "POST", path, { name: collection.name, ...settings(collection) });
    for await (const { ids, embeddings, documents, metadatas, uris } of pages(from, path, collection.id)) {
      await request(to, "POST", path + "/" + made.id + "/add", { ids, embeddings, documents, metadatas, uris });
    }
  }
}
async function contents(store) {
  const lines = [];
  for await (const { database, path, collection } of collections(store)) {
    const sum = new Checksum();
    let count = 0;
    for await (const { ids, embeddings, documents, metadatas, uris } of pages(store, path, collection.id)) {
      ids.forEach((id, place) => sum.add([id, embeddings?.[place], documents?.[place], metadatas?.[place], uris?.[place]]));
      count += ids.length;
    }
    lines.push(database + "/" + collection.name + ": " + count + " records, checksum " + sum + ", settings " + one(settings(collection)));
  }
  return lines;
}
`;

const { copy, verify } = httpScripts(ENGINE);

/** By its API, for the server's own files are of its version. */
export const chromadbTransfer: Transfer = { image: NODE, copy, verify };
