import type { BackupCommand, Transfer } from "../engine.ts";
import { NODE } from "../node.ts";
import { httpScripts } from "./http.ts";

/** Snapshots are made by a server, fetched, removed there, and given to another, which knows how to take them. */
const ENGINE = `
const authorized = (password) => ({ "api-key": password });
const of = (name) => "/collections/" + encodeURIComponent(name);
async function collections(store) {
  const { result } = await ask(store, "GET", "/collections");
  return result.collections.map(({ name }) => name).sort();
}
async function alone(store) {
  const { result } = await ask(store, "GET", "/cluster");
  const servers = Object.keys(result.peers ?? {}).length;
  if (servers > 1) throw new Error(store.name + " is a cluster of " + servers + " servers: a snapshot has one server's part only");
}
async function fetchSnapshot(store, name, file) {
  const { result } = await ask(store, "POST", of(name) + "/snapshots?wait=true");
  const path = of(name) + "/snapshots/" + encodeURIComponent(result.name);
  const { body } = await request(store, "GET", path);
  await pipeline(Readable.fromWeb(body), createWriteStream(file));
  await request(store, "DELETE", path);
}
async function give(store, name, file) {
  const form = new FormData();
  form.set("snapshot", await openAsBlob(file), name + ".snapshot");
  await request(store, "POST", of(name) + "/snapshots/upload?priority=snapshot&wait=true", form);
}
async function clear(to) {
  for (const name of await collections(to)) await request(to, "DELETE", of(name));
}
async function copy(from, to) {
  await alone(from);
  await alone(to);
  const wanted = await collections(from);
  await clear(to);
  const file = join(env.HOME, "collection.snapshot");
  for (const name of wanted) {
    await fetchSnapshot(from, name, file);
    await give(to, name, file);
    rmSync(file);
  }
  const { result } = await ask(from, "GET", "/aliases");
  const actions = result.aliases.map((alias) => ({ create_alias: alias }));
  if (actions.length > 0) await request(to, "POST", "/collections/aliases", { actions });
}
async function backup(from, folder) {
  for (const host of env.HOSTS.split(" ")) {
    const server = { ...from, address: "http://" + host + ":" + env.FROM_PORT };
    mkdirSync(join(folder, host));
    for (const name of await collections(server)) await fetchSnapshot(server, name, join(folder, host, name + ".snapshot"));
  }
  writeFileSync(join(folder, "manifest"), (await counts(from)).map((text) => text + "\\n").join(""));
}
async function restore(copy, to) {
  const folders = readdirSync(copy, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  if (folders.length > 1) throw new Error("the copy is of " + folders.length + " servers; each has to be given its own part");
  await alone(to);
  await clear(to);
  for (const { name: folder } of folders) {
    for (const file of readdirSync(join(copy, folder))) await give(to, file.replace(/\\.snapshot$/, ""), join(copy, folder, file));
  }
}
async function counts(store) {
  const lines = [];
  for (const name of await collections(store)) {
    const { result } = await ask(store, "POST", of(name) + "/points/count", { exact: true });
    lines.push(name + ": " + result.count + " points");
  }
  return lines;
}
async function contents(store) {
  const lines = [];
  for (const name of await collections(store)) {
    const { result: about } = await ask(store, "GET", of(name));
    const sum = new Checksum();
    let count = 0;
    for (let offset = null; ; ) {
      const page = { limit: 500, offset, with_payload: true, with_vector: true };
      const { result } = await ask(store, "POST", of(name) + "/points/scroll", page);
      for (const { id, payload, vector } of result.points) sum.add([id, payload, vector]);
      count += result.points.length;
      offset = result.next_page_offset;
      if (offset === null || offset === undefined) break;
    }
    const fields = Object.entries(about.payload_schema ?? {}).map(([field, { data_type }]) => [field, data_type]);
    lines.push(name + ": " + count + " points, checksum " + sum + ", settings " + one([about.config.params, fields.sort()]));
  }
  const { result } = await ask(store, "GET", "/aliases");
  const aliases = result.aliases.map((alias) => "alias " + alias.alias_name + ": " + alias.collection_name);
  return [...lines, ...aliases.sort()];
}
`;

const { copy, verify, backup, restore, manifest } = httpScripts(ENGINE);

/** One server to one server: what several have is in parts that only the same servers can take back. */
export const qdrantTransfer: Transfer = { image: NODE, copy, verify };

/** Points are counted after the snapshots: what is written between the two is in the manifest only. */
export const qdrantBackup: Required<Pick<BackupCommand, "script" | "restore" | "manifest">> = {
  script: `export FROM_HOST="\${HOSTS%% *}" FROM_PORT=6333 FROM_PASSWORD="$API_KEY"\n${backup}`,
  restore,
  manifest: manifest.replace("await contents(", "await counts("),
};
