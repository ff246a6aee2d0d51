import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSettings } from "../../local/rehearsal/stack-file.ts";
import { render } from "../../local/render/render.ts";
import { documents, secretValues } from "../../local/render/revealed.ts";
import { holdsSecret } from "../../local/render/sentinels.ts";
import { readState } from "../../local/render/state.ts";
import { writeFiles } from "../../local/render/write.ts";
import { ofType } from "../support/mocks.ts";
import { land, passwordOf, planFor } from "../support/pybase.ts";
import { objectsBelow, objectsIn, rendered } from "../support/rendered.ts";

const PULUMIS = /^pulumi\.com\//;
const OURS = /^(argocd\.argoproj\.io|helm\.sh|kustomize\.toolkit\.fluxcd\.io)\//;

/** What an update and a rendering say alike: without each one's own annotations, and with names that have no ending. */
function comparable(manifest: object, endings: RegExp): unknown {
  const text = JSON.stringify(manifest, (key, value) => {
    if (key === "annotations") {
      const kept = Object.entries(value).filter(([name]) => !PULUMIS.test(name) && !OURS.test(name));
      return kept.length > 0 ? Object.fromEntries(kept) : undefined;
    }
    return typeof value === "string" ? value.replace(endings, "") : value;
  });
  return JSON.parse(text);
}

describe("A rendering", function () {
  this.timeout(120_000);

  it("is the same bytes the second time", async () => {
    for (const format of ["plain", "kustomize", "helm"] as const) {
      const [first, second] = [
        await rendered("production", {}, { format }),
        await rendered("production", {}, { format }),
      ];
      assert.deepEqual(Object.entries(first.files), Object.entries(second.files));
    }
  });

  for (const stack of ["dev", "staging", "production"] as const) {
    it(`has every object that an update of ${stack} registers, and no other`, async () => {
      const apiServer = { cidrs: ["10.96.0.1/32", "192.0.2.10/32"], ports: [443, 6443] };
      const { files } = await rendered(stack, { cluster: { apiServer } });
      const wanted = (await land(planFor(stack)))
        .filter(({ type, inputs }) => type.startsWith("kubernetes:") && inputs.kind !== "Secret")
        .map(({ name, inputs }) => {
          const { metadata } = inputs as { metadata: { name?: string } };
          // Whoever applies a rendering may not wait for databases, so that jobs try more often.
          const spec = inputs.kind === "Job" ? { spec: { ...(inputs.spec as object), backoffLimit: 10 } } : {};
          return { ...inputs, ...spec, metadata: { ...metadata, name: metadata.name ?? name } };
        });
      const kinds = (objects: object[], endings: RegExp) =>
        objects.map((object) => JSON.stringify(canonical(comparable(object, endings)))).sort();
      assert.deepEqual(
        kinds(Object.values(objectsBelow(files, "objects")), /-[0-9a-f]{10}$/),
        kinds(wanted, /-1a2b3c4d$/),
      );
    });
  }

  it("names a ConfigMap after what it says, so that pods start anew with it", async () => {
    const configOf = async (level: string) => {
      const { files } = await rendered("dev", { env: { LOG_LEVEL: level } });
      const objects = Object.values(objectsBelow(files, "objects"));
      const map = objects.find(
        ({ kind, metadata }) => kind === "ConfigMap" && metadata.name.startsWith("pybase-api-config-"),
      );
      const deployment = objects.find(({ kind, metadata }) => kind === "Deployment" && metadata.name === "api");
      assert.ok(JSON.stringify(deployment).includes(`"${map?.metadata.name}"`));
      return map?.metadata.name;
    };
    assert.notEqual(await configOf("debug"), await configOf("warning"));
    assert.equal(await configOf("debug"), await configOf("debug"));
  });

  it("runs another migration where its image or settings are others", async () => {
    const jobOf = async (settings: object) => {
      const { rendering } = await rendered("dev", settings);
      return rendering.objects.find(({ manifest }) => manifest.kind === "Job")?.manifest.metadata.name;
    };
    assert.match((await jobOf({})) as string, /^api-migrate-[0-9a-f]{10}$/);
    assert.notEqual(await jobOf({}), await jobOf({ tiers: { api: { image: "pybase/api:1.0.1" } } }));
  });

  it("puts the migration after its databases, and the tier after its migration", async () => {
    const { rendering } = await rendered("dev");
    const stageOf = (kind: string, name: RegExp) =>
      rendering.objects.find(({ manifest }) => manifest.kind === kind && name.test(manifest.metadata.name))?.stage ??
      -1;
    const [store, migration, api] = [
      stageOf("StatefulSet", /^postgres$/),
      stageOf("Job", /^api-migrate/),
      stageOf("Deployment", /^api$/),
    ];
    assert.ok(0 <= store && store < migration && migration < api, `${store}, ${migration}, ${api}`);
    const found = rendering.objects.find(({ resource }) => resource === "pybase-api-deployment");
    assert.equal(found?.manifest.metadata.annotations?.["argocd.argoproj.io/sync-wave"], String(api));
  });

  it("has what is protected kept by whoever applies it", async () => {
    const { rendering } = await rendered("production");
    const claim = rendering.objects.find(({ manifest }) => manifest.metadata.name === "data-search-0")?.manifest;
    assert.equal(claim?.metadata.annotations?.["argocd.argoproj.io/sync-options"], "Prune=false,Delete=false");
    assert.equal(claim?.metadata.annotations?.["kustomize.toolkit.fluxcd.io/prune"], "disabled");
    assert.equal(claim?.metadata.annotations?.["helm.sh/resource-policy"], "keep");
  });

  it("opens no way to an API server that nobody named, and says so", async () => {
    const { files, warnings } = await rendered("production");
    const policy = objectsBelow(files, "objects")["NetworkPolicy pybase/allow-dns-and-api-server"] as unknown as {
      spec: { egress: { ports: { port: number }[] }[] };
    };
    assert.deepEqual(
      policy.spec.egress.flatMap(({ ports }) => ports.map(({ port }) => port)),
      [53, 53],
    );
    assert.match(
      warnings[0] as string,
      /^No pod reaches the API server, which api, extraction-worker, search-worker may ask/,
    );
  });
});

