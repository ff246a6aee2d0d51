/** What the documents point to is there, and what they quote is said. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const documents = [
  "README.md",
  "SECURITY.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => join("docs", file)),
];
const read = (file: string) => readFileSync(join(root, file), "utf8");
/** Code is no link, and no heading. */
const withoutCode = (text: string) => text.replaceAll(/^```[\s\S]*?^```$/gm, "").replaceAll(/`[^`\n]*`/g, "code");

/** Anchors of headings as GitHub makes them. */
function anchorsOf(file: string): Set<string> {
  const seen = new Map<string, number>();
  const prose = read(file).replaceAll(/^```[\s\S]*?^```$/gm, "");
  const anchors = Array.from(prose.matchAll(/^#{1,6} (.+)$/gm), ([, heading]) => {
    const plain = (heading as string).replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll("`", "");
    const slug = plain
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(/\s/g, "-");
    const number = seen.get(slug) ?? 0;
    seen.set(slug, number + 1);
    return number === 0 ? slug : `${slug}-${number}`;
  });
  return new Set(anchors);
}

describe("A document", () => {
  for (const file of documents) {
    it(`${file} leads nowhere that is not there`, () => {
      const links = Array.from(
        withoutCode(read(file)).matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g),
        ([, to]) => to as string,
      );
      for (const link of links.filter((to) => !/^(https?|mailto):/.test(to))) {
        const [path = "", anchor] = link.split("#");
        const target = path === "" ? file : relative(root, join(root, dirname(file), path));
        assert.ok(existsSync(join(root, target)), `${link}: there is no ${target}`);
        if (anchor === undefined || !target.endsWith(".md")) continue;
        assert.ok(anchorsOf(target).has(anchor), `${link}: no heading of ${target} makes this anchor`);
      }
    });

    it(`${file} names commands that there are`, () => {
      const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
      for (const [, name] of read(file).matchAll(/npm run (?:--silent )?([a-z][\w:-]*)/g)) {
        assert.ok((name as string) in scripts, `npm run ${name}`);
      }
    });
  }

  it("docs/operations.md names tests that there are", () => {
    const recipes = Array.from(read("docs/operations.md").matchAll(/^\| \*\*.*$/gm), ([row]) => row);
    assert.ok(recipes.length > 8);
    for (const row of recipes) {
      // A file without its folder lies where the one before it does.
      let folder = "";
      for (const [, path] of row.matchAll(/`((?:test\/[\w/]+\/)?[\w-]+\.test\.ts)`/g)) {
        folder = (path as string).includes("/") ? dirname(path as string) : folder;
        const file = (path as string).includes("/") ? (path as string) : join(folder, path as string);
        assert.ok(existsSync(join(root, file)), `${file}, of ${row}`);
      }
    }
  });

  it("README.md has fewer than 200 lines", () => {
    assert.ok(read("README.md").split("\n").length < 200);
  });

  it("has every page of docs/ in the README's list", () => {
    const list = read("README.md");
    for (const file of documents.filter((it) => it.startsWith("docs/"))) assert.ok(list.includes(`(${file})`), file);
  });
});

describe("Troubleshooting", () => {
  const sources = ["config", "cloud", "components", "local", "policy", "test"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.(ts|mjs)$/.test(file) && !file.endsWith("documents.test.ts"))
      .map((file) => read(join(folder, file))),
  );
  // As it is said: strings that go on in the next line are one.
  const all = sources.map((text) => text.replaceAll(/["`] \+\n\s*["`]/g, "").replaceAll('\\"', '"')).join("\n");
  const rows = Array.from(
    read("docs/troubleshooting.md").matchAll(/^\| (`.*?) \| .* \| .* \|$/gm),
    ([, said]) => said as string,
  );

  it("quotes what is really said, in the code or by what a test has seen", () => {
    assert.ok(rows.length > 50);
    for (const row of rows) {
      const quoted = Array.from(row.matchAll(/`([^`]+)`/g), ([, text]) => text as string);
      for (const part of quoted.flatMap((text) => text.split("…")).map((text) => text.trim())) {
        if (part !== "") assert.ok(all.includes(part), `nobody says "${part}", of ${row}`);
      }
    }
  });
});
