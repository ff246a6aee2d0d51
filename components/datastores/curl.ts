import type { Image } from "./engine.ts";

/** For what is asked by HTTP. */
export const CURL: Image = { reference: "docker.io/curlimages/curl:8.16.0", uid: 100, gid: 101 };
