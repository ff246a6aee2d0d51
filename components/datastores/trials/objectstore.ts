import { RCLONE } from "../rclone.ts";
import { PROVIDER } from "../transfers/objectstore.ts";
import { trying } from "./shell.ts";
import type { Trial } from "./trial.ts";

/** An object in a folder of its own in the client's first bucket. */
export const objectstoreTrial: Trial = {
  image: RCLONE,
  needs: ["url", "username", "password", "bucket"],
  script: trying(`
${PROVIDER}
address=\${STORE_URL#*://}
export RCLONE_CONFIG=/dev/null RCLONE_STATS=0 RCLONE_RETRIES=1
export RCLONE_CONFIG_STORE_TYPE=s3 RCLONE_CONFIG_STORE_NO_CHECK_BUCKET=true
export RCLONE_CONFIG_STORE_PROVIDER="$(provider "\${address%%[:/]*}")" RCLONE_CONFIG_STORE_ENDPOINT="$STORE_URL"
export RCLONE_CONFIG_STORE_ACCESS_KEY_ID="$STORE_USERNAME" RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY="$STORE_PASSWORD"
folder="store:$STORE_BUCKET/landfall-$MARK"
write() { printf %s "$MARK" | rclone rcat "$folder/word"; }
read_back() { rclone copy "$folder" "$HOME/read" && cat "$HOME/read/word"; }
remove() { rclone purge "$folder"; }
`),
};
