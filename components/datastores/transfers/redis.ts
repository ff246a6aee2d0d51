import type { BackupCommand, Transfer } from "../engine.ts";
import { BEGIN, bothSides, TWO_STORES } from "./shell.ts";

/** `from` and `to` run the client against a side. A password that is empty is none, and the user \`default\` is anybody. */
const SIDES = bothSides(
  (side, name) => `
${name}() {
  REDISCLI_AUTH="$${side}_PASSWORD" valkey-cli -h "$${side}_HOST" -p "$${side}_PORT" \\
    $(user "$${side}_USERNAME") $(tls "$${side}_TLS" "$${side}_CA") "$@"
}`,
);

/** The client ends well whatever the server says, so that answers are looked at. */
const PREPARE = `
${BEGIN}
user() { [ -z "$1" ] || [ "$1" = default ] || echo "--user $1"; }
tls() { [ "$1" != true ] || echo "--tls \${2:+--cacert $2}"; }
${SIDES}
databases() {
  "$1" INFO keyspace > "$HOME/keyspace" || fail "$1: $(head -c 300 "$HOME/keyspace")"
  grep -q "^# Keyspace" "$HOME/keyspace" || fail "$1: $(head -c 300 "$HOME/keyspace")"
  sed -n 's/^db\\([0-9]*\\):.*/\\1/p' "$HOME/keyspace"
}
`.trim();

/** Begins each script that the server runs: the next keys of a database, and when a key goes, in milliseconds since 1970. */
const KEYS = `
redis.call('SELECT', ARGV[1])
local found = redis.call('SCAN', ARGV[2], 'COUNT', 500)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function expiry(key)
  local left = redis.call('PTTL', key)
  if left < 0 then return '0' end
  local at = redis.pcall('PEXPIRETIME', key)
  return string.format('%.0f', type(at) == 'number' and at or now + left)
end
`.trim();

/**
 * Commands for the client's pipe mode that make the keys elsewhere, of 8 MiB or of one key at a time. The first line is
 * a command too, and says where to go on: a cursor, and how many of its keys are done.
 */
const RESTORE_COMMANDS = `
${KEYS}
local function command(...)
  local words = { '*' .. select('#', ...) .. '\\r\\n' }
  for _, word in ipairs({ ... }) do words[#words + 1] = '$' .. #word .. '\\r\\n' .. word .. '\\r\\n' end
  return table.concat(words)
end
local commands, bytes, cursor, done = { command('SELECT', ARGV[1]) }, 0, found[1], 0
for place = ARGV[3] + 1, #found[2] do
  local key = found[2][place]
  local at, payload = expiry(key), redis.call('DUMP', key)
  if payload then
    commands[#commands + 1] = command('RESTORE', key, at, payload, 'REPLACE', 'ABSTTL')
    bytes = bytes + #payload
  end
  if bytes > 8388608 and place < #found[2] then
    cursor, done = ARGV[2], place
    break
  end
end
return 'PING ' .. cursor .. ',' .. done .. '\\n' .. table.concat(commands)
`.trim();

/** Moves all of FROM's databases into TO, which is empty. */
const MOVE = `
move() {
  databases from > "$HOME/databases"
  while read -r db; do
    [ "$(to SELECT "$db")" = OK ] || fail "FROM has keys in database $db, which TO does not have."
  done < "$HOME/databases"
  while read -r db; do
    next=0,0
    while
      from EVAL "$(cat "$HOME/restore.lua")" 0 "$db" "\${next%,*}" "\${next#*,}" > "$HOME/commands" || fail "FROM broke off"
      read -r word next < "$HOME/commands" || true
      [ "$word" = PING ] || fail "FROM: $(head -c 300 "$HOME/commands")"
      to --pipe < "$HOME/commands" > "$HOME/answers" 2>&1 || fail "TO: $(head -n 5 "$HOME/answers" | cut -c 1-300)"
      [ "$next" != 0,0 ]
    do :; done
  done < "$HOME/databases"
}
cat > "$HOME/restore.lua" <<'LUA'
${RESTORE_COMMANDS}
LUA
`.trim();

