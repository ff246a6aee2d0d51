import { cloudNativePg } from "./cloudnative-pg.ts";
import { type Engine, probedBy, queryOf } from "./engine.ts";
import { postgresBackup, postgresTransfer } from "./transfers/postgres.ts";
import { postgresTrial } from "./trials/postgres.ts";

export const postgres: Engine = {
  ports: { postgres: 5432 },
  images: {
    "16": { reference: "docker.io/library/postgres:16.11-alpine3.22", uid: 70, gid: 70 },
    "17": { reference: "docker.io/library/postgres:17.7-alpine3.22", uid: 70, gid: 70 },
    "16-bookworm": { reference: "docker.io/library/postgres:16.11-bookworm", uid: 999, gid: 999 },
  },
  dataDirectory: "/var/lib/postgresql/data",
  writable: ["/tmp", "/var/run/postgresql"],
  defaults: {
    storage: "10Gi",
    resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "1", memory: "1Gi" } },
    username: "app",
  },
  settings: /^[a-z][a-z0-9_.]*$/,
  cluster: cloudNativePg,
  exporter: {
    image: "quay.io/prometheuscommunity/postgres-exporter:v0.18.1",
    port: 9187,
    resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { cpu: "100m", memory: "128Mi" } },
    env: ({ endpoint, passwordSecret }) => [
      { name: "DATA_SOURCE_URI", value: `127.0.0.1:5432/${endpoint.database}?sslmode=disable` },
      { name: "DATA_SOURCE_USER", value: endpoint.username },
      { name: "DATA_SOURCE_PASS", valueFrom: { secretKeyRef: passwordSecret } },
    ],
  },
  backup: {
    passwordVariable: "PGPASSWORD",
    env: ({ host, port, username, database }) => ({
      PGHOST: host,
      PGPORT: String(port),
      PGUSER: username,
      PGDATABASE: database,
    }),
    ...postgresBackup,
  },
  transfer: postgresTransfer,
  trial: postgresTrial,
  passwordLength: 32,
  terminationGracePeriodSeconds: 120,
  fields: ["url", "host", "port", "username", "password", "database"],
  urlHoldsPassword: true,
  url(endpoint, password, database = endpoint.database) {
    const credentials = `${encodeURIComponent(endpoint.username)}:${password}`;
    const { tls, certificates, options } = endpoint;
    // Without an authority, a client could tell no certificate from another.
    const sslmode = tls ? (certificates ? "verify-full" : "require") : undefined;
    const query = queryOf({ sslmode, sslrootcert: certificates, ...options });
    return `postgresql://${credentials}@${endpoint.host}:${endpoint.port}/${encodeURIComponent(database)}${query}`;
  },
  server({ endpoint, dataDirectory, passwordSecret, settings }) {
    const ready = [
      "sh",
      "-c",
      'exec pg_isready --quiet --host 127.0.0.1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB"',
    ];
    const tuning = Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
    return {
      args: tuning.length > 0 ? ["postgres", ...tuning] : undefined,
      env: [
        { name: "POSTGRES_USER", value: endpoint.username },
        { name: "POSTGRES_DB", value: endpoint.database },
        { name: "POSTGRES_PASSWORD", valueFrom: { secretKeyRef: passwordSecret } },
        { name: "POSTGRES_INITDB_ARGS", value: "--auth-host=scram-sha-256 --data-checksums" },
        // A fresh volume may hold lost+found, and initdb wants an empty directory.
        { name: "PGDATA", value: `${dataDirectory}/pgdata` },
      ],
      // The image sets the password only when it makes the database. This sets it at every start, so that a rotated
      // secret takes effect; it waits for TCP, which the image's short-lived set-up server does not serve.
      lifecycle: { postStart: { exec: { command: ["sh", "-c", SET_PASSWORD] } } },
      ...probedBy({ exec: { command: ready } }),
    };
  },
};

const SET_PASSWORD = `
until pg_isready --quiet --host 127.0.0.1; do sleep 1; done
psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\\getenv user POSTGRES_USER
\\getenv password POSTGRES_PASSWORD
ALTER ROLE :"user" PASSWORD :'password';
SQL
`.trim();
