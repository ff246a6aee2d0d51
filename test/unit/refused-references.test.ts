import assert from "node:assert/strict";
import { errorOf, refuses } from "../support/shop.ts";

describe("A reference to what is not there is refused:", () => {
  refuses([
    [
      "a datastore that nobody declared in uses",
      ({ app }) => app.tiers.web.uses.push("queu"),
      {
        path: "apps/shop.ts: tiers.web.uses",
        got: "queu",
        problem: 'there is no datastore or web tier "queu"',
        allowed: "db, queue",
        fix: 'did you mean "queue"?',
      },
    ],
    [
      "a worker in uses: nothing can call it",
      ({ app }) => app.tiers.web.uses.push("jobs"),
      {
        path: "apps/shop.ts: tiers.web.uses",
        got: "jobs",
        problem: 'there is no datastore or web tier "jobs"',
        allowed: "db, queue",
        fix: "use one of these, or remove it",
      },
    ],
    [
      "a tier that uses itself",
      ({ app }) => app.tiers.web.uses.push("web"),
      {
        path: "apps/shop.ts: tiers.web.uses",
        got: "web",
        problem: 'there is no datastore or web tier "web"',
        allowed: "db, queue",
        fix: "use one of these, or remove it",
      },
    ],
    [
      "a variable from a store that the tier does not use",
      ({ app }) => (app.tiers.web.env.QUEUE_URL = { from: "queue", field: "url" }),
      {
        path: "apps/shop.ts: tiers.web.env.QUEUE_URL.from",
        got: "queue",
        problem: 'tier "web" does not use "queue", so no connection would be allowed',
        allowed: "db",
        fix: `add "queue" to the tier's uses, or take the variable out`,
      },
    ],
    [
      "a field that the engine lacks",
      ({ stack }) => (stack.tiers = { web: { env: { BUCKET: { from: "db", field: "bucket" } } } }),
      {
        path: "landfall:tiers.web.env.BUCKET.field",
        got: "bucket",
        problem: '"db" has no field "bucket"',
        allowed: "url, host, port, username, password, database",
        fix: "use one of these, or remove it",
      },
    ],
    [
      "a field that a tier lacks",
      ({ app }) => {
        app.tiers.jobs.uses.push("web");
        app.tiers.jobs.env = { WEB: { from: "web", field: "password" } };
      },
      {
        path: "apps/shop.ts: tiers.jobs.env.WEB.field",
        got: "password",
        problem: '"web" has no field "password"',
        allowed: "url, host, port",
        fix: "use one of these, or remove it",
      },
    ],
    [
      "the bucket of a store that has none",
      ({ app }) => {
        app.datastores.files = { engine: "objectstore" };
        app.tiers.web.uses.push("files");
        app.tiers.web.env.BUCKET = { from: "files", field: "bucket" };
      },
      {
        path: "apps/shop.ts: tiers.web.env.BUCKET.field",
        got: "bucket",
        problem: '"files" has no bucket',
        fix: "name one in datastores.files.buckets",
      },
    ],
    [
      "an unknown secret, said once though every tier would get it",
      ({ app }) => (app.env = { KEY: { secret: "sesion-key" } }),
      {
        path: "apps/shop.ts: env.KEY.secret",
        got: "sesion-key",
        problem: 'there is no secret "sesion-key"',
        allowed: "session-key",
        fix: 'did you mean "session-key"?',
      },
    ],
    [
      "an unknown engine",
      ({ app }) => (app.datastores.queue.engine = "rediss"),
      {
        path: "apps/shop.ts: datastores.queue.engine",
        got: "rediss",
        problem: 'there is no engine "rediss"',
        allowed: "chromadb, meilisearch, mongodb, neo4j, objectstore, postgres, qdrant, redis",
        fix: 'did you mean "redis"?',
      },
    ],
    [
      "an unknown version",
      ({ stack }) => (stack.datastores = { db: { version: 15 } }),
      {
        path: "landfall:datastores.db.version",
        got: "15",
        problem: 'there is no postgres version "15"',
        allowed: "16, 17, 16-bookworm",
        fix: 'did you mean "16"?',
      },
    ],
    [
      "buckets on an engine that has none",
      ({ app }) => (app.datastores.queue.buckets = ["files"]),
      {
        path: "apps/shop.ts: datastores.queue.buckets",
        got: ["files"],
        problem: "redis has no buckets",
        fix: "remove it",
      },
    ],
    [
      "a port to expose that the engine does not have",
      ({ app }) => (app.datastores.queue.expose = { http: "queue" }),
      {
        path: "apps/shop.ts: datastores.queue.expose.http",
        got: "http",
        problem: 'there is no redis port "http"',
        allowed: "redis",
        fix: "use one of these, or remove it",
      },
    ],
    [
      "an unknown tier in the stack file",
      ({ stack }) => (stack.tiers = { wbe: { replicas: 2 } }),
      {
        path: "landfall:tiers.wbe",
        got: "wbe",
        problem: 'there is no tier "wbe"',
        allowed: "web, jobs, clock",
        fix: 'did you mean "web"?',
      },
    ],
    [
      "a role bound to a tier that does not exist",
      ({ app }) => (app.roles.reader.bindings.web = ["wbe"]),
      {
        path: "apps/shop.ts: roles.reader.bindings.web",
        got: "wbe",
        problem: 'there is no tier "wbe"',
        allowed: "web, jobs, clock",
        fix: 'did you mean "web"?',
      },
    ],
    [
      "a managed datastore where no cloud could manage it",
      ({ stack }) => (stack.datastores = { db: { mode: "managed" } }),
      {
        path: "landfall:datastores.db.mode",
        got: "managed",
        problem: 'cluster provider "kubeconfig" has no cloud that could manage "db"',
        allowed: "bundled, external",
        fix: "bundle it, name the store that you run elsewhere with mode: external, or a cloud with landfall:cluster.cloud",
      },
    ],
  ]);
});

