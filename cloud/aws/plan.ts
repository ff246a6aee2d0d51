/** What a stack on EKS is going to have, as plain data. */
import type { Layers } from "../../config/layers.ts";
import { type NodePoolPlan, resolveNodePools } from "../../config/nodes.ts";
import type { StorageClasses } from "../clouds.ts";
import type { Manager } from "../managed.ts";
import { subnetsOf } from "../subnets.ts";
import { unsupportedVersion } from "../versions.ts";
import { offers } from "./offers.ts";
import type { EksSettings } from "./settings.ts";

/** In standard support on 2026-11-21 and for a month at least; the first is the default. */
export const EKS_VERSIONS = ["1.36", "1.35"] as const;

/** 4 CPUs, 16 GiB. */
const DEFAULT_MACHINE = "m6i.xlarge";
const DEFAULT_CIDR = "10.0.0.0/16";

export interface NewNetwork {
  kind: "new";
  cidr: string;
  /** By zone. */
  zones: { zone: string; publicCidr: string; privateCidr: string; dataCidr: string }[];
  natGateways: "perZone" | "one";
}

export interface ExistingNetwork {
  kind: "existing";
  cidr: string;
  vpcId: string;
  privateSubnetIds: string[];
}

export interface EksPlan {
  provider: "eks";
  region: string;
  account?: string;
  name: string;
  version: string;
  network: NewNetwork | ExistingNetwork;
  publicAccess: string[];
  administrators: string[];
  nodePools: NodePoolPlan[];
  deletionProtection: boolean;
}

export function resolveEks(layers: Layers, settings: EksSettings): EksPlan {
  const { stack, application, profile } = layers;
  return {
    provider: "eks",
    region: settings.region,
    account: settings.account,
    name: settings.name ?? `${application.name}-${stack.profile}`,
    version: versionOf(layers, settings),
    network: networkOf(layers, settings),
    publicAccess: settings.publicAccess ?? [],
    administrators: settings.administrators ?? [],
    nodePools: resolveNodePools(layers, settings.nodePools, DEFAULT_MACHINE),
    deletionProtection: settings.deletionProtection ?? profile.protectData,
  };
}

function versionOf({ mistakes }: Layers, { version = EKS_VERSIONS[0] }: EksSettings): string {
  if (!EKS_VERSIONS.some((known) => known === version)) mistakes.push(unsupportedVersion("EKS", version, EKS_VERSIONS));
  return version;
}

function networkOf(layers: Layers, { region, zones, network = {} }: EksSettings): NewNetwork | ExistingNetwork {
  if ("vpcId" in network) return { kind: "existing", ...network };
  const cidr = network.cidr ?? DEFAULT_CIDR;
  const names = zones ?? ["a", "b", "c"].map((letter) => `${region}${letter}`);
  for (const zone of names.filter((zone) => !zone.startsWith(region))) {
    layers.mistakes.push({
      path: "landfall:cluster.zones",
      got: zone,
      problem: `is not in region ${region}`,
      allowed: `names such as ${region}a`,
      fix: "name zones of the region, or change the region",
    });
  }
  const subnets = subnetsOf(layers, cidr, names.length);
  return {
    kind: "new",
    cidr,
    zones: names.map((zone, index) => ({ zone, ...subnets[index] }) as NewNetwork["zones"][number]),
    natGateways: network.natGateways ?? (layers.stack.profile === "production" ? "perZone" : "one"),
  };
}

export function eksStorage({ storageClass, storageClasses }: EksSettings): StorageClasses {
  return {
    storageClass: storageClass ?? "gp3",
    storageClasses: { standard: "gp3", fast: "gp3-fast", shared: "efs", ...storageClasses },
  };
}

export function eksManager({ network }: EksSettings): Manager {
  return { title: "AWS", offers, cidrs: [network?.cidr ?? DEFAULT_CIDR] };
}
