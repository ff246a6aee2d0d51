/** Every fault that the tests provoke, as docs/reliability.md lists them: what is said here is what they hold it against. */

/** What puts a stack right, once what is broken works again. */
export const REMEDIES = {
  nothing: "nothing: the update waits, and ends well",
  up: "`pulumi up`",
  refresh: "`pulumi up --refresh`",
  recover: "`npm run recover`",
  destroy: "`npm run destroy` again",
} as const;
export type Remedy = keyof typeof REMEDIES;

export interface Fault {
  /** The fault, as a heading has it. */
  what: string;
  /** What a user reads, in the words of whoever says it; `…` stands for what differs. Left out where nothing is wrong to be told. */
  told?: string;
  /** What is left by then. */
  left: string;
  /** What to see to first; left out where nothing has to be. */
  first?: string;
  remedy: Remedy;
  /** Tried in every run of the tests; the others where LANDFALL_TEST=all. */
  always?: true;
}

export const UNTOUCHED = "nothing was created or changed";
const BEGUN = "what was begun; what depends on it was not";

export const ENGINE = {
  interrupted: {
    what: "Ctrl-C in the middle of an update",
    told: "^C received; cancelling.",
    left: "what was begun, at times without the state's knowing of it; no lock",
    remedy: "recover",
    always: true,
  },
  "killed-destroy": {
    what: "The engine is killed in the middle of a teardown",
    left: "a lock, and a part of the stack",
    remedy: "destroy",
  },
  "interrupted-destroy": {
    what: "Ctrl-C in the middle of a teardown",
    told: "^C received; cancelling.",
    left: "a part of the stack; no lock",
    remedy: "destroy",
  },
  "two-updates": {
    what: "Two updates of a stack at once",
    told: "the stack is currently locked by 1 lock(s).",
    left: "the first update goes on; `npm run recover` says who is at it, and leaves it alone",
    remedy: "nothing",
    always: true,
  },
  "disk-full": {
    what: "No room for the state",
    told: "file too large",
    left: "what was created since the state was last written, which does not know of it",
    first: "make room",
    remedy: "recover",
    always: true,
  },
} satisfies Record<string, Fault>;

export const API_SERVER = {
  "errors-503": {
    what: "The API server answers 503 to every write for a while",
    told: "was not successfully created by the Kubernetes API server: the server is currently unable to handle the request",
    left: BEGUN,
    remedy: "recover",
    always: true,
  },
  throttled: {
    what: "The API server answers every other write with 429 and asks to come again",
    left: "nothing; the provider comes again by itself",
    remedy: "nothing",
  },
  slow: {
    what: "The API server takes three seconds for every write",
    left: "nothing",
    remedy: "nothing",
  },
  hangs: {
    what: "A write is never answered",
    told: "context deadline exceeded",
    left: `${BEGUN}; the update gives up on the write after 90 seconds`,
    remedy: "recover",
  },
  dropped: {
    what: "The connection is cut before the API server hears of a write",
    told: "EOF",
    left: BEGUN,
    remedy: "up",
    always: true,
  },
  restarted: {
    what: "The API server is killed in the middle of an update, and started again",
    told: "error: update failed",
    left: "whatever it had done by then",
    first: "wait until the cluster's own pods are ready again",
    remedy: "recover",
  },
  "etcd-restarted": {
    what: "etcd is killed in the middle of an update, and started again",
    told: "error: update failed",
    left: "whatever was written by then",
    first: "wait until the cluster's own pods are ready again",
    remedy: "recover",
  },
} satisfies Record<string, Fault>;

