import { type Endpoint, type Engine, probedBy } from "./engine.ts";
import { keyOf, RCLONE, remoteOf } from "./rclone.ts";
import { objectstoreBackup, objectstoreTransfer } from "./transfers/objectstore.ts";
import { objectstoreTrial } from "./trials/objectstore.ts";

function url({ tls, host, port }: Endpoint): string {
  const scheme = tls ? "https" : "http";
  // Some clients sign the host as it stands here, others leave the usual port out.
  return port === (tls ? 443 : 80) ? `${scheme}://${host}` : `${scheme}://${host}:${port}`;
}

/** An S3-compatible store, served by SeaweedFS in one process: MinIO's images are gone (docs/decisions.md). */
export const objectstore: Engine = {
  ports: { api: 9000, console: 9001 },
  images: {
    "4": { reference: "docker.io/chrislusf/seaweedfs:4.44", uid: 1000, gid: 1000 },
  },
  dataDirectory: "/data",
  writable: ["/tmp"],
  defaults: {
    storage: "10Gi",
    resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "500m", memory: "1Gi" } },
    username: "app",
  },
  backup: {
    image: RCLONE,
    passwordVariable: keyOf("STORE"),
    env: (endpoint) => remoteOf("STORE", { endpoint: url(endpoint), accessKeyId: endpoint.username }),
    ...objectstoreBackup,
  },
  transfer: objectstoreTransfer,
  trial: objectstoreTrial,
  passwordLength: 40,
  terminationGracePeriodSeconds: 60,
  fields: ["url", "host", "port", "username", "password", "bucket"],
  urlHoldsPassword: false,
  url,
  server({ endpoint, dataDirectory, passwordSecret }) {
    const health = { path: "/healthz", port: "api" };
    return {
      command: ["/usr/bin/weed"],
      args: [
        "-logtostderr=true",
        "mini",
        `-dir=${dataDirectory}`,
        // The parts talk to each other inside the pod, whose own address changes with every restart.
        "-ip=127.0.0.1",
        "-ip.bind=0.0.0.0",
        "-s3.port=9000",
        "-admin.port=9001",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-webdav=false",
        "-master.telemetry=false",
        ...(endpoint.buckets.length > 0 ? [`-bucket=${endpoint.buckets.join(",")}`] : []),
      ],
      env: [
        { name: "AWS_ACCESS_KEY_ID", value: endpoint.username },
        { name: "AWS_SECRET_ACCESS_KEY", valueFrom: { secretKeyRef: passwordSecret } },
        { name: "WEED_ADMIN_USER", value: endpoint.username },
        { name: "WEED_ADMIN_PASSWORD", valueFrom: { secretKeyRef: passwordSecret } },
      ],
      ...probedBy({ httpGet: health }),
    };
  },
};
