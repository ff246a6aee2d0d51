/**
 * Every application in production, and in every profile by `npm run test:all`: up from nothing, nothing to do the second
 * time, gone without a trace.
 */
import assert from "node:assert/strict";
import { applicationNames } from "../../config/application.ts";
import { PROFILES, type ProfileName } from "../../config/schema.ts";
import { proveAll } from "../../local/proofs/proofs.ts";
import { describeProof } from "../../local/rehearsal/proving.ts";
import graphmemory from "../conformance/graphmemory.ts";
import graphmemoryGateway from "../conformance/graphmemory-gateway.ts";
import mlcf from "../conformance/mlcf.ts";
import mlcfIstio from "../conformance/mlcf-istio.ts";
import pybase from "../conformance/pybase.ts";
import type { Row, Seen } from "../conformance/row.ts";
import samplemind from "../conformance/samplemind.ts";
import thebot from "../conformance/thebot.ts";
import { findingsStanding } from "../judges/support/standing.ts";
import { clusterConfig, sharedCluster, type TestCluster } from "../support/cluster.ts";
import { agreesWithCyclonus, evidenceFor, planFrom } from "../support/proved.ts";
import { eventually, readNamespace } from "../support/read.ts";
import { TestStack } from "../support/stack.ts";
import { readWayIn } from "../support/way-in.ts";

const applications = applicationNames();

const conformance: Record<string, Row[]> = { graphmemory, mlcf, pybase, samplemind, thebot };

interface Landing {
  application: string;
  profile: ProfileName;
  /** @default Ingresses */
  edge?: { kind: string; [key: string]: unknown };
  rows: readonly Row[];
}

const profiles: readonly ProfileName[] = process.env.LANDFALL_TEST === "all" ? PROFILES : ["production"];

const landings: Landing[] = [
  ...applications.flatMap((application) =>
    profiles.map((profile) => ({ application, profile, rows: conformance[application] ?? [] })),
  ),
  {
    application: "mlcf",
    profile: "production",
    edge: { kind: "istio" },
    rows: [...mlcf.filter((row: Row) => !row.ingress), ...mlcfIstio],
  },
  {
    application: "graphmemory",
    profile: "production",
    edge: { kind: "gateway", fallback: { class: "traefik" } },
    rows: [...graphmemory, ...graphmemoryGateway],
  },
];

for (const { application, profile, edge = { kind: "ingress" }, rows } of landings) {
  describe(`${application} in profile ${profile} behind ${edge.kind}`, function () {
    this.timeout(300_000);
    const namespace = `${application}-${profile}`;
    let seen: Seen;
    let cluster: TestCluster;
    let stack: TestStack;
    let created: number;
    let config: Record<string, unknown>;

    before(async () => {
      cluster = await sharedCluster();
      config = {
        "landfall:app": application,
        "landfall:profile": profile,
        "landfall:namespace": namespace,
        "landfall:cluster": {
          ...clusterConfig(cluster),
          storageClasses: { fast: "fast", shared: "shared" },
          snapshotClasses: { fast: { driver: "volumes.landfall.local", deletionPolicy: "Delete" } },
        },
        "landfall:monitoring": { namespace: "monitoring" },
        "landfall:edge": { host: `${namespace}.localhost`, tls: { secretName: "tls" }, ...edge },
      };
      stack = await new TestStack(profile, config).create();
    });

    after(() => stack?.remove());

    it("comes up from nothing, every pod Ready under Pod Security restricted", async () => {
      const changes = await stack.up();
      assert.deepEqual(Object.keys(changes), ["created"]);
      created = changes.created as number;
      const contents = await eventually(
        () => readNamespace(cluster.clients, namespace),
        ({ pods, autoscalers }) =>
          pods.every(({ status }) => ["Running", "Succeeded"].includes(status?.phase ?? "")) &&
          autoscalers.every(({ spec, status }) => (status?.currentReplicas ?? 0) >= (spec?.minReplicas ?? 1)),
      );
      seen = { ...contents, wayIn: await readWayIn(cluster.clients, namespace) };
      for (const { metadata, status } of seen.pods.filter(({ status }) => status?.phase === "Running")) {
        const ready = status?.conditions?.find(({ type }) => type === "Ready");
        assert.equal(ready?.status, "True", metadata?.name);
      }
      const { metadata } = await cluster.clients.core.readNamespace({ name: namespace });
      assert.equal(metadata?.labels?.["pod-security.kubernetes.io/enforce"], "restricted");
    });

    for (const { line, says, see, is, profiles } of rows) {
      if (profiles && !profiles.includes(profile)) continue;
      it(`line ${line}: ${says}`, () => assert.deepEqual(see(seen), is));
    }

    it("is proved, and Cyclonus agrees on who reaches whom", async () => {
      const plan = await planFrom(profile, config);
      const { evidence, close } = await evidenceFor(cluster, plan);
      try {
        const proofs = await proveAll(evidence);
        assert.deepEqual(proofs.filter(({ outcome }) => outcome === "failed").map(describeProof), []);
        await agreesWithCyclonus(plan, evidence.snapshot);
      } finally {
        close();
      }
    });

    if (application === "pybase" && profile === "production") {
      it("is, as it stands, nothing that kube-score, Trivy or checkov find fault with", async () => {
        const { evidence, close } = await evidenceFor(cluster, await planFrom(profile, config));
        close();
        assert.deepEqual(await findingsStanding("pybase-production", evidence.snapshot, namespace), []);
      });
    }

    it("makes its backups, which are admitted and run to their end", async () => {
      const { batch } = cluster.clients;
      for (const { metadata, spec } of seen.cronJobs) {
        const name = `${metadata?.labels?.["app.kubernetes.io/name"]}-now`;
        // As `kubectl create job --from` does: it goes with what it is of, and its pod lets go of the volume.
        const owner = {
          apiVersion: "batch/v1",
          kind: "CronJob",
          name: metadata?.name as string,
          uid: metadata?.uid as string,
          controller: true,
        };
        const body = { metadata: { name, ownerReferences: [owner] }, spec: spec?.jobTemplate.spec };
        await batch.createNamespacedJob({ namespace, body });
        await eventually(
          async () => (await batch.readNamespacedJob({ name, namespace })).status?.succeeded,
          (succeeded) => succeeded === 1,
        );
      }
    });

    it("changes nothing the second time", async () => {
      assert.deepEqual(await stack.up(), { unchanged: created });
    });

    it("goes without a trace", async () => {
      // What production protects has to be let go of first, as a user has to.
      await stack.succeed("state", "unprotect", "--all", "--yes", "--stack", profile);
      await stack.destroy();
      const { items } = await cluster.clients.core.listNamespace();
      assert.equal(
        items.some(({ metadata }) => metadata?.name === namespace),
        false,
      );
      await eventually(
        async () =>
          (await cluster.clients.core.listPersistentVolume()).items.map(({ spec }) => spec?.claimRef?.namespace),
        (claimed) => !claimed.includes(namespace),
      );
    });
  });
}