const COPY = `
${PREPARE}
${TWO_STORES}
${MOVE}
identity() { "$1" INFO server | sed -n 's/^run_id:\\([0-9a-f]*\\).*/\\1/p'; }
here=$(identity from)
[ -z "$here" ] || [ "$here" != "$(identity to)" ] || fail "FROM and TO are the same server: $here"
databases from > /dev/null
answer=$(to FLUSHALL)
[ "$answer" = OK ] || fail "TO: $answer"
move
`.trim();

/**
 * A line for each key: its name, type, checksum and when it goes. A value counts, not how a server keeps it: sets and
 * hashes are sorted, scores are numbers.
 */
const LIST = `
${KEYS}
local function pairsOf(flat)
  local list = {}
  for place = 1, #flat, 2 do list[#list + 1] = #flat[place] .. ':' .. flat[place] .. flat[place + 1] end
  return list
end
local function sorted(list)
  table.sort(list)
  return list
end
local read = {
  string = function(key) return { redis.call('GET', key) } end,
  list = function(key) return redis.call('LRANGE', key, 0, -1) end,
  set = function(key) return sorted(redis.call('SMEMBERS', key)) end,
  hash = function(key) return sorted(pairsOf(redis.call('HGETALL', key))) end,
  zset = function(key)
    local flat = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
    for place = 2, #flat, 2 do flat[place] = string.format('%.17g', tonumber(flat[place])) end
    return pairsOf(flat)
  end,
  stream = function(key)
    local list = {}
    for _, entry in ipairs(redis.call('XRANGE', key, '-', '+')) do
      list[#list + 1] = entry[1]
      for _, word in ipairs(entry[2]) do list[#list + 1] = word end
    end
    for _, group in ipairs(redis.call('XINFO', 'GROUPS', key)) do
      for place = 1, #group, 2 do
        local what = group[place]
        if what == 'name' or what == 'pending' or what == 'last-delivered-id' then list[#list + 1] = group[place + 1] end
      end
    end
    return list
  end,
}
local lines = { found[1] }
for _, key in ipairs(found[2]) do
  local kind = redis.call('TYPE', key).ok
  if kind ~= 'none' then
    local values = (read[kind] or function() return { redis.call('DUMP', key) } end)(key)
    local parts = {}
    for place, value in ipairs(values) do parts[place] = #tostring(value) .. ':' .. value end
    local name = string.gsub(key, '[^!#-Z%[%]%^_a-~]', function(byte) return string.format('\\\\x%02x', string.byte(byte)) end)
    lines[#lines + 1] = '"' .. name .. '" ' .. kind .. ' ' .. redis.sha1hex(table.concat(parts)) .. ' ' .. expiry(key)
  end
end
return table.concat(lines, '\\n')
`.trim();

/** Goes through both sorted lists at once; what goes by itself in this very moment is missed by nobody. */
const COMPARE = `
function take(side, line, part) {
  if ((getline line < file[side]) <= 0) { key[side] = "~"; return }
  split(line, part, " ")
  key[side] = part[1] " " part[2]; value[side] = part[3] " " part[4]; at[side] = part[5] + 0
}
function differs(what, side) {
  if (at[side] > 0 && at[side] <= now) return
  if (++count <= 20) print "  db" key[side] ": " what
}
BEGIN {
  file["from"] = fromFile; file["to"] = toFile
  take("from"); take("to")
  while (key["from"] != "~" || key["to"] != "~") {
    if (key["from"] < key["to"]) { differs("in FROM only", "from"); take("from") }
    else if (key["from"] > key["to"]) { differs("in TO only", "to"); take("to") }
    else {
      apart = at["from"] - at["to"]
      if (value["from"] != value["to"]) differs("another value", "from")
      else if (apart > 1000 || apart < -1000 || (at["from"] > 0) != (at["to"] > 0)) differs("another time to live", "from")
      take("from"); take("to")
    }
  }
  if (count > 0) print "  " count " keys differ"
  exit count > 0
}
`.trim();

