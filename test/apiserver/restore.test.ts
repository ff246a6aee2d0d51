/** A copy that is put back by the command, on a real API server; what its pods would run, against a real PostgreSQL. */
import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { V1Container, V1PodSpec } from "@kubernetes/client-node";
import { parse } from "yaml";
import { BACKUPS, listing } from "../../components/backup/scripts.ts";
import type { Api } from "../../local/cluster/api.ts";
import { openApi } from "../../local/cluster/kubeconfig.ts";
import { parseCopies } from "../../local/restore/copies.ts";
import { sharedCluster, type TestCluster } from "../support/cluster.ts";
import { environmentOf, scriptOf } from "../support/containers.ts";
import { PostgresServer } from "../support/postgres.ts";
import { eventually, type NamespaceContents, readNamespace, the } from "../support/read.ts";
import { Harbour, wheels } from "../support/servers.ts";
import type { TestStack } from "../support/stack.ts";
import { stackOf } from "../support/stack-of.ts";

const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
const POLICIES = ["validatingadmissionpolicies", "validatingadmissionpolicybindings"].map(
  (kind) => `${ADMISSION}/${kind}/refuse-restores`,
);
const namespace = "vault";
const COMMAND = "local/restore.ts";
const tier = {
  image: "vault/api:1.0.0",
  uses: ["db"],
  replicas: 2,
  resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "200m", memory: "256Mi" } },
  terminationGracePeriodSeconds: 1,
};
const application = {
  name: "vault",
  datastores: { db: { engine: "postgres", version: "16", storage: "1Gi" }, cache: { engine: "redis" } },
  backup: { to: { storage: "1Gi" } },
  tiers: {
    api: { ...tier, kind: "web", port: 8080, route: "/", migrate: ["migrate"], autoscale: { max: 4, cpu: 70 } },
    jobs: { ...tier, kind: "worker" },
    site: { ...tier, kind: "worker", uses: ["cache"] },
  },
};

