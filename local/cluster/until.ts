import { setTimeout as sleep } from "node:timers/promises";
import { LocalClusterError } from "./kwokctl.ts";

const POLL_MILLISECONDS = 200;
const PATIENCE_MILLISECONDS = 120_000;

/** Asks until the answer is yes. @throws LocalClusterError that names what did not come about. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  while (!(await isSo())) {
    if (Date.now() > deadline) {
      const waited = `${PATIENCE_MILLISECONDS / 1000} seconds`;
      throw new LocalClusterError(
        `The local cluster does not get ready: ${what}, not after ${waited}.\n  fix      run this again; npm stop clears a cluster that stays broken`,
      );
    }
    await sleep(POLL_MILLISECONDS);
  }
}