describe("Two things of one name are refused:", () => {
  refuses([
    [
      "a datastore and a tier",
      ({ app }) => (app.datastores.web = { engine: "redis" }),
      { path: "apps/shop.ts: datastores.web", got: "web", problem: "the name is taken", fix: "rename one of the two" },
    ],
    [
      "a secret and a datastore",
      ({ app }) => app.secrets.push("db"),
      { path: "apps/shop.ts: secrets.db", got: "db", problem: "the name is taken", fix: "rename one of the two" },
    ],
    [
      "a tier and the migration of another",
      ({ app }) => {
        app.tiers.web.migrate = ["migrate"];
        app.tiers["web-migrate"] = structuredClone(app.tiers.clock);
      },
      {
        path: "apps/shop.ts: tiers.web.migrate",
        problem: 'its job would be called "web-migrate", a name that is taken',
        fix: "rename one of the two",
      },
    ],
    [
      "two tiers on one route",
      ({ app }) =>
        (app.tiers.admin = { kind: "web", image: "a/b:1", port: 1, route: "/", resources: app.tiers.clock.resources }),
      {
        path: "apps/shop.ts: tiers.admin.route",
        got: "/",
        problem: '"web" has the same route on shop.example.com',
        allowed: "a path of its own for each",
        fix: "change one of the two",
      },
    ],
    [
      "two ports of a store behind one host",
      ({ app }) => (app.datastores.files = { engine: "objectstore", expose: { api: "files", console: "files" } }),
      {
        path: "apps/shop.ts: datastores.files.expose",
        got: "files.shop.example.com",
        problem: '"files" is reached by the same host',
        allowed: "a host prefix of its own for each",
        fix: "change one of the two",
      },
    ],
  ]);
});

describe("The whole text of a configuration error", () => {
  it("is short enough to be read by someone tired", () => {
    const error = errorOf(({ app, stack }) => {
      app.tiers.web.uses.push("queu");
      stack.tiers = { jobs: { resources: { requests: { cpu: "300m" } } } };
    });
    assert.equal(
      error.message,
      `2 mistakes in the configuration; nothing was created or changed.

  landfall:tiers.jobs.resources.requests.cpu: the request is above the limit
    got      "300m"
    allowed  200m (resources.limits.cpu) or less
    fix      lower the request or raise the limit

  apps/shop.ts: tiers.web.uses: there is no datastore or web tier "queu"
    got      "queu"
    allowed  db, queue
    fix      did you mean "queue"?
`,
    );
  });
});