describe("npm run restore, of a bundled PostgreSQL", function () {
  this.timeout("10m");
  let cluster: TestCluster;
  let stack: TestStack;
  let stackFile: string;
  let migrated: string | undefined;

  before(async () => {
    cluster = await sharedCluster();
    stack = stackOf(cluster, application);
    await stack.create();
    await stack.up();
    stackFile = readFileSync(stack.stackFile, "utf8");
    migrated = the((await look()).jobs, "api-migrate").metadata?.uid;
  });
  after(async () => {
    await stack?.destroy();
    stack?.remove();
  });

  const look = () => readNamespace(cluster.clients, namespace);
  const restore = (...args: string[]) => stack.runCommand(COMMAND, "dev", ...args);
  const replicas = ({ deployments }: NamespaceContents) =>
    Object.fromEntries(
      deployments.map(({ metadata, spec }) => [metadata?.labels?.["app.kubernetes.io/name"], spec?.replicas]),
    );

  async function refuses(args: string[], code: number, said: RegExp): Promise<void> {
    const outcome = await restore(...args);
    assert.match(outcome.output, said);
    assert.equal(outcome.code, code, outcome.output);
    assert.equal(readFileSync(stack.stackFile, "utf8"), stackFile);
  }

  it("says which copies there are", async () => {
    const { code, output } = await restore("db", "--list");
    assert.equal(code, 0, output);
    assert.match(output, /Copies of db, the latest first:\n {2}\d{8}T\d{6}Z, \d+ min old, 1\.0 MiB/);
    assert.deepEqual(
      (await look()).jobs.filter(({ metadata }) => /-list-/.test(metadata?.name ?? "")),
      [],
    );
  });

  it("says what is wrong, and changes nothing", async () => {
    await refuses(
      ["dbs"],
      1,
      /vault has no datastore "dbs"\.\n {2}allowed {2}db, cache\n {2}fix {6}did you mean "db"\?/,
    );
    await refuses(["db", "--at", "yesterday"], 1, /--at yesterday: this is no time/);
    await refuses(["db", "--at", "2020-01-01"], 1, /there is no copy of db from before that\.\n {2}allowed/);
    await refuses(["db", "--give-up"], 1, /No restore of db is under way/);
  });

  it("says what it would do, and takes nobody's silence for an answer", async () => {
    await refuses(
      ["db"],
      2,
      /stopped {2}api, jobs, until it is restored[\s\S]*api-migrate runs again[\s\S]*Nobody can be asked/,
    );
  });

  it("lands nothing else along with it", async () => {
    stack.configure({ "landfall:tiers": { site: { replicas: 1 } } });
    const { code, output } = await restore("db", "--yes");
    assert.equal(code, 1, output);
    assert.match(output, /\d+ resources would change along with the restore/);
    writeFileSync(stack.stackFile, stackFile);
  });

  let stopped: NamespaceContents;
  let copy: string;

  it("stops who uses it, and an update finishes that where it was killed", async () => {
    await stack.killCommand(COMMAND, ["dev", "db", "--yes"], () =>
      eventually(look, (seen) => replicas(seen).api === 0),
    );
    assert.match(readFileSync(stack.stackFile, "utf8"), /restore:\n\s+copy: \d{8}T\d{6}Z/);
    await stack.succeed("cancel", "--yes", "--stack", "dev");
    await stack.up();
    stopped = await look();
    assert.deepEqual(replicas(stopped), { api: 0, jobs: 0, site: 2 });
    assert.deepEqual(stopped.autoscalers, []);
    const told = JSON.parse(await stack.succeed("stack", "output", "datastores", "--json", "--stack", "dev"));
    copy = told.db.restoring;
    assert.match(copy, /^\d{8}T\d{6}Z$/);
    assert.equal(told.cache.restoring, undefined);
  });

  it("copies what is there first, then restores, as pods that reach the store and nothing else", () => {
    const jobs = stopped.jobs.filter(({ metadata }) => /^db-restore-/.test(metadata?.name ?? ""));
    assert.deepEqual(
      jobs.map(({ metadata, spec, status }) => [metadata?.name, spec?.backoffLimit, status?.succeeded]).sort(),
      [
        [`db-restore-${copy.toLowerCase()}`, 0, 1],
        ["db-restore-before", 0, 1],
      ],
    );
    const { spec } = the(stopped.networkPolicies, "db-restore");
    assert.deepEqual(spec?.ingress ?? [], []);
    assert.deepEqual(
      (spec?.egress ?? []).map(({ to, ports }) => [
        to?.[0]?.podSelector?.matchLabels?.["app.kubernetes.io/name"],
        ports?.[0]?.port,
      ]),
      [["db", 5432]],
    );
    const callers = JSON.stringify(the(stopped.networkPolicies, "db").spec?.ingress);
    assert.match(callers, /"db-restore"/);
    for (const name of ["db-backup", "cache-backup"]) {
      assert.equal(the(stopped.cronJobs, name).spec?.suspend ?? false, name === "db-backup");
    }
  });

  it("goes on when it is run again, and leaves the stack as it was", async () => {
    const { code, output } = await restore("db", "--yes");
    assert.equal(code, 0, output);
    assert.match(output, /was cut short, or failed\. It goes on\.[\s\S]*db is restored to/);
    // The autoscaler takes a moment to see that there are too few.
    const seen = await eventually(look, (seen) => (replicas(seen).api ?? 0) >= 2);
    assert.deepEqual([replicas(seen).jobs, replicas(seen).site], [2, 2]);
    assert.equal(the(seen.autoscalers, "api").spec?.minReplicas, 2);
    assert.deepEqual(
      seen.jobs.filter(({ metadata }) => /^db-restore-/.test(metadata?.name ?? "")),
      [],
    );
    assert.notEqual(the(seen.jobs, "api-migrate").metadata?.uid, migrated);
    assert.deepEqual(parse(readFileSync(stack.stackFile, "utf8")), parse(stackFile));
    const { unchanged, ...changed } = await stack.preview("--expect-no-changes");
    assert.deepEqual(changed, {});
  });

  it("starts the tiers where it was killed after it had restored", async () => {
    await stack.succeed("config", "set", "--path", "landfall:datastores.db.restore.copy", copy, "--stack", "dev");
    await stack.up();
    await stack.succeed("config", "rm", "landfall:datastores", "--stack", "dev");
    const { code, output } = await restore("db", "--yes");
    assert.equal(code, 0, output);
    assert.equal(replicas(await look()).jobs, 2);
  });

  it("leaves the tiers stopped where it fails in the cluster, and starts them on what the store has if that is wanted", async () => {
    const api = openApi(cluster.kubeconfig);
    try {
      await refusePods(api, "db-restore");
      const failing = restore("db", "--yes");
      let ended = false;
      failing.finally(() => (ended = true));
      // Whichever Job is the one that gets no pods: the API server goes by a policy now and then a moment later.
      while (!ended) {
        await hurry(api, (await look()).jobs);
        await sleep(500);
      }
      const { code, output } = await failing;
      assert.equal(code, 1, output);
      assert.match(output, /The copy was not put back: kubectl -n vault logs job\/db-restore-\S+ says why/);
      assert.match(
        output,
        /stopped {2}api, jobs: nobody uses db until[\s\S]*--give-up {5}starts them on what db has now/,
      );
      assert.deepEqual(replicas(await look()), { api: 0, jobs: 0, site: 2 });
    } finally {
      await admitPods(api);
      api.close();
    }
    const { code, output } = await restore("db", "--give-up", "--yes");
    assert.equal(code, 0, output);
    await eventually(look, (seen) => (replicas(seen).api ?? 0) >= 2 && replicas(seen).jobs === 2);
    assert.deepEqual(parse(readFileSync(stack.stackFile, "utf8")), parse(stackFile));
    const { unchanged, ...changed } = await stack.preview("--expect-no-changes");
    assert.deepEqual(changed, {});
  });

  describe("whose pods' commands, run against a real one,", () => {
    let harbour: Harbour;
    let db: PostgresServer;
    let backups: string;

    before(async function () {
      const wheel = await wheels(this);
      harbour = new Harbour();
      const installation = join(harbour.share(wheel), "pgserver", "pginstall");
      harbour.tools.push(join(installation, "bin"));
      db = await new PostgresServer(harbour, "db", installation).create();
      backups = harbour.folder("backups");
      const { TO_PASSWORD } = variablesOf(restoring());
      await db.administer(`ALTER ROLE app PASSWORD '${TO_PASSWORD}'`, "CREATE DATABASE vault OWNER app");
      db.database = "vault";
      db.password = TO_PASSWORD as string;
      await db.sql("CREATE TABLE notes (id int PRIMARY KEY, text text)");
      await db.sql("INSERT INTO notes SELECT i, md5(i::text) FROM generate_series(1, 1000) i");
    });
    after(() => harbour?.close());

    const containerOf = (pod: V1PodSpec | undefined) => pod?.containers[0] as V1Container;
    const job = (name: string) =>
      containerOf(stopped.jobs.find(({ metadata }) => metadata?.name === name)?.spec?.template.spec);
    const restoring = () => job(`db-restore-${copy.toLowerCase()}`);
    const scheduled = () => containerOf(the(stopped.cronJobs, "db-backup").spec?.jobTemplate.spec?.template.spec);
    const variablesOf = (container: V1Container) => environmentOf(stopped, container);

    /** The store's name and its port are this machine's. */
    function run(container: V1Container) {
      const { HOME, ...found } = variablesOf(container);
      const there = Object.fromEntries(
        Object.entries(found).map(([name, value]) => {
          if (/HOST$/.test(name)) return [name, value === "db" ? "127.0.0.1" : value];
          return [name, /PORT$/.test(name) ? String(db.port) : value];
        }),
      );
      return harbour.run(scriptOf(container).replaceAll(BACKUPS, backups), { PGPORT: String(db.port), ...there });
    }
    const copies = () => readdirSync(join(backups, "db")).sort();
    const contents = () => db.sql("SELECT count(*), sum(id), min(text) FROM notes");

    it("bring back what was there when the copy was made, and keep what was there before", async () => {
      const wanted = await contents();
      const made = await run(scheduled());
      assert.equal(made.code, 0, made.output);
      renameSync(join(backups, "db", copies()[0] as string), join(backups, "db", copy));
      await db.sql("DELETE FROM notes WHERE id > 10", "CREATE TABLE strays (id int)");

      const before = await run(job("db-restore-before"));
      assert.equal(before.code, 0, before.output);
      const { code, output } = await run(restoring());
      assert.equal(code, 0, output);
      assert.match(output, /It was restored whole: \d+ lines of its manifest are the same/);
      assert.equal(await contents(), wanted);
      await assert.rejects(db.sql("SELECT * FROM strays"), /does not exist/);

      const words = join(harbour.path, "words");
      const lister = listing({ datastore: { name: "db" }, to: { kind: "claim" } } as never, backups);
      await harbour.succeed(lister.replace("/dev/termination-log", words), {});
      const listed = parseCopies(readFileSync(words, "utf8"));
      assert.deepEqual(listed.map(({ name }) => name).sort(), copies());
      assert.deepEqual(
        listed.map(({ name, beforeRestore }) => (name === copy ? !beforeRestore : beforeRestore)),
        [true, true],
      );
      assert.ok(
        listed.every(({ bytes }) => bytes > 10_000 && bytes < 1_000_000),
        JSON.stringify(listed),
      );
    });

    it("leave the store as it is where the copy is damaged", async () => {
      await db.sql("INSERT INTO notes VALUES (2000, 'later')");
      const now = await contents();
      const dump = join(backups, "db", copy, "database.dump");
      const whole = join(harbour.path, "whole.dump");
      cpSync(dump, whole);
      const bytes = readFileSync(dump);
      const middle = bytes.length >> 1;
      for (let place = middle; place < middle + 20; place++) bytes[place] = (bytes[place] ?? 0) ^ 0xff;
      writeFileSync(dump, bytes);
      const { code, output } = await run(restoring());
      assert.notEqual(code, 0, output);
      assert.equal(await contents(), now);
      cpSync(whole, dump);
    });

    it("fail where what was restored is not what the copy says of itself", async () => {
      const manifest = join(backups, "db", copy, "manifest");
      writeFileSync(manifest, readFileSync(manifest, "utf8").replace("1000 rows", "1001 rows"));
      const { code, output } = await run(restoring());
      assert.notEqual(code, 0);
      assert.match(output, /What was restored is not what was copied/);
    });
  });
});

