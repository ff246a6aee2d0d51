/** The log of a Postgres that is archived, and a moment of it that is put back: exact inputs. */
import assert from "node:assert/strict";
import { ARCHIVED, beaconPlan, landBeacon } from "../support/beacon.ts";
import { autoName, find, ofType, type Registration, secret } from "../support/mocks.ts";
import { passwordOf } from "../support/pybase.ts";

const CLUSTER = "kubernetes:postgresql.cnpg.io/v1:Cluster";

describe("A Postgres whose log is archived", () => {
  const STORE = "kubernetes:barmancloud.cnpg.io/v1:ObjectStore";
  const PLUGIN = "barman-cloud.cloudnative-pg.io";
  const keys = autoName("beacon-db-archive-keys");
  const labels = {
    "app.kubernetes.io/name": "db",
    "app.kubernetes.io/part-of": "beacon",
    "app.kubernetes.io/instance": "test",
    "app.kubernetes.io/managed-by": "landfall",
  };
  type Spec = { spec: Record<string, unknown> & { postgresql: { parameters: object } } };
  let seen: Registration[];
  before(async () => {
    seen = await landBeacon(beaconPlan(ARCHIVED));
  });

  it("has an ObjectStore of its own, which its servers archive to", () => {
    const metadata = { name: "db", namespace: "beacon", labels };
    assert.deepEqual(find(seen, STORE, "beacon-db-archive").inputs, {
      apiVersion: "barmancloud.cnpg.io/v1",
      kind: "ObjectStore",
      metadata,
      spec: {
        configuration: {
          destinationPath: "s3://copies/beacon/archive",
          endpointURL: "https://s3.example.com",
          s3Credentials: {
            accessKeyId: { name: keys, key: "ACCESS_KEY_ID" },
            secretAccessKey: { name: keys, key: "SECRET_ACCESS_KEY" },
            region: { name: keys, key: "REGION" },
          },
          wal: { compression: "gzip" },
          data: { compression: "gzip" },
        },
        retentionPolicy: "7d",
        instanceSidecarConfiguration: {
          resources: {
            requests: { cpu: "50m", memory: "128Mi", "ephemeral-storage": "100Mi" },
            limits: { cpu: "500m", memory: "512Mi", "ephemeral-storage": "2Gi" },
          },
          env: [
            { name: "AWS_REQUEST_CHECKSUM_CALCULATION", value: "when_required" },
            { name: "AWS_RESPONSE_CHECKSUM_VALIDATION", value: "when_required" },
          ],
        },
      },
    });
    assert.deepEqual(
      find(seen, "kubernetes:core/v1:Secret", "beacon-db-archive-keys").inputs.stringData,
      secret({ ACCESS_KEY_ID: "beacon", SECRET_ACCESS_KEY: passwordOf("backup"), REGION: "eu-west-1" }),
    );
    const servers = find(seen, CLUSTER, "beacon-db-servers");
    const { plugins, postgresql } = (servers.inputs as Spec).spec;
    assert.deepEqual(plugins, [{ name: PLUGIN, parameters: { barmanObjectName: "db" }, isWALArchiver: true }]);
    assert.deepEqual(postgresql.parameters, { archive_timeout: "1min", max_connections: "200" });
    assert.ok(servers.dependsOn.includes("beacon-db-archive"));
  });

  it("is copied whole at once and every night, by the operator's clock, which begins with seconds", () => {
    const scheduled = find(seen, "kubernetes:postgresql.cnpg.io/v1:ScheduledBackup", "beacon-db-archive-schedule");
    assert.deepEqual(scheduled.inputs.spec, {
      cluster: { name: "db" },
      schedule: "0 0 3 * * *",
      immediate: true,
      backupOwnerReference: "cluster",
      method: "plugin",
      pluginConfiguration: { name: PLUGIN },
    });
    assert.ok(scheduled.dependsOn.includes("beacon-db-servers"));
  });

  it("is let out to the bucket", () => {
    const { spec } = find(seen, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "beacon-db-network").inputs as {
      spec: { egress: object[] };
    };
    assert.deepEqual(spec.egress[1], {
      to: [{ ipBlock: { cidr: "192.0.2.0/24" } }],
      ports: [{ protocol: "TCP", port: 443 }],
    });
  });

  it("keeps a setting of the application's over its own, and tells the bucket how to encrypt", async () => {
    const other = await landBeacon(
      beaconPlan({
        backup: { ...ARCHIVED.backup, archive: { encryption: "AES256" } },
        datastores: { db: { settings: { archive_timeout: "10s" } } },
      }),
    );
    const { spec } = find(other, CLUSTER, "beacon-db-servers").inputs as Spec;
    assert.deepEqual(spec.postgresql.parameters, { archive_timeout: "10s", max_connections: "200" });
    const { configuration } = (find(other, STORE, "beacon-db-archive").inputs as Spec).spec;
    const { wal, data } = configuration as Record<string, object>;
    assert.deepEqual([wal, data], Array(2).fill({ compression: "gzip", encryption: "AES256" }));
  });

  it("has a moment back by one server that recovers it, from which all is copied, and which protects nothing", async () => {
    const restored = await landBeacon(
      beaconPlan({ ...ARCHIVED, datastores: { db: { restore: { at: "20261121T091300Z" } } } }),
    );
    const name = "db-at-20261121t091300z";
    const recovered = find(restored, CLUSTER, `beacon-${name}-servers`);
    const { spec } = recovered.inputs as Spec;
    const { instances, enablePDB, bootstrap, externalClusters, plugins, postgresql } = spec;
    const store = { barmanObjectName: "db" };
    assert.deepEqual(
      { instances, enablePDB, bootstrap, externalClusters, plugins, postgresql },
      {
        instances: 1,
        enablePDB: false,
        bootstrap: {
          recovery: {
            database: "beacon",
            owner: "app",
            secret: { name: autoName(`beacon-${name}-credentials`) },
            source: "archive",
            recoveryTarget: { targetTime: "2026-11-21T09:13:00.000Z" },
          },
        },
        externalClusters: [{ name: "archive", plugin: { name: PLUGIN, parameters: { ...store, serverName: "db" } } }],
        plugins: [{ name: PLUGIN, parameters: store, isWALArchiver: false }],
        postgresql: {
          parameters: { max_connections: "200" },
          shared_preload_libraries: ["pg_stat_statements", "auto_explain"],
        },
      },
    );
    assert.equal(recovered.protect, false);
    assert.deepEqual(
      ofType(restored, STORE).map(({ name }) => name),
      ["beacon-db-archive"],
    );
    const copy = find(restored, "kubernetes:batch/v1:Job", "beacon-db-restore-restore-copy");
    const text = JSON.stringify(copy.inputs);
    assert.match(text, new RegExp(`{"name":"FROM_HOST","value":"${name}-rw"}`));
    assert.match(text, /\{"name":"TO_HOST","value":"db-rw"\}/);
    const verify = find(restored, "kubernetes:batch/v1:Job", "beacon-db-restore-restore-verify");
    assert.ok(verify.dependsOn.includes("beacon-db-restore-restore-copy"));
  });
});
