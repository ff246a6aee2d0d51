import { trying } from "./shell.ts";
import type { Trial } from "./trial.ts";

/**
 * A key that goes by itself after five minutes. The client wants the user's name where others take none for \`default\`, and the
 * authority as an option of its own: https://valkey.io/topics/cli/
 */
export const redisTrial: Trial = {
  needs: ["url"],
  script: trying(`
authority=$(printf %s "$STORE_URL" | sed -n 's/.*[?&]ssl_ca_certs=\\([^&]*\\).*/\\1/p')
url=\${STORE_URL%%\\?*}
case "$url" in *://:*@*) url="\${url%%://*}://default:\${url#*://:}" ;; esac
ask() { valkey-cli --no-auth-warning -u "$url" \${authority:+--cacert "$authority"} "$@"; }
write() {
  answer=$(ask SET "landfall:$MARK" "$MARK" EX 300)
  [ "$answer" = OK ] || fail "$answer"
}
read_back() { ask GET "landfall:$MARK"; }
remove() { ask DEL "landfall:$MARK"; }
`),
};
