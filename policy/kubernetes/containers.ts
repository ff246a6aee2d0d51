/** What every container has to have. */
import type { ResourceCheck } from "../check.ts";
import { at, isProps, listAt, type Props, textsAt } from "../subject.ts";
import { containersOf, nameOf, podOf, SERVERS, WORKLOADS } from "./pods.ts";

/** A check of each container by itself. */
function ofContainers(find: (container: Props) => string[], types = WORKLOADS): ResourceCheck {
  return {
    types,
    problems: (subject) =>
      containersOf(podOf(subject)).flatMap((container) =>
        find(container).map((problem) => `${nameOf(container)} ${problem}`),
      ),
  };
}

export const pinnedImages = ofContainers(({ image }) => {
  if (typeof image !== "string") return ["has no image"];
  if (image.includes("@sha256:")) return [];
  const tag = /:([^:/]+)$/.exec(image)?.[1];
  if (tag === undefined) return [`runs ${image}, which has neither tag nor digest`];
  return tag === "latest" ? [`runs ${image}, which is another one tomorrow`] : [];
});

export const probes: ResourceCheck = {
  types: SERVERS,
  problems(subject) {
    const servers = listAt(podOf(subject), "containers").filter((container) => isProps(container) && serves(container));
    return (servers as Props[]).flatMap((container) =>
      ["readinessProbe", "livenessProbe"]
        .filter((probe) => !isProps(container[probe]))
        .map((probe) => `${nameOf(container)} has no ${probe}`),
    );
  },
};

/** Nobody waits for a worker, nor for an exporter of figures, which must not take its server out of service. */
function serves(container: Props): boolean {
  return listAt(container, "ports").some((port) => at(port, "name") !== "metrics");
}

export const requestsAndLimits = ofContainers((container) =>
  ["requests", "limits"].flatMap((side) =>
    ["cpu", "memory"]
      .filter((resource) => at(container, "resources", side, resource) === undefined)
      .map((resource) => `has no ${side}.${resource}`),
  ),
);

export const droppedCapabilities = ofContainers((container) => {
  const capabilities = ["securityContext", "capabilities"];
  const dropsAll = textsAt(container, ...capabilities, "drop").includes("ALL");
  const added = textsAt(container, ...capabilities, "add").filter((name) => name !== "NET_BIND_SERVICE");
  return [...(dropsAll ? [] : ["keeps capabilities"]), ...added.map((name) => `adds the capability ${name}`)];
});

export const readOnlyRoot = ofContainers((container) =>
  at(container, "securityContext", "readOnlyRootFilesystem") === true ? [] : ["may write to its image's files"],
);
