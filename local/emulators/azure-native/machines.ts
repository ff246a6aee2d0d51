/** Azure's machines by name: https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions */

export interface Machine {
  cpus: number;
  memoryGiB: number;
  architecture: "amd64" | "arm64";
}

/** GiB for each CPU, by family. */
const FAMILIES: Readonly<Record<string, number>> = { D: 4, E: 8, F: 2, B: 4 };
const SIZES = [2, 4, 8, 16, 32, 48, 64, 96];
/** Letters of what a machine has beside: https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions */
const ARM = "p";
const LITTLE_MEMORY = "l";

/** Undefined for what is no machine of the families B, D, E and F, generation 2 to 7. */
export function machineOf(size: string): Machine | undefined {
  const match = /^Standard_([BDEF])(\d+)([a-z]*s)_v([2-7])$/.exec(size);
  if (!match) return undefined;
  const [, family = "", count = "", features = ""] = match;
  const cpus = Number(count);
  const ratio = FAMILIES[family];
  if (!SIZES.includes(cpus) || !ratio) return undefined;
  const memoryGiB = cpus * (features.includes(LITTLE_MEMORY) ? ratio / 2 : ratio);
  return { cpus, memoryGiB, architecture: features.includes(ARM) ? "arm64" : "amd64" };
}
