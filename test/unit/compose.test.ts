// biome-ignore-all lint/suspicious/noTemplateCurlyInString: so Compose writes its variables
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { type Imported, importCompose } from "../../local/new/compose/import.ts";
import { interpolate } from "../../local/new/compose/interpolation.ts";
import { CARRIED, NOT_CARRIED } from "../../local/new/compose/keys.ts";
import { cpus, memory, nameOf, seconds, words } from "../../local/new/compose/words.ts";
import { landingOf, mistakesOf } from "../../local/new/landing.ts";

const CORPUS = fileURLToPath(new URL("../support/compose", import.meta.url));
const files = readdirSync(CORPUS).filter((file) => /\.ya?ml$/.test(file));

// biome-ignore lint/suspicious/noExplicitAny: what was imported is looked at by its paths
type Application = any;

const imported = (file: string): Imported & { application: Application } =>
  importCompose(join(CORPUS, file), basename(file).replace(/\.\w+$/, ""));
const told = ({ notes }: Imported, at: string) => notes.filter((note) => note.at === at).map(({ why }) => why);

/** https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json, the keys of a service */
const KEYS =
  "annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs container_name cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset credential_spec depends_on deploy develop device_cgroup_rules devices dns dns_opt dns_search domainname entrypoint env_file environment expose extends external_links extra_hosts gpus group_add healthcheck hostname image init ipc isolation label_file labels links logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit models network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform ports post_start pre_stop privileged profiles provider pull_policy pull_refresh_after read_only restart runtime scale secrets security_opt shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits use_api_socket user userns_mode uts volumes volumes_from working_dir".split(
    " ",
  );

/** One value that each key may have; "x" for those that are only listed. */
const VALUES: Readonly<Record<string, unknown>> = {
  build: ".",
  cap_drop: ["ALL"],
  configs: ["c"],
  cpus: 0.5,
  depends_on: ["other"],
  deploy: { replicas: 2 },
  env_file: "some.env",
  environment: { A: "b" },
  expose: ["80"],
  healthcheck: { test: "true" },
  image: "example/x:1",
  labels: { a: "b" },
  links: ["other"],
  networks: ["n"],
  ports: ["80:80"],
  profiles: ["debug"],
  read_only: true,
  scale: 2,
  secrets: ["s"],
  mem_limit: "1g",
  mem_reservation: "1g",
  stop_grace_period: "1m",
  tmpfs: "/run",
  user: "1000",
  volumes: ["data:/data"],
  restart: "always",
};

