import type { Image } from "../engine.ts";

/**
 * How a client finds out whether a store takes a value and gives it back. The commands are for any POSIX shell under
 * `-eu`. They find STORE_URL, and STORE_USERNAME, STORE_PASSWORD and STORE_BUCKET as far as `needs` names them, as the
 * client itself has them, and MARK: letters and digits that nobody else uses. What they write goes again, whatever comes.
 */
export interface Trial {
  /** The tools. @default the server's own image */
  image?: Image;
  /** Fields of the connection that the client has in its environment. */
  needs: readonly ("url" | "username" | "password" | "bucket")[];
  script: string;
}
