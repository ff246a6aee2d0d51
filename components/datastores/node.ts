import type { Image } from "./engine.ts";

/** Docker's official image of Node.js, for APIs that speak JSON: https://hub.docker.com/_/node */
export const NODE: Image = { reference: "docker.io/library/node:24.11.1-alpine3.22", uid: 1000, gid: 1000 };
