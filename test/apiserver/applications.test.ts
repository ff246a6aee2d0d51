/** Every application in every profile: up from nothing, nothing to do the second time, gone without a trace. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { PROFILES } from "../../config/schema.ts";
import graphmemory from "../conformance/graphmemory.ts";
import mlcf from "../conformance/mlcf.ts";
import type { Row } from "../conformance/row.ts";
import samplemind from "../conformance/samplemind.ts";
import thebot from "../conformance/thebot.ts";
import { clusterConfig, sharedCluster, type TestCluster } from "../support/cluster.ts";
import { eventually, type NamespaceContents, readNamespace } from "../support/read.ts";
import { TestStack } from "../support/stack.ts";

const applications = readdirSync(new URL("../../apps/", import.meta.url)).map((file) => file.replace(/\.ts$/, ""));

const conformance: Record<string, Row[]> = { graphmemory, mlcf, samplemind, thebot };

for (const application of applications) {
  for (const profile of PROFILES) {
    describe(`${application} in profile ${profile}`, function () {
      this.timeout(300_000);
      const namespace = `${application}-${profile}`;
      const rows: Row[] = (conformance[application] ?? []).filter(
        ({ profiles }) => profiles === undefined || profiles.includes(profile),
      );
      let seen: NamespaceContents;
      let cluster: TestCluster;
      let stack: TestStack;
      let created: number;

      before(async () => {
        cluster = await sharedCluster();
        stack = await new TestStack(profile, {
          "landfall:app": application,
          "landfall:profile": profile,
          "landfall:namespace": namespace,
          "landfall:cluster": { ...clusterConfig(cluster), storageClasses: { fast: "fast", shared: "shared" } },
          "landfall:monitoring": { namespace: "monitoring" },
          "landfall:edge": { kind: "ingress", host: `${namespace}.localhost`, tls: { secretName: "tls" } },
        }).create();
      });

      after(() => stack?.remove());

      it("comes up from nothing, every pod Ready under Pod Security restricted", async () => {
        const changes = await stack.up();
        assert.deepEqual(Object.keys(changes), ["created"]);
        created = changes.created as number;
        seen = await eventually(
          () => readNamespace(cluster.clients, namespace),
          ({ pods, autoscalers }) =>
            pods.every(({ status }) => ["Running", "Succeeded"].includes(status?.phase ?? "")) &&
            autoscalers.every(({ spec, status }) => (status?.currentReplicas ?? 0) >= (spec?.minReplicas ?? 1)),
        );
        for (const { metadata, status } of seen.pods.filter(({ status }) => status?.phase === "Running")) {
          const ready = status?.conditions?.find(({ type }) => type === "Ready");
          assert.equal(ready?.status, "True", metadata?.name);
        }
        const { metadata } = await cluster.clients.core.readNamespace({ name: namespace });
        assert.equal(metadata?.labels?.["pod-security.kubernetes.io/enforce"], "restricted");
      });

      for (const { line, says, see, is } of rows) {
        it(`line ${line}: ${says}`, () => assert.deepEqual(see(seen), is));
      }

      it("makes its backups, which are admitted and run to their end", async () => {
        const { batch } = cluster.clients;
        for (const { metadata, spec } of seen.cronJobs) {
          const name = `${metadata?.labels?.["app.kubernetes.io/name"]}-now`;
          await batch.createNamespacedJob({ namespace, body: { metadata: { name }, spec: spec?.jobTemplate.spec } });
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
}
