/** GKE. Rules by https://cloud.google.com/kubernetes-engine/docs and its API reference. */
import { lengthOf } from "../addresses.ts";
import { badPattern, badRange, failures, notOneOf } from "../checks.ts";
import type { Context, Entity, Rules, Values } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { projectOf } from "./common.ts";
import { ACCOUNT, CRYPTO_KEY, requireService } from "./iam.ts";
import { checkFree, NETWORK, SUBNETWORK } from "./network.ts";
import { platform } from "./platform.ts";

export const CLUSTER = "gcp:container/cluster:Cluster";

/** In some channel on 2026-11-21, the oldest first: https://cloud.google.com/kubernetes-engine/docs/release-schedule */
const VERSIONS = ["1.32", "1.33", "1.34", "1.35", "1.36"];
/** Names of clusters and of node pools. */
export const NAME = /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/;
const CHANNELS = ["UNSPECIFIED", "RAPID", "REGULAR", "STABLE", "EXTENDED"];
const LOGS = ["SYSTEM_COMPONENTS", "WORKLOADS", "APISERVER", "SCHEDULER", "CONTROLLER_MANAGER", "KCP_VPA"];

interface ClusterInputs extends Values {
  name: string;
  location: string;
  network: string;
  subnetwork: string;
  nodeLocations?: string[];
  minMasterVersion?: string;
  ipAllocationPolicy?: { clusterSecondaryRangeName?: string; servicesSecondaryRangeName?: string };
  privateClusterConfig?: {
    enablePrivateNodes?: boolean;
    enablePrivateEndpoint?: boolean;
    masterIpv4CidrBlock?: string;
  };
  masterAuthorizedNetworksConfig?: { cidrBlocks?: { cidrBlock: string }[] };
  loggingConfig?: { enableComponents: string[] };
  maintenancePolicy?: Values;
  deletionProtection?: boolean;
}

export const gke: Record<string, Rules> = {
  [CLUSTER]: {
    autoname: { property: "name", maxLength: 40 },
    immutable: [
      "name",
      "location",
      "project",
      "network",
      "subnetwork",
      "datapathProvider",
      "networkingMode",
      "ipAllocationPolicy",
      "privateClusterConfig.masterIpv4CidrBlock",
      "privateClusterConfig.enablePrivateNodes",
      "enableAutopilot",
      "defaultMaxPodsPerNode",
    ],
    references: {
      network: { to: NETWORK },
      subnetwork: { to: SUBNETWORK },
      "databaseEncryption.keyName": { to: CRYPTO_KEY },
      "nodeConfig.serviceAccount": { to: ACCOUNT, by: "email" },
    },
    check(inputs, { settings }) {
      const given = inputs as ClusterInputs;
      const {
        releaseChannel,
        privateClusterConfig = {},
        datapathProvider,
        networkPolicy,
      } = given as Values & {
        releaseChannel?: { channel: string };
        privateClusterConfig?: { masterIpv4CidrBlock?: string };
      };
      const block = privateClusterConfig.masterIpv4CidrBlock;
      return failures(
        badPattern("name", given.name, NAME),
        notOneOf("minMasterVersion", given.minMasterVersion?.split(".").slice(0, 2).join("."), VERSIONS),
        notOneOf("releaseChannel.channel", releaseChannel?.channel, CHANNELS),
        ...(given.loggingConfig?.enableComponents ?? []).map((log) =>
          notOneOf("loggingConfig.enableComponents", log, LOGS),
        ),
        ...(given.nodeLocations ?? []).map((zone) =>
          badPattern("nodeLocations", zone, new RegExp(`^${settings.region}-[a-f]$`)),
        ),
        badRange("privateClusterConfig.masterIpv4CidrBlock", block),
        block !== undefined &&
          lengthOf(block) !== 28 && { property: "privateClusterConfig.masterIpv4CidrBlock", reason: "is no /28" },
        ...(given.masterAuthorizedNetworksConfig?.cidrBlocks ?? []).map(({ cidrBlock }) =>
          badRange("masterAuthorizedNetworksConfig.cidrBlocks", cidrBlock),
        ),
        datapathProvider === "ADVANCED_DATAPATH" &&
          networkPolicy !== undefined && {
            property: "networkPolicy",
            reason: "cannot be set with Dataplane V2, which enforces policies itself",
          },
        badWindow(given.maintenancePolicy),
      );
    },
    async create(inputs, context) {
      requireService(context, "container");
      const given = inputs as ClusterInputs;
      checkRanges(given, context);
      checkEncryption(inputs, context);
      const { endpoint, certificateAuthority } = await context.controlPlanes.create(given.name, platform);
      const id = `projects/${projectOf(context)}/locations/${given.location}/clusters/${given.name}`;
      return {
        id,
        outputs: {
          selfLink: `https://container.googleapis.com/v1/${id}`,
          endpoint: endpoint.replace("https://", ""),
          masterAuth: { ...(inputs.masterAuth as Values), clusterCaCertificate: certificateAuthority },
          masterVersion: `${given.minMasterVersion}.1-gke.1000000`,
        },
      };
    },
    update(before, inputs) {
      const [old, wanted] = [before.inputs as ClusterInputs, inputs as ClusterInputs];
      const [from, to] = [old, wanted].map(({ minMasterVersion = "" }) => VERSIONS.indexOf(minMasterVersion));
      if ((to as number) < (from as number)) {
        throw new CloudError("Error 400: the control plane cannot be downgraded to an older minor version, badRequest");
      }
      if ((to as number) > (from as number) + 1) {
        throw new CloudError(
          `Error 400: the control plane can be upgraded by one minor version at a time, not from ${old.minMasterVersion} to ${wanted.minMasterVersion}, badRequest`,
        );
      }
      const masterAuth = { ...(inputs.masterAuth as Values), ...(before.outputs.masterAuth as Values) };
      return {
        ...before.outputs,
        ...inputs,
        masterAuth,
        masterVersion: `${wanted.minMasterVersion}.1-gke.1000000`,
      };
    },
    async remove({ id, inputs }, { controlPlanes }) {
      const { name, deletionProtection = true } = inputs as ClusterInputs;
      if (deletionProtection) {
        throw new CloudError(
          `Error: cannot destroy cluster ${id} without setting deletion_protection=false and running an update`,
        );
      }
      await controlPlanes.remove(name);
    },
  },
};

