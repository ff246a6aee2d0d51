import type { CloudEmulator } from "./rules.ts";

const EMULATORS: Readonly<Record<string, () => Promise<CloudEmulator>>> = {
  aws: async () => (await import("./aws/aws.ts")).aws,
  gcp: async () => (await import("./gcp/gcp.ts")).gcp,
  "azure-native": async () => (await import("./azure-native/azure-native.ts")).azureNative,
};

export const EMULATED_CLOUDS = Object.keys(EMULATORS);

export async function loadCloud(cloud: string): Promise<CloudEmulator> {
  const load = EMULATORS[cloud];
  if (!load) throw new Error(`There is no emulator of ${cloud}; there are ${EMULATED_CLOUDS.join(", ")}`);
  return load();
}
