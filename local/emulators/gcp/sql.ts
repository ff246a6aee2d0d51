/** Cloud SQL. Rules by https://cloud.google.com/sql/docs/postgres and its Admin API reference. */
import { badPattern, failures, notOneOf, outside } from "../checks.ts";
import type { Context, Rules, Values } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { projectOf } from "./common.ts";
import { requireService } from "./iam.ts";
import { ADDRESS, CONNECTION, NETWORK } from "./network.ts";

const INSTANCE = "gcp:sql/databaseInstance:DatabaseInstance";
const VERSIONS = ["POSTGRES_14", "POSTGRES_15", "POSTGRES_16", "POSTGRES_17", "POSTGRES_18"];
/** Users that PostgreSQL or Cloud SQL keep for themselves. */
const RESERVED_USERS = ["cloudsqladmin", "cloudsqlsuperuser", "cloudsqlreplica", "cloudsqliamuser", "public"];

interface Settings extends Values {
  tier: string;
  edition?: string;
  availabilityType?: string;
  diskSize?: number;
  deletionProtectionEnabled?: boolean;
  ipConfiguration?: { ipv4Enabled?: boolean; privateNetwork?: string; sslMode?: string };
  backupConfiguration?: {
    enabled?: boolean;
    pointInTimeRecoveryEnabled?: boolean;
    transactionLogRetentionDays?: number;
    backupRetentionSettings?: { retainedBackups: number };
  };
}

interface InstanceInputs extends Values {
  name: string;
  databaseVersion: string;
  settings: Settings;
  deletionProtection?: boolean;
}

/** https://cloud.google.com/sql/docs/postgres/editions-intro: 1 to 96 CPUs, even above 1, 0.9 to 6.5 GiB for each. */
function badTier({ tier, edition = "ENTERPRISE_PLUS" }: Settings) {
  const property = "settings.tier";
  if (edition === "ENTERPRISE_PLUS") {
    return badPattern(property, tier, /^db-(perf-optimized-N-\d+|c4a-highmem-\d+)$/);
  }
  const [, cpus = "", memory = ""] = /^db-custom-(\d+)-(\d+)$/.exec(tier) ?? [];
  if (cpus === "") return notOneOf(property, tier, ["db-f1-micro", "db-g1-small"]);
  const [count, mebibytes] = [Number(cpus), Number(memory)];
  const sound =
    (count === 1 || (count % 2 === 0 && count <= 96)) &&
    mebibytes % 256 === 0 &&
    mebibytes >= 3840 &&
    mebibytes >= count * 921.6 &&
    mebibytes <= count * 6656;
  return sound ? undefined : { property, reason: `"${tier}" has a number of CPUs or a memory that there is not` };
}

