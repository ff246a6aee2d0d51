/** How add-ons act on the cloud that their cluster is in. */
import type { Input } from "@pulumi/pulumi";

/**
 * What for: `dns` keeps records of hosts, `challenges` answers those of ACME in DNS, `loadBalancers` and `autoscaling`
 * make and resize what the cluster is reached by and runs on, `backups` keeps copies in a bucket of the stack's own.
 */
export type Purpose = "dns" | "challenges" | "loadBalancers" | "autoscaling" | "backups";

/** The cluster as charts are told of it. */
export type Place =
  | { cloud: "aws"; clusterName: string; region: string }
  | { cloud: "gcp"; clusterName: string; project: string }
  | { cloud: "azure"; clusterName: string; resourceGroup: string };

/** A zone of DNS that the stack names, as its cloud knows it. */
export type ZonePlan = { domain: string } & (
  | { cloud: "aws"; hostedZone: string; region: string }
  | { cloud: "gcp"; managedZone: string; project: string }
  | { cloud: "azure"; id: string; resourceGroup: string; subscription: string }
);

/** What the cloud has made for an add-on. */
export interface Standing {
  /** Of the service account. */
  annotations?: Record<string, Input<string>>;
  /** Of its pods. */
  podLabels?: Record<string, string>;
  /** The cluster's network, as the cloud knows it. */
  networkId?: Input<string>;
  /** For backups: a location of Velero's. */
  location?: { provider: Place["cloud"]; bucket: Input<string>; config: Record<string, Input<string>> };
}

/** Of an add-on that acts on the cloud. */
export interface AddonIdentity {
  permits: Purpose;
  serviceAccount: string;
  /** Where the chart has the service account, and labels of its pods, among its values. */
  paths: { serviceAccount: string; podLabels: string };
}
