/** What is rendered, as the API server judges it. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { applicationNames } from "../../config/application.ts";
import { deriveSecret } from "../../config/secrets.ts";
import { terminalProgress } from "../../local/progress.ts";
import { writeFiles } from "../../local/render/write.ts";
import { ensureTools } from "../../local/toolchain/toolchain.ts";
import { sharedCluster, type TestCluster } from "../support/cluster.ts";
import { inProduction, objectsIn } from "../support/rendered.ts";
import { TEST_SECRET, TestStack } from "../support/stack.ts";

const applications = applicationNames();
const ask = promisify(execFile);

describe("The API server takes every object of a plain rendering", function () {
  this.timeout(300_000);
  const directory = mkdtempSync(join(tmpdir(), "landfall-rendered-"));
  let cluster: TestCluster;
  let kubectl: string;

  before(async () => {
    cluster = await sharedCluster();
    ({ kubectl } = await ensureTools(["kubectl"], terminalProgress()));
  });

  after(() => rmSync(directory, { recursive: true }));

  for (const application of applications) {
    it(`of ${application}`, async () => {
      const namespace = `${application}-rendered`;
      const { files, rendering } = await inProduction(application, {}, { namespace });
      const folder = join(directory, application);
      writeFiles(folder, files);
      const { core } = cluster.clients;
      await core.createNamespace({ body: { metadata: { name: namespace } } });
      try {
        const { stdout } = await ask(kubectl, [
          ...["--kubeconfig", cluster.kubeconfig, "--context", cluster.context],
          ...["apply", "--server-side", "--dry-run=server", "--force-conflicts", "--recursive", "--output", "name"],
          ...["--filename", join(folder, "objects")],
        ]);
        assert.equal(stdout.trim().split("\n").length, rendering.objects.length);
      } finally {
        await core.deleteNamespace({ name: namespace });
      }
    });
  }
});

describe("The Secrets of a rendering", function () {
  this.timeout(120_000);

  it("come with the values of the stack's own config, to a pipe", async () => {
    const stack = new TestStack("dev", {
      "landfall:profile": "dev",
      "landfall:cluster": { provider: "kubeconfig" },
      "landfall:edge": { kind: "ingress", host: "pybase.localhost", tls: { secretName: "tls" } },
      "landfall:datastores": { postgres: { mode: "external", host: "db.example.com", cidrs: ["10.0.0.0/24"] } },
    });
    try {
      await stack.create({ "landfall:secret": TEST_SECRET, "landfall:secrets.postgres": "p@ss/word" });
      const { code, output } = await stack.runCommand("local/render.ts", "dev", "--secrets");
      assert.equal(code, 0, output);
      const values = Object.values(objectsIn([output])).map(({ metadata, stringData }) => [metadata.name, stringData]);
      const ofApi = values.find(([name]) => (name as string).startsWith("pybase-api-secret-"))?.[1] as Record<
        string,
        string
      >;
      assert.match(ofApi.DATABASE_URL as string, /:p%40ss%2Fword@db\.example\.com/);
      const derived = deriveSecret(TEST_SECRET, {
        name: "search",
        version: 1,
        length: ofApi.MEILISEARCH_API_KEY?.length ?? 0,
      });
      assert.equal(ofApi.MEILISEARCH_API_KEY, derived);

      await stack.runCommand("local/render.ts", "dev", "--out", "deploy");
      const files = readdirSync(join(stack.directory, "deploy"), { recursive: true, withFileTypes: true });
      for (const file of files.filter((entry) => entry.isFile())) {
        const text = readFileSync(join(file.parentPath, file.name), "utf8");
        for (const secret of [TEST_SECRET, "p@ss/word", "p%40ss%2Fword", derived])
          assert.equal(text.includes(secret), false, file.name);
      }
      assert.ok(files.length > 50);
    } finally {
      stack.remove();
    }
  });
});