describe("A Compose file as an application", () => {
  for (const file of files) {
    describe(file, () => {
      it("lands in dev, or says in whose way it is", async () => {
        const { application } = imported(file);
        const landing = landingOf(application.name, application, {});
        assert.deepEqual(await mistakesOf(landing), []);
      });

      it("has none of its passwords in any file or note, and every variable of one told", () => {
        const { application, notes } = imported(file);
        assert.doesNotMatch(stringify(application), /Canary/);
        assert.doesNotMatch(JSON.stringify(notes), /Canary/);
      });

      it("tells every note with its line, a reason and what to do", () => {
        for (const { at, line, why, fix } of imported(file).notes) {
          assert.ok(why !== "" && fix !== "" && (line ?? 0) > 0, `${at}: ${why}`);
        }
      });
    });
  }

  it("has databases by their versions, settings and names", () => {
    const { datastores } = imported("django.yaml").application;
    assert.deepEqual(datastores.db, {
      engine: "postgres",
      version: "16",
      storage: "10Gi",
      database: "shop",
      settings: { shared_buffers: "256MB", max_connections: "200" },
    });
    assert.deepEqual(datastores.cache.settings, { maxmemory: "256mb", "maxmemory-policy": "allkeys-lru" });
  });

  it("has connections in place of addresses, and what is run once as a migration", () => {
    const { web, worker, migrate } = imported("django.yaml").application.tiers;
    assert.deepEqual(web.env.DATABASE_URL, { from: "db", field: "url" });
    assert.deepEqual(web.env.CELERY_BROKER_URL, { from: "cache", field: "url", database: 1 });
    assert.deepEqual(web.env.DJANGO_SECRET_KEY, { secret: "django-secret-key" });
    assert.equal(web.env.DJANGO_DEBUG, "false");
    assert.deepEqual(web.uses, ["cache", "db"]);
    assert.deepEqual(web.migrate, ["python", "manage.py", "migrate", "--noinput"]);
    assert.equal(migrate, undefined);
    assert.deepEqual([worker.kind, worker.terminationGracePeriodSeconds], ["worker", 150]);
  });

  it("has health checks as probes, and limits as resources", () => {
    const { web } = imported("django.yaml").application.tiers;
    const check = { http: "/health/", periodSeconds: 15, timeoutSeconds: 3, failureThreshold: 5 };
    assert.deepEqual([web.readiness, web.liveness, web.startup], [check, check, check]);
    assert.deepEqual(web.resources, {
      requests: { cpu: "250m", memory: "256Mi" },
      limits: { cpu: "500m", memory: "512Mi" },
    });
    const { chat } = imported("assistant.yaml").application.tiers;
    assert.deepEqual(chat.resources.limits, { cpu: "1500m", memory: "2048Mi" });
    assert.deepEqual(chat.readiness.exec, ["python", "-c", "import chat"]);
    assert.equal(chat.replicas, 3);
  });

  it("has the parts of connections, where names and values agree", () => {
    const { application } = imported("rails.yml");
    const { env, uid, writable } = application.tiers.app;
    const part = (from: string, field: string) => ({ from, field });
    assert.deepEqual(
      ["DB_HOST", "DB_PORT", "DB_USER", "DB_PASSWORD", "DB_NAME"].map((name) => env[name]),
      ["host", "port", "username", "password", "database"].map((field) => part("postgres", field)),
    );
    assert.deepEqual(
      ["S3_ENDPOINT", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "S3_BUCKET"].map((name) => env[name]),
      ["url", "username", "password", "bucket"].map((field) => part("minio", field)),
    );
    assert.deepEqual(application.datastores.minio.buckets, ["rails-uploads"]);
    assert.deepEqual(env.SIDEKIQ_URL, { from: "redis", field: "url", database: 3 });
    assert.equal(env.RAILS_ENV, "production");
    assert.deepEqual(env.STRIPE_API_KEY, { secret: "stripe-api-key" });
    assert.deepEqual([uid, writable], [1000, ["/tmp", "/app/tmp"]]);
  });

  it("says what it builds, what has no value, and what is started on demand", () => {
    const rails = imported("rails.yml");
    assert.equal(rails.application.tiers.app.image, "rails/app:pin-me");
    assert.deepEqual(told(rails, "services.app.build"), ["images are pulled, not built"]);
    assert.deepEqual(told(rails, "services.app.environment.FORWARDED"), ["its value is taken from the shell"]);
    assert.match(told(rails, "services.adminer.profiles")[0] ?? "", /on demand only/);
    assert.equal(rails.application.tiers.adminer, undefined);
    assert.match(told(rails, "services.postgres.image")[0] ?? "", /becomes postgres 16/);
    assert.match(told(rails, "services.app.user")[0] ?? "", /its group is 1000/);
  });

  it("has tiers that call each other by the port that they are called by, and files in place of small mounts", () => {
    const node = imported("node.yaml");
    const { proxy, "front-end": front, api } = node.application.tiers;
    assert.deepEqual([api.kind, api.port, api.route], ["web", 4000, undefined]);
    assert.deepEqual(front.env.API_URL, { from: "api", field: "url" });
    assert.equal(front.env.API_GRAPHQL, "http://api:4000/graphql");
    assert.deepEqual(front.uses, ["api"]);
    assert.deepEqual([proxy.port, proxy.route, proxy.uses], [80, "/", ["api", "front-end"]]);
    assert.match(proxy.files["/etc/nginx/conf.d/default.conf"], /proxy_pass/);
    assert.deepEqual(api.files, { "/etc/api/features.json": `{ "beta": \${BETA}, "region": "eu" }\n` });
    assert.deepEqual([api.command, api.args], [["node"], undefined]);
    assert.match(told(node, "services.API.command")[0] ?? "", /password/);
    assert.match(told(node, "services.rabbit.image")[0] ?? "", /no engine/);
    assert.match(told(node, "services.front_end.image")[0] ?? "", /another image tomorrow/);
    assert.match(told(node, "services.API.environment.JWT_SECRET_FILE")[0] ?? "", /not files/);
  });

  it("has every engine by the images that it usually has", () => {
    const { application, notes } = imported("assistant.yaml");
    const engines = Object.values(application.datastores as Record<string, { engine: string }>).map((it) => it.engine);
    assert.deepEqual(engines.sort(), ["chromadb", "meilisearch", "neo4j", "postgres", "qdrant", "redis"]);
    const { env } = application.tiers.chat;
    assert.deepEqual(env.CHROMA_HOST, { from: "chroma", field: "host" });
    assert.deepEqual(env.NEO4J_PASSWORD, { from: "neo4j", field: "password" });
    assert.deepEqual(env.MEILI_KEY, { from: "search", field: "password" });
    assert.ok(notes.some(({ why }) => why.startsWith("the variable OPENAI_API_KEY is set nowhere")));
    assert.ok(notes.some(({ at }) => at === "services.leftover"));
  });

  it("has nothing of a service that is neither carried over nor listed", () => {
    assert.deepEqual([...CARRIED, ...Object.keys(NOT_CARRIED)].sort(), [...KEYS].sort());
    const directory = mkdtempSync(join(tmpdir(), "landfall-compose-"));
    const path = join(directory, "compose.yaml");
    writeFileSync(join(directory, "some.env"), "A=b\n");
    try {
      for (const image of ["example/tier:1", "postgres:17"]) {
        for (const key of KEYS) {
          const service = { image, [key]: VALUES[key] ?? "x" };
          const other = { image: "example/other:1", ports: ["90"] };
          writeFileSync(path, stringify({ services: { it: service, other } }));
          const { carried, notes } = importCompose(path, "shop");
          const at = [...carried, ...notes.map((note) => note.at)];
          const is = `services.it.${key}`;
          assert.ok(
            at.some((place) => place === is || place.startsWith(`${is}.`) || place.startsWith(`${is}[`)),
            `${key} of ${image}`,
          );
        }
      }
      writeFileSync(path, stringify({ services: { it: { image: "example/x:1", prots: ["80"] } } }));
      assert.match(importCompose(path, "shop").notes[0]?.why ?? "", /no key of the Compose specification/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("is refused where it is not there, no YAML, or has no services", () => {
    assert.throws(() => imported("none.yaml"), /There is no file .*none\.yaml\.\n {2}fix/);
    assert.throws(() => importCompose(join(CORPUS, ".env"), "shop"), /has no services/);
  });
});

describe("What a Compose file's texts come to", () => {
  const variables = { SET: "yes", EMPTY: "" };
  for (const [raw, text] of [
    ["$SET and ${SET}", "yes and yes"],
    ["$$SET costs 5$", "$SET costs 5$"],
    ["${NONE:-usual} ${EMPTY:-usual} ${EMPTY-kept}", "usual usual "],
    ["${NONE:-${SET}}-${NONE-a:b}", "yes-a:b"],
    ["${SET:+there}${NONE+not}", "there"],
    ["${NONE:?must be}", ""],
  ] as const) {
    it(raw, () => assert.equal(interpolate(raw, variables).text, text));
  }

  it("names the variables that are set nowhere", () => {
    assert.deepEqual(interpolate("$NONE ${NONE:-x} ${OTHER:?now}", variables).unset, ["NONE", "OTHER"]);
  });

  it("splits command lines as a shell does", () => {
    assert.deepEqual(words(`sh -c 'echo "a b"' "it's" c\\ d ''`), ["sh", "-c", `echo "a b"`, "it's", "c d", ""]);
  });

  it("reads durations, sizes, processors and names", () => {
    assert.deepEqual(["1m30s", "500ms", "2h", "soon"].map(seconds), [90, 1, 7200, undefined]);
    assert.deepEqual(["512m", "1.5g", "1GB", 1048576, "much"].map(memory), [
      "512Mi",
      "1536Mi",
      "1024Mi",
      "1Mi",
      undefined,
    ]);
    assert.deepEqual(["0.5", 2, "0", "some"].map(cpus), ["500m", "2000m", undefined, undefined]);
    assert.deepEqual(["Front_End.v2", "9lives", "__"].map(nameOf), ["front-end-v2", "lives", "service"]);
  });
});
