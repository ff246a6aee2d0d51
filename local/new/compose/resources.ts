import { isMapping } from "../../../config/mistakes.ts";
import type { ComposeFile, Mapping } from "./file.ts";
import { cpus, memory } from "./words.ts";

export const DEFAULT_RESOURCES = {
  requests: { cpu: "100m", memory: "128Mi" },
  limits: { cpu: "1", memory: "512Mi" },
};
export type Resources = typeof DEFAULT_RESOURCES;

const NOT_OF_DEPLOY: Readonly<Record<string, string>> = {
  endpoint_mode: "Services balance by connection",
  labels: "labels are for Docker",
  placement: "pods are spread over zones and machines by themselves",
  restart_policy: "containers are always started anew",
  rollback_config: "an update that fails stops, and the pods of before serve on",
  update_config: "updates roll, one pod more at a time",
};

export function resourcesOf(file: ComposeFile, place: string, given: Mapping): Resources {
  const deploy = isMapping(given.deploy) ? given.deploy : {};
  if (given.deploy !== undefined) file.carry(`${place}.deploy`);
  for (const [key, why] of Object.entries(NOT_OF_DEPLOY)) {
    if (deploy[key] !== undefined)
      file.note(`${place}.deploy.${key}`, why, "nothing to do, or say it in the stack file");
  }
  if (deploy.mode !== undefined && deploy.mode !== "replicated") {
    file.note(`${place}.deploy.mode`, `"${deploy.mode}" is not known: a tier has replicas`, "set replicas");
  }
  const of = (side: string) => {
    const figures = isMapping(deploy.resources) ? deploy.resources[side] : undefined;
    const told = isMapping(figures) ? figures : {};
    for (const key of Object.keys(told).filter((key) => !["cpus", "memory"].includes(key))) {
      file.note(
        `${place}.deploy.resources.${side}.${key}`,
        "a tier asks for CPU and memory",
        "ask for a node pool that has it",
      );
    }
    return told;
  };
  const [limits, reservations] = [of("limits"), of("reservations")];
  for (const key of ["cpus", "mem_limit", "mem_reservation"])
    if (given[key] !== undefined) file.carry(`${place}.${key}`);
  const most = { cpu: cpus(limits.cpus ?? given.cpus), memory: memory(limits.memory ?? given.mem_limit) };
  const least = { cpu: cpus(reservations.cpus), memory: memory(reservations.memory ?? given.mem_reservation) };
  const limited = {
    cpu: most.cpu ?? larger("1", least.cpu, "cpu"),
    memory: most.memory ?? larger("512Mi", least.memory, "memory"),
  };
  return {
    requests: {
      cpu: least.cpu ?? smaller("100m", limited.cpu, "cpu"),
      memory: least.memory ?? smaller("128Mi", limited.memory, "memory"),
    },
    limits: limited,
  };
}

/** Millicores, or mebibytes. */
function figure(quantity: string, kind: "cpu" | "memory"): number {
  if (kind === "memory") return Number.parseFloat(quantity);
  return quantity.endsWith("m") ? Number.parseFloat(quantity) : Number(quantity) * 1000;
}

function larger(usual: string, other: string | undefined, kind: "cpu" | "memory"): string {
  return other !== undefined && figure(other, kind) > figure(usual, kind) ? other : usual;
}

function smaller(usual: string, other: string, kind: "cpu" | "memory"): string {
  return figure(other, kind) < figure(usual, kind) ? other : usual;
}