/** Keys are compared by their values' checksums, times to live within a second. */
const COMPARE_SIDES = `
cat > "$HOME/list.lua" <<'LUA'
${LIST}
LUA
cat > "$HOME/compare.awk" <<'AWK'
${COMPARE}
AWK
list() {
  databases "$1" > "$HOME/databases"
  : > "$HOME/lines"
  while read -r db; do
    cursor=0
    while
      "$1" EVAL "$(cat "$HOME/list.lua")" 0 "$db" "$cursor" > "$HOME/page" || fail "$1 broke off"
      read -r cursor < "$HOME/page" || true
      case "$cursor" in "" | *[!0-9]*) fail "$1: $(head -c 300 "$HOME/page")" ;; esac
      sed "1d;/^$/d;s/^/$db /" "$HOME/page" >> "$HOME/lines"
      [ "$cursor" != 0 ]
    do :; done
  done < "$HOME/databases"
  LC_ALL=C sort -u "$HOME/lines" > "$HOME/$1"
}
compare() {
  list from
  list to
  awk '{ count["db" $1 " " $3]++ } END { for (kind in count) print kind ": " count[kind] }' "$HOME/from" | LC_ALL=C sort
  LC_ALL=C awk -v now="$(date +%s)000" -v fromFile="$HOME/from" -v toFile="$HOME/to" \\
    -f "$HOME/compare.awk" > "$HOME/differences" || {
    echo "The copy differs:" >&2
    cat "$HOME/differences" >&2
    exit 1
  }
}
`.trim();

const VERIFY = `
${PREPARE}
${COMPARE_SIDES}
compare
`.trim();

/** By DUMP and RESTORE, which every server allows, into the same version or a newer one. */
export const redisTransfer: Transfer = { copy: COPY, verify: VERIFY };

/** Keys that stay: what goes by itself may have gone before a copy is looked at. */
const BACKUP = `
valkey-cli -h "$HOSTS" --rdb unfinished/dump.rdb
valkey-check-rdb unfinished/dump.rdb > "$HOME/checked"
keys=$(sed -n 's/.*\\] \\([0-9]*\\) keys read.*/\\1/p' "$HOME/checked")
expires=$(sed -n 's/.*\\] \\([0-9]*\\) expires.*/\\1/p' "$HOME/checked")
echo "keys without a time to live: $((keys - expires))" > unfinished/manifest
`.trim();

/** A server of its own reads the copy; its keys go into TO, and are compared. */
const RESTORE = `
${PREPARE}
${MOVE}
${COMPARE_SIDES}
valkey-server --port 0 --unixsocket "$HOME/copy.sock" --dir "$COPY" --dbfilename dump.rdb --save "" --appendonly no \\
  --databases 1024 --logfile "$HOME/copy.log" &
server=$!
trap 'kill "$server" 2> /dev/null || true' EXIT
from() { valkey-cli -s "$HOME/copy.sock" "$@"; }
until [ "$(from PING 2> /dev/null)" = PONG ]; do
  kill -0 "$server" 2> /dev/null || fail "The copy cannot be read: $(tail -n 5 "$HOME/copy.log")"
  sleep 0.2
done
answer=$(to FLUSHALL)
[ "$answer" = OK ] || fail "TO: $answer"
move
compare
`.trim();

const MANIFEST = `
${PREPARE}
databases to > /dev/null
tr ',\\r' '  ' < "$HOME/keyspace" | sed -n 's/^db.*keys=\\([0-9]*\\) expires=\\([0-9]*\\).*/\\1 \\2/p' |
  awk '{ keys += $1 - $2 } END { print "keys without a time to live: " keys + 0 }'
`.trim();

export const redisBackup: Required<Pick<BackupCommand, "script" | "restore" | "manifest">> = {
  script: BACKUP,
  restore: RESTORE,
  manifest: MANIFEST,
};
