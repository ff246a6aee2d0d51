import assert from "node:assert/strict";
import { planFor } from "../support/pybase.ts";
import { planOf } from "../support/shop.ts";

describe("The namespace's quota", () => {
  it("is what PyBase needs at its largest, one pod a tier more while updating", () => {
    // pods      api-migrate 1, api 10+1, extraction-worker 8+1, search-worker 6+1, frontend 6+1, four datastores
    // requests  cpu     200 + 11*200 + 9*200 + 7*100 + 7*50 + 250+100+100+100              = 5800m
    //           memory  256 + 11*256 + 9*512 + 7*256 + 7*64 + 512+128+256+256              = 11072Mi
    // limits    cpu     1 + 11*1 + 9*1 + 7*0.5 + 7*0.2 + 1+0.5+0.5+0.5                     = 28400m
    //           memory  1 + 11*1 + 9*2 + 7*1 + 7*0.125 + 1+0.5+1+1                         = 41.375Gi
    assert.deepEqual(planFor("dev").quota, {
      requests: { cpu: "5800m", memory: "11072Mi" },
      limits: { cpu: "28400m", memory: "42368Mi" },
      storage: "27Gi",
      pods: 1 + 11 + 9 + 7 + 7 + 4,
    });
  });

  it("grows with the most of a tier and leaves external stores out", () => {
    // Against dev: the API to 15 pods, 5 more; postgres and redis elsewhere; 20Gi in place of 5Gi for the search;
    // two backups, each with a volume of 50Gi; and the check of each, with a server and its volume (10Gi, 20Gi).
    assert.deepEqual(planFor("production").quota, {
      requests: {
        cpu: `${5800 + 5 * 200 - 250 - 100 + 2 * 3 * 50}m`,
        memory: `${11072 + 5 * 256 - 512 - 128 + 2 * 3 * 128}Mi`,
      },
      limits: {
        cpu: `${28400 + 5 * 1000 - 1000 - 500 + 2 * 2 * 500 + 500 + 500}m`,
        memory: `${42368 + 5 * 1024 - 1024 - 512 + 2 * 2 * 512 + 2 * 1024}Mi`,
      },
      storage: "160Gi",
      pods: 39 + 5 - 2 + 2 * 2,
    });
  });

  it("counts one pod for a singleton, which is gone before the next one comes", () => {
    // web 4+1, jobs 2+1, clock 1, db 1, queue 1
    assert.equal(planOf().quota.pods, 11);
    assert.equal(planOf(({ app }) => delete app.tiers.clock).quota.pods, 10);
  });

  it("counts the replicas where a tier does not scale", () => {
    assert.equal(planOf(({ app }) => (app.tiers.web.autoscale = false)).quota.pods, 9);
  });

  it("is the larger figure where one is asked for, the others staying as needed", () => {
    const { quota } = planOf(({ stack }) => (stack.quota = { limits: { cpu: "20" } }));
    // memory: web 5*256, jobs 3*256, clock 256, db 1024, queue 512
    assert.deepEqual(quota.limits, { cpu: "20", memory: `${9 * 256 + 1536}Mi` });
  });
});
