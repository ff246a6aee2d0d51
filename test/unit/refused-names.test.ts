/** Names, labels and numbers that no object in a cluster could have. */
import { refuses } from "../support/shop.ts";

const NAME = "the name of an object: lower-case letters, digits, dashes and dots";
const KEY = "a key of at most 63 letters, digits, dashes, dots and underscores, after example.com/ or nothing";
const VALUE = "at most 63 letters, digits, dashes, dots and underscores";
const fix = "write it in that form";
const problem = "not valid";
const pool = (given: object) => ({ "general-pool": { labels: { role: "apps" }, ...given } });

describe("A name that no object has is refused", () => {
  refuses([
    [
      "of a certificate's Secret",
      ({ stack }) => (stack.edge.tls = { secretName: "Shop_TLS" }),
      { path: "landfall:edge.tls.secretName", got: "Shop_TLS", problem, allowed: NAME, fix },
    ],
    [
      "of an issuer",
      ({ stack }) => (stack.edge.tls = { issuer: "lets encrypt" }),
      { path: "landfall:edge.tls.issuer", got: "lets encrypt", problem, allowed: NAME, fix },
    ],
    [
      "of an IngressClass",
      ({ stack }) => (stack.edge.class = "../traefik"),
      { path: "landfall:edge.class", got: "../traefik", problem, allowed: NAME, fix },
    ],
    [
      "of a StorageClass",
      ({ stack }) => (stack.datastores = { db: { storageClass: "gp3\nevil: true" } }),
      { path: "landfall:datastores.db.storageClass", got: "gp3\nevil: true", problem, allowed: NAME, fix },
    ],
    [
      "as every mapping has one",
      ({ stack }) => (stack.tiers = { web: { pool: "constructor" } }),
      {
        path: "landfall:tiers.web.pool",
        got: "constructor",
        problem,
        allowed: "lower-case letters, digits and dashes, at most 40",
        fix,
      },
    ],
    [
      "longer than any",
      ({ stack }) => (stack.cluster.storageClass = "a".repeat(254)),
      { path: "landfall:cluster.storageClass", got: "a".repeat(254), problem, allowed: NAME, fix },
    ],
  ]);
});

describe("A label or an annotation that no object has is refused", () => {
  refuses([
    [
      "by its key",
      ({ stack }) => (stack.edge.annotations = { "a key": "a value" }),
      { path: "landfall:edge.annotations.a key", problem: "not a valid name", allowed: KEY, fix },
    ],
    [
      "by its value",
      ({ stack }) => (stack.cluster.nodePools = pool({ labels: { role: "$(apps)" } })),
      { path: "landfall:cluster.nodePools.general-pool.labels.role", got: "$(apps)", problem, allowed: VALUE, fix },
    ],
    [
      "in a taint",
      ({ stack }) => (stack.cluster.nodePools = pool({ taints: [{ key: "dedicated=apps", effect: "NoSchedule" }] })),
      {
        path: "landfall:cluster.nodePools.general-pool.taints[0].key",
        got: "dedicated=apps",
        problem,
        allowed: KEY,
        fix,
      },
    ],
    [
      "of monitors",
      ({ stack }) => (stack.monitoring = { namespace: "monitoring", labels: { release: "two words" } }),
      { path: "landfall:monitoring.labels.release", got: "two words", problem, allowed: VALUE, fix },
    ],
  ]);
});

describe("A number that nobody can mean is refused", () => {
  refuses([
    [
      "of a datastore's servers",
      ({ stack }) => (stack.datastores = { db: { autoscale: { max: 2 ** 31 } } }),
      {
        path: "landfall:datastores.db.autoscale.max",
        got: 2 ** 31,
        problem: "too big",
        allowed: "99 or less",
        fix: "lower it",
      },
    ],
    [
      "of a tier's replicas",
      ({ stack }) => (stack.tiers = { clock: {}, web: { replicas: 1e9 } }),
      { path: "landfall:tiers.web.replicas", got: 1e9, problem: "too big", allowed: "10000 or less", fix: "lower it" },
    ],
    [
      "below nothing, where a text is allowed too",
      ({ stack }) => (stack.tiers = { web: { verticalAutoscale: { mode: "off", max: { cpu: -1, memory: "1Gi" } } } }),
      {
        path: "landfall:tiers.web.verticalAutoscale.max.cpu",
        got: "-1",
        problem: "not valid",
        allowed: "a Kubernetes quantity such as 500m, 2, 512Mi or 10Gi",
        fix: "write it in that form",
      },
    ],
    [
      "that Kubernetes does not count to",
      ({ stack }) => (stack.quota = { pods: 2 ** 40 }),
      { path: "landfall:quota.pods", got: 2 ** 40, problem: "too big", allowed: "2147483647 or less", fix: "lower it" },
    ],
  ]);
});
