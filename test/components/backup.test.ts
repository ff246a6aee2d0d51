import assert from "node:assert/strict";
import { resolve } from "../../config/resolve.ts";
import { find, ofType, type Registration, secret } from "../support/mocks.ts";
import { inputsFor, land, passwordOf, planFor } from "../support/pybase.ts";

const CLAIM = "kubernetes:core/v1:PersistentVolumeClaim";
const CRON_JOB = "kubernetes:batch/v1:CronJob";
const SECRET = "kubernetes:core/v1:Secret";
const POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";

const labelsOf = (name: string) => ({
  "app.kubernetes.io/name": name,
  "app.kubernetes.io/part-of": "pybase",
  "app.kubernetes.io/instance": "dev",
  "app.kubernetes.io/managed-by": "landfall",
});

interface Pod {
  securityContext: { runAsUser: number };
  initContainers?: Container[];
  containers: Container[];
  volumes: { name: string }[];
}
interface Container {
  name: string;
  image: string;
  command: string[];
  env: { name: string; value: string }[];
  envFrom?: unknown;
}

function podOf(landed: readonly Registration[], name: string): Pod {
  const { spec } = find(landed, CRON_JOB, name).inputs as {
    spec: { jobTemplate: { spec: { template: { spec: Pod } } } };
  };
  return spec.jobTemplate.spec.template.spec;
}
const env = ({ env }: Container) => Object.fromEntries(env.map(({ name, value }) => [name, value]));

