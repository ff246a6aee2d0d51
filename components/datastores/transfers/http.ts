import { BEGIN, COMPARE, TWO_STORES } from "./shell.ts";

/** What scripts for stores with an HTTP API begin with. A checksum is the sum of its parts', whatever their order. */
const CLIENT = `
import { createHash } from "node:crypto";
import { createWriteStream, mkdirSync, openAsBlob, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
const { env } = process;
function storeOf(name) {
  const of = (what) => env[name + "_" + what] ?? "";
  const address = (of("TLS") === "true" ? "https" : "http") + "://" + of("HOST") + ":" + of("PORT");
  return { name, address, headers: of("PASSWORD") === "" ? {} : authorized(of("PASSWORD")) };
}
async function request(store, method, path, body) {
  const isForm = body instanceof FormData;
  const headers = { ...store.headers, ...(body === undefined || isForm ? {} : { "content-type": "application/json" }) };
  const sent = body === undefined || isForm || typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(store.address + path, { method, headers, body: sent });
  if (response.ok) return response;
  throw new Error(store.name + ": " + method + " " + path + ": " + response.status + " " + (await response.text()).slice(0, 300));
}
const ask = async (store, method, path, body) => (await request(store, method, path, body)).json();
function canonical(value) {
  if (Array.isArray(value)) return "[" + value.map(canonical).join() + "]";
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return "{" + Object.keys(value).sort().map((key) => JSON.stringify(key) + ":" + canonical(value[key])).join() + "}";
}
class Checksum {
  sum = 0n;
  add(value) {
    const digest = createHash("sha256").update(canonical(value)).digest();
    this.sum = BigInt.asUintN(64, this.sum + digest.readBigUInt64BE());
  }
  toString() {
    return this.sum.toString(16).padStart(16, "0");
  }
}
const one = (value) => {
  const sum = new Checksum();
  sum.add(value);
  return sum.toString();
};
`.trim();

/** Errors are told in a line, with what is behind a connection that failed. */
const MAIN = `
try {
  await main();
} catch (error) {
  console.error(error.message + (error.cause ? ": " + (error.cause.message || error.cause.code) : ""));
  process.exit(1);
}
`.trim();

type Scripts = Record<"copy" | "verify" | "backup" | "restore" | "manifest", string>;

/** @param engine functions `authorized`, `contents` and those of the scripts that the engine has */
export function httpScripts(engine: string): Scripts {
  const node = (main: string) => `cat > "$HOME/script.mjs" <<'JS'
${CLIENT}
${engine.trim()}
async function main() {
  ${main}
}
${MAIN}
JS
cat "$FROM_CA" "$TO_CA" > "$HOME/authorities.pem" 2> /dev/null || true
[ ! -s "$HOME/authorities.pem" ] || export NODE_EXTRA_CA_CERTS="$HOME/authorities.pem"`;
  const prepare = `${BEGIN}\n: "\${FROM_CA=}" "\${TO_CA=}"`;
  const list = "for (const line of await contents(storeOf(env.SIDE))) console.log(line);";
  return {
    copy: `${prepare}\n${TWO_STORES}\n${node('await copy(storeOf("FROM"), storeOf("TO"));')}\nnode "$HOME/script.mjs"`,
    verify: `${prepare}\n${node(list)}\nSIDE=FROM node "$HOME/script.mjs" > "$HOME/from"\nSIDE=TO node "$HOME/script.mjs" > "$HOME/to"\n${COMPARE}`,
    backup: `${prepare}\n${node('await backup(storeOf("FROM"), "unfinished");')}\nnode "$HOME/script.mjs"`,
    restore: `${prepare}\n${node('await restore(env.COPY, storeOf("TO"));')}\nnode "$HOME/script.mjs"`,
    manifest: `${prepare}\n${node(list)}\nSIDE=TO node "$HOME/script.mjs"`,
  };
}
