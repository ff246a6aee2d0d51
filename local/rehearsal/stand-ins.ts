/** What a rehearsal puts in the place of the clouds: their providers, and their tools that log in to a cluster. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { EMULATED_CLOUDS } from "../emulators/emulators.ts";
import { cacheDirectory } from "../toolchain/cache.ts";

const EMULATOR = fileURLToPath(new URL("../emulators/main.ts", import.meta.url));

/**
 * A home for Pulumi with the emulators in the place of the clouds' providers; the others are the user's own.
 *
 * @param world directory of what the emulated clouds have
 */
export function makeHome(home: string, world: string): void {
  const own = process.env.PULUMI_HOME ?? join(homedir(), ".pulumi");
  const plugins = join(home, "plugins");
  mkdirSync(plugins, { recursive: true });
  // In the place of the folder where Pulumi logs every call, which is a third of the engine's work, for nobody.
  writeFileSync(join(home, "logs"), "");
  for (const plugin of readdirSync(join(own, "plugins"))) {
    if (EMULATED_CLOUDS.some((cloud) => plugin.startsWith(`resource-${cloud}-v`))) continue;
    const directory = join(own, "plugins", plugin);
    if (!statSync(directory).isDirectory()) continue;
    // The engine does not look behind a link in the place of the folder.
    mkdirSync(join(plugins, plugin));
    for (const file of readdirSync(directory)) symlinkSync(join(directory, file), join(plugins, plugin, file));
  }
  for (const cloud of EMULATED_CLOUDS) {
    const version = versionOf(cloud);
    const directory = join(plugins, `resource-${cloud}-v${version}`);
    mkdirSync(directory);
    const command = [process.execPath, EMULATOR, cloud, version, world].map(quote).join(" ");
    // The tools that it starts clusters with are the user's own.
    const place = `HOME=${quote(homedir())} XDG_CACHE_HOME=${quote(dirname(cacheDirectory()))}`;
    writeScript(join(directory, `pulumi-resource-${cloud}`), `${place} exec ${command}`);
  }
}

/** The program asks for the provider of the SDK that it loads. */
function versionOf(cloud: string): string {
  const manifest = createRequire(import.meta.url).resolve(`@pulumi/${cloud}/package.json`);
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}

/**
 * The tools that kubeconfigs of the clouds call for credentials. Each answers with those of the cluster in the
 * rehearsal's world; all but `aws` are not told which, and there is one.
 */
export function makeLoginTools(bin: string, world: string): void {
  mkdirSync(bin, { recursive: true });
  const answer = `cat ${quote(join(world, "clusters"))}/*.credential.json`;
  for (const tool of ["aws", "gke-gcloud-auth-plugin", "kubelogin"]) writeScript(join(bin, tool), answer);
}

function writeScript(path: string, command: string): void {
  writeFileSync(path, `#!/bin/sh\n${command}\n`);
  chmodSync(path, 0o755);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
