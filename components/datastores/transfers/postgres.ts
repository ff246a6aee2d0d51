import type { BackupCommand, Transfer } from "../engine.ts";
import { BEGIN, bothSides, COMPARE, TWO_STORES } from "./shell.ts";

/** `from` and `to` run a client against a side; the certificate is checked where its authority is known. */
const SIDES = bothSides(
  (side, name) => `
${name}() {
  PGHOST="$${side}_HOST" PGPORT="$${side}_PORT" PGDATABASE="$${side}_DATABASE" \\
    PGUSER="$${side}_USERNAME" PGPASSWORD="$${side}_PASSWORD" \\
    PGSSLMODE="$(sslmode "$${side}_TLS" "$${side}_CA")" PGSSLROOTCERT="$${side}_CA" PGCONNECT_TIMEOUT=15 "$@"
}`,
);

const PREPARE = `
${BEGIN}
sslmode() {
  case "$1:$2" in
    true:) echo require ;;
    true:*) echo verify-full ;;
    *) echo disable ;;
  esac
}
${SIDES}
sql="psql --no-psqlrc --quiet --no-align --tuples-only --set=ON_ERROR_STOP=1"
`.trim();

/** Namespaces that are an application's: not the server's own, nor an extension's. */
const OURS = `nspname !~ '^pg_' AND nspname <> 'information_schema' AND NOT EXISTS (
  SELECT FROM pg_depend WHERE classid = 'pg_namespace'::regclass AND objid = n.oid AND deptype = 'e')`;

/** Everything goes, so that nothing stays of an earlier copy; \`public\` gets the owner and the rights that it has by default. */
const CLEAR = `
BEGIN;
SET client_min_messages = warning;
DO $clear$
DECLARE found text;
BEGIN
  FOR found IN SELECT nspname FROM pg_namespace n WHERE ${OURS} LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', found);
  END LOOP;
  PERFORM lo_unlink(oid) FROM pg_largeobject_metadata;
END $clear$;
CREATE SCHEMA public AUTHORIZATION pg_database_owner;
GRANT USAGE ON SCHEMA public TO PUBLIC;
`.trim();

/**
 * Fills TO by what the command given to \`fill\` prints, in one transaction. Its end is printed only after a command
 * that succeeded, so that a half dump is never committed.
 */
const FILL = `
fill() {
  cat > "$HOME/clear.sql" <<'SQL'
${CLEAR}
SQL
  rm -f "$HOME/dump"
  mkfifo "$HOME/dump"
  { cat "$HOME/clear.sql" && "$@" && echo 'COMMIT;'; } > "$HOME/dump" &
  dump=$!
  to $sql --output=/dev/null < "$HOME/dump"
  wait "$dump" || fail "The dump broke off; TO is as it was."
}
`.trim();

/** Roles and rights are a server's own, and what runs it decides them. */
const DUMPED = "--no-owner --no-privileges";

/** A server knows itself by the moment at which it started. */
const COPY = `
${PREPARE}
${TWO_STORES}
${FILL}
identity="SELECT current_database(), pg_postmaster_start_time()"
here=$(from $sql --command="$identity")
there=$(to $sql --command="$identity")
[ "$here" != "$there" ] || fail "FROM and TO are the same database: $there"
from $sql --output="$HOME/wanted" --command="SELECT extname FROM pg_extension"
to $sql --output="$HOME/offered" --command="SELECT name FROM pg_available_extensions"
missing=$(grep -vxF -f "$HOME/offered" "$HOME/wanted" || true)
[ -z "$missing" ] || fail "TO does not offer extensions that FROM uses:" $missing
fill from pg_dump ${DUMPED}
`.trim();

/**
 * What a database has, in one snapshot. A table's checksum is the sum of its rows' (64 bits of MD5), whatever their
 * order. Materialized views are only counted, for a copy makes them anew, and so fresher; and NOT NULL constraints are
 * not, for only PostgreSQL 18 has them as such.
 */
const CONTENTS = `
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL search_path = pg_catalog;
SET LOCAL row_security = off;
SET LOCAL datestyle = 'ISO';
SET LOCAL intervalstyle = 'postgres';
SET LOCAL timezone = 'UTC';
SET LOCAL bytea_output = 'hex';
SET LOCAL extra_float_digits = 1;
`.trim();

