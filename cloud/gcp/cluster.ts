import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { NodePoolPlan } from "../../config/nodes.ts";
import { createAccount } from "./accounts.ts";
import { acceleratorOf, bootDiskOf } from "./machines.ts";
import type { Ground } from "./network.ts";
import type { GkePlan } from "./plan.ts";

export interface ClusterArgs {
  plan: GkePlan;
  network: Ground;
  /** The APIs that it is made with. */
  services: pulumi.Resource[];
}

/** A regional GKE cluster with its machines: private, audited, its secrets encrypted with a key of its own. */
export class Cluster extends pulumi.ComponentResource {
  readonly cluster: gcp.container.Cluster;
  readonly nodePools: gcp.container.NodePool[];
  /** What machines run as. */
  readonly nodeAccount: gcp.serviceaccount.Account;

  constructor(name: string, { plan, network, services }: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("landfall:gcp:Cluster", name, {}, opts);
    const inside = { parent: this };

    const early = { ...inside, dependsOn: services };
    const key = this.secretsKey(name, plan, early);
    this.nodeAccount = createAccount(`${name}-nodes`, `Machines of the cluster ${plan.name}`, early);
    // Logs, metrics and nothing else: https://cloud.google.com/kubernetes-engine/docs/how-to/service-accounts
    const nodeRole = new gcp.projects.IAMMember(
      `${name}-nodes-role`,
      { project: plan.project, role: "roles/container.defaultNodeServiceAccount", member: this.nodeAccount.member },
      inside,
    );
    this.cluster = new gcp.container.Cluster(
      name,
      {
        location: plan.region,
        nodeLocations: plan.zones,
        network: network.networkId,
        subnetwork: network.subnetworkId,
        networkingMode: "VPC_NATIVE",
        ipAllocationPolicy: {
          clusterSecondaryRangeName: network.ranges.pods,
          servicesSecondaryRangeName: network.ranges.services,
        },
        ...accessOf(plan),
        // Cilium, which enforces NetworkPolicies.
        datapathProvider: "ADVANCED_DATAPATH",
        gatewayApiConfig: { channel: "CHANNEL_STANDARD" },
        releaseChannel: { channel: plan.releaseChannel },
        minMasterVersion: plan.version,
        maintenancePolicy: { recurringMaintenanceWindow: windowOf(plan) },
        workloadIdentityConfig: { workloadPool: `${plan.project}.svc.id.goog` },
        databaseEncryption: { state: "ENCRYPTED", keyName: key.keyName },
        enableShieldedNodes: true,
        binaryAuthorization: {
          evaluationMode: plan.binaryAuthorization ? "PROJECT_SINGLETON_POLICY_ENFORCE" : "DISABLED",
        },
        securityPostureConfig: { mode: "BASIC", vulnerabilityMode: "VULNERABILITY_DISABLED" },
        secretManagerConfig: { enabled: plan.secretManager },
        verticalPodAutoscaling: { enabled: true },
        costManagementConfig: { enabled: true },
        loggingConfig: { enableComponents: ["SYSTEM_COMPONENTS", "WORKLOADS", ...CONTROL_PLANE] },
        monitoringConfig: {
          enableComponents: ["SYSTEM_COMPONENTS", ...CONTROL_PLANE],
          managedPrometheus: { enabled: true },
        },
        addonsConfig: {
          httpLoadBalancing: { disabled: false },
          horizontalPodAutoscaling: { disabled: false },
          gcePersistentDiskCsiDriverConfig: { enabled: true },
          gcpFilestoreCsiDriverConfig: { enabled: true },
          gkeBackupAgentConfig: { enabled: plan.backupRetentionDays !== undefined },
        },
        // The pool that comes with a cluster cannot be described well; it is removed, and ours take its place.
        removeDefaultNodePool: true,
        initialNodeCount: 1,
        nodeConfig: { serviceAccount: this.nodeAccount.email, shieldedInstanceConfig: SHIELDED },
        deletionProtection: plan.deletionProtection,
      },
      {
        ...inside,
        protect: plan.deletionProtection,
        dependsOn: [key.grant, nodeRole, ...network.wayOut],
        // Only the default pool had it.
        ignoreChanges: ["nodeConfig", "initialNodeCount"],
        // Another one would want the same range for its control plane.
        deleteBeforeReplace: true,
      },
    );
    this.nodePools = plan.nodePools.map((pool) => this.nodePool(name, pool, plan, inside));
    this.registerOutputs({});
  }

