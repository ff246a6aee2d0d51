/** The API server does not do what it is asked, or does not say so. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Inventory } from "../../local/drills/inventory.ts";
import type { ClusterObject } from "../../local/proofs/snapshot.ts";
import { sharedCluster } from "../support/cluster.ts";
import { eventually } from "../support/read.ts";
import { API_SERVER, type Fault } from "./support/faults.ts";
import { Ground, UP } from "./support/ground.ts";
import { killComponent } from "./support/outage.ts";
import { pier } from "./support/pier.ts";
import type { Fault as Injected } from "./support/proxy.ts";
import { assertTold, putRight, survive } from "./support/survive.ts";

const UNAVAILABLE: Injected = {
  kind: "status",
  status: 503,
  message: "the server is currently unable to handle the request",
};
const SLOW_MILLISECONDS = 3_000;

describe("A fault of the API server:", function () {
  this.timeout("20m");
  let ground: Ground;
  let whole: Inventory;
  before(async () => {
    ground = await Ground.open(await sharedCluster(), pier);
    whole = await ground.land("pier-api-server");
  });
  after(() => ground?.close());

  /** Updates what stands while things go wrong. @returns what stood before */
  async function update(fault: Fault, code: "fails" | "succeeds", goWrong: () => void): Promise<Inventory> {
    const before = await ground.inventory();
    ground.edit();
    ground.proxy.beginAnew();
    goWrong();
    const outcome = await ground.stack.run(...UP);
    assert.equal(outcome.code === 0, code === "succeeds", outcome.output);
    assertTold(fault, outcome.output);
    return before;
  }

  /** Kills a process of the control plane at the first write, and starts it again. */
  async function outage(fault: Fault, component: "etcd" | "kube-apiserver"): Promise<void> {
    let back: Promise<unknown> = Promise.resolve();
    const before = await update(fault, "fails", () => {
      ground.proxy.fault = ({ write }) => {
        if (write !== 1) return undefined;
        killComponent(ground.cluster, component);
        back = sleep(1_000).then(sharedCluster);
        return undefined;
      };
    });
    await back;
    ground.reconnect();
    await eventually(
      () => ground.api.get<ClusterObject>(`/apis/apps/v1/namespaces/${ground.namespace}/statefulsets/db`),
      ({ status }) => status.readyReplicas === 1,
    );
    await putRight(ground, fault, whole, before);
  }

  survive(API_SERVER, {
    "errors-503": async (fault) => {
      const before = await update(fault, "fails", () => {
        ground.proxy.fault = ({ write }) => (write > 0 ? UNAVAILABLE : undefined);
      });
      let answered = 0;
      ground.proxy.fault = ({ write }) => (write > 0 && answered++ === 0 ? UNAVAILABLE : undefined);
      const { code, output } = await ground.recover();
      assert.equal(code, 0, output);
      assert.match(output, /What failed may pass by itself; once more in 10 s \(2 of 3\)\./);
      assert.deepEqual(await ground.wrongs(whole, before), []);
    },

    throttled: async (fault) => {
      let asked = 0;
      const throttle: Injected = { kind: "status", status: 429, headers: { "retry-after": "1" } };
      const before = await update(fault, "succeeds", () => {
        ground.proxy.fault = ({ write }) => (write > 0 && asked++ % 2 === 0 ? throttle : undefined);
      });
      await putRight(ground, fault, whole, before);
    },

    slow: async (fault) => {
      const before = await update(fault, "succeeds", () => {
        ground.proxy.fault = ({ write }) => (write > 0 ? { kind: "late", until: sleep(SLOW_MILLISECONDS) } : undefined);
      });
      await putRight(ground, fault, whole, before);
    },

    hangs: async (fault) => {
      const before = await update(fault, "fails", () => ground.proxy.strike(1, { kind: "hang" }));
      await putRight(ground, fault, whole, before);
    },

    dropped: async (fault) => {
      const before = await update(fault, "fails", () => ground.proxy.strike(1, { kind: "drop" }));
      await putRight(ground, fault, whole, before);
    },

    restarted: (fault) => outage(fault, "kube-apiserver"),

    "etcd-restarted": (fault) => outage(fault, "etcd"),
  });
});
