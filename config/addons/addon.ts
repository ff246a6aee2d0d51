import type { AddonSettings } from "../schema/addons.ts";
import type { ControllerName, EdgeInput, Implementation } from "../schema/edge.ts";
import type { AddonIdentity, Place, Standing, ZonePlan } from "./identity.ts";

/** Values of a Helm chart. */
export type Values = Record<string, unknown>;

/** In the order from strict to lax: what a namespace admits. https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
export const POD_SECURITY = ["restricted", "baseline", "privileged"] as const;
export type PodSecurity = (typeof POD_SECURITY)[number];

/** What a container may do where its namespace is restricted, with nothing to write to but its volumes. */
export const RESTRICTED = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
};

/** What an add-on's values may go by. */
export interface AddonContext {
  /** Namespace of the application. */
  application: string;
  settings: AddonSettings;
  /** Pods of what answers requests: one in dev, else two. */
  replicas: number;
  /** Class that it goes by, for a controller of Ingresses or Gateways. */
  className: string;
  /** An image, from the stack's registry where it has one. */
  image(reference: string): string;
  /** Whether another add-on is installed too. */
  has(addon: string): boolean;
  edge: EdgeInput["kind"];
  /** Left out where the cluster is in no cloud that the stack knows of. */
  place?: Place;
  zones: readonly ZonePlan[];
  /** Whether the edge's certificate is got by challenges in these zones. */
  challenges: boolean;
}

/** An object that the chart leaves to its users. */
export interface AddonObject {
  apiVersion: string;
  kind: string;
  name: string;
  /** Whether it lies in no namespace. */
  belongsToCluster?: true;
  labels?: Record<string, string>;
  spec?: Record<string, unknown>;
  /** Of a kind that has no spec. */
  fields?: Record<string, unknown>;
}

/** A Secret beside the chart: keys to names under `landfall:secrets`. */
export interface AddonSecret {
  name: string;
  type: string;
  data: Record<string, string>;
}

/** An entry of the catalogue: everything that is known of an add-on. */
export interface Addon {
  title: string;
  chart: string;
  /** https: an index of charts; oci: the folder that the chart lies in. */
  repository: string;
  /** Of the chart. */
  version: string;
  /** Where the version, values and images were read. */
  source: string;
  namespace: string;
  /** What its pods need of their namespace. */
  podSecurity: PodSecurity;
  /** API groups that it serves, custom resources or not. Where one is served already, somebody else's is installed. */
  groups: readonly string[];
  /** Controller of Ingresses that it is. */
  controller?: ControllerName;
  /** Implementation of Gateways that it is. */
  implementation?: Implementation;
  /** Add-ons that it does not work without; they go first. */
  requires?: readonly string[];
  /** Add-ons that go first where they are on. */
  follows?: readonly string[];
  /** Whom the cloud takes it for. Left out: it asks the cloud for nothing, or is told by its values who it is. */
  identity?(context: AddonContext): AddonIdentity | undefined;
  /** Values by what is known only once the cloud has made it; those above go over them. */
  standing?(standing: Standing): Values;
  /** API groups that have to be served before it is installed, by whomever. */
  needs?: readonly string[];
  /** Values, by their paths, that the chart has no default for, where no cloud says them. */
  requiredValues?: readonly string[];
  /** Whether its namespace holds what cannot be had again: keys, accounts, metrics. */
  keepsData?: true;
  /** Values that are laid over the chart's own. */
  values(context: AddonContext): Values;
  /** Values by their paths that let the Prometheus of the add-on kube-prometheus-stack read it. */
  monitored?: Readonly<Values>;
  /**
   * Values, by their paths, that name an image's repository; and those that name a registry alone, or a folder in one:
   * undefined where the chart's images are of several.
   */
  images?: {
    repositories?: Readonly<Record<string, string>>;
    registries?: Readonly<Record<string, string | undefined>>;
  };
  objects?(context: AddonContext): AddonObject[];
  secrets?(context: AddonContext): AddonSecret[];
  /** Values, by their paths, that are names under `landfall:secrets`. */
  secretValues?(context: AddonContext): Record<string, string>;
}

/** `value` at the dotted path, as values of a chart. */
export function valueAt(path: string, value: unknown): Values {
  return path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Values;
}
