import { trying } from "./shell.ts";
import type { Trial } from "./trial.ts";

/** A table of its own, read by another connection than the one that wrote. */
export const postgresTrial: Trial = {
  needs: ["url"],
  script: trying(`
table="landfall_$MARK"
ask() { PGCONNECT_TIMEOUT=15 psql "$STORE_URL" --no-psqlrc --quiet --no-align --tuples-only --set=ON_ERROR_STOP=1 --command="$1"; }
write() { ask "CREATE TABLE $table (word text); INSERT INTO $table VALUES ('$MARK')"; }
read_back() { ask "SELECT word FROM $table"; }
remove() { ask "DROP TABLE IF EXISTS $table"; }
`),
};
