import { trying } from "./shell.ts";
import type { Trial } from "./trial.ts";

/** A collection of its own in the client's database. */
export const mongodbTrial: Trial = {
  needs: ["url"],
  script: trying(`
ask() {
  printf 'const c = connect(process.env.STORE_URL + "&serverSelectionTimeoutMS=15000").getCollection("landfall_" + process.env.MARK);\\n%s\\n' "$1" > "$HOME/trial.js"
  mongosh --nodb --norc --quiet "$HOME/trial.js"
}
write() { ask 'c.insertOne({ word: process.env.MARK });'; }
read_back() { ask 'print(c.findOne().word);'; }
remove() { ask 'c.drop();'; }
`),
};
