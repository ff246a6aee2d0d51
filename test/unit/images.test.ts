import assert from "node:assert/strict";
import { fromRegistry } from "../../config/images.ts";

describe("An image pulled from another registry", () => {
  const MIRROR = "mirror.example.com/proxy";
  const redirected: [what: string, image: string, expected: string][] = [
    ["loses its own registry", "docker.io/library/postgres:16", `${MIRROR}/library/postgres:16`],
    ["loses a registry with a port", "registry:5000/team/api:1", `${MIRROR}/team/api:1`],
    ["loses a local registry", "localhost/api:1", `${MIRROR}/api:1`],
    ["keeps an owner that is no registry", "pybase/api:1.0.0", `${MIRROR}/pybase/api:1.0.0`],
    ["keeps a bare name", "nginx:1.29", `${MIRROR}/nginx:1.29`],
    ["keeps its digest", `ghcr.io/a/b@sha256:${"0".repeat(64)}`, `${MIRROR}/a/b@sha256:${"0".repeat(64)}`],
  ];
  for (const [what, image, expected] of redirected) {
    it(`${what}: ${image}`, () => assert.equal(fromRegistry(image, MIRROR), expected));
  }

  it("is the same as before where no registry is set", () => {
    assert.equal(fromRegistry("docker.io/library/postgres:16", undefined), "docker.io/library/postgres:16");
  });
});