const TABLES = `
SELECT format(
  'SELECT %L || count(*) || '' rows, checksum '' || '
  'coalesce(sum((''x'' || left(md5(landfall_row::text), 16))::bit(64)::bigint::numeric), 0) FROM ONLY %I.%I AS landfall_row',
  format('table %I.%I: ', nspname, relname), nspname, relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind = 'r' AND relpersistence <> 't' AND ${OURS}
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
ORDER BY nspname COLLATE "C", relname COLLATE "C" \\gexec
SELECT kind || ': ' || count(*) FROM (
  SELECT relnamespace, CASE relkind WHEN 'i' THEN 'indexes' WHEN 'I' THEN 'indexes' WHEN 'S' THEN 'sequences'
    WHEN 'v' THEN 'views' WHEN 'm' THEN 'materialized views' ELSE 'tables' END FROM pg_class
    WHERE relkind IN ('i', 'I', 'S', 'v', 'm', 'r', 'p', 'f')
  UNION ALL SELECT connamespace, 'constraints' FROM pg_constraint WHERE contype <> 'n'
  UNION ALL SELECT pronamespace, 'functions' FROM pg_proc
  UNION ALL SELECT relnamespace, 'triggers' FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid WHERE NOT tgisinternal
) AS it (namespace, kind) JOIN pg_namespace n ON n.oid = namespace WHERE ${OURS} GROUP BY kind ORDER BY kind COLLATE "C";
SELECT 'extension ' || extname FROM pg_extension ORDER BY extname COLLATE "C";
SELECT 'large objects: ' || count(*) || ', checksum ' ||
  coalesce(sum(('x' || left(md5(oid || md5(lo_get(oid))), 16))::bit(64)::bigint::numeric), 0) FROM pg_largeobject_metadata;
`.trim();

/** Not part of any snapshot: a value that is taken stays taken. */
const SEQUENCES = `
SELECT format('sequence %I.%I: %s', schemaname, sequencename, coalesce(last_value::text, 'not used'))
FROM pg_sequences JOIN pg_namespace n ON nspname = schemaname WHERE ${OURS}
ORDER BY schemaname COLLATE "C", sequencename COLLATE "C";
`.trim();

const VERIFY = `
${PREPARE}
cat > "$HOME/contents.sql" <<'SQL'
${CONTENTS}
${TABLES}
${SEQUENCES}
COMMIT;
SQL
from $sql --file="$HOME/contents.sql" --output="$HOME/from"
to $sql --file="$HOME/contents.sql" --output="$HOME/to"
${COMPARE}
`.trim();

/** New transactions of a frozen database read only; those that are under way end with their connections. */
const FREEZE = `
${PREPARE}
from $sql --output=/dev/null <<'SQL'
SELECT format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()) \\gexec
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid();
SQL
`.trim();

const THAW = `
${PREPARE}
PGOPTIONS="--default_transaction_read_only=off" from $sql --output=/dev/null <<'SQL'
SELECT format('ALTER DATABASE %I RESET default_transaction_read_only', current_database()) \\gexec
SQL
`.trim();

/** By pg_dump of the newer version, into the same version or a newer one. */
export const postgresTransfer: Transfer = { copy: COPY, verify: VERIFY, freeze: FREEZE, thaw: THAW };

/** The dump and its manifest are of one snapshot: a manifest's tables are the dump's, row for row. */
const BACKUP = `
cat > "$HOME/backup.sql" <<'SQL'
${CONTENTS}
SELECT pg_export_snapshot() AS snapshot \\gset
\\setenv SNAPSHOT :snapshot
\\! pg_dump --format=custom --snapshot="$SNAPSHOT" --file=unfinished/database.dump || rm -f unfinished/database.dump
\\o unfinished/manifest
${TABLES}
COMMIT;
SQL
psql --no-psqlrc --quiet --no-align --tuples-only --set=ON_ERROR_STOP=1 --file="$HOME/backup.sql"
[ -f unfinished/database.dump ]
`.trim();

const RESTORE = `
${PREPARE}
${FILL}
fill pg_restore ${DUMPED} --file=- "$COPY/database.dump"
`.trim();

const MANIFEST = `
${PREPARE}
cat > "$HOME/contents.sql" <<'SQL'
${CONTENTS}
${TABLES}
COMMIT;
SQL
to $sql --file="$HOME/contents.sql"
`.trim();

export const postgresBackup: Required<Pick<BackupCommand, "script" | "restore" | "manifest">> = {
  script: BACKUP,
  restore: RESTORE,
  manifest: MANIFEST,
};
