/** `npm run new`, and the commands of docs/applications.md, run. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { z } from "zod";
import { resolve } from "../../config/resolve.ts";
import { words } from "../../local/new/compose/words.ts";
import { SOME_IMAGE } from "../../local/new/flags.ts";
import { askFor } from "../../local/new/questions.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "docs/applications.md"), "utf8");

describe("npm run new", function () {
  this.timeout(60_000);
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "landfall-new-"));
    for (const entry of ["apps", "config", "components", "cloud", "node_modules"]) {
      symlinkSync(join(root, entry), join(directory, entry));
    }
    cpSync(join(root, "test/support/compose/django.yaml"), join(directory, "compose.yaml"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function call(command: string, ...args: string[]): Promise<{ code: number; output: string; complaint: string }> {
    return new Promise((done) => {
      const child = execFile(
        process.execPath,
        [join(root, `local/${command}.ts`), ...args],
        { cwd: directory },
        (error, stdout, stderr) =>
          done({ code: typeof error?.code === "number" ? error.code : 0, output: stdout, complaint: stderr }),
      );
      child.stdin?.end();
    });
  }
  const written = (file: string) => readFileSync(join(directory, file), "utf8");

  it("writes an application that runs where nothing is said, and a stack file, both of the editors' schemas", async () => {
    const { code, output } = await call("new", "shop");
    assert.equal(code, 0);
    assert.match(output, /^shop\.yaml and Pulumi\.shop-dev\.yaml are written\.\n\nNext:\n {2}npm start -- shop-dev\n/);
    for (const [file, schemaFile] of [
      ["shop.yaml", "landfall-application.schema.json"],
      ["Pulumi.shop-dev.yaml", "landfall.schema.json"],
    ] as const) {
      assert.equal(written(file).split("\n")[0], `# yaml-language-server: $schema=./${schemaFile}`);
      const schema = z.fromJSONSchema(JSON.parse(readFileSync(join(root, schemaFile), "utf8")));
      assert.deepEqual(schema.safeParse(parse(written(file))).error?.issues, undefined);
    }
    assert.deepEqual(Object.keys(parse(written("shop.yaml")).tiers), ["web"]);
  });

  it("has tiers, datastores and variables as the options say", async () => {
    const tiers = ["--tier", "api=reg.example.com:5000/api:1:9000", "--tier", "jobs=shop/jobs:1"];
    const stores = ["--datastore", "orders=postgres", "--datastore", "log=postgres", "--datastore", "objectstore"];
    await call(
      "new",
      "shop",
      ...tiers,
      ...stores,
      "--host",
      "shop.example.com",
      "--context",
      "kind-x",
      "--health",
      "/ok",
    );
    const application = parse(written("shop.yaml"));
    assert.deepEqual(application.datastores, {
      orders: { engine: "postgres", storage: "10Gi" },
      log: { engine: "postgres", storage: "10Gi" },
      objectstore: { engine: "objectstore", storage: "10Gi", buckets: ["shop-files"] },
    });
    const { web, api, jobs } = application.tiers;
    assert.deepEqual([api.kind, api.image, api.port, api.route], ["web", "reg.example.com:5000/api:1", 9000, "/api"]);
    assert.deepEqual([jobs.kind, jobs.image, jobs.readiness], ["worker", "shop/jobs:1", undefined]);
    assert.deepEqual(web.env.LOG_DATABASE_URL, { from: "log", field: "url" });
    assert.deepEqual(web.env.ORDERS_DATABASE_URL, { from: "orders", field: "url" });
    assert.deepEqual(web.env.S3_BUCKET_NAME, { from: "objectstore", field: "bucket" });
    assert.deepEqual([web.readiness, web.liveness], [{ http: "/ok" }, { http: "/ok" }]);
    const { config } = parse(written("Pulumi.shop-dev.yaml"));
    assert.deepEqual(config["landfall:cluster"], { provider: "kubeconfig", context: "kind-x" });
    assert.equal(config["landfall:edge"].host, "shop.example.com");
  });

  it("says for machines what it has written, and what a Compose file has that was not carried over", async () => {
    const { output } = await call("new", "shop", "--from", "compose.yaml", "--json");
    const { next, stackFile, mistakes, notCarriedOver } = JSON.parse(output);
    assert.deepEqual([next, stackFile, mistakes], ["npm start -- shop-dev", "Pulumi.shop-dev.yaml", []]);
    assert.ok(notCarriedOver.some(({ at }: { at: string }) => at === "services.db.ports"));
  });

  it("ends with 2 where what it has written does not land yet, and says what is in the way", async () => {
    writeFileSync(
      join(directory, "compose.yaml"),
      "services: { web: { image: 'x/web:1', ports: ['80:80'], volumes: ['data:/data'] } }\n",
    );
    const { code, output } = await call("new", "shop", "--from", "compose.yaml", "--context", "kind-x");
    assert.equal(code, 2);
    assert.match(output, /Not yet to be landed:\n\n {2}landfall:cluster\.storageClasses\.shared: is missing/);
    assert.match(output, /\nThen:\n {2}npm start -- shop-dev\n/);
    assert.ok(existsSync(join(directory, "shop.yaml")));
  });

  it("refuses what it cannot make, with what to do, and writes nothing", async () => {
    for (const [args, said] of [
      [["Shop_1"], /cannot be called Shop_1\.\n {2}allowed .*\n {2}fix {6}npm run new -- shop-1/],
      [["pybase"], /There is an application pybase already[\s\S]*my-pybase/],
      [["shop", "--datastore", "postgers"], /--datastore postgers: there is no engine[\s\S]*did you mean "postgres"\?/],
      [["shop", "--tier", "api"], /--tier api: is not of the form NAME=IMAGE/],
      [["shop", "--tier", "web=shop/web:1"], /web is the tier of --image/],
      [["shop", "--port", "99999"], /--port 99999: is no port/],
      [["shop", "--from", "none.yaml"], /There is no file none\.yaml/],
    ] as const) {
      const { code, complaint } = await call("new", ...args);
      assert.equal(code, 1, args.join(" "));
      assert.match(complaint, said);
      assert.doesNotMatch(complaint, /\n {4}at /);
    }
    assert.ok(!existsSync(join(directory, "shop.yaml")));
    assert.equal((await call("new")).code, 1);
  });

  it("overwrites neither file", async () => {
    for (const file of ["shop.yaml", "Pulumi.shop-dev.yaml"]) {
      writeFileSync(join(directory, file), "mine\n");
      const { code, complaint } = await call("new", "shop");
      assert.equal(code, 1);
      assert.match(complaint, new RegExp(`${file} is there already, and nothing is overwritten\\.`));
      assert.equal(written(file), "mine\n");
      rmSync(join(directory, file));
    }
  });

  it("runs by the commands of the page on applications", async () => {
    const commands = Array.from(page.matchAll(/^npm run new -- (.*)$/gm), ([, args]) => words(args as string));
    assert.equal(commands.length, 2);
    for (const args of commands) {
      const { code, complaint } = await call("new", ...args);
      assert.equal(code, 0, complaint);
      const explained = await call("explain", "shop-dev", "tiers.web.image");
      assert.match(explained.output, / shop\.yaml:\d+\n/);
      assert.equal((await call("render", "shop-dev", "--out", "deploy")).code, 0);
      for (const file of ["shop.yaml", "Pulumi.shop-dev.yaml"]) rmSync(join(directory, file));
    }
  });
});

describe("npm run new at a terminal", () => {
  /** What is asked for with these answers, one at each question. */
  function asked(...answers: string[]) {
    const [input, output] = [new PassThrough(), new PassThrough()];
    output.on("data", (text) => {
      if (String(text).endsWith("): ")) input.write(`${answers.shift() ?? ""}\n`);
    });
    return askFor(undefined, undefined, { input, output });
  }

  it("takes answers, and what is usual where there is none", async () => {
    assert.deepEqual(await asked("bakery", "", "9000", "/ok", "jobs=bakery/jobs:1", "postgres, redis"), {
      name: "bakery",
      image: SOME_IMAGE,
      port: "9000",
      health: "/ok",
      tiers: ["jobs=bakery/jobs:1"],
      datastores: ["postgres", "redis"],
      host: "bakery.localhost",
    });
    const usual = await asked();
    assert.deepEqual([usual.name, usual.tiers, usual.datastores], ["shop", [], []]);
  });

  it("goes no further by a name that cannot be", async () => {
    await assert.rejects(asked("Bakery"), /cannot be called Bakery/);
  });
});

describe("The page on applications", () => {
  const [yaml = ""] = Array.from(page.matchAll(/```yaml\n([\s\S]*?)```/g), ([, text]) => text as string);
  const settings = {
    profile: "dev",
    cluster: { provider: "kubeconfig" },
    edge: { kind: "ingress", host: "shop.localhost", tls: { secretName: "tls" } },
  };
  const landed = (application: unknown) =>
    resolve({
      application,
      source: "shop.yaml",
      settings,
      secrets: { stackSecretLength: 44, names: [] },
      stack: "dev",
    });

  it("shows an application that lands", () => {
    const { tiers } = landed(parse(yaml));
    assert.deepEqual(
      tiers.map(({ name }) => name),
      ["web-migrate", "web"],
    );
  });
});
