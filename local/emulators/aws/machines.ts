/** EC2's machines by name: https://aws.amazon.com/ec2/instance-types/ */

export interface Machine {
  cpus: number;
  memoryGiB: number;
  architecture: "amd64" | "arm64";
  /** Most pods, by the addresses that its network interfaces have. */
  pods: number;
}

/** GiB for each CPU, by family. */
const FAMILIES: Readonly<Record<string, number>> = { c: 2, m: 4, r: 8 };
const SIZES: Readonly<Record<string, { cpus: number; pods: number }>> = {
  large: { cpus: 2, pods: 29 },
  xlarge: { cpus: 4, pods: 58 },
  "2xlarge": { cpus: 8, pods: 58 },
  "4xlarge": { cpus: 16, pods: 234 },
  "8xlarge": { cpus: 32, pods: 234 },
};
const BURSTABLE: Readonly<Record<string, { cpus: number; memoryGiB: number; pods: number }>> = {
  medium: { cpus: 2, memoryGiB: 4, pods: 17 },
  large: { cpus: 2, memoryGiB: 8, pods: 35 },
  xlarge: { cpus: 4, memoryGiB: 16, pods: 58 },
  "2xlarge": { cpus: 8, memoryGiB: 32, pods: 58 },
};

/** GiB for each CPU of those with GPUs. */
const GPU_RATIO = 4;

/** Undefined for what is no machine of the families c, m, r and t, generation 5 to 8, and g, generation 4 to 6. */
export function machineOf(type: string): Machine | undefined {
  const gpu = SIZES[/^g(?:4dn|5|6)\.(\w+)$/.exec(type)?.[1] ?? ""];
  if (gpu) return { ...gpu, memoryGiB: gpu.cpus * GPU_RATIO, architecture: "amd64" };
  const match = /^([cmr])([5-8])(g|a|i|)(?:d|n)?\.(\w+)$/.exec(type);
  if (match) {
    const [, family = "", , kind, size = ""] = match;
    const shape = SIZES[size];
    const ratio = FAMILIES[family];
    if (!shape || !ratio) return undefined;
    return { ...shape, memoryGiB: shape.cpus * ratio, architecture: kind === "g" ? "arm64" : "amd64" };
  }
  const burstable = /^(t3a?|t4g)\.(\w+)$/.exec(type);
  const shape = BURSTABLE[burstable?.[2] ?? ""];
  return shape && { ...shape, architecture: burstable?.[1] === "t4g" ? "arm64" : "amd64" };
}