describe("A backup", () => {
  it("to a volume of its own is mounted by one pod at a time, on whichever node", async () => {
    const landed = await land(planFor("dev", { backup: { to: { storage: "3Gi", storageClass: "slow" }, keep: 4 } }));
    assert.deepEqual(find(landed, CLAIM, "pybase-redis-backup-volume").inputs.spec, {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "3Gi" } },
    });
    const { spec } = find(landed, CRON_JOB, "pybase-redis-backup-schedule").inputs as { spec: Record<string, unknown> };
    assert.deepEqual([spec.schedule, spec.timeZone, spec.concurrencyPolicy], ["0 2 * * *", "Etc/UTC", "Forbid"]);
    const { containers, volumes } = podOf(landed, "pybase-redis-backup-schedule");
    assert.match(containers[0]?.command[2] ?? "", /valkey-cli[\s\S]*tail -n \+5/);
    assert.deepEqual(volumes[0], { name: "backups", persistentVolumeClaim: { claimName: "redis-backup" } });
  });

  it("is restored to a server of the same kind on schedule, which goes with its pod", async () => {
    const landed = await land(planFor("dev", { backup: { to: { storage: "3Gi" }, check: { maxAgeHours: 7 } } }));
    const name = "pybase-postgres-backup-check";
    const { spec } = find(landed, CRON_JOB, `${name}-schedule`).inputs as { spec: Record<string, unknown> };
    assert.equal(spec.schedule, "0 4 * * 0");
    const { initContainers, containers, volumes } = podOf(landed, `${name}-schedule`);
    const [server] = initContainers as [Container & { restartPolicy: string; startupProbe: object }];
    assert.deepEqual([server.restartPolicy, server.image], ["Always", "docker.io/library/postgres:16.11-alpine3.22"]);
    assert.ok(server.startupProbe);
    const [check] = containers as [Container];
    assert.deepEqual(env(check), {
      HOME: "/tmp",
      TO_HOST: "127.0.0.1",
      TO_PORT: "5432",
      TO_USERNAME: "app",
      TO_DATABASE: "pybase",
      TO_BUCKETS: "",
      TO_TLS: "false",
      TO_CA: "",
    });
    assert.match(check.command[2] ?? "", /7 hours old/);
    assert.deepEqual(
      volumes.slice(0, 2).map(({ name, ...volume }) => [name, Object.keys(volume)]),
      [
        ["backups", ["persistentVolumeClaim"]],
        ["data", ["ephemeral"]],
      ],
    );
    assert.deepEqual(
      find(landed, SECRET, `${name}-secret`).inputs.stringData,
      secret({ TO_PASSWORD: passwordOf("postgres") }),
    );
    const { egress } = find(landed, POLICY, `${name}-network`).inputs.spec as { egress: unknown[] };
    assert.deepEqual(egress, []);
  });

  it("is checked in production unless the stack says otherwise, and nowhere else", () => {
    const checked = (stack: "dev" | "production", check?: boolean) =>
      planFor(stack, { backup: { to: { storage: "3Gi" }, check } }).backups.some((backup) => backup.check);
    assert.deepEqual([checked("dev"), checked("production"), checked("production", false)], [false, true, false]);
  });

  describe("to a bucket of the application's store", () => {
    let landed: Registration[];
    before(async () => {
      const to = { datastore: "objects", bucket: "uploads", prefix: "copies/dev", encrypt: true };
      landed = await land(planFor("dev", { backup: { to } }));
    });

    it("is made by the engine's own tools, then uploaded by rclone, as one user", () => {
      const pod = podOf(landed, "pybase-postgres-backup-schedule");
      assert.equal(pod.securityContext.runAsUser, 70);
      const [copy] = pod.initContainers as [Container];
      const [upload] = pod.containers as [Container];
      assert.equal(copy.image, "docker.io/library/postgres:16.11-alpine3.22");
      assert.equal(upload.image, "docker.io/rclone/rclone:1.75.1");
      assert.deepEqual(env(upload), {
        HOME: "/tmp",
        RCLONE_CONFIG_TO_TYPE: "s3",
        RCLONE_CONFIG_TO_PROVIDER: "Other",
        RCLONE_CONFIG_TO_ENDPOINT: "http://objects:9000",
        RCLONE_CONFIG_TO_ACCESS_KEY_ID: "app",
        RCLONE_CONFIG_TO_NO_CHECK_BUCKET: "true",
        RCLONE_CONFIG_SEALED_TYPE: "crypt",
        RCLONE_CONFIG_SEALED_REMOTE: "to:uploads/copies/dev",
        RCLONE_CONFIG_SEALED_FILENAME_ENCRYPTION: "off",
        RCLONE_CONFIG_SEALED_DIRECTORY_NAME_ENCRYPTION: "false",
        RCLONE_CONFIG_SEALED_SUFFIX: "none",
        TO: "sealed:postgres",
      });
      assert.deepEqual(
        find(landed, SECRET, "pybase-postgres-backup-bucket").inputs.stringData,
        secret({
          RCLONE_CONFIG_TO_SECRET_ACCESS_KEY: passwordOf("objects"),
          ENCRYPTION_KEY: passwordOf("backup-encryption"),
        }),
      );
    });

    it("lies meanwhile on a volume that goes with the pod", () => {
      const { volumes } = podOf(landed, "pybase-postgres-backup-schedule");
      assert.deepEqual(volumes[0], {
        name: "backups",
        ephemeral: {
          volumeClaimTemplate: {
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } } },
          },
        },
      });
    });

    it("is let into the store, and the store keeps none of itself", () => {
      const { spec } = find(landed, POLICY, "pybase-objects-network").inputs as {
        spec: { ingress: { from: unknown[] }[] };
      };
      const from = JSON.stringify(spec.ingress);
      for (const store of ["postgres", "redis", "search"]) assert.ok(from.includes(`"${store}-backup"`), store);
      assert.ok(!ofType(landed, CRON_JOB).some(({ name }) => name.includes("objects")));
    });
  });

  it("to a bucket elsewhere may reach its addresses and the datastore, and nothing else", async () => {
    const to = {
      endpoint: "https://s3.example.com:8443",
      bucket: "copies",
      accessKeyId: "pybase",
      region: "eu-west-1",
      cidrs: ["203.0.113.0/24"],
    };
    const inputs = inputsFor("dev", { backup: { to } });
    const landed = await land(resolve({ ...inputs, secrets: { ...inputs.secrets, names: ["backup"] } }));
    assert.deepEqual(find(landed, POLICY, "pybase-redis-backup-network").inputs.spec, {
      podSelector: { matchLabels: { "app.kubernetes.io/name": "redis-backup", "app.kubernetes.io/part-of": "pybase" } },
      policyTypes: ["Ingress", "Egress"],
      ingress: [],
      egress: [
        {
          to: [
            {
              podSelector: {
                matchLabels: { "app.kubernetes.io/name": "redis", "app.kubernetes.io/part-of": "pybase" },
              },
            },
          ],
          ports: [{ protocol: "TCP", port: 6379 }],
        },
        { to: [{ ipBlock: { cidr: "203.0.113.0/24" } }], ports: [{ protocol: "TCP", port: 8443 }] },
      ],
    });
    const [upload] = podOf(landed, "pybase-redis-backup-schedule").containers as [Container];
    assert.equal(env(upload).TO, "to:copies/pybase/redis");
    assert.equal(env(upload).RCLONE_CONFIG_TO_REGION, "eu-west-1");
    // The object store is copied too, for its bucket is another one.
    assert.ok(find(landed, CRON_JOB, "pybase-objects-backup-schedule"));
  });
});

