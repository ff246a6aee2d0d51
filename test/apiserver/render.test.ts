/** What is rendered, as the API server judges it. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { terminalProgress } from "../../local/progress.ts";
import { writeFiles } from "../../local/render/write.ts";
import { ensureTools } from "../../local/toolchain/toolchain.ts";
import { sharedCluster, type TestCluster } from "../support/cluster.ts";
import { inProduction } from "../support/rendered.ts";

const applications = readdirSync(new URL("../../apps/", import.meta.url)).map((file) => file.replace(/\.ts$/, ""));
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
