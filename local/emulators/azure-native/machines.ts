/** Azure's machines by name: https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions */

export interface Machine {
  cpus: number;
  memoryGiB: number;
  architecture: "amd64" | "arm64";
  /** Whether it has a disk of its own. */
  hasDisk: boolean;
}

/** GiB for each CPU, by family. */
const FAMILIES: Readonly<Record<string, number>> = { D: 4, E: 8, F: 2, B: 4 };
const SIZES = [2, 4, 8, 16, 32, 48, 64, 96];
/** Letters of what a machine has beside: https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions */
const ARM = "p";
const LITTLE_MEMORY = "l";
const DISK = "d";
/** GiB for each CPU of those with GPUs, by the GPU. */
const GPUS: Readonly<Record<string, number>> = { T4: 7, A100: 9 };

/** Undefined for what is no machine of the families B, D, E and F, generation 2 to 7, and NC with T4 or A100. */
export function machineOf(size: string): Machine | undefined {
  const [, gpuCpus = "", letters = "", gpu = ""] = /^Standard_NC(\d+)([a-z]*s)_(T4|A100)_v[34]$/.exec(size) ?? [];
  const each = GPUS[gpu];
  if (each) {
    const cpus = Number(gpuCpus);
    return { cpus, memoryGiB: cpus * each, architecture: "amd64", hasDisk: letters.includes(DISK) };
  }
  const match = /^Standard_([BDEF])(\d+)([a-z]*s)_v([2-7])$/.exec(size);
  if (!match) return undefined;
  const [, family = "", count = "", features = ""] = match;
  const cpus = Number(count);
  const ratio = FAMILIES[family];
  if (!SIZES.includes(cpus) || !ratio) return undefined;
  const memoryGiB = cpus * (features.includes(LITTLE_MEMORY) ? ratio / 2 : ratio);
  const architecture = features.includes(ARM) ? "arm64" : "amd64";
  return { cpus, memoryGiB, architecture, hasDisk: features.includes(DISK) };
}
