import assert from "node:assert/strict";
import { existsSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { baseOf, checkOut } from "../../local/preview/base.ts";
import { planOf, randomSecret, readSettings } from "../../local/rehearsal/stack-file.ts";
import { temporaryDirectory } from "../support/api-server.ts";

describe("The base that a pull request is previewed against", () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  before(() => {
    directory = temporaryDirectory();
  });
  after(() => directory.remove());

  it("is the program and the stack file of the commit, with the dependencies that are installed", async function () {
    this.timeout(60_000);
    const folder = checkOut("HEAD", "dev", join(directory.path, "base"));
    for (const entry of ["index.ts", "apps", "cloud", "components", "config", "Pulumi.dev.yaml"]) {
      assert.ok(existsSync(join(folder, entry)), entry);
    }
    assert.equal(readlinkSync(join(folder, "node_modules")), join(process.cwd(), "node_modules"));
    const { plan } = await planOf(readSettings(folder, "dev"), "dev", folder);
    assert.equal(plan.application, "pybase");
  });

  it("is a commit that git knows", () => assert.match(baseOf(), /^([0-9a-f]{12}|HEAD)$/));

  it("is refused where git knows no such commit, or no stack file in it", () => {
    const folder = join(directory.path, "refused");
    assert.throws(() => checkOut("no-such-branch", "dev", folder), /git knows no commit no-such-branch/);
    assert.throws(
      () => checkOut("HEAD", "nowhere", folder),
      /HEAD has no Pulumi\.nowhere\.yaml, so nothing of it stands/,
    );
    assert.ok(!existsSync(folder));
  });
});

describe("A secret that a rehearsal makes up", () => {
  it("is never an option of pulumi's", () => {
    for (let made = 0; made < 1000; made++) assert.match(randomSecret(), /^[^-].{42}$/);
  });
});
