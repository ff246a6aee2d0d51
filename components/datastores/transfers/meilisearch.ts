import type { BackupCommand, Transfer } from "../engine.ts";
import { NODE } from "../node.ts";
import { httpScripts } from "./http.ts";

/** Settings and documents of each index; a task is waited for, as the server does everything later. */
const ENGINE = `
const authorized = (password) => ({ authorization: "Bearer " + password });
const PAGE = 1000;
async function indexes(store) {
  const { results, total } = await ask(store, "GET", "/indexes?limit=1000");
  if (total > results.length) throw new Error(store.name + " has " + total + " indexes; more than 1000 are not copied");
  return results.sort((a, b) => (a.uid < b.uid ? -1 : 1));
}
async function* pages(store, uid) {
  for (let offset = 0; ; offset += PAGE) {
    const { results, total } = await ask(store, "GET", "/indexes/" + uid + "/documents?limit=" + PAGE + "&offset=" + offset);
    yield results;
    if (offset + PAGE >= total) return;
  }
}
async function done(store, method, path, body) {
  const { taskUid } = await ask(store, method, path, body);
  for (;;) {
    const { status, error } = await ask(store, "GET", "/tasks/" + taskUid);
    if (status === "succeeded") return;
    if (status !== "enqueued" && status !== "processing") throw new Error(store.name + ": " + method + " " + path + ": " + (error?.message ?? status));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
async function clear(to) {
  for (const { uid } of await indexes(to)) await done(to, "DELETE", "/indexes/" + uid);
}
async function make(to, { uid, primaryKey }, settings) {
  await done(to, "POST", "/indexes", { uid, primaryKey });
  await done(to, "PATCH", "/indexes/" + uid + "/settings", settings);
}
async function copy(from, to) {
  const wanted = await indexes(from);
  await clear(to);
  for (const index of wanted) {
    await make(to, index, await ask(from, "GET", "/indexes/" + index.uid + "/settings"));
    for await (const documents of pages(from, index.uid)) {
      if (documents.length > 0) await done(to, "POST", "/indexes/" + index.uid + "/documents", documents);
    }
  }
}
async function backup(from, folder) {
  const results = await indexes(from);
  const write = (path, value) => writeFileSync(join(folder, path), JSON.stringify(value));
  const lines = [];
  write("indexes.json", { results });
  for (const { uid, primaryKey } of results) {
    mkdirSync(join(folder, uid));
    const settings = await ask(from, "GET", "/indexes/" + uid + "/settings");
    write(join(uid, "settings.json"), settings);
    const sum = new Checksum();
    let count = 0;
    for await (const documents of pages(from, uid)) {
      write(join(uid, "documents-" + count + ".json"), { results: documents });
      for (const document of documents) sum.add(document);
      count += documents.length;
    }
    lines.push(line(uid, primaryKey, count, sum, settings));
  }
  writeFileSync(join(folder, "manifest"), lines.map((text) => text + "\\n").join(""));
}
async function restore(copy, to) {
  const read = (...path) => JSON.parse(readFileSync(join(copy, ...path), "utf8"));
  await clear(to);
  for (const index of read("indexes.json").results) {
    await make(to, index, read(index.uid, "settings.json"));
    for (const file of readdirSync(join(copy, index.uid)).filter((name) => name.startsWith("documents-"))) {
      const documents = read(index.uid, file).results;
      if (documents.length > 0) await done(to, "POST", "/indexes/" + index.uid + "/documents", documents);
    }
  }
}
const line = (uid, primaryKey, count, sum, settings) =>
  uid + ": " + count + " documents by " + primaryKey + ", checksum " + sum + ", settings " + one(settings);
async function contents(store) {
  const lines = [];
  for (const { uid, primaryKey } of await indexes(store)) {
    const sum = new Checksum();
    let count = 0;
    for await (const documents of pages(store, uid)) {
      for (const document of documents) sum.add(document);
      count += documents.length;
    }
    lines.push(line(uid, primaryKey, count, sum, await ask(store, "GET", "/indexes/" + uid + "/settings")));
  }
  return lines;
}
`;

const { copy, verify, backup, restore, manifest } = httpScripts(ENGINE);

/** By its API, for a dump of the server's own is read at a start only. */
export const meilisearchTransfer: Transfer = { image: NODE, copy, verify };

/** The manifest is of what was written, document for document. */
export const meilisearchBackup: Required<Pick<BackupCommand, "script" | "restore" | "manifest">> = {
  script: `export FROM_HOST="$HOSTS" FROM_PORT=7700 FROM_PASSWORD="$MASTER_KEY"\n${backup}`,
  restore,
  manifest,
};
