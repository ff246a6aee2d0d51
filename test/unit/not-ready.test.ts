/** What is said of pods that do not get ready. */
import assert from "node:assert/strict";
import { whyNotReady } from "../../local/recover/not-ready.ts";

const APPS = "/apis/apps/v1/namespaces/shop";
const CORE = "/api/v1/namespaces/shop";
const EVENTS = `${CORE}/events?fieldSelector=reason%3DFailedCreate`;

const why = (lists: Record<string, object[]>) =>
  whyNotReady(async <T>(path: string) => (path in lists ? ({ items: lists[path] } as T) : undefined), "shop");
const pod = (name: string, status: object, more: object = {}) => ({ metadata: { name, ...more }, spec: {}, status });
const waiting = (reason: string, message?: string) => ({
  containerStatuses: [{ name: "web", image: "shop/web:2", state: { waiting: { reason, message } } }],
});

describe("Pods that do not get ready", () => {
  it("are not made, which their ReplicaSet says", async () => {
    const conditions = [{ type: "ReplicaFailure", status: "True", message: "exceeded quota: theirs" }];
    const metadata = { name: "web-5db5fd9d8b", ownerReferences: [{ name: "web" }] };
    assert.deepEqual(await why({ [`${APPS}/replicasets`]: [{ metadata, spec: {}, status: { conditions } }] }), [
      "web: its pods cannot be made: exceeded quota: theirs",
    ]);
  });

  it("are not made, which only an event says of a StatefulSet that lacks some", async () => {
    const event = (name: string, message: string) => ({ message, involvedObject: { kind: "StatefulSet", name } });
    const set = (name: string, replicas: number) => ({
      metadata: { name },
      spec: { replicas: 1 },
      status: { replicas },
    });
    assert.deepEqual(
      await why({
        [`${APPS}/statefulsets`]: [set("db", 0), set("cache", 1)],
        [EVENTS]: [event("db", "old"), event("db", "exceeded quota: theirs"), event("cache", "long over")],
      }),
      ["db: its pods cannot be made: exceeded quota: theirs"],
    );
  });

  it("find no machine", async () => {
    const conditions = [{ type: "PodScheduled", status: "False", message: "0/3 nodes are available" }];
    assert.deepEqual(await why({ [`${CORE}/pods`]: [pod("web-1", { conditions })] }), [
      "web-1 finds no machine: 0/3 nodes are available",
    ]);
  });

  it("do not start with their image, or end as soon as they start", async () => {
    const crashed = waiting("CrashLoopBackOff", "back-off 1m20s");
    Object.assign(crashed.containerStatuses[0] as object, { lastState: { terminated: { exitCode: 3 } } });
    assert.deepEqual(
      await why({ [`${CORE}/pods`]: [pod("web-1", waiting("ImagePullBackOff", "not found")), pod("web-2", crashed)] }),
      [
        "web-1 does not start with the image shop/web:2 (ImagePullBackOff): not found",
        "web-2 ends as soon as it starts (CrashLoopBackOff, exit code 3): kubectl -n shop logs web-2 -c web --previous",
      ],
    );
  });

  it("are left alone while they start, run, or go", async () => {
    const going = pod("web-3", waiting("ImagePullBackOff"), { deletionTimestamp: "2026-01-02T03:04:05Z" });
    const pods = [pod("web-1", waiting("ContainerCreating")), pod("web-2", {}), going];
    assert.deepEqual(await why({ [`${CORE}/pods`]: pods }), []);
    assert.deepEqual(await why({}), []);
  });
});