/** Lets a restore's Jobs give up in a second. */
async function hurry(api: Api, jobs: NamespaceContents["jobs"]): Promise<void> {
  for (const { metadata, spec } of jobs) {
    if (!metadata?.name?.startsWith("db-restore-") || spec?.activeDeadlineSeconds === 1) continue;
    await api.merge(`/apis/batch/v1/namespaces/${namespace}/jobs/${metadata.name}`, {
      spec: { activeDeadlineSeconds: 1 },
    });
  }
}

/** No pod of that name gets in, as where a quota is used up. */
async function refusePods(api: Api, name: string): Promise<void> {
  const [policy, binding] = [
    {
      matchConstraints: {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
        resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
      },
      validations: [{ expression: `object.metadata.?labels["app.kubernetes.io/name"].orValue("") != "${name}"` }],
    },
    { policyName: "refuse-restores", validationActions: ["Deny"] },
  ];
  for (const [kind, spec] of [
    ["ValidatingAdmissionPolicy", policy],
    ["ValidatingAdmissionPolicyBinding", binding],
  ] as const) {
    await api.apply({
      apiVersion: "admissionregistration.k8s.io/v1",
      kind,
      metadata: { name: "refuse-restores" },
      spec,
    });
  }
  // It takes the API server a moment to go by it.
  const probe = JSON.stringify({
    metadata: { name: "probe", labels: { "app.kubernetes.io/name": name } },
    spec: {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: "probe",
          image: "probe",
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        },
      ],
    },
  });
  const isRefused = () =>
    api.request("POST", `/api/v1/namespaces/${namespace}/pods?dryRun=All`, probe, "application/json").then(
      () => false,
      (error) => /refuse-restores/.test(String(error)),
    );
  await eventually(isRefused, (refused) => refused);
}

async function admitPods(api: Api): Promise<void> {
  for (const path of POLICIES) await api.request("DELETE", path);
}
