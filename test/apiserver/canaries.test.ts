/**
 * Secrets are in the hands of their owners and nowhere else: whatever an update, its failures and the commands leave is
 * searched for them, at the wordiest but for the engine's own traces.
 */
import assert from "node:assert/strict";
import { homedir } from "node:os";
import { join } from "node:path";
import { openApiServer } from "../../cloud/api-server.ts";
import { readContext } from "../../cloud/kubeconfig-file.ts";
import { readSnapshot } from "../../local/proofs/snapshot.ts";
import { Canaries, valuesOf } from "../support/canary.ts";
import { clusterConfig, sharedCluster, type TestCluster } from "../support/cluster.ts";
import { ProcessWatch } from "../support/process-watch.ts";
import { readNamespace } from "../support/read.ts";
import { type Outcome, TestStack } from "../support/stack.ts";

const NAMESPACE = "canaries";
/** What the engine traces of itself, if it is told to, has all values (docs/secrets.md); no command of ours tells it to. */
const TRACES =
  /^\{"time":"[^"]+","level":"INFO","msg":"((Unm|M)arshaling property for RPC|Planner decided to|RegisterResource RPC finished|eventSink::Debug).*$/gm;
const LOGS = join(process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "logs");

/** Each with what the forms that it may leak in do not share. */
const GIVEN = {
  "landfall:secret": "canary-of-the-stack-that-all-others-are-derived-from",
  "landfall:secrets.secret-key": 'canary "of" the key \\ & <1a2b3c>',
  "landfall:secrets.postgres": "canary/of+postgres?x=1&y=%7a",
};
const ROTATED = "canary/of+postgres?after=rotation&z=%7b";

describe("Secrets of PyBase, whatever is done with it", function () {
  this.timeout(900_000);
  let cluster: TestCluster;
  let stack: TestStack;
  let canaries: Canaries;
  const started = Date.now();
  const outcomes: Record<string, Outcome> = {};
  const watch = new ProcessWatch();

  before(async () => {
    cluster = await sharedCluster();
    stack = await new TestStack("dev", {
      "landfall:profile": "dev",
      "landfall:namespace": NAMESPACE,
      "landfall:cluster": clusterConfig(cluster),
      "landfall:edge": { kind: "ingress", host: "canaries.localhost", tls: { secretName: "tls" } },
    }).create(GIVEN);
    watch.start();
    const wordy = await stack.run("up", "--yes", "--diff", "-v=9", "--logtostderr", "--stack", "dev");
    assert.match(wordy.output, /"v":9\}$/m);
    outcomes["the first update"] = { ...wordy, output: wordy.output.replaceAll(TRACES, "") };
    // Whatever else is in a Secret was derived: its values are canaries too.
    const { secrets } = await readNamespace(cluster.clients, NAMESPACE);
    canaries = new Canaries({ ...GIVEN, rotated: ROTATED, ...valuesOf(secrets) });
  });

  after(async () => {
    watch.stop();
    stack?.remove();
  });

  async function act(what: string, ...args: string[]): Promise<Outcome> {
    outcomes[what] = await stack.run(...args, "--stack", "dev");
    return outcomes[what];
  }

  async function command(path: string, ...args: string[]): Promise<Outcome> {
    outcomes[`${path} ${args.join(" ")}`] = await stack.runCommand(path, ...args);
    return outcomes[`${path} ${args.join(" ")}`] as Outcome;
  }

  it("are given to the first update, which succeeds", () => {
    const { code, output } = outcomes["the first update"] as Outcome;
    assert.equal(code, 0, output.slice(-4000));
  });

  it("are in Secrets of the cluster, and in nothing else of it: no environment, map, annotation or event", async () => {
    const { ask, close } = await openApiServer(readContext([cluster.kubeconfig], cluster.context));
    try {
      const snapshot = await readSnapshot(ask);
      assert.deepEqual(snapshot.unread, []);
      const objects = snapshot.kinds.flatMap((kind) => snapshot.of(kind));
      assert.ok(objects.filter(({ metadata }) => metadata.namespace === NAMESPACE).length > 60);
      const events = await ask(`/api/v1/namespaces/${NAMESPACE}/events`);
      const found = [
        ...objects.flatMap((object) => canaries.in(`${object.kind} ${object.metadata.name}`, JSON.stringify(object))),
        ...canaries.in("events", JSON.stringify(events)),
      ];
      assert.deepEqual(found, []);
    } finally {
      close();
    }
  });

  it("are not told by an update that fails at the very Secret", async () => {
    const quota = {
      metadata: { name: "no-more-secrets" },
      spec: { hard: { "count/secrets": "1" } },
    };
    await cluster.clients.core.createNamespacedResourceQuota({ namespace: NAMESPACE, body: quota });
    watch.stop(); // the secret is on this command line
    await stack.succeed("config", "set", "--stack", "dev", "--secret", "--path", "landfall:secrets.postgres", ROTATED);
    watch.start();
    const { code, output } = await act("an update that fails", "up", "--yes", "--diff");
    assert.notEqual(code, 0);
    assert.match(output, /exceeded quota/);
    await cluster.clients.core.deleteNamespacedResourceQuota({ namespace: NAMESPACE, name: "no-more-secrets" });
  });

  it("are not told by previews, refreshes, reports and renderings", async () => {
    await act("a preview", "preview", "--diff");
    await act("a preview for machines", "preview", "--json");
    await act("a refresh", "refresh", "--yes", "--diff");
    await act("outputs", "stack", "output", "--json");
    await act("an export", "stack", "export");
    await command("local/preview.ts", "dev", "--json");
    await command("local/preview.ts", "dev", "--markdown");
    await command("local/explain.ts", "dev", "--json");
    await command("local/doctor.ts", "dev", "--json");
    await command("local/smoke.ts", "dev", "--read-only", "--json");
    for (const format of ["plain", "kustomize", "helm"]) {
      const { code, output } = await command(
        "local/render.ts",
        "dev",
        "--out",
        `rendered-${format}`,
        "--format",
        format,
      );
      assert.equal(code, 0, output);
    }
  });

  it("are not told by a second update, nor by a teardown", async () => {
    const again = await act("an update that rotates", "up", "--yes", "--diff");
    assert.equal(again.code, 0, again.output.slice(-4000));
    const { code, output } = await act("the teardown", "destroy", "--yes");
    assert.equal(code, 0, output.slice(-4000));
  });

  it("are in nothing that was printed", () => {
    const found = Object.entries(outcomes).flatMap(([what, { output }]) => canaries.in(`what ${what} printed`, output));
    assert.deepEqual(found, []);
  });

  it("are in no file: state, its history, stack file, renderings, reports", () => {
    assert.deepEqual(canaries.below(stack.directory, { fewest: 100 }), []);
  });

  it("are in no log that the engine keeps", () => {
    assert.deepEqual(canaries.below(LOGS, { fewest: 5, since: started }), []);
  });

  it("are on no command line, and in the environment of nothing but the program, to which the engine gives its config", function () {
    if (process.platform !== "linux") this.skip();
    assert.ok(watch.seen.length > 5, `${watch.seen.length} processes seen`);
    assert.ok(watch.seen.some(({ environment }) => "PULUMI_CONFIG" in environment));
    const found = watch.seen.flatMap(({ commandLine, environment: { PULUMI_CONFIG: _, ...environment } }) => [
      ...canaries.in(`the command line ${commandLine.slice(0, 60)}`, commandLine),
      ...canaries.in(`the environment of ${commandLine.slice(0, 60)}`, JSON.stringify(environment)),
    ]);
    assert.deepEqual([...new Set(found)], []);
  });
});