describe("Secrets of a rendering", function () {
  this.timeout(120_000);

  it("are told by name and keys, and none is an object", async () => {
    const { files, rendering } = await rendered("production");
    assert.equal(
      rendering.objects.some(({ manifest }) => manifest.kind === "Secret"),
      false,
    );
    assert.match(
      files["SECRETS.md"] as string,
      /`DATABASE_URL` \| `postgresql:\/\/pybase:<postgres, escaped for a URL>@postgres\.example\.com:5432/,
    );
    for (const text of Object.values(files)) assert.equal(holdsSecret(text), false);
  });

  it("have, once they are made, the values that an update gives them", async () => {
    const { plan, rendering } = await rendered("production", {
      registryCredentials: { server: "r.example.com", username: "us er" },
    });
    const known = Object.fromEntries(plan.secrets.map(({ name }) => [name, passwordOf(name)]));
    const made = Object.values(objectsIn([documents(rendering.secrets, known)]));
    const registered = ofType(
      await land(
        planFor("production", { registryCredentials: { server: "r.example.com", username: "us er" } }, [
          "postgres",
          "redis",
          "registry",
        ]),
      ),
      "kubernetes:core/v1:Secret",
    );
    const dataOf = (object: object) => JSON.stringify(canonical((object as { stringData: unknown }).stringData));
    assert.deepEqual(
      made.map(dataOf).sort(),
      registered
        .map(({ inputs }) => JSON.stringify(canonical(open((inputs as { stringData: unknown }).stringData))))
        .sort(),
    );
  });

  it("are others where a version is raised", async () => {
    const nameIn = async (settings: object) =>
      (await rendered("dev", settings)).rendering.secrets.find(
        ({ resource }) => resource === "pybase-postgres-credentials",
      )?.name;
    assert.notEqual(await nameIn({}), await nameIn({ secretVersions: { postgres: 2 } }));
  });

  it("are references where a store has them", async () => {
    const { rendering, files } = await rendered("dev", {
      secretStore: { kind: "external-secrets", store: { kind: "ClusterSecretStore", name: "vault" } },
    });
    assert.deepEqual(rendering.secrets, []);
    assert.equal("SECRETS.md" in files, false);
    const made = rendering.objects
      .filter(({ manifest }) => manifest.kind === "ExternalSecret")
      .map(({ manifest }) => manifest.metadata.name);
    assert.ok(made.every((name) => /-[0-9a-f]{10}$/.test(name)));
    assert.ok(made.length > 0);
  });

  it("are derived or given as an update has them, and asked for by name where the stack has none", async () => {
    const { plan, rendering } = await rendered("production");
    const config = {
      "landfall:secret": { value: "a-stack-secret-for-tests-that-is-long-enough" },
      "landfall:secrets": { value: '{"postgres":"p","redis":"r"}', objectValue: { postgres: "p", redis: "r" } },
    };
    const values = secretValues(plan.secrets, config);
    assert.equal(values.postgres, "p");
    assert.equal(values.objects?.length, plan.secrets.find(({ name }) => name === "objects")?.length);
    assert.throws(
      () => documents(rendering.secrets, secretValues(plan.secrets, { "landfall:secret": config["landfall:secret"] })),
      /no value for postgres, redis/,
    );
  });
});

describe("Values that only a cloud knows", function () {
  this.timeout(120_000);
  const directory = mkdtempSync(join(tmpdir(), "landfall-render-"));
  after(() => rmSync(directory, { recursive: true }));

  it("are refused, each object by name, with what to do", async () => {
    await assert.rejects(render({ stack: "eks", settings: readSettings(".", "eks") }), (error: Error) => {
      assert.match(error.message, /pybase\/ConfigMap\/pybase-api-config-[0-9a-f]+, of pybase-objects-uploads-bucket/);
      assert.match(error.message, /npx pulumi stack export --stack eks --file state\.json/);
      return true;
    });
  });

  it("come from the stack's state, and its secrets do not", async () => {
    const state = join(directory, "state.json");
    const urn = (type: string, name: string) => `urn:pulumi:eks::landfall::${type}::${name}`;
    const resource = (type: string, name: string, outputs: object) => ({
      urn: urn(type, name),
      type,
      custom: true,
      id: "1",
      outputs,
    });
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", plaintext: '"canary"' };
    writeFileSync(
      state,
      JSON.stringify({
        deployment: {
          resources: [
            resource("aws:s3/bucket:Bucket", "pybase-objects-uploads-bucket", {
              bucket: "uploads-1a2b",
              bucketRegionalDomainName: "b.example.com",
            }),
            resource("aws:rds/instance:Instance", "pybase-postgres-instance", {
              address: "db.example.com",
              password: secret,
            }),
            resource("aws:iam/accessKey:AccessKey", "pybase-objects-key", { id: "AKIA", secret }),
          ],
        },
      }),
    );
    const { files } = await render({ stack: "eks", settings: readSettings(".", "eks"), known: readState(state) });
    assert.match(Object.values(files).join("\n"), /S3_BUCKET_NAME: uploads-1a2b/);
    for (const text of Object.values(files)) assert.doesNotMatch(text, /canary/);
  });

  it("are not looked for in a file that is no state", () => {
    writeFileSync(join(directory, "other.json"), "{}");
    assert.throws(() => readState(join(directory, "other.json")), /is no state of a stack/);
    assert.throws(() => readState(join(directory, "none.json")), /cannot be read/);
  });
});

describe("The folder of a rendering", () => {
  const directory = mkdtempSync(join(tmpdir(), "landfall-render-"));
  after(() => rmSync(directory, { recursive: true }));

  it("loses what is no longer rendered, and nothing else", () => {
    writeFiles(join(directory, "a"), { "objects/one.yaml": "1", "objects/two.yaml": "2" });
    writeFileSync(join(directory, "a", "mine.txt"), "");
    writeFiles(join(directory, "a"), { "base/one.yaml": "1" });
    assert.deepEqual(readdirSync(join(directory, "a")).sort(), [".landfall-render.json", "base", "mine.txt"]);
    assert.equal(readFileSync(join(directory, "a", "base", "one.yaml"), "utf8"), "1");
  });

  it("is refused where somebody else has files in it", () => {
    writeFileSync(join(directory, "theirs"), "");
    assert.throws(() => writeFiles(directory, { "objects/one.yaml": "1" }), /has files that were not rendered/);
  });
});

function open(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("[secret]" in value) return open(value["[secret]"]);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, open(inner)]));
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, canonical(inner)]),
  );
}
