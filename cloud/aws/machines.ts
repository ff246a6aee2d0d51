/** EC2's machines as their names tell: https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html */

export type AmiType =
  | "AL2023_x86_64_STANDARD"
  | "AL2023_ARM_64_STANDARD"
  | "AL2023_x86_64_NVIDIA"
  | "AL2023_ARM_64_NVIDIA"
  | "AL2023_x86_64_NEURON";

const MACHINE = /^([a-z]+(?:-[a-z]+)?)(\d+)([a-z]*)(?:-[a-z0-9]+)*\.[a-z0-9-]+$/;
const NVIDIA = ["g", "gr", "p"];
const NEURON = ["inf", "trn"];

/** The image that a machine starts from; undefined for what is no name of a machine. */
export function amiTypeOf(machine: string): AmiType | undefined {
  const match = MACHINE.exec(machine);
  if (!match) return undefined;
  const [, family = "", , attributes = ""] = match;
  const isArm = attributes.includes("g");
  if (NVIDIA.includes(family)) return isArm ? "AL2023_ARM_64_NVIDIA" : "AL2023_x86_64_NVIDIA";
  if (NEURON.includes(family)) return "AL2023_x86_64_NEURON";
  return isArm ? "AL2023_ARM_64_STANDARD" : "AL2023_x86_64_STANDARD";
}
