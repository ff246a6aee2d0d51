/**
 * What is going to exist, as plain data: every default filled in, every reference resolved, every number checked.
 * Components turn it into resources and decide nothing.
 */

import type { ClusterPlan } from "../cloud/clouds.ts";
import type { Recovery } from "../components/datastores/cluster.ts";
import type { Endpoint, Image } from "../components/datastores/engine.ts";
import type { EngineName } from "../components/datastores/engines.ts";
import type { ZonePlan } from "./addons/identity.ts";
import type { AddonsPlan } from "./addons.ts";
import type { AutoscalePlan, EventsPlan } from "./autoscale.ts";
import type { BackupPlan } from "./backup.ts";
import type { ConfinementPlan } from "./confinement.ts";
import type { EdgePlan } from "./edge-plan.ts";
import type { MonitoringPlan } from "./monitoring.ts";
import type { MovePlan } from "./moves.ts";
import type { Placed } from "./placed.ts";
import type { PriorityClassPlan } from "./priority.ts";
import type { ImagePullPolicy, Profile } from "./profiles.ts";
import type { SchedulingPlan } from "./scheduling.ts";
import type { PodAmount } from "./schema/autoscale.ts";
import type { Resources } from "./schema/primitives.ts";
import type { Field, Probe } from "./schema/tier.ts";
import type { ProfileName, Role } from "./schema.ts";
import type { SecretStorePlan } from "./secret-store.ts";
import type { SnapshotClassPlan, SnapshotsPlan } from "./snapshots.ts";
import type { StorageClassPlan, VolumePlan } from "./storage.ts";
import type { VerticalAutoscalePlan } from "./vertical-autoscale.ts";

export interface Plan {
  application: string;
  stack: string;
  profileName: ProfileName;
  profile: Profile;
  namespace: string;
  cluster: ClusterPlan;
  /** Those that the tiers use. */
  datastores: DatastorePlan[];
  /** Data on its way from one store to another. */
  moves: MovePlan[];
  /** Where the data of each datastore is once this plan is carried out, for the next one to go by. */
  placed: Record<string, Placed>;
  /** Identity of the cluster that the last update landed on, where it was there already. */
  landedOn?: string;
  backups: BackupPlan[];
  /** Left out where none are taken. */
  snapshots?: SnapshotsPlan;
  volumes: VolumePlan[];
  storageClasses: StorageClassPlan[];
  snapshotClasses: SnapshotClassPlan[];
  tiers: TierPlan[];
  roles: Record<string, Role>;
  priorityClasses: PriorityClassPlan[];
  edge: EdgePlan;
  /** What is installed in the cluster before the application. */
  addons: AddonsPlan;
  /** That add-ons and issuers may change. */
  zones: ZonePlan[];
  /** Who may open a connection to whom. Everything else is denied. */
  links: Link[];
  quota: QuotaPlan;
  /** Of datastores and backups; tiers have their own. */
  confinement: ConfinementPlan;
  /** Left out where the stack names no Prometheus. */
  monitoring?: MonitoringPlan;
  /** Of images by tag. */
  imagePullPolicy: ImagePullPolicy;
  /** Account at a private registry. */
  registryCredentials?: { server: string; username: string };
  secrets: SecretPlan[];
  /** Left out where all secrets are the stack's own. */
  secretStore?: SecretStorePlan;
}

export interface TierPlan {
  name: string;
  kind: "web" | "worker" | "singleton" | "job";
  /** ServiceAccount; that of the web tier for its migration. */
  serviceAccount: string;
  /** Whether the pods get a token for the API server. */
  mountToken: boolean;
  image: string;
  command?: string[];
  args?: string[];
  uid: number;
  port?: number;
  /** Port that metrics are shown on, where Prometheus reads them. */
  metricsPort?: number;
  /** Port of its Service. */
  servicePort?: number;
  env: Record<string, EnvValue>;
  replicas: number;
  resources: Resources;
  autoscale?: AutoscalePlan;
  verticalAutoscale?: VerticalAutoscalePlan;
  events?: EventsPlan;
  readiness?: ProbePlan;
  liveness?: ProbePlan;
  startup?: ProbePlan;
  terminationGracePeriodSeconds: number;
  progressDeadlineSeconds: number;
  minAvailable?: PodAmount;
  maxUnavailable?: PodAmount;
  /** As the application calls it. */
  priorityClass?: string;
  /** Left out where any machine without taints will do. */
  scheduling?: SchedulingPlan;
  writable: string[];
  /** Configuration files by path. */
  files?: Record<string, string>;
  confinement: ConfinementPlan;
  /** Shared volumes by name, with their directories. */
  mounts: Record<string, string>;
  /** Datastores that its pods rather share a zone with. */
  near: string[];
  /** Datastores and jobs that have to be ready before this tier starts. */
  after: string[];
}