export const sql: Record<string, Rules> = {
  [INSTANCE]: {
    autoname: { property: "name", maxLength: 98 },
    immutable: [
      "name",
      "region",
      "project",
      "encryptionKeyName",
      "settings.ipConfiguration.privateNetwork",
      "masterInstanceName",
    ],
    references: {
      "settings.ipConfiguration.privateNetwork": { to: NETWORK },
      "settings.ipConfiguration.allocatedIpRange": { to: ADDRESS, by: "name" },
    },
    check(inputs) {
      const { name, databaseVersion, settings } = inputs as InstanceInputs;
      const { ipConfiguration = {}, backupConfiguration: backups = {}, edition = "ENTERPRISE_PLUS" } = settings;
      const mostLogDays = edition === "ENTERPRISE_PLUS" ? 35 : 7;
      return failures(
        badPattern("name", name, /^[a-z]([-a-z0-9]{0,96}[a-z0-9])?$/),
        notOneOf("databaseVersion", databaseVersion, VERSIONS),
        notOneOf("settings.edition", settings.edition, ["ENTERPRISE", "ENTERPRISE_PLUS"]),
        notOneOf("settings.availabilityType", settings.availabilityType, ["REGIONAL", "ZONAL"]),
        notOneOf("settings.ipConfiguration.sslMode", ipConfiguration.sslMode, [
          "ALLOW_UNENCRYPTED_AND_ENCRYPTED",
          "ENCRYPTED_ONLY",
          "TRUSTED_CLIENT_CERTIFICATE_REQUIRED",
        ]),
        badTier(settings),
        outside("settings.diskSize", settings.diskSize, 10, 65_536),
        ipConfiguration.ipv4Enabled === false &&
          !("privateNetwork" in ipConfiguration) && {
            property: "settings.ipConfiguration",
            reason: "has neither a public nor a private address",
          },
        settings.availabilityType === "REGIONAL" &&
          !(backups.enabled && backups.pointInTimeRecoveryEnabled) && {
            property: "settings.backupConfiguration",
            reason: "must have backups and point-in-time recovery where the instance is regional",
          },
        outside(
          "settings.backupConfiguration.transactionLogRetentionDays",
          backups.transactionLogRetentionDays,
          1,
          mostLogDays,
        ),
        outside(
          "settings.backupConfiguration.backupRetentionSettings.retainedBackups",
          backups.backupRetentionSettings?.retainedBackups,
          1,
          365,
        ),
        (backups.backupRetentionSettings?.retainedBackups ?? 7) < (backups.transactionLogRetentionDays ?? 7) && {
          property: "settings.backupConfiguration.transactionLogRetentionDays",
          reason: "is more than there are backups",
        },
      );
    },
    create(inputs, context) {
      requireService(context, "sqladmin");
      const { name, settings } = inputs as InstanceInputs;
      const { privateNetwork } = settings.ipConfiguration ?? {};
      if (privateNetwork) requirePeering(privateNetwork, context);
      const project = projectOf(context);
      return {
        id: name,
        outputs: {
          connectionName: `${project}:${inputs.region}:${name}`,
          selfLink: `https://sqladmin.googleapis.com/sql/v1beta4/projects/${project}/instances/${name}`,
          privateIpAddress: addressIn(privateNetwork, context),
          serverCaCerts: [{ cert: CERTIFICATE, commonName: `C=US,O=Google\\, Inc,CN=Google Cloud SQL Server CA` }],
        },
      };
    },
    update(before, inputs) {
      const [old, wanted] = [before.inputs as InstanceInputs, inputs as InstanceInputs];
      if (VERSIONS.indexOf(wanted.databaseVersion) < VERSIONS.indexOf(old.databaseVersion)) {
        throw new CloudError(`Error 400: cannot change ${old.databaseVersion} to ${wanted.databaseVersion}, invalid`);
      }
      if ((wanted.settings.diskSize ?? 0) < (old.settings.diskSize ?? 0)) {
        throw new CloudError("Error 400: disk size cannot be decreased, invalid");
      }
      return { ...before.outputs, ...inputs };
    },
    remove({ id, inputs }) {
      const { deletionProtection = true, settings } = inputs as InstanceInputs;
      if (deletionProtection)
        throw new CloudError(`Error: failed to delete instance ${id}: deletion_protection is true`);
      if (settings.deletionProtectionEnabled) {
        throw new CloudError(`Error 400: the instance ${id} is protected, and cannot be deleted`);
      }
    },
  },

  "gcp:sql/database:Database": {
    autoname: { property: "name", maxLength: 63 },
    immutable: ["name", "instance", "project"],
    references: { instance: { to: INSTANCE, by: "name", releases: true } },
    check: ({ name }) =>
      failures(
        badPattern("name", name, /^[A-Za-z_][\w$-]{0,62}$/),
        ["template0", "template1", "cloudsqladmin"].includes(name as string) && {
          property: "name",
          reason: `"${name}" is reserved`,
        },
      ),
    create: ({ name, instance }, context) => ({
      id: `projects/${projectOf(context)}/instances/${instance}/databases/${name}`,
      outputs: {},
    }),
  },

  "gcp:sql/user:User": {
    autoname: { property: "name", maxLength: 63 },
    immutable: ["name", "instance", "type", "project"],
    references: { instance: { to: INSTANCE, by: "name", releases: true } },
    check: ({ name, password, type = "BUILT_IN" }) =>
      failures(
        RESERVED_USERS.includes(name as string) && { property: "name", reason: `"${name}" is reserved` },
        type === "BUILT_IN" && password === undefined && { property: "password", reason: "is missing" },
      ),
    create: ({ name, instance }) => ({ id: `${name}//${instance}`, outputs: {} }),
    remove({ inputs }, { world }) {
      if (inputs.deletionPolicy === "ABANDON") return;
      const databases = world
        .all("gcp:sql/database:Database")
        .filter((other) => other.inputs.instance === inputs.instance);
      if (databases.length === 0) return;
      throw new CloudError(
        `Error 400: failed to delete user ${inputs.name}: role "${inputs.name}" cannot be dropped because some objects depend on it, invalid`,
      );
    },
  },
};

/** In the form of the certificate of a service's own authority. */
export const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";

/** @throws CloudError where the network has no private services access */
export function requirePeering(network: string, { world }: Context): void {
  if (world.all(CONNECTION).some(({ inputs }) => inputs.network === network)) return;
  throw new CloudError(
    `Error 400: the network ${network} doesn't have at least 1 private services connection, networkNotPeered`,
  );
}

/** An address of the range that the network has set apart. */
export function addressIn(network: string | undefined, { world }: Context): string {
  const range = world.all(ADDRESS).find(({ inputs }) => inputs.network === network);
  const [a, b, c] = String(range?.inputs.address ?? "10.0.0.0").split(".");
  return `${a}.${b}.${c}.${(Number.parseInt(world.unique(2), 16) % 250) + 3}`;
}
