/** As much of a client of Redis as the demonstration needs. https://redis.io/docs/latest/develop/reference/protocol-spec/ */
import { readFileSync } from "node:fs";
import { connect as connectPlainly } from "node:net";
import { connect as connectByTls } from "node:tls";

/** @typedef {string | number | null | Reply[]} Reply */

/**
 * Commands go out in turn, over one connection, which is made anew when it is lost.
 *
 * @param {string} url such as redis://:password@host:6379/0, or rediss:// by TLS
 */
export function openRedis(url) {
  const { protocol, hostname, port, username, password, pathname, searchParams } = new URL(url);
  const authorities = searchParams.get("ssl_ca_certs");
  /** @type {import("node:net").Socket | undefined} */
  let socket;
  /** @type {{ resolve(reply: Reply): void, reject(error: Error): void }[]} */
  let waiting = [];
  let received = Buffer.alloc(0);

  function open() {
    const address = { host: hostname, port: Number(port || 6379) };
    const ca = authorities ? readFileSync(authorities) : undefined;
    const opened =
      protocol === "rediss:" ? connectByTls({ ...address, servername: hostname, ca }) : connectPlainly(address);
    received = Buffer.alloc(0);
    opened.on("data", (bytes) => {
      received = Buffer.concat([received, bytes]);
      for (let reply = parse(received, 0); reply; reply = parse(received, 0)) {
        received = received.subarray(reply.end);
        const asker = waiting.shift();
        if (reply.value instanceof Error) asker?.reject(reply.value);
        else asker?.resolve(reply.value);
      }
    });
    opened.on("error", () => {});
    opened.on("close", () => {
      const lost = waiting;
      [socket, waiting] = [undefined, []];
      for (const { reject } of lost) reject(new Error(`the connection to ${hostname} was lost`));
    });
    return opened;
  }

  /** @param {readonly string[]} words @returns {Promise<Reply>} */
  function send(words) {
    return new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
      socket?.write(`*${words.length}\r\n${parts.join("")}`);
    });
  }

  return {
    /** @param {string[]} words @returns {Promise<Reply>} */
    async ask(...words) {
      if (!socket) {
        socket = open();
        const database = pathname.slice(1) || "0";
        const greetings = [
          ...(password ? [["AUTH", username || "default", decodeURIComponent(password)]] : []),
          ...(database === "0" ? [] : [["SELECT", database]]),
        ];
        const greeted = greetings.map(send);
        const answer = send(words);
        // Where the greeting fails, it says more than what comes after it.
        return Promise.all([...greeted, answer]).then((replies) => /** @type {Reply} */ (replies.at(-1)));
      }
      return send(words);
    },
    close() {
      socket?.destroy();
    },
  };
}

/**
 * @param {Buffer} bytes @param {number} start
 * @returns {{ value: Reply | Error, end: number } | undefined} nothing where the reply is not all there yet
 */
function parse(bytes, start) {
  const line = bytes.indexOf("\r\n", start);
  if (line < 0) return undefined;
  const text = bytes.toString("utf8", start + 1, line);
  const after = line + 2;
  switch (String.fromCharCode(bytes[start] ?? 0)) {
    case "+":
      return { value: text, end: after };
    case "-":
      return { value: new Error(text), end: after };
    case ":":
      return { value: Number(text), end: after };
    case "$": {
      const length = Number(text);
      if (length < 0) return { value: null, end: after };
      const end = after + length + 2;
      return bytes.length < end ? undefined : { value: bytes.toString("utf8", after, end - 2), end };
    }
    case "*": {
      const count = Number(text);
      if (count < 0) return { value: null, end: after };
      /** @type {Reply[]} */
      const items = [];
      let end = after;
      while (items.length < count) {
        const item = parse(bytes, end);
        if (!item) return undefined;
        if (item.value instanceof Error) return { value: item.value, end: item.end };
        items.push(item.value);
        end = item.end;
      }
      return { value: items, end };
    }
    default:
      return { value: new Error(`not a reply of Redis: ${text}`), end: bytes.length };
  }
}
