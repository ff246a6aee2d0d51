import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { redis } from "../../components/datastores/redis.ts";
import { sentinel } from "../../components/datastores/sentinel.ts";

const servers = ["queue-0", "queue-1", "queue-2"].map((server) => `${server}.queue-headless`);
const settings = {
  endpoint: { host: "queue", port: 6379, username: "default", database: "", buckets: [], tls: false },
  dataDirectory: "/data",
  passwordSecret: { name: "queue-credentials", key: "password" },
  peersSecret: { name: "queue-credentials", key: "peers" },
  settings: { "maxmemory-policy": "allkeys-lru", appendfsync: "always" },
  servers,
};

interface Script {
  what: string;
  command: readonly string[];
}
const server = redis.server(settings);
const watcher = sentinel.watcher.container(settings);
const scripts = [
  { what: "server", command: server.command },
  { what: "server's end", command: commandOf((server.lifecycle as { preStop: unknown }).preStop) },
  { what: "server's readiness", command: commandOf(server.readinessProbe) },
  { what: "server's life", command: commandOf(server.livenessProbe) },
  { what: "sentinel", command: watcher.command },
  { what: "sentinel's readiness", command: commandOf(watcher.readinessProbe) },
  { what: "proxy", command: sentinel.proxy.command },
] as Script[];

function commandOf(handler: unknown): string[] {
  return (handler as { exec: { command: string[] } }).exec.command;
}

describe("Servers of Redis that follow a leader", () => {
  for (const { what, command } of scripts) {
    it(`are run by a shell script that parses: the ${what}`, () => {
      assert.equal(command[0], "sh");
      execFileSync("sh", ["-n", "-c", command[2] as string]);
    });
  }

  it("take the application's settings over the defaults, and stop to write alone", () => {
    assert.deepEqual(server.args, [
      ...["--min-replicas-to-write", "1", "--min-replicas-max-lag", "10"],
      ...["--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "allkeys-lru"],
    ]);
  });

  it("get their passwords by reference, and show none on a command line", () => {
    const env = (server.env ?? []) as { name: string; valueFrom?: { secretKeyRef?: object } }[];
    assert.deepEqual(
      env.flatMap(({ name, valueFrom }) => (valueFrom?.secretKeyRef ? [[name, valueFrom.secretKeyRef]] : [])),
      [
        ["REDISCLI_AUTH", settings.passwordSecret],
        ["PEERS_PASSWORD", settings.peersSecret],
      ],
    );
    // Kubernetes puts what $(…) names onto the command line; a shell reads it from its environment.
    for (const { what, command } of scripts) assert.doesNotMatch(command.join(" "), /--requirepass|\$\(\w*PASS/, what);
    assert.ok(!(server.args as string[]).some((argument) => argument.includes("$(")));
  });
});

describe("The proxy before them", () => {
  const [file = ""] = Object.values(sentinel.proxy.configuration(settings));
  /** Lines of a section. */
  const section = (title: string) => {
    const found = file.split("\n\n").find((text) => text.startsWith(`${title}\n`));
    return found?.split("\n").map((line) => line.trim()) ?? assert.fail(`there is no ${title}`);
  };

  it("leads to the server that most sentinels say leads and that says so itself, and to no other", () => {
    assert.deepEqual(
      section("frontend clients").filter((line) => line.startsWith("use_backend")),
      [0, 1, 2].map((n) => `use_backend server-${n} if { nbsrv(elected-${n}) ge 2 } { nbsrv(server-${n}) ge 1 }`),
    );
    assert.ok(!file.includes("default_backend"));
  });

  it("asks every sentinel, and the server, each with the password that servers know", () => {
    assert.deepEqual(section("backend elected-1").slice(1), [
      "option tcp-check",
      "tcp-check connect",
      `tcp-check send "AUTH \${PEERS_PASSWORD}\\r\\n"`,
      'tcp-check expect string "+OK"',
      'tcp-check send "SENTINEL get-master-addr-by-name leader\\r\\n"',
      'tcp-check expect string "queue-1.queue-headless"',
      ...servers.map((name, n) => `server sentinel-${n} "${name}.\${DOMAIN}:26379"`),
    ]);
    assert.deepEqual(section("backend server-1").slice(1), [
      "option tcp-check",
      "tcp-check connect",
      `tcp-check send "AUTH peer \${PEERS_PASSWORD}\\r\\n"`,
      'tcp-check expect string "+OK"',
      'tcp-check send "INFO replication\\r\\n"',
      'tcp-check expect string "role:master"',
      `server leader "queue-1.queue-headless.\${DOMAIN}:6379"`,
    ]);
  });

  it("needs three of five sentinels where there are five", () => {
    const five = [0, 1, 2, 3, 4].map((n) => `queue-${n}.queue-headless`);
    const [text = ""] = Object.values(sentinel.proxy.configuration({ ...settings, servers: five }));
    assert.match(text, /use_backend server-4 if \{ nbsrv\(elected-4\) ge 3 \}/);
  });
});
