/** What the policy pack asks for, in words. How it is told of a resource is in policy/. */
import type { ProfileName } from "./schema.ts";

/** Whether a violation stops the update (`mandatory`) or is only told. */
export type Enforcement = "mandatory" | "advisory" | "disabled";

export interface PolicyFacts {
  /** What has to be so. */
  sentence: string;
  /** What to do where it is not. */
  fix: string;
  levels: Readonly<Record<ProfileName, Enforcement>>;
}

const ALWAYS = { dev: "mandatory", staging: "mandatory", production: "mandatory" } as const;
const MILDER_IN_DEV = { ...ALWAYS, dev: "advisory" } as const;
const IN_PRODUCTION = { dev: "disabled", staging: "advisory", production: "mandatory" } as const;

export const policies = {
  "pinned-images": {
    sentence: "Every image has a digest, or a tag other than latest.",
    fix: "name the version that was tested, best with its digest",
    levels: ALWAYS,
  },
  probes: {
    sentence: "Every container that serves more than its figures has a readiness and a liveness probe.",
    fix: "say readiness and liveness of the tier",
    levels: MILDER_IN_DEV,
  },
  "requests-and-limits": {
    sentence: "Every container requests CPU and memory, and has limits of both.",
    fix: "say resources.requests and resources.limits of the tier or datastore",
    levels: MILDER_IN_DEV,
  },
  "restricted-pods": {
    sentence: "Pods are what Pod Security restricted admits: no root, no host, no privileges, a seccomp profile.",
    fix: "take out what the pod has of the host, and give it the security context that it lacks",
    levels: ALWAYS,
  },
  "dropped-capabilities": {
    sentence: "Containers drop all capabilities, and add none but NET_BIND_SERVICE.",
    fix: "capabilities: { drop: [ALL] }, and a port from 1024 on",
    levels: ALWAYS,
  },
  "read-only-root": {
    sentence: "Containers write to nothing but their volumes.",
    fix: "readOnlyRootFilesystem: true, and a scratch volume for each directory that is written to",
    levels: MILDER_IN_DEV,
  },
  "no-default-tokens": {
    sentence: "A pod has a service account's token only by its own word, and never the default account's.",
    fix: "automountServiceAccountToken: false, or an account of the pod's own with the role that it needs",
    levels: ALWAYS,
  },
  "no-secrets-in-plaintext": {
    sentence: "Passwords, keys and tokens are in Secrets, not in the text of a pod or a ConfigMap.",
    fix: "declare it under secrets, and read it by { secret: name }",
    levels: ALWAYS,
  },
  "restricted-namespaces": {
    sentence: "Every namespace says which Pod Security it enforces.",
    fix: "label it pod-security.kubernetes.io/enforce",
    levels: ALWAYS,
  },
  "default-deny": {
    sentence: "Every namespace with pods has a NetworkPolicy that denies them what no other allows, in and out.",
    fix: "a NetworkPolicy with an empty podSelector, both policyTypes and no rules",
    levels: ALWAYS,
  },
  "disruption-budgets": {
    sentence: "What runs more than one replica has a PodDisruptionBudget.",
    fix: "say minAvailable or maxUnavailable of the tier",
    levels: MILDER_IN_DEV,
  },
  "tls-on-routes": {
    sentence: "Every route from outside is served by TLS, or redirected to it.",
    fix: "say landfall:edge.tls, and leave the redirect on",
    levels: ALWAYS,
  },
  "no-side-doors": {
    sentence: "No Service is reached from outside past the edge.",
    fix: "type: ClusterIP, and a route for what has to be reached",
    levels: ALWAYS,
  },
  "no-wildcard-rbac": {
    sentence: "Roles name groups, resources and verbs, and nobody is bound to an administrator's role.",
    fix: "write down what is needed",
    levels: ALWAYS,
  },
  "no-listing-of-secrets": {
    sentence: "No role lists Secrets: who reads one has to know its name.",
    fix: "mount the one that is needed, or get it by its name",
    levels: ALWAYS,
  },
  "no-deprecated-apis": {
    sentence: "No object is of an API that is deprecated, or gone, in the version after the cluster's.",
    fix: "use the version of the API that the Kubernetes deprecation guide names",
    levels: MILDER_IN_DEV,
  },
  "labels-and-tags": {
    sentence: "Everything says whose it is: objects by labels, what a cloud has by tags.",
    fix: "give it the labels app.kubernetes.io/part-of and managed-by, or the provider default tags",
    levels: MILDER_IN_DEV,
  },
  "private-databases": {
    sentence: "No managed datastore has an address on the internet.",
    fix: "leave it in the stack's network",
    levels: ALWAYS,
  },
  "private-buckets": {
    sentence: "No bucket can be read or written without credentials.",
    fix: "block public access, and let tiers in by uses",
    levels: ALWAYS,
  },
  "closed-api-servers": {
    sentence: "The API server of a cluster is private, or open to named ranges.",
    fix: "say landfall:cluster.publicAccess with the ranges of those who need it",
    levels: ALWAYS,
  },
  "closed-firewalls": {
    sentence: "No firewall lets all the world in, but to ports 80 and 443.",
    fix: "name the ranges or the groups that have to come in",
    levels: ALWAYS,
  },
  "encryption-at-rest": {
    sentence: "Data is encrypted where it lies: stores, disks, files, and the cluster's own Secrets.",
    fix: "leave encryption on",
    levels: ALWAYS,
  },
  "encryption-in-transit": {
    sentence: "Managed datastores are spoken to by TLS only, 1.2 or newer.",
    fix: "leave TLS on",
    levels: ALWAYS,
  },
  "rotated-keys": {
    sentence: "Keys of a cloud's key service are rotated.",
    fix: "leave rotation on",
    levels: MILDER_IN_DEV,
  },
  "deletion-protection": {
    sentence: "What holds data in production cannot be deleted by mistake, in the cloud or by Pulumi.",
    fix: "leave deletionProtection on; before a wanted deletion see docs/operations.md",
    levels: IN_PRODUCTION,
  },
  backups: {
    sentence: "What holds data in production is copied: a week of copies at least, and former versions of objects.",
    fix: "say the store's backup, or landfall:backup for stores in the cluster",
    levels: IN_PRODUCTION,
  },
  "no-wildcard-iam": {
    sentence: "Nobody in the cloud's account may do everything: neither all actions, nor an administrator's role.",
    fix: "name actions and resources, or a role for this purpose",
    levels: ALWAYS,
  },
  "hardened-machines": {
    sentence: "Machines of a cluster give no credentials to pods, have no public address and boot what is signed.",
    fix: "leave metadata, addresses and boot of the pool as they are",
    levels: MILDER_IN_DEV,
  },
  "audited-clusters": {
    sentence: "A cluster in production keeps a record of who asked what of its API server.",
    fix: "leave the control plane's logs on",
    levels: IN_PRODUCTION,
  },
} satisfies Record<string, PolicyFacts>;

export type PolicyName = keyof typeof policies;

export const POLICY_NAMES = Object.keys(policies) as PolicyName[];
