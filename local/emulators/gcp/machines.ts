/** Compute Engine's machines by name: https://cloud.google.com/compute/docs/machine-resource */

export interface Machine {
  cpus: number;
  memoryGiB: number;
  architecture: "amd64" | "arm64";
  /** Whether its disks are hyperdisks, and nothing else. */
  hyperdisksOnly: boolean;
  /** Left out where it comes with none. */
  gpus?: string;
}

/** GiB for each CPU, by kind. */
const KINDS: Readonly<Record<string, number>> = { standard: 4, highmem: 8, highcpu: 2 };
/** Of e2 highcpu 1, of c3 and c4 a little less than the kind says; close enough for a scheduler. */
const FAMILIES: Readonly<Record<string, { most: number; arm?: boolean; hyperdisksOnly?: boolean; gpus?: string }>> = {
  e2: { most: 32 },
  n2: { most: 128 },
  n2d: { most: 224 },
  n4: { most: 80, hyperdisksOnly: true },
  n4d: { most: 96, hyperdisksOnly: true },
  c3: { most: 176 },
  c3d: { most: 360 },
  c4: { most: 288, hyperdisksOnly: true },
  c4a: { most: 72, arm: true, hyperdisksOnly: true },
  c4d: { most: 384, hyperdisksOnly: true },
  t2d: { most: 60 },
  g2: { most: 96, gpus: "nvidia-l4" },
};
/** Of an A2, for each of its GPUs. */
const A2 = { cpus: 12, memoryGiB: 85, gpus: "nvidia-tesla-a100" };
const SHARED: Readonly<Record<string, number>> = { "e2-micro": 1, "e2-small": 2, "e2-medium": 4 };

/** Undefined for what is no machine of these families. */
export function machineOf(type: string): Machine | undefined {
  const shared = SHARED[type];
  if (shared) return { cpus: 2, memoryGiB: shared, architecture: "amd64", hyperdisksOnly: false };
  const gpus = Number(/^a2-highgpu-([1248])g$/.exec(type)?.[1] ?? 0);
  if (gpus > 0) {
    return {
      ...A2,
      cpus: A2.cpus * gpus,
      memoryGiB: A2.memoryGiB * gpus,
      architecture: "amd64",
      hyperdisksOnly: false,
    };
  }
  const [, name = "", kind = "", count = ""] = /^([a-z]\d[a-z]?)-([a-z]+)-(\d+)$/.exec(type) ?? [];
  const [family, ratio, cpus] = [FAMILIES[name], KINDS[kind], Number(count)];
  if (!family || !ratio || cpus < 2 || cpus > family.most || (cpus > 2 && cpus % 4 !== 0)) return undefined;
  return {
    cpus,
    memoryGiB: cpus * ratio,
    architecture: family.arm ? "arm64" : "amd64",
    hyperdisksOnly: family.hyperdisksOnly ?? false,
    ...(family.gpus ? { gpus: family.gpus } : {}),
  };
}
