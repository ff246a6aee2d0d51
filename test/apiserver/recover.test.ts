/** Updates that were killed, and states that were damaged: one command puts the stack right. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { sharedCluster, type TestCluster } from "../support/cluster.ts";
import { eventually, type NamespaceContents, readNamespace, the } from "../support/read.ts";
import type { TestStack } from "../support/stack.ts";
import { stackOf } from "../support/stack-of.ts";

const namespace = "orchard";
const tier = {
  kind: "worker",
  image: "orchard/picker:1.0.0",
  uses: ["db"],
  env: { LADDERS: "2" },
  replicas: 2,
  resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "200m", memory: "256Mi" } },
  terminationGracePeriodSeconds: 1,
};
const application = {
  name: "orchard",
  datastores: { db: { engine: "postgres", version: "16", storage: "1Gi" } },
  tiers: { picker: tier, packer: { ...tier, image: "orchard/packer:1.0.0" } },
};

describe("npm run recover", function () {
  this.timeout("15m");
  let cluster: TestCluster;
  let stack: TestStack;
  let first: NamespaceContents;

  before(async () => {
    cluster = await sharedCluster();
    stack = stackOf(cluster, application);
    await stack.create();
    await stack.up();
    first = await look();
  });
  after(async () => {
    await stack?.destroy();
    stack?.remove();
  });

  const look = () => readNamespace(cluster.clients, namespace);
  const recover = (...args: string[]) => stack.runCommand("local/recover.ts", "dev", ...args);
  const setLadders = (count: string) =>
    stack.configure({ "landfall:tiers": { picker: { env: { LADDERS: count } }, packer: { env: { LADDERS: count } } } });

  /** All there once, data the very same, nothing pending, nothing left to do. */
  async function isWell(): Promise<void> {
    const seen = await look();
    for (const [kind, objects] of Object.entries(first)) {
      if (["pods", "jobs", "endpointSlices"].includes(kind)) continue;
      assert.equal(seen[kind as keyof NamespaceContents].length, objects.length, kind);
    }
    for (const kind of ["statefulSets", "claims"] as const) {
      assert.deepEqual(
        seen[kind].map(({ metadata }) => metadata?.uid),
        first[kind].map(({ metadata }) => metadata?.uid),
      );
    }
    const { deployment } = JSON.parse(await stack.state()) as { deployment: { pending_operations?: object[] } };
    assert.deepEqual(deployment.pending_operations ?? [], []);
    const { unchanged, ...changed } = await stack.preview("--refresh", "--expect-no-changes");
    assert.deepEqual(changed, {});
    assert.ok(unchanged);
  }

  /** What is to be put right, as scripts are told. */
  async function found() {
    const { code, output } = await recover("--json");
    assert.equal(code, 0, output);
    return JSON.parse(output);
  }

  it("takes nobody's silence for an answer", async () => {
    const { code, output } = await recover();
    assert.equal(code, 2, output);
    assert.match(
      output,
      /Nobody can be asked here\. Nothing was changed\.\n {2}fix {6}--yes says that dev may be updated/,
    );
  });

  it("ends an update that was killed, though the stack file says something else by now, and leaves nothing twice", async () => {
    setLadders("3");
    const names = first.configMaps.map(({ metadata }) => metadata?.name);
    await stack.leave(["up", "--yes", "--skip-preview", "--stack", "dev"], () =>
      eventually(look, ({ configMaps }) => configMaps.some(({ metadata }) => !names.includes(metadata?.name))),
    );
    // What an update makes right before it is killed, and does not get to write down.
    const lost = the(first.configMaps, "picker");
    await cluster.clients.core.createNamespacedConfigMap({
      namespace,
      body: { metadata: { name: "orchard-picker-config-0badcafe", labels: lost.metadata?.labels }, data: {} },
    });
    setLadders("4");
    const { code, output } = await recover("--yes");
    assert.equal(code, 0, output);
    assert.match(output, /Removed what no state knew of: .*ConfigMap orchard\/orchard-picker-config-0badcafe/);
    assert.match(output, /dev is as its stack file has it\./);
    await isWell();
    assert.equal(the((await look()).configMaps, "picker").data?.LADDERS, "4");
  });

  it("lets go of a lock that a full disk has left empty", async () => {
    const lock = join(stack.directory, ".landfall/state/.pulumi/locks/organization/landfall/dev/0.json");
    mkdirSync(dirname(lock), { recursive: true });
    writeFileSync(lock, "");
    assert.deepEqual(await found(), {
      stack: "dev",
      locks: { held: [], dead: [lock] },
      state: { pendingCreates: [] },
      orphans: [],
    });
    const { code, output } = await recover("--yes");
    assert.equal(code, 0, output);
    await isWell();
  });

  for (const [what, damage] of [
    ["was cut off", (file: string) => truncateSync(file, 1000)],
    [
      "is an empty object, which Pulumi takes for a stack without anything",
      (file: string) => writeFileSync(file, "{}"),
    ],
  ] as const) {
    it(`puts back a state that ${what}`, async () => {
      const stacks = join(stack.directory, ".landfall/state/.pulumi/stacks");
      const [file] = readdirSync(stacks, { recursive: true, encoding: "utf8" }).filter((path) =>
        path.endsWith("/dev.json"),
      );
      assert.ok(file);
      const whole = readFileSync(join(stacks, file), "utf8");
      damage(join(stacks, file));
      assert.deepEqual((await found()).state, { damaged: join(stacks, file) });
      const { code, output } = await recover("--yes");
      assert.equal(code, 0, output);
      assert.match(output, /The state was damaged, and is that of .*dev\.json\.bak; it lies in .*dev\.json\.damaged/);
      assert.notEqual(readFileSync(join(stacks, `${file}.damaged`), "utf8"), whole);
      await isWell();
    });
  }

  it("takes back what was changed by hand, whoever it was", async () => {
    await cluster.clients.apps.deleteNamespacedDeployment({ namespace, name: "packer" });
    const policy = the(first.networkPolicies, "db").metadata?.name as string;
    await cluster.clients.networking.deleteNamespacedNetworkPolicy({ namespace, name: policy });
    const { code, output } = await recover("--yes");
    assert.equal(code, 0, output);
    await isWell();
  });

  it("does not take what stands for nothing where the state is another's, and empty", async () => {
    const exported = JSON.parse(await stack.state()) as { version: number; deployment: object };
    const empty = join(stack.directory, "empty.json");
    const kept = join(stack.directory, "kept.json");
    writeFileSync(kept, JSON.stringify(exported));
    writeFileSync(empty, JSON.stringify({ ...exported, deployment: { ...exported.deployment, resources: [] } }));
    await stack.succeed("stack", "import", "--file", empty, "--stack", "dev");
    const { code, output } = await recover("--yes");
    assert.equal(code, 1, output);
    assert.match(
      output,
      /The state of dev is empty, and the stack stands in namespace orchard\.\n {2}fix .*stack import/,
    );
    await stack.succeed("stack", "import", "--file", kept, "--stack", "dev");
    await isWell();
  });
});
