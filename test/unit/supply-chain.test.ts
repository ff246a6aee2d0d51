/** What others' code comes along, under which licence, and what of it may run before anybody calls it. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (file: string) => readFileSync(`${root}${file}`, "utf8");

interface Package {
  version: string;
  license?: string;
  integrity?: string;
  inBundle?: boolean;
  dev?: boolean;
  hasInstallScript?: boolean;
}

/** Permissive, each of its parts where there are several. */
const LICENCES = ["Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "CC0-1.0", "ISC", "MIT", "Python-2.0"];
/** What their names do not say, and was read. */
const BY_NAME: Readonly<Record<string, string>> = {
  "node_modules/@logdna/tail-file": "SEE LICENSE IN LICENSE", // MIT
  "node_modules/spdx-exceptions": "CC-BY-3.0", // a list of names
};
/** Those that would run something when they are installed. npm runs what `allowScripts` of package.json names. */
const WITH_SCRIPTS = [
  "node_modules/@pulumi/kubernetes", // downloads its plugin, which npm run tools brings
  "node_modules/node", // puts Node where npm looks for it
  "node_modules/protobufjs", // warns of versions
];

const packages = Object.entries(JSON.parse(read("package-lock.json")).packages as Record<string, Package>).filter(
  ([path]) => path !== "",
);
const modules = readdirSync(`${root}local/toolchain`, { recursive: true, encoding: "utf8" }).filter((file) =>
  /(^|\/)go\.mod$/.test(file),
);

describe("What Landfall is made of", () => {
  it("comes under licences that let anybody use it", () => {
    const others = packages
      .filter(([path, { dev, license }]) => !dev && BY_NAME[path] !== license)
      .filter(
        ([, { license = "none" }]) => !license.split(/[()]| AND /).every((it) => it === "" || LICENCES.includes(it)),
      )
      .map(([path, { license }]) => `${path}: ${license}`);
    assert.deepEqual(others, []);
    assert.ok(packages.filter(([, { dev }]) => !dev).length > 200);
  });

  it("runs nothing of others' when it is installed but what is known", () => {
    const found = packages.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path);
    assert.deepEqual(found, WITH_SCRIPTS);
    assert.deepEqual(JSON.parse(read("package.json")).allowScripts, { node: true });
  });

  it("is locked by exact version and checksum, and those that come inside others by theirs", () => {
    for (const [path, { integrity, inBundle, version }] of packages) {
      assert.match(version, /^\d+\.\d+\.\d+/, path);
      if (!inBundle) assert.match(integrity ?? "", /^sha512-/, path);
    }
    const { dependencies, devDependencies } = JSON.parse(read("package.json"));
    for (const [name, wanted] of Object.entries<string>({ ...dependencies, ...devDependencies })) {
      assert.match(wanted, /^(npm:[\w@/-]+@)?\d+\.\d+\.\d+$/, name);
    }
  });

  it("has the checksums of every Go module, and builds from nothing else", () => {
    assert.ok(modules.length >= 12);
    for (const file of modules) {
      const sums = `local/toolchain/${file.replace(/\.mod$/, ".sum")}`;
      assert.ok(existsSync(`${root}${sums}`), sums);
      assert.match(read(sums), /^\S+ v\S+ h1:\S{44}$/m, sums);
      assert.doesNotMatch(read(`local/toolchain/${file}`), /=> \.{0,2}\//, `${file} builds from a folder`);
    }
    const build = read("local/toolchain/build.ts");
    assert.match(build, /"-mod=readonly"/);
    assert.match(build, /GOFLAGS: ""/, "what the user's environment says could undo it");
  });

  it("takes Python packages by their hashes, and builds none", () => {
    for (const folder of ["checkov", "servers"]) {
      const lines = read(`local/toolchain/${folder}/requirements.txt`)
        .replaceAll("\\\n", " ")
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("#"));
      assert.ok(lines.length > 0);
      for (const line of lines) assert.match(line, /^[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}/, folder);
    }
    for (const file of ["checkov.ts", "servers.ts"]) {
      assert.match(read(`local/toolchain/${file}`), /"--only-binary=:all:"[^;]*"--require-hashes"/, file);
    }
  });
});
