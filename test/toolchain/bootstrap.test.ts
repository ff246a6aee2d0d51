import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environmentFor, reasonToInstall } from "../../local/bootstrap.mjs";

describe("The bootstrap installs dependencies", () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "landfall-bootstrap-"));
    lock("package-lock.json", { zod: "sha512-a" });
  });

  afterEach(() => rmSync(root, { recursive: true }));

  it("where there are none", () => {
    assert.equal(reasonToInstall(root), "for the first time");
  });

  it("where npm was killed half-way", () => {
    mkdirSync(join(root, "node_modules", ".bin"), { recursive: true });
    writeFileSync(join(root, "node_modules", ".bin", "node"), "");
    assert.equal(reasonToInstall(root), "an earlier installation was cut short");
  });

  it("where the lockfile asks for others", () => {
    installed({ zod: "sha512-b" });
    assert.equal(reasonToInstall(root), "package-lock.json has changed");
  });

  it("and leaves them alone where they are in order, whatever is there besides", () => {
    installed({ zod: "sha512-a", other: "sha512-c" });
    assert.equal(reasonToInstall(root), undefined);
  });

  function installed(packages: Record<string, string>): void {
    mkdirSync(join(root, "node_modules", ".bin"), { recursive: true });
    writeFileSync(join(root, "node_modules", ".bin", "node"), "");
    lock("node_modules/.package-lock.json", packages);
  }

  function lock(file: string, packages: Record<string, string>): void {
    const entries = Object.entries(packages).map(([name, integrity]) => [`node_modules/${name}`, { integrity }]);
    writeFileSync(join(root, file), JSON.stringify({ packages: { "": {}, ...Object.fromEntries(entries) } }));
  }
});

describe("The bootstrap's environment", () => {
  it("puts the project's own Node first and leaves a chosen compile cache alone", () => {
    const environment = environmentFor({ PATH: "/usr/bin", NODE_COMPILE_CACHE: "/chosen" }, "/project");
    assert.equal(environment.PATH, "/project/node_modules/.bin:/usr/bin");
    assert.equal(environment.NODE_COMPILE_CACHE, "/chosen");
  });

  it("keeps compiled code in the user's cache", () => {
    const environment = environmentFor({ PATH: "", XDG_CACHE_HOME: "/caches" }, "/project");
    assert.equal(environment.NODE_COMPILE_CACHE, "/caches/landfall/compile-cache");
  });
});