export const CLUSTER = {
  webhook: {
    what: "An admission webhook is down",
    told: 'failed calling webhook "gone.example.com"',
    left: BEGUN,
    first: "bring its server back, or delete its configuration",
    remedy: "up",
    always: true,
  },
  quota: {
    what: "A quota of somebody else's is exceeded",
    told: "Deployment crane: … its pods cannot be made: … exceeded quota: by-hand, requested: pods=1, used: pods=",
    left: "the old pods serve on",
    first: "raise the quota",
    remedy: "up",
  },
  forbidden: {
    what: "The account may not do it (RBAC)",
    told: 'is forbidden: User "deployer" cannot patch resource "configmaps" in API group "" in the namespace "pier"',
    left: BEGUN,
    first: "give it the right",
    remedy: "up",
    always: true,
  },
  image: {
    what: "An image cannot be pulled",
    told: "pod crane-… waits in container crane: ImagePullBackOff: Back-off pulling image",
    left: "the old pods serve on",
    first: "name another image",
    remedy: "up",
  },
  "crash-loop": {
    what: "Pods crash as soon as they start",
    told: "pod crane-… waits in container crane: CrashLoopBackOff: … it ended with Error, exit code 1",
    left: "the old pods serve on",
    first: "name another image",
    remedy: "up",
  },
  unschedulable: {
    what: "No machine has room for the pods",
    told: "pod crane-… has no machine: 0/6 nodes are available",
    left: "the old pods serve on",
    first: "add machines",
    remedy: "up",
  },
  "claim-unbound": {
    what: "A volume is never made",
    told: "pod db-0 has no machine: … unbound immediate PersistentVolumeClaims",
    left: "a server that waits for its volume",
    first: "see that the driver of its class runs",
    remedy: "up",
  },
  "node-lost": {
    what: "A machine is lost, with the pods on it",
    left: "Kubernetes starts them elsewhere",
    remedy: "nothing",
  },
  "hand-edits": {
    what: "Objects of every kind are changed by hand",
    left: "what was changed",
    remedy: "recover",
    always: true,
  },
  deleted: {
    what: "Objects are deleted by hand",
    left: "the rest",
    remedy: "refresh",
  },
  terminating: {
    what: "The namespace stays in Terminating",
    told: "The namespace … is being deleted since …  it says  Some content in the namespace has finalizers remaining: example.com/held in 1 resource instances",
    left: UNTOUCHED,
    first: "let go of what holds it",
    remedy: "refresh",
    always: true,
  },
  definition: {
    what: "A definition (CRD) of the stack's objects is removed",
    told: "the cluster does not know ServiceMonitor (monitoring.coreos.com).",
    left: "all but the objects of that kind, which went with it",
    first: "install it again",
    remedy: "refresh",
  },
} satisfies Record<string, Fault>;

export const ACCESS = {
  "certificate-expired": {
    what: "The client certificate has expired",
    told: 'The client certificate of context "…" expired on',
    left: UNTOUCHED,
    first: "get a new kubeconfig",
    remedy: "up",
    always: true,
  },
  clock: {
    what: "The clock of this machine is wrong",
    told: "certificate is not yet valid.…see that the clock of this machine is right, by which it is",
    left: UNTOUCHED,
    first: "set it right",
    remedy: "up",
    always: true,
  },
  "wrong-cluster": {
    what: "The kubeconfig leads to another cluster",
    told: 'The stack stands on another cluster than the one that context "…" leads to, at',
    left: UNTOUCHED,
    first: "take the right kubeconfig",
    remedy: "up",
    always: true,
  },
  passphrase: {
    what: "The passphrase is wrong",
    told: "incorrect passphrase",
    left: UNTOUCHED,
    first: "take the right one",
    remedy: "up",
  },
  "stack-file": {
    what: "The stack file is half-written",
    told: "invalid YAML file",
    left: UNTOUCHED,
    first: "write it whole; `git checkout` brings it back",
    remedy: "up",
  },
  "state-cut-off": {
    what: "The state is cut off",
    told: "unexpected end of JSON input",
    left: UNTOUCHED,
    remedy: "recover",
  },
  "state-empty": {
    what: "The state is `{}`, and somebody runs `pulumi up`",
    told: "Server-Side Apply field conflict detected",
    left: "ConfigMaps and Secrets twice, and a state that knows a part of the stack, which Pulumi took for a new one",
    remedy: "recover",
  },
  "lock-empty": {
    what: "A full disk has left the lock empty",
    told: "unexpected end of JSON input",
    left: UNTOUCHED,
    remedy: "recover",
  },
} satisfies Record<string, Fault>;

export const CLOUDS = {
  throttling: {
    what: "The cloud throttles",
    told: "ThrottlingException: Rate exceeded",
    left: BEGUN,
    remedy: "recover",
  },
  capacity: {
    what: "The cloud has no machines of that size",
    told: "InsufficientDBInstanceCapacity",
    left: BEGUN,
    first: "name another size, or wait",
    remedy: "up",
  },
  "cloud-quota": {
    what: "A quota of the account is exceeded",
    told: "InstanceQuotaExceeded",
    left: BEGUN,
    first: "have it raised",
    remedy: "up",
  },
  consistency: {
    what: "The cloud does not know yet what it has just made",
    told: "DBSubnetGroupNotFoundFault",
    left: BEGUN,
    remedy: "up",
  },
  "given-up": {
    what: "The cloud takes longer than its provider waits, and makes it all the same",
    told: "timeout while waiting for state to become 'available'",
    left: `${BEGUN}; the state knows of what was waited for`,
    remedy: "up",
  },
  "killed-creation": {
    what: "The engine is killed while the cloud makes a store",
    told: "Nobody knows whether the cloud has made these, for the update was cut short meanwhile:  aws:rds/instance:Instance pier-db-instance",
    left: "a store that no state knows of; its name is taken",
    first: "delete in the cloud what `npm run recover` names: it holds nothing yet",
    remedy: "recover",
  },
} satisfies Record<string, Fault>;