function badWindow(policy: Values = {}) {
  const { recurringMaintenanceWindow: window } = policy as {
    recurringMaintenanceWindow?: { windowDuration: string; recurrence: string };
  };
  if (!window) return undefined;
  const property = "maintenancePolicy.recurringMaintenanceWindow";
  const hours = /^(\d+)h$/.exec(window.windowDuration)?.[1];
  if (hours === undefined || Number(hours) < 4) return { property, reason: "is shorter than four hours" };
  return badPattern(property, window.recurrence, /^FREQ=(DAILY|WEEKLY(;BYDAY=(MO|TU|WE|TH|FR|SA|SU)(,\w{2})*)?)$/);
}

/** @throws CloudError where the subnetwork has no such ranges, or the control plane's is in use */
function checkRanges(given: ClusterInputs, context: Context): void {
  const subnetwork = context.world.get(SUBNETWORK, given.subnetwork) as Entity;
  if (subnetwork.inputs.network !== given.network || subnetwork.inputs.region !== given.location) {
    throw new CloudError(`Error 400: ${given.subnetwork} is not in ${given.network} and ${given.location}, badRequest`);
  }
  const ranges = (subnetwork.inputs.secondaryIpRanges ?? []) as { rangeName: string }[];
  for (const name of Object.values(given.ipAllocationPolicy ?? {})) {
    if (ranges.some(({ rangeName }) => rangeName === name)) continue;
    throw new CloudError(`Error 400: secondary range "${name}" does not exist in ${given.subnetwork}, badRequest`);
  }
  const block = given.privateClusterConfig?.masterIpv4CidrBlock;
  if (block) checkFree([block], given.network, context);
}

/** @throws CloudError where GKE may not use the key */
function checkEncryption({ databaseEncryption }: Values, { world }: Context): void {
  const { keyName } = (databaseEncryption ?? {}) as { keyName?: string };
  if (keyName === undefined) return;
  const granted = world.all("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember").some(({ inputs }) => {
    const agent = /^serviceAccount:service-\d+@container-engine-robot\./.test(inputs.member as string);
    return agent && inputs.cryptoKeyId === keyName && inputs.role === "roles/cloudkms.cryptoKeyEncrypterDecrypter";
  });
  if (!granted) {
    throw new CloudError(
      `Error 400: Cloud KMS key ${keyName}: the GKE service agent may not use it, failedPrecondition`,
    );
  }
}
