import { type Engine, queryOf } from "./engine.ts";
import { mongodbBackup, mongodbTransfer } from "./transfers/mongodb.ts";
import { mongodbTrial } from "./trials/mongodb.ts";

export const mongodb: Engine = {
  ports: { mongodb: 27017 },
  images: {
    "8": { reference: "docker.io/library/mongo:8.0.15-noble", uid: 999, gid: 999 },
  },
  dataDirectory: "/data/db",
  writable: ["/tmp", "/data/configdb"],
  defaults: {
    storage: "20Gi",
    resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "1", memory: "2Gi" } },
    username: "app",
  },
  exporter: {
    image: "docker.io/percona/mongodb_exporter:0.47.1",
    port: 9216,
    resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { cpu: "100m", memory: "128Mi" } },
    env: ({ endpoint, passwordSecret }) => [
      { name: "MONGODB_USER", value: endpoint.username },
      { name: "MONGODB_PASSWORD", valueFrom: { secretKeyRef: passwordSecret } },
      { name: "MONGODB_URI", value: "mongodb://127.0.0.1:27017/admin?ssl=false&directConnection=true" },
    ],
  },
  backup: {
    passwordVariable: "PASSWORD",
    env: ({ username }) => ({ USERNAME: username }),
    ...mongodbBackup,
  },
  transfer: mongodbTransfer,
  trial: mongodbTrial,
  passwordLength: 32,
  terminationGracePeriodSeconds: 120,
  fields: ["url", "host", "port", "username", "password", "database"],
  urlHoldsPassword: true,
  url(endpoint, password, database = endpoint.database) {
    const credentials = `${encodeURIComponent(endpoint.username)}:${password}`;
    const { tls, certificates, srv, options } = endpoint;
    const [scheme, host] = srv ? ["mongodb+srv", endpoint.host] : ["mongodb", `${endpoint.host}:${endpoint.port}`];
    const query = queryOf({ authSource: "admin", tls: tls ? "true" : undefined, tlsCAFile: certificates, ...options });
    return `${scheme}://${credentials}@${host}/${encodeURIComponent(database)}${query}`;
  },
  server({ endpoint, dataDirectory, passwordSecret }) {
    const command = ["mongosh", "--quiet", "--norc", "--eval", "quit(db.adminCommand({ ping: 1 }).ok ? 0 : 1)"];
    // Each asking starts an interpreter of its own, which takes seconds on a busy node.
    const ping = { exec: { command }, periodSeconds: 20, timeoutSeconds: 10 };
    return {
      args: ["--dbpath", dataDirectory, "--bind_ip_all"],
      env: [
        { name: "HOME", value: "/tmp" }, // mongosh keeps its logs there
        { name: "MONGO_INITDB_ROOT_USERNAME", value: endpoint.username },
        { name: "MONGO_INITDB_ROOT_PASSWORD", valueFrom: { secretKeyRef: passwordSecret } },
        { name: "MONGO_INITDB_DATABASE", value: endpoint.database },
      ],
      readinessProbe: ping,
      livenessProbe: { ...ping, failureThreshold: 6 },
      startupProbe: { ...ping, periodSeconds: 5, failureThreshold: 60 },
    };
  },
  setPassword: ({ dataDirectory }) => setPassword(dataDirectory),
};

/**
 * The image makes the account when it makes the database; a start that was cut off in between leaves none. Nobody but
 * this container reaches the server that asks for no password.
 */
const setPassword = (dataDirectory: string) =>
  `
[ -e "${dataDirectory}/WiredTiger" ] || exit 0
cat > "$HOME/password.js" <<'JS'
const { MONGO_INITDB_ROOT_USERNAME: user, MONGO_INITDB_ROOT_PASSWORD: pwd } = process.env;
const admin = db.getSiblingDB("admin");
if (admin.getUser(user)) admin.updateUser(user, { pwd });
else admin.createUser({ user, pwd, roles: ["root"] });
JS
log="$HOME/password.log"
mongod --fork --dbpath "${dataDirectory}" --bind_ip 127.0.0.1 --nounixsocket --logpath "$log" --logappend ||
  { tail "$log" >&2; exit 1; }
code=0
mongosh --quiet --norc "$HOME/password.js" || code=$?
mongod --shutdown --dbpath "${dataDirectory}"
[ "$code" = 0 ] || { echo "MongoDB did not take the password of its Secret." >&2; exit "$code"; }
`.trim();
