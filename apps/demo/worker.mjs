/** The demonstration's worker: takes jobs from the queue, and writes down what it found. */
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { openRedis } from "./redis.mjs";

const { DATA_URL = "", REDIS_URL = "", ROUNDS = "200000" } = process.env;
const redis = openRedis(REDIS_URL);
let stopping = false;
process.on("SIGTERM", () => {
  stopping = true;
});

/** Something that takes a while: a hash of a hash of a hash. @param {string} phrase */
function work(phrase) {
  let digest = phrase;
  for (let round = 0; round < Number(ROUNDS); round++) digest = createHash("sha256").update(digest).digest("hex");
  return digest.slice(0, 16);
}

/** @param {{ id: number, phrase: string }} job */
async function finish({ id, phrase }) {
  const response = await fetch(`${DATA_URL}/rpc/finish_job`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ id, result: work(phrase), worker: hostname() }),
    signal: AbortSignal.timeout(5000),
  });
  if (!response.ok) throw new Error(`data answered ${response.status}: ${await response.text()}`);
}

console.log("waiting for jobs");
while (!stopping) {
  /** @type {string | undefined} */
  let job;
  try {
    // Seconds that it waits for one; as long as a stop may take.
    const taken = await redis.ask("BLPOP", "jobs", "2");
    if (!Array.isArray(taken)) continue;
    job = String(taken[1]);
    await finish(JSON.parse(job));
  } catch (error) {
    console.error(/** @type {Error} */ (error).message);
    // Back into the queue, for whoever is better off.
    if (job !== undefined) await redis.ask("RPUSH", "jobs", job).catch(() => {});
    await wait(1000);
  }
}
redis.close();
