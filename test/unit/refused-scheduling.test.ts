import { onEks } from "../support/clouds.ts";
import { refuses, type Shop } from "../support/shop.ts";

const nodePools = { general: {}, batch: { spot: true } };
const onPools = (change: (shop: Shop) => void) => onEks({ nodePools }, change);

describe("A place for pods is refused:", () => {
  refuses([
    [
      "a pool that the cluster does not have",
      onPools(({ stack }) => (stack.tiers = { web: { pool: "genral" } })),
      {
        path: "landfall:tiers.web.pool",
        got: "genral",
        problem: 'there is no node pool "genral"',
        allowed: "general, batch",
        fix: 'did you mean "general"?',
      },
    ],
    [
      "a pool of a cluster of which none is described",
      ({ stack }) => (stack.datastores = { db: { pool: "ssd" } }),
      {
        path: "landfall:datastores.db.pool",
        got: "ssd",
        problem: 'there is no node pool "ssd"',
        allowed: "nothing",
        fix: "describe it in landfall:cluster.nodePools.ssd, or remove it",
      },
    ],
    [
      "a datastore on machines that may be taken back",
      onPools(({ stack }) => (stack.datastores = { db: { pool: "batch" } })),
      {
        path: "landfall:datastores.db.pool",
        got: "batch",
        problem: "its machines may be taken back within minutes, and the server of the data with them",
        allowed: "general",
        fix: "use one of these",
      },
    ],
    [
      "a singleton on such machines",
      onPools(({ stack }) => (stack.tiers = { clock: { pool: "batch" } })),
      {
        path: "landfall:tiers.clock.pool",
        problem: '"clock" is a singleton: nothing runs in its place when its machine is taken back',
        allowed: "general",
        fix: "use one of these",
      },
    ],
    [
      "a singleton that asks for them",
      onPools(({ app }) => (app.tiers.clock.spot = "preferred")),
      {
        path: "apps/shop.ts: tiers.clock.spot",
        problem: '"clock" is a singleton: nothing runs in its place when its machine is taken back',
        allowed: "never",
        fix: "remove it",
      },
    ],
    [
      "spot machines only, where there are none",
      onEks({}, ({ stack }) => (stack.tiers = { jobs: { spot: "required" } })),
      {
        path: "landfall:tiers.jobs.spot",
        got: "required",
        problem: "no pool of the cluster is of the spot market",
        allowed: "preferred, never",
        fix: "set spot: true of a pool in landfall:cluster.nodePools, or use preferred",
      },
    ],
    [
      "a pool that is not what the tier asks for",
      onPools(({ stack }) => (stack.tiers = { jobs: { pool: "general", spot: "required" } })),
      {
        path: "landfall:tiers.jobs.spot",
        got: "required",
        problem: "its pool is not of the spot market",
        fix: "remove one of spot and pool",
      },
    ],
    [
      "a pool that is what the tier must not have",
      onPools(({ stack }) => (stack.tiers = { jobs: { pool: "batch", spot: "never" } })),
      {
        path: "landfall:tiers.jobs.spot",
        got: "never",
        problem: "its pool is of the spot market",
        fix: "remove one of spot and pool",
      },
    ],
    [
      "somebody else's spot machines that every pod may come to run on",
      ({ stack }) => (stack.cluster.nodePools = { cheap: { labels: { pool: "cheap" }, spot: true } }),
      {
        path: "landfall:cluster.nodePools.cheap.taints",
        problem: "nothing keeps pods that want no spot machine off those of this pool",
        allowed: "a taint with the effect NoSchedule or NoExecute",
        fix: "taint its machines, and say here how",
      },
    ],
    [
      "somebody else's machines without labels that tell them from others",
      ({ stack }) => (stack.cluster.nodePools = { any: { labels: {} } }),
      {
        path: "landfall:cluster.nodePools.any.labels",
        got: {},
        problem: "not valid",
        allowed: "labels that the pool's machines have",
        fix: "write it in that form",
      },
    ],
  ]);
});