describe("A copy that is put back", () => {
  const JOB = "kubernetes:batch/v1:Job";
  const COPY = "20261121T020000Z";
  const restoring = (to: object, more: object = {}) =>
    land(planFor("dev", { backup: { to }, datastores: { postgres: { restore: { copy: COPY, ...more } } } }));
  /** What copies what is there comes first. */
  const jobsIn = (landed: readonly Registration[]) =>
    ofType(landed, JOB)
      .filter(({ name }) => name.includes("restore"))
      .sort((a, b) => (a.name < b.name ? 1 : -1));
  const podIn = ({ inputs }: Registration) =>
    (inputs as { spec: { template: { metadata: unknown; spec: Pod } } }).spec.template;
  let landed: Registration[];
  before(async () => {
    landed = await restoring({ storage: "3Gi" });
  });

  it("is put back by a job of a fixed name, once what is there was copied and no tier writes", () => {
    const [first, second, ...others] = jobsIn(landed);
    assert.deepEqual(others, []);
    const metadata = (name: string) => ({
      namespace: "pybase",
      name,
      labels: labelsOf("postgres-restore"),
      annotations: { "pulumi.com/replaceUnready": "true" },
    });
    assert.deepEqual(first?.inputs.metadata, metadata("postgres-restore-before"));
    assert.deepEqual(second?.inputs.metadata, metadata(`postgres-restore-${COPY.toLowerCase()}`));
    const [before, restore] = [first, second].map((job) => podIn(job as Registration).spec.containers[0] as Container);
    assert.equal(restore?.image, "docker.io/library/postgres:16.11-alpine3.22");
    // The longest of PyBase's tiers may take an hour to end, which is waited for once.
    assert.match(before?.command[2] ?? "", /\nsleep 3600\n/);
    assert.doesNotMatch(restore?.command[2] ?? "", /sleep/);
  });

  it("is copied before by the backup's own pod, which marks its copy and removes none", () => {
    const { metadata, spec } = podIn(jobsIn(landed)[0] as Registration);
    assert.deepEqual(metadata, { labels: labelsOf("postgres-backup") });
    const [copier] = spec.containers as [Container];
    assert.match(copier.command[2] ?? "", /: > unfinished\/before-restore\nmv unfinished/);
    assert.doesNotMatch(copier.command[2] ?? "", /tail -n|rm -rf "\$old"/);
  });

  it("is put into the store by its own name, with a password in a Secret only", () => {
    const { spec } = podIn(jobsIn(landed)[1] as Registration);
    const [container] = spec.containers as [Container];
    assert.deepEqual(env(container), {
      HOME: "/tmp",
      TO_HOST: "postgres",
      TO_PORT: "5432",
      TO_USERNAME: "app",
      TO_DATABASE: "pybase",
      TO_BUCKETS: "",
      TO_TLS: "false",
      TO_CA: "",
      TO_ACCESS: "password",
    });
    assert.deepEqual(
      find(landed, SECRET, "pybase-postgres-backup-restore-secret").inputs.stringData,
      secret({ TO_PASSWORD: passwordOf("postgres") }),
    );
    assert.deepEqual(spec.volumes[0], { name: "backups", persistentVolumeClaim: { claimName: "postgres-backup" } });
  });

  it("is not copied over, nor are copies removed, meanwhile", () => {
    const suspended = (name: string) =>
      (find(landed, CRON_JOB, `pybase-${name}-backup-schedule`).inputs.spec as { suspend?: boolean }).suspend;
    assert.deepEqual([suspended("postgres"), suspended("redis")], [true, undefined]);
  });

  it("is put back at once where the stack wants no copy of what is there", async () => {
    const [only, ...others] = jobsIn(await restoring({ storage: "3Gi" }, { copyFirst: false }));
    assert.deepEqual([only?.name, others], [`pybase-postgres-backup-restore-${COPY.toLowerCase()}`, []]);
  });

  it("is fetched from its bucket by its name", async () => {
    const to = { datastore: "objects", bucket: "uploads", encrypt: true };
    const [fetch] = podIn(jobsIn(await restoring(to))[1] as Registration).spec.initContainers as [Container];
    assert.equal(fetch.image, "docker.io/rclone/rclone:1.75.1");
    assert.match(fetch.command[2] ?? "", new RegExp(`grep -xF ${COPY}`));
    assert.equal(env(fetch).TO, "sealed:postgres");
  });
});

