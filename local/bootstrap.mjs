/**
 * `npm start`, `npm stop` and the commands of `npm run` begin here, on whatever Node there is and with nothing installed.
 * Installs the dependencies where they are missing or out of date, then hands over to the TypeScript command on the
 * project's own Node.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const OLDEST_NODE = 20;

/** Each is a file beside this one. */
export const COMMANDS = [
  "start",
  "stop",
  "doctor",
  "smoke",
  "new",
  "preview",
  "render",
  "schema",
  "explain",
  "rehearse",
  "destroy",
  "restore",
  "recover",
];

/**
 * Why the dependencies have to be installed; undefined where they are in order.
 * @param {string} root
 */
export function reasonToInstall(root) {
  const installed = join(root, "node_modules", ".package-lock.json");
  // npm writes this file last, so an installation that was cut short has none.
  if (!existsSync(installed) || !existsSync(join(root, "node_modules", ".bin", "node"))) {
    return existsSync(join(root, "node_modules")) ? "an earlier installation was cut short" : "for the first time";
  }
  const wanted = packagesOf(join(root, "package-lock.json"));
  const present = packagesOf(installed);
  const stale = Object.entries(wanted).some(
    ([path, { integrity, optional }]) => path !== "" && !optional && integrity !== present[path]?.integrity,
  );
  return stale ? "package-lock.json has changed" : undefined;
}

/** @param {string} lockfile @returns {Record<string, { integrity?: string, optional?: boolean }>} */
function packagesOf(lockfile) {
  try {
    return JSON.parse(readFileSync(lockfile, "utf8")).packages;
  } catch {
    return {};
  }
}

/** @param {NodeJS.ProcessEnv} environment @param {string} root @returns {NodeJS.ProcessEnv} */
export function environmentFor(environment, root) {
  const caches =
    environment.XDG_CACHE_HOME ?? join(homedir(), process.platform === "darwin" ? "Library/Caches" : ".cache");
  return {
    NODE_COMPILE_CACHE: join(caches, "landfall", "compile-cache"),
    ...environment,
    PATH: join(root, "node_modules", ".bin") + delimiter + environment.PATH,
  };
}

/** Runs a command to its end with this terminal and its signals. @param {string} command @param {string[]} args @param {string} root */
function run(command, args, root) {
  const child = spawn(command, args, { cwd: root, stdio: "inherit", env: environmentFor(process.env, root) });
  // Ctrl-C reaches the child by itself; this process only has to outlive it.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 143)));
  });
}

/** @param {string[]} commandLine */
async function main([command, ...args]) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    console.error(
      `Node ${process.versions.node} is too old to begin with.\n  fix      install Node ${OLDEST_NODE} or newer`,
    );
    return 1;
  }
  if (!COMMANDS.includes(command ?? "")) {
    console.error(`There is no command "${command}".\n  allowed  ${COMMANDS.join(", ")}`);
    return 1;
  }
  const reason = reasonToInstall(root);
  if (reason) {
    console.error(`• Installing the dependencies (${reason}; about a minute)`);
    const code = await run("npm", ["ci", "--no-fund", "--no-audit", "--loglevel", "error"], root);
    if (code !== 0) return code;
  }
  return run(join(root, "node_modules", ".bin", "node"), [join(root, "local", `${command}.ts`), ...args], root);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
