/** A provider plugin: `node main.ts CLOUD VERSION WORLD`, then prints the port that it listens on, as the engine wants it. */
import { join } from "node:path";
import { ControlPlanes } from "./control-planes.ts";
import { Emulator } from "./emulator.ts";
import { loadCloud } from "./emulators.ts";
import { CloudFaults } from "./faults.ts";
import { serve } from "./server.ts";
import { World } from "./world.ts";

const [cloud, version, directory] = process.argv.slice(2) as [string, string, string];
const world = new World(join(directory, `${cloud}.json`));
const faults = new CloudFaults(join(directory, `${cloud}.faults`));
const emulator = new Emulator(await loadCloud(cloud), world, new ControlPlanes(directory), faults);
console.log(await serve(emulator, version));
