import { datastore } from "../../config/schema/datastore.ts";
import { tierOverride, worker } from "../../config/schema/tier.ts";
import { stackSchema } from "../../config/schema.ts";
import { refuses } from "../support/shop.ts";

const QUANTITY = "a Kubernetes quantity such as 500m, 2, 512Mi or 10Gi";

describe("A value of the wrong form is refused:", () => {
  refuses([
    [
      "an unknown key of the stack file",
      ({ stack }) => (stack.tires = {}),
      {
        path: "landfall:tires",
        problem: "unknown key",
        allowed: Object.keys(stackSchema.shape).join(", "),
        fix: 'did you mean "tiers"?',
      },
    ],
    [
      "an unknown key deep in the stack file",
      ({ stack }) => (stack.tiers = { web: { replica: 3 } }),
      {
        path: "landfall:tiers.web.replica",
        problem: "unknown key",
        allowed: Object.keys(tierOverride.shape).join(", "),
        fix: 'did you mean "replicas"?',
      },
    ],
    [
      "the fewest pods, by the name that an autoscaler of Kubernetes has for them",
      ({ app }) => (app.tiers.web.autoscale = { min: 2, max: 4, cpu: 70 }),
      {
        path: "apps/shop.ts: tiers.web.autoscale.min",
        problem: "unknown key",
        allowed: "max, cpu, memory, metrics, scaleUp, scaleDown",
        fix: 'remove it: the fewest are "replicas" of a tier, "servers" of a datastore',
      },
    ],
    [
      "a probe by the name that Kubernetes has for it",
      ({ app }) => (app.tiers.jobs.livenessProbe = { http: "/health" }),
      {
        path: "apps/shop.ts: tiers.jobs.livenessProbe",
        problem: "unknown key",
        allowed: Object.keys(worker.shape).join(", "),
        fix: 'did you mean "liveness"?',
      },
    ],
    [
      "an unknown key of the application",
      ({ app }) => (app.datastores.queue.size = "1Gi"),
      {
        path: "apps/shop.ts: datastores.queue.size",
        problem: "unknown key",
        allowed: Object.keys(datastore.shape).join(", "),
        fix: "remove it",
      },
    ],
    [
      "a port on a worker, which nothing calls",
      ({ app }) => (app.tiers.jobs.port = 8080),
      {
        path: "apps/shop.ts: tiers.jobs.port",
        problem: "unknown key",
        allowed: Object.keys(worker.shape).join(", "),
        fix: "remove it",
      },
    ],
    [
      "a profile of the application that does not exist",
      ({ app }) => (app.profiles = { prod: {} }),
      {
        path: "apps/shop.ts: profiles.prod",
        problem: "unknown key",
        allowed: "dev, staging, production",
        fix: "remove it",
      },
    ],
    [
      "a text for a number",
      ({ stack }) => (stack.tiers = { web: { replicas: "three" } }),
      {
        path: "landfall:tiers.web.replicas",
        got: "three",
        problem: "wrong type",
        allowed: "a number",
        fix: "make it a number",
      },
    ],
    [
      "a text for a mapping",
      ({ stack }) => (stack.tiers = "web"),
      { path: "landfall:tiers", got: "web", problem: "wrong type", allowed: "a mapping", fix: "make it a mapping" },
    ],
    [
      "half a pod",
      ({ app }) => (app.tiers.web.replicas = 1.5),
      {
        path: "apps/shop.ts: tiers.web.replicas",
        got: 1.5,
        problem: "wrong type",
        allowed: "a whole number",
        fix: "make it a whole number",
      },
    ],
    [
      "a quantity with a unit that Kubernetes does not know",
      ({ stack }) => (stack.datastores = { db: { storage: "10 GB" } }),
      {
        path: "landfall:datastores.db.storage",
        got: "10 GB",
        problem: "not valid",
        allowed: QUANTITY,
        fix: "write it in that form",
      },
    ],
    [
      "a negative quantity",
      ({ app }) => (app.tiers.web.resources.limits.cpu = -1),
      {
        path: "apps/shop.ts: tiers.web.resources.limits.cpu",
        got: "-1",
        problem: "not valid",
        allowed: QUANTITY,
        fix: "write it in that form",
      },
    ],
    [
      "a quantity left out",
      ({ app }) => delete app.tiers.web.resources.requests.memory,
      {
        path: "apps/shop.ts: tiers.web.resources.requests.memory",
        problem: "is missing",
        allowed: QUANTITY,
        fix: "set it",
      },
    ],
    [
      "a host name with a space",
      ({ stack }) => (stack.edge.host = "my shop"),
      {
        path: "landfall:edge.host",
        got: "my shop",
        problem: "not valid",
        allowed: "a host name",
        fix: "write it in that form",
      },
    ],
    [
      "an address range that is an address",
      ({ stack }) => (stack.cluster.apiServer = { cidrs: ["10.0.0.1"], ports: [443] }),
      {
        path: "landfall:cluster.apiServer.cidrs[0]",
        got: "10.0.0.1",
        problem: "not valid",
        allowed: "an address range such as 10.0.0.0/16 or 203.0.113.7/32",
        fix: "write it in that form",
      },
    ],
    [
      "the tag latest",
      ({ app }) => (app.tiers.web.image = "shop/web:latest"),
      {
        path: "apps/shop.ts: tiers.web.image",
        got: "shop/web:latest",
        problem: "not valid",
        allowed: "a pinned tag or digest, not latest",
        fix: "write it in that form",
      },
    ],
    [
      "an image without a tag, though its registry has a port",
      ({ stack }) => (stack.tiers = { web: { image: "registry:5000/shop/web" } }),
      {
        path: "landfall:tiers.web.image",
        got: "registry:5000/shop/web",
        problem: "not valid",
        allowed: "an image with a tag or digest",
        fix: "write it in that form",
      },
    ],
    [
      "a registry that ends in a slash",
      ({ stack }) => (stack.registry = "mirror.example.com/proxy/"),
      {
        path: "landfall:registry",
        got: "mirror.example.com/proxy/",
        problem: "not valid",
        allowed: "a registry such as mirror.example.com/proxy",
        fix: "write it in that form",
      },
    ],
    [
      "root",
      ({ app }) => (app.tiers.web.uid = 0),
      { path: "apps/shop.ts: tiers.web.uid", got: 0, problem: "too small", allowed: "1 or more", fix: "raise it" },
    ],
    [
      "a configuration file without a path",
      ({ app }) => (app.tiers.web.files = { "nginx.conf": "" }),
      {
        path: "apps/shop.ts: tiers.web.files.nginx.conf",
        problem: "not a valid name",
        allowed: "the path of a file, such as /etc/app/app.conf",
        fix: "write it in that form",
      },
    ],
    [
      "configuration files that no ConfigMap holds",
      ({ app }) => (app.tiers.web.files = { "/etc/large": "x".repeat(1024 ** 2), "/etc/more": "y" }),
      {
        path: "apps/shop.ts: tiers.web.files",
        got: { "/etc/large": "x".repeat(1024 ** 2), "/etc/more": "y" },
        problem: "not valid",
        allowed: "1 MiB or less in all",
        fix: "write it in that form",
      },
    ],
    [
      "a migration that is no command",
      ({ app }) => (app.tiers.web.migrate = "alembic upgrade head"),
      {
        path: "apps/shop.ts: tiers.web.migrate",
        got: "alembic upgrade head",
        problem: "not valid",
        allowed: "a command as a list, or a mapping with command",
        fix: "write it in that form",
      },
    ],
    [
      "a migration's image that is another one tomorrow",
      ({ app }) => (app.tiers.web.migrate = { image: "shop/migrate:latest", command: ["migrate"] }),
      {
        path: "apps/shop.ts: tiers.web.migrate.image",
        got: "shop/migrate:latest",
        problem: "not valid",
        allowed: "a pinned tag or digest, not latest",
        fix: "write it in that form",
      },
    ],
    [
      "a probe of two kinds",
      ({ app }) => (app.tiers.web.readiness = { http: "/", exec: ["true"] }),
      {
        path: "apps/shop.ts: tiers.web.readiness",
        got: { http: "/", exec: ["true"] },
        problem: "not valid",
        allowed: "one of http, exec and celery",
        fix: "write it in that form",
      },
    ],
    [
      "an unknown profile",
      ({ stack }) => (stack.profile = "stagin"),
      {
        path: "landfall:profile",
        got: "stagin",
        problem: "not one of the allowed values",
        allowed: "dev, staging, production",
        fix: 'did you mean "staging"?',
      },
    ],
    [
      "an unknown cluster provider",
      ({ stack }) => (stack.cluster.provider = "kubeconfg"),
      {
        path: "landfall:cluster.provider",
        got: "kubeconfg",
        problem: "not one of the allowed values",
        allowed: "kubeconfig, stack, eks, gke, aks",
        fix: 'did you mean "kubeconfig"?',
      },
    ],
    [
      "an unknown mode of a datastore",
      ({ stack }) => (stack.datastores = { db: { mode: "externl" } }),
      {
        path: "landfall:datastores.db.mode",
        got: "externl",
        problem: "not one of the allowed values",
        allowed: "bundled, managed, external",
        fix: 'did you mean "external"?',
      },
    ],
    [
      "a key of another mode, with the keys of this one",
      ({ stack }) => (stack.datastores = { db: { mode: "external", host: "192.0.2.5", storage: "1Gi" } }),
      {
        path: "landfall:datastores.db.storage",
        problem: "unknown key",
        allowed: "mode, host, port, username, database, buckets, tls, cidrs, moveFrom, moveStage, keepOldDays",
        fix: "remove it",
      },
    ],
    [
      "a variable's value of no known form",
      ({ stack }) => (stack.env = { LEVEL: [1] }),
      {
        path: "landfall:env.LEVEL",
        got: [1],
        problem: "not valid",
        allowed: "a text, a number, true, false, or a mapping { from, field }, { secret } or { profile }",
        fix: "write it in that form",
      },
    ],
    [
      "a variable's name with a dash",
      ({ stack }) => (stack.env = { "LOG-LEVEL": "x" }),
      {
        path: "landfall:env.LOG-LEVEL",
        problem: "not a valid name",
        allowed: "a name of letters, digits and underscores",
        fix: "write it in that form",
      },
    ],
    [
      "an edge that is not there",
      ({ stack }) => delete stack.edge,
      { path: "landfall:edge", problem: "is missing", allowed: "a mapping", fix: "set it" },
    ],
  ]);
});
