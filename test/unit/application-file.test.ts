import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isFile, readApplication } from "../../config/application.ts";
import { ConfigurationError, type Mistake } from "../../config/mistakes.ts";
import { resolve } from "../../config/resolve.ts";

const SHOP = `# yaml-language-server: $schema=./landfall-application.schema.json
name: shop
tiers:
  web: &tier
    kind: web
    image: shop/web:1.0.0
    port: 8080
    route: /
    resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { cpu: 500m, memory: 256Mi } }
  api:
    <<: *tier
    route: /api
    uses: [orders]
    env:
      DATABASE_URL: { from: orders, field: url }
datastores:
  orders:
    engine: postgres
    settings:
      auto_explain.log_min_duration: 5s
`;

describe("An application in a file of its own", () => {
  const root = mkdtempSync(join(tmpdir(), "landfall-application-"));
  const write = (file: string, text: string) => writeFileSync(join(root, file), text);
  before(() => {
    mkdirSync(join(root, "apps"));
    write("apps/pybase.ts", `export default { name: "pybase" };\n`);
    write("shop.yaml", SHOP);
  });
  after(() => rmSync(root, { recursive: true }));

  /** What is said of `text` as the application. */
  async function mistakesIn(text: string): Promise<readonly Mistake[]> {
    write("wrong.yaml", text);
    return mistakesOf("./wrong.yaml");
  }

  async function mistakesOf(file: unknown): Promise<readonly Mistake[]> {
    try {
      const settings = {
        profile: "dev",
        cluster: { provider: "kubeconfig" },
        edge: { kind: "ingress", host: "shop.localhost", tls: { selfSigned: true } },
      };
      const secrets = { stackSecretLength: 44, names: [] };
      resolve({ ...(await readApplication(file, root)), settings, secrets, stack: "dev" });
    } catch (error) {
      if (error instanceof ConfigurationError) return error.mistakes;
      throw error;
    }
    return [];
  }

  it("is told from a name by its slash or its ending", () => {
    assert.deepEqual(["./shop.yaml", "shop.yml", "own/shop.ts", "pybase", undefined].map(isFile), [
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it("is read from YAML, merges and all, or from TypeScript's default export", async () => {
    const { application, source } = await readApplication("./shop.yaml", root);
    assert.equal(source, "shop.yaml");
    assert.deepEqual((application as { tiers: Record<string, { image: string }> }).tiers.api?.image, "shop/web:1.0.0");
    write("own.ts", `const name: string = "own";\nexport default { name };\n`);
    assert.deepEqual(await readApplication("./own.ts", root), { application: { name: "own" }, source: "own.ts" });
  });

  it("is one of apps/ where it is a name, PyBase where nothing is said", async () => {
    assert.equal((await readApplication(undefined, root)).source, "apps/pybase.ts");
    const [mistake] = await mistakesOf("pibase");
    assert.deepEqual(mistake, {
      path: "landfall:app",
      got: "pibase",
      problem: `there is no application "pibase"`,
      allowed: "pybase, or a file of your own such as ./shop.yaml",
      fix: `did you mean "pybase"?`,
    });
  });

  it("lands as it is", async () => assert.deepEqual(await mistakesOf("./shop.yaml"), []));

  it("has its mistakes told with their lines, those of the schema and those of the plan", async () => {
    const told = (await mistakesIn(SHOP.replace("port: 8080", "porrt: 8080"))).map(({ path, fix }) => [path, fix]);
    assert.deepEqual(told, [
      ["wrong.yaml:4: tiers.web.port", "set it"],
      ["wrong.yaml:7: tiers.web.porrt", `did you mean "port"?`],
      ["wrong.yaml:10: tiers.api.port", "set it"],
      ["wrong.yaml:10: tiers.api.porrt", `did you mean "port"?`],
    ]);
    const dangling = await mistakesIn(SHOP.replace("uses: [orders]", "uses:\n      - order"));
    assert.deepEqual(
      dangling.map(({ path }) => path),
      ["wrong.yaml:16: tiers.api.env.DATABASE_URL.from", "wrong.yaml:13: tiers.api.uses"],
    );
  });

  it("finds the line of a key that has dots of its own", async () => {
    const { lines } = await readApplication("./shop.yaml", root);
    assert.equal(lines?.("datastores.orders.settings.auto_explain.log_min_duration"), 20);
    assert.equal(lines?.("tiers.api.uses[0]"), 13);
    assert.equal(lines?.("nothing.of.it"), undefined);
  });

  it("is refused where it is no YAML, empty, not there or of another kind", async () => {
    const [tabbed] = await mistakesIn("name: shop\ntiers:\n\tweb: {}\n");
    assert.match(tabbed?.path ?? "", /^wrong\.yaml:3$/);
    assert.match(tabbed?.problem ?? "", /^is no YAML: /);
    const [twice] = await mistakesIn("name: shop\nname: other\n");
    assert.deepEqual([twice?.path, twice?.problem], ["wrong.yaml:2", "is no YAML: Map keys must be unique"]);
    assert.deepEqual(await mistakesIn("# nothing\n"), [
      { path: "wrong.yaml", problem: "is empty", allowed: "an application", fix: "npm run new -- NAME writes one" },
    ]);
    const [missing] = await mistakesOf("./none.yaml");
    assert.deepEqual(missing, {
      path: "landfall:app",
      got: "./none.yaml",
      problem: "there is no such file",
      allowed: "pybase, or the path of a file *.yaml, *.yml, *.ts below the project",
      fix: "npm run new -- NAME writes one",
    });
    const [toml] = await mistakesOf("./shop.toml");
    assert.equal(toml?.problem, "an application is no file of that kind");
    mkdirSync(join(root, "folder.yaml"));
    assert.equal((await mistakesOf("./folder.yaml"))[0]?.problem, "the file cannot be read (EISDIR)");
  });

  it("is refused where TypeScript cannot be loaded, or exports nothing", async () => {
    write("broken.ts", "export default {\n");
    const [broken] = await mistakesOf("./broken.ts");
    assert.deepEqual([broken?.path, broken?.fix], ["broken.ts", "node broken.ts shows where"]);
    write("silent.ts", "export const shop = {};\n");
    assert.equal((await mistakesOf("./silent.ts"))[0]?.problem, "has no default export");
  });
});
