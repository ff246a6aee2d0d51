import type { BackupCommand, Transfer } from "../engine.ts";
import { BEGIN, bothSides, COMPARE, TWO_STORES } from "./shell.ts";

/**
 * \`from_options\` and \`to_options\` are a side's options for MongoDB's tools; the password is in a file, for arguments are
 * for all to see. DocumentDB knows no retryable writes. Atlas and Azure have names that stand for their servers' names.
 */
const SIDES = bothSides(
  (side, name) => `
${name}() {
  tool=$1
  shift
  secret ${name} "$${side}_PASSWORD"
  "$tool" --config="$HOME/${name}.yaml" --username="$${side}_USERNAME" --authenticationDatabase=admin \\
    --uri="$(address "$${side}_HOST" "$${side}_PORT")/?retryWrites=false$(tls "$${side}_TLS" "$${side}_CA")" "$@"
}`,
);

const PREPARE = `
${BEGIN}
secret() { printf 'password: "%s"\\n' "$(printf %s "$2" | sed 's/[\\\\"]/\\\\&/g')" > "$HOME/$1.yaml"; }
address() {
  case "$1" in
    *.mongocluster.cosmos.azure.com | *.mongodb.net) echo "mongodb+srv://$1" ;;
    *) echo "mongodb://$1:$2" ;;
  esac
}
tls() { [ "$1" != true ] || echo "&tls=true\${2:+&tlsCAFile=$2}"; }
`.trim();

/** What the shell's own scripts begin with. Databases of the server itself are nobody's data. */
const CONNECT = `
function connect(side) {
  const of = (name) => process.env[side + "_" + name] ?? "";
  const named = /\\.(mongocluster\\.cosmos\\.azure\\.com|mongodb\\.net)$/.test(of("HOST"));
  const server = named ? "mongodb+srv://" : "mongodb://";
  const account = encodeURIComponent(of("USERNAME")) + ":" + encodeURIComponent(of("PASSWORD")) + "@";
  const options = new URLSearchParams({ authSource: "admin", retryWrites: "false", serverSelectionTimeoutMS: "15000" });
  if (of("TLS") === "true") options.set("tls", "true");
  if (of("TLS") === "true" && of("CA")) options.set("tlsCAFile", of("CA"));
  return new Mongo(server + account + of("HOST") + (named ? "" : ":" + of("PORT")) + "/?" + options);
}
const databases = (client) => client.getDBNames().filter((name) => !["admin", "config", "local"].includes(name)).sort();
const collections = (database) =>
  database.getCollectionInfos().filter(({ name }) => !name.startsWith("system.")).sort((a, b) => (a.name < b.name ? -1 : 1));
`.trim();

/** Values are checked in the order of their documents' names, with their types but for a number's width. */
const CONTENTS = `
${CONNECT}
const { createHash } = require("crypto");
const { writeFileSync } = require("fs");
function contents(client) {
  const lines = [];
  for (const name of databases(client)) {
    const database = client.getDB(name);
    for (const info of collections(database)) {
      const place = name + "." + info.name;
      if (info.type === "view") {
        lines.push(place + ": view " + EJSON.stringify(info.options));
        continue;
      }
      const collection = database.getCollection(info.name);
      const sum = createHash("sha256");
      let count = 0;
      collection.find().sort({ _id: 1 }).forEach((document) => {
        sum.update(EJSON.stringify(document, { relaxed: false }));
        count++;
      });
      lines.push(place + ": " + count + " documents, checksum " + sum.digest("hex").slice(0, 16));
      const rules = ({ v, ns, background, ...rule }) => EJSON.stringify(rule);
      for (const rule of collection.getIndexes().map(rules).sort()) lines.push(place + ": index " + rule);
    }
  }
  return lines.map((line) => line + "\\n").join("");
}
for (const side of ["FROM", "TO"]) writeFileSync(process.env.HOME + "/" + side.toLowerCase(), contents(connect(side)));
`.trim();

const COUNTS = `
${CONNECT}
const client = connect("TO");
for (const name of databases(client)) {
  const database = client.getDB(name);
  for (const info of collections(database)) {
    if (info.type !== "view") print(name + "." + info.name + ": " + database.getCollection(info.name).countDocuments({}));
  }
}
`.trim();

const EMPTY = `
${CONNECT}
const to = connect("TO");
for (const name of databases(to)) to.getDB(name).dropDatabase();
`.trim();

/** A process has a name of its own, where the server is MongoDB's; the same one is not emptied. */
const CLEAR = `
${CONNECT}
const [from, to] = [connect("FROM"), connect("TO")];
const [here, there] = [from, to].map((client) => client.getDB("admin").runCommand({ hello: 1 }).topologyVersion?.processId);
if (here && there && here.equals(there)) throw new Error("FROM and TO are the same server");
for (const name of databases(to)) to.getDB(name).dropDatabase();
`.trim();

function shell(script: string): string {
  return `cat > "$HOME/script.js" <<'JS'
${script}
JS
ask() { mongosh --nodb --norc --quiet "$HOME/script.js"; }`;
}

const OURS = "--nsExclude='admin.*' --nsExclude='config.*'";

const COPY = `
${PREPARE}
${SIDES}
${TWO_STORES}
${shell(CLEAR)}
ask
rm -f "$HOME/dump"
mkfifo "$HOME/dump"
from mongodump --quiet --archive > "$HOME/dump" &
dump=$!
to mongorestore --archive --drop --stopOnError ${OURS} < "$HOME/dump"
wait "$dump" || fail "The dump broke off."
`.trim();

const VERIFY = `
${PREPARE}
${shell(CONTENTS)}
ask
${COMPARE}
`.trim();

export const mongodbTransfer: Transfer = { copy: COPY, verify: VERIFY };

/** The dump says itself how many documents of each collection it has: others may be written meanwhile. */
const BACKUP = `
${PREPARE}
secret backup "$PASSWORD"
mongodump --config="$HOME/backup.yaml" --host="$HOSTS" --username="$USERNAME" --authenticationDatabase=admin --gzip --archive=unfinished/database.archive 2> "$HOME/dumped" ||
  { cat "$HOME/dumped" >&2; exit 1; }
sed -n 's/.*done dumping \\([^ ]*\\) (\\([0-9]*\\) document.*/\\1: \\2/p' "$HOME/dumped" | tr -d '\`' |
  grep -v "^admin\\.\\|^config\\.\\|^[^.]*\\.system\\." | LC_ALL=C sort > unfinished/manifest || true
`.trim();

const RESTORE = `
${PREPARE}
${SIDES}
[ -f "$COPY/database.archive" ]
${shell(EMPTY)}
ask
to mongorestore --gzip --archive="$COPY/database.archive" --drop --stopOnError ${OURS}
`.trim();

const MANIFEST = `
${PREPARE}
${shell(COUNTS)}
ask > "$HOME/counts"
LC_ALL=C sort "$HOME/counts"
`.trim();

export const mongodbBackup: Required<Pick<BackupCommand, "script" | "restore" | "manifest">> = {
  script: BACKUP,
  restore: RESTORE,
  manifest: MANIFEST,
};
