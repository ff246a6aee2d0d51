/** The cluster, its machines and what is installed in it. */
import { type Change, differs } from "../changes.ts";
import type { Rule } from "../rule.ts";
import { textAt } from "../values.ts";

const RELEASE = "kubernetes:helm.sh/v3:Release";
const NODES: readonly string[] = [
  "aws:eks/nodeGroup:NodeGroup",
  "gcp:container/nodePool:NodePool",
  "azure-native:containerservice:AgentPool",
];
/** Where machines say what they are. */
const ROLLING: readonly string[] = [
  ...["blockDeviceMappings", "metadataOptions", "launchTemplate.version", "releaseVersion"],
  ...["nodeConfig", "version", "osSKU", "orchestratorVersion"],
];
const VERSIONS: Readonly<Record<string, string>> = {
  "aws:eks/cluster:Cluster": "version",
  "gcp:container/cluster:Cluster": "minMasterVersion",
  "azure-native:containerservice:ManagedCluster": "kubernetesVersion",
};

export const clusters: readonly Rule[] = [
  {
    id: "cluster-upgraded",
    theme: "availability",
    applies: (change) => change.operation === "update" && versionOf(change, "after") !== versionOf(change, "before"),
    level: (change) => (isUpgrade(change) ? "brief interruption" : "downtime"),
    sentence: (change) =>
      `Kubernetes goes from ${versionOf(change, "before")} to ${versionOf(change, "after")}: ${
        isUpgrade(change)
          ? "the API server is away for moments, then nodes are drained and replaced; what runs as one pod is interrupted."
          : "clouds go neither back nor over several minor versions, and refuse it."
      }`,
    instead: "one minor version at a time, after a look at what it removes",
  },
  {
    id: "nodes-replaced",
    theme: "availability",
    applies: ({ type, operation }) => NODES.includes(type) && operation === "replace",
    level: ({ deletedFirst }) => (deletedFirst ? "downtime" : "brief interruption"),
    sentence: ({ subject, deletedFirst }) =>
      `The machines of ${subject} are replaced${
        deletedFirst
          ? ", the old ones first: their pods wait."
          : ": their pods move, and what runs as one pod is interrupted."
      }`,
    instead: "see that the others have room, and that disruption budgets let pods go",
  },
  {
    id: "nodes-removed",
    theme: "availability",
    applies: ({ type, operation }) => NODES.includes(type) && operation === "delete",
    level: "brief interruption",
    sentence: ({ subject }) =>
      `The machines of ${subject} go: their pods move to others, or wait where none have room for them.`,
    instead: "see that the other pools have room, and their labels and taints",
  },
  {
    id: "nodes-rolled",
    theme: "availability",
    applies: (change) =>
      change.operation === "update" &&
      (NODES.includes(change.type) || change.type === "aws:ec2/launchTemplate:LaunchTemplate") &&
      versionOf(change, "after") === versionOf(change, "before") &&
      ROLLING.some((path) => differs(change, path)),
    level: "brief interruption",
    sentence: ({ subject }) =>
      `The machines of ${subject} are exchanged one after the other: what runs as one pod is interrupted.`,
  },
  {
    id: "addon-removed",
    theme: "availability",
    applies: ({ type, operation }) => type === RELEASE && operation === "delete",
    level: "data at risk",
    sentence: (change) =>
      `${chartOf(change)} is removed: definitions that its chart does not keep go, and with them every object of those kinds in every namespace.`,
    instead: "see that nobody has objects of its kinds (kubectl get, by each of its groups) before",
  },
  {
    id: "addon-upgraded",
    theme: "availability",
    applies: (change) => change.type === RELEASE && change.operation === "update" && releases(change) !== undefined,
    level: (change) => (releases(change)?.major ? "downtime" : "brief interruption"),
    sentence: (change) =>
      releases(change)?.major
        ? `${chartOf(change)} goes to another major version (${releases(change)?.words}), which may want other definitions and settings.`
        : `${chartOf(change)} goes to another version (${releases(change)?.words}), and restarts.`,
    instead: "read what its release notes say of upgrading; Helm does not update definitions in a chart's folder crds",
  },
  {
    id: "addon-configured",
    theme: "availability",
    applies: (change) => change.type === RELEASE && change.operation === "update" && releases(change) === undefined,
    level: "brief interruption",
    sentence: (change) => `${chartOf(change)} has other settings, and may restart.`,
  },
];

function versionOf({ type, ...change }: Change, side: "before" | "after"): string | undefined {
  const path = VERSIONS[type];
  return path === undefined ? undefined : textAt(change[side], path);
}

/** One minor version up, or within one. */
function isUpgrade(change: Change): boolean {
  const [before, after] = (["before", "after"] as const).map((side) =>
    (versionOf(change, side) ?? "").split(".").map(Number),
  );
  const step = (after?.[1] ?? 0) - (before?.[1] ?? 0);
  return before?.[0] === after?.[0] && (step === 1 || (step === 0 && (after?.[2] ?? 0) >= (before?.[2] ?? 0)));
}

function chartOf({ before, after, name }: Change): string {
  return textAt(after, "name") ?? textAt(before, "name") ?? name;
}

function releases({ before, after }: Change): { words: string; major: boolean } | undefined {
  const [from, to] = [textAt(before, "version"), textAt(after, "version")];
  if (from === undefined || to === undefined || from === to) return undefined;
  const majorOf = (version: string) => version.replace(/^v/, "").split(".")[0];
  return { words: `${from} to ${to}`, major: majorOf(from) !== majorOf(to) };
}
