import type { Plan } from "../config/plan.ts";
import type { Ask, List, Named } from "./api-server.ts";
import { ClusterError } from "./kubeconfig-file.ts";

interface Node extends Named {
  status?: { nodeInfo?: { osImage: string } };
}

/** Systems that are confined by SELinux, and whose kernels come without AppArmor. */
const WITHOUT_APPARMOR = /^(Amazon Linux|Bottlerocket|Red Hat|CentOS|Rocky|AlmaLinux|Fedora|Oracle Linux)/;

/** Refuses pods that name an AppArmor profile where the kubelet of every node would refuse them. */
export async function checkConfinement(ask: Ask, { confinement, tiers }: Plan): Promise<void> {
  const tier = tiers.find((tier) => tier.confinement.appArmor);
  if (!confinement.appArmor && !tier) return;
  const systems = (await ask<List<Node>>("/api/v1/nodes?limit=100"))?.items.flatMap(
    ({ status }) => status?.nodeInfo?.osImage ?? [],
  );
  if (!systems || systems.length === 0 || systems.some((system) => !WITHOUT_APPARMOR.test(system))) return;
  const key = confinement.appArmor ? "appArmor" : `tiers.${tier?.name}.appArmor`;
  throw new ClusterError(
    `landfall:${key}: no node of the cluster has AppArmor: they run ${[...new Set(systems)].sort().join(", ")}.`,
    `set landfall:${key} to false: SELinux confines the pods there`,
  );
}