export type ProbePlan = Omit<Probe, "celery">;

export type EnvValue =
  | { kind: "value"; value: string }
  | { kind: "secret"; secret: string }
  | { kind: "datastore"; datastore: string; field: Field; database?: string; withTls?: Record<string, string> };

interface DatastoreBase {
  /** Of its objects. */
  name: string;
  /** Name that the application declares it by. */
  declared: string;
  /** Which of the secrets is its password. */
  secret: string;
  engine: EngineName;
}

/** A datastore that the stack's cloud runs. */
export interface ManagedDatastore extends DatastoreBase {
  mode: "managed";
  /** The host is known once the cloud has made it. */
  endpoint: Omit<Endpoint, "host">;
  /** Left out where the cloud has one version only. */
  version?: string;
  /** The cloud's name of its size; left out where it has none. */
  machine?: string;
  storageGiB: number;
  highAvailability: boolean;
  backupRetentionDays: number;
  protect: boolean;
  /** Whether its data outlives it; left out where the service cannot. */
  finalSnapshot?: boolean;
  settings: Record<string, string>;
  access: "identity" | "password";
  /** Address ranges that its clients may reach. */
  cidrs: string[];
  /** Ranges within them that they may not. */
  except?: string[];
}

export interface BundledDatastore extends DatastoreBase {
  mode: "bundled";
  endpoint: Endpoint;
  version: string;
  image: string;
  uid: number;
  gid: number;
  /** Names of its pods; of the fewest where it scales. */
  servers: string[];
  /** Left out where a StatefulSet runs it. */
  operator?: { name: string; namespace: string };
  /** Left out where it begins empty. */
  recovery?: Recovery;
  /** What makes one of its servers lead, where one does. */
  failover?: { watcher: { resources: Resources }; proxy: ProxyPlan };
  autoscale?: AutoscalePlan;
  /** Volumes of each server; the data first. */
  volumes: { name: string; directory: string; storage: string }[];
  storageClass?: string;
  settings: Record<string, string>;
  exporter?: { image: string; port: number; resources: Resources; queues: string[] };
  resources: Resources;
  verticalAutoscale?: VerticalAutoscalePlan;
  /** Left out where any machine without taints will do. */
  scheduling?: SchedulingPlan;
  disruptionBudget: boolean;
  /** Whether its servers and volumes refuse to be deleted. */
  protect: boolean;
}

/** Pods that lead clients to the server that leads. */
export interface ProxyPlan {
  name: string;
  image: Image;
  replicas: number;
  resources: Resources;
}

export interface ExternalDatastore extends DatastoreBase {
  mode: "external";
  endpoint: Endpoint;
  /** Address ranges that its clients may reach. */
  cidrs: string[];
}

export type DatastorePlan = BundledDatastore | ManagedDatastore | ExternalDatastore;

export type Peer =
  | { kind: "pods"; component: string }
  /** Pods of the way in: those of a namespace, or only the ones with these labels. */
  | { kind: "edge"; namespace: string; pods?: Record<string, string> }
  | { kind: "keda"; namespace: string }
  | { kind: "monitoring"; namespace: string }
  | { kind: "operator"; namespace: string }
  | { kind: "addresses"; cidrs: string[]; except?: string[]; name: string };

/** TCP connections that `from` may open to `to` on `ports`. */
export interface Link {
  from: Peer;
  to: Peer;
  ports: number[];
}

export interface QuotaPlan {
  requests: { cpu: string; memory: string };
  limits: { cpu: string; memory: string };
  storage: string;
  pods: number;
}

export interface SecretPlan {
  name: string;
  /** Length of a derived one, in characters. */
  length: number;
  version: number;
  /** Name that it is derived by. @default its own */
  derivedAs?: string;
  /** Why it cannot be derived from the stack secret, for one that only its owner knows. */
  outside?: string;
  /** Whether it comes from the stack's store, and is not known here. */
  stored: boolean;
}