describe("Snapshots", () => {
  let landed: Registration[];
  before(async () => {
    const cluster = { snapshotClasses: { fast: { driver: "csi.example.com", parameters: { tier: "cold" } } } };
    landed = await land(planFor("dev", { backup: { snapshots: { class: "fast", keep: 3 } }, cluster }));
  });

  it("are of a class that the stack describes, which retains what it took", () => {
    const { inputs } = find(
      landed,
      "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass",
      "pybase-fast-snapshots",
    );
    assert.deepEqual(
      [inputs.metadata, inputs.driver, inputs.deletionPolicy, inputs.parameters],
      [
        {
          name: "pybase-fast",
          labels: {
            "app.kubernetes.io/part-of": "pybase",
            "app.kubernetes.io/instance": "dev",
            "app.kubernetes.io/managed-by": "landfall",
          },
        },
        "csi.example.com",
        "Retain",
        { tier: "cold" },
      ],
    );
  });

  it("are taken by an account that may do this and no more", () => {
    assert.deepEqual(
      find(landed, "kubernetes:rbac.authorization.k8s.io/v1:Role", "pybase-snapshots-role").inputs.rules,
      [
        { apiGroups: [""], resources: ["persistentvolumeclaims"], verbs: ["list"] },
        {
          apiGroups: ["snapshot.storage.k8s.io"],
          resources: ["volumesnapshots"],
          verbs: ["create", "get", "list", "delete"],
        },
      ],
    );
    const { inputs } = find(landed, CRON_JOB, "pybase-snapshots-schedule");
    const { metadata, spec } = inputs as { metadata: { labels: object }; spec: { schedule: string } };
    assert.deepEqual([metadata.labels, spec.schedule], [labelsOf("volume-snapshots"), "0 1 * * *"]);
    const pod = podOf(landed, "pybase-snapshots-schedule") as Pod & Record<string, unknown>;
    assert.deepEqual([pod.serviceAccountName, pod.automountServiceAccountToken], ["volume-snapshots", true]);
    assert.match(pod.containers[0]?.command[2] ?? "", /"volumeSnapshotClassName":"pybase-fast"/);
  });
});