  private secretsKey(name: string, { region }: GkePlan, opts: pulumi.CustomResourceOptions) {
    const ring = new gcp.kms.KeyRing(`${name}-keys`, { location: region }, opts);
    const key = new gcp.kms.CryptoKey(`${name}-secrets`, { keyRing: ring.id, rotationPeriod: NINETY_DAYS }, opts);
    const agent = new gcp.projects.ServiceIdentity(
      `${name}-container-agent`,
      { service: "container.googleapis.com" },
      opts,
    );
    const grant = new gcp.kms.CryptoKeyIAMMember(
      `${name}-secrets-grant`,
      { cryptoKeyId: key.id, role: "roles/cloudkms.cryptoKeyEncrypterDecrypter", member: agent.member },
      opts,
    );
    return { keyName: key.id, grant };
  }

  private nodePool(name: string, pool: NodePoolPlan, plan: GkePlan, opts: pulumi.CustomResourceOptions) {
    return new gcp.container.NodePool(
      `${name}-${pool.name}`,
      {
        cluster: this.cluster.id,
        nodeLocations: plan.zones,
        // Each zone's; the autoscaler counts those of all zones.
        initialNodeCount: Math.ceil(pool.min / plan.zones.length),
        autoscaling: {
          totalMinNodeCount: pool.min,
          totalMaxNodeCount: pool.max,
          locationPolicy: pool.spot ? "ANY" : "BALANCED",
        },
        management: { autoRepair: true, autoUpgrade: true },
        upgradeSettings: { strategy: "SURGE", ...plan.nodeUpgrade },
        nodeConfig: {
          machineType: pool.machine,
          imageType: plan.nodeImage,
          diskSizeGb: pool.diskGiB,
          diskType: bootDiskOf(pool),
          spot: pool.spot,
          guestAccelerators: acceleratorsOf(pool),
          labels: pool.labels,
          taints: pool.taints.map(({ key, value = "", effect }) => ({ key, value, effect: EFFECTS[effect] })),
          serviceAccount: this.nodeAccount.email,
          // What machines may do is the account's roles alone.
          oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
          shieldedInstanceConfig: SHIELDED,
          // Pods get credentials of their own, and not the machine's.
          workloadMetadataConfig: { mode: "GKE_METADATA" },
          metadata: { "disable-legacy-endpoints": "true" },
        },
      },
      // The autoscaler decides.
      { ...opts, ignoreChanges: ["initialNodeCount", "nodeCount"] },
    );
  }
}

const CONTROL_PLANE = ["APISERVER", "SCHEDULER", "CONTROLLER_MANAGER"];
const SHIELDED = { enableSecureBoot: true, enableIntegrityMonitoring: true };
const NINETY_DAYS = "7776000s";
const EFFECTS = { NoSchedule: "NO_SCHEDULE", PreferNoSchedule: "PREFER_NO_SCHEDULE", NoExecute: "NO_EXECUTE" } as const;

/** Machines that come with GPUs have to say so, and get Google's driver. */
function acceleratorsOf({ machine }: NodePoolPlan) {
  const accelerator = acceleratorOf(machine);
  return accelerator && [{ ...accelerator, gpuDriverInstallationConfig: { gpuDriverVersion: "DEFAULT" } }];
}

function accessOf({ publicAccess, ranges }: GkePlan) {
  return {
    privateClusterConfig: {
      enablePrivateNodes: true,
      enablePrivateEndpoint: publicAccess.length === 0,
      masterIpv4CidrBlock: ranges.controlPlane,
    },
    masterAuthorizedNetworksConfig: {
      cidrBlocks: publicAccess.map((cidrBlock) => ({ cidrBlock })),
      gcpPublicCidrsAccessEnabled: false,
    },
    masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
  };
}

function windowOf({ maintenance: { hour, days } }: GkePlan) {
  return {
    windowStartTime: { hours: hour, minutes: 0, seconds: 0 },
    windowDuration: "4h",
    recurrence: `FREQ=WEEKLY;BYDAY=${days.join(",")}`,
  };
}
