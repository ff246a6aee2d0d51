import type { ComposeFile, Mapping } from "./file.ts";
import { CARRIED, NOT_CARRIED } from "./keys.ts";

/** Keys that no application has a place for, and those that nobody knows. */
export function tellKeys(file: ComposeFile, service: string, given: Mapping, isStore: boolean): void {
  const place = `services.${service}`;
  for (const key of Object.keys(given).filter((key) => !key.startsWith("x-"))) {
    const reason = NOT_CARRIED[key];
    if (reason) file.note(`${place}.${key}`, reason.why, reason.fix);
    else if (!CARRIED.includes(key))
      file.note(`${place}.${key}`, "it is no key of the Compose specification", "look for a slip of the finger");
  }
  if (given.networks !== undefined) {
    file.note(`${place}.networks`, "there is one network, and only what uses says may connect", "look through uses");
  }
  if (given.labels !== undefined && !isStore) {
    const routes = /traefik|caddy|nginx-proxy|VIRTUAL_HOST/i.test(JSON.stringify(given.labels));
    file.note(
      `${place}.labels`,
      "labels are for Docker",
      routes ? "the way in is the tier's route and the stack's landfall:edge" : "nothing to do",
    );
  }
}
