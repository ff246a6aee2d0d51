import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { allCells, nameOf, settingsOf } from "../../local/rehearsal/matrix.ts";
import { markdown, type Result } from "../../local/rehearsal/results.ts";
import { planOf } from "../../local/rehearsal/stack-file.ts";

const DOCS = new URL("../../docs/", import.meta.url);

describe("Every application on every kind of cluster, in every profile, with its datastores in every place", () => {
  const cells = allCells();

  it("are 6 x 4 x 3 x 3 cells, and 6 x 3 x 3 with a cloud's datastores beside somebody else's cluster", () => {
    assert.equal(cells.length, 216 + 54);
    assert.equal(new Set(cells.map(nameOf)).size, 216 + 54);
  });

  it("has a plan, or is refused because nobody runs its datastores there", async function () {
    this.timeout(60_000);
    const refused: string[] = [];
    for (const cell of cells) {
      const planned = await settingsOf(cell);
      if (planned.kind === "refused") refused.push(nameOf(cell));
      else await planOf(planned.settings, cell.profile);
    }
    const applications = [...new Set(cells.map(({ application }) => application))];
    const nowhere = [
      ...applications.map((application) => [application, "kubeconfig"]),
      ...["eks", "gke", "aks", "kubeconfig-aws", "kubeconfig-gcp", "kubeconfig-azure"].map((provider) => [
        "mlcf",
        provider,
      ]),
    ];
    const expected = nowhere.flatMap(([application, provider]) =>
      ["dev", "staging", "production"].map((profile) => `${application}/${provider}/${profile}/managed`),
    );
    assert.deepEqual(refused.sort(), expected.sort());
  });

  it("says of a datastore that nobody runs only that", async () => {
    const cell = { application: "mlcf", provider: "eks", profile: "production", mode: "managed" } as const;
    assert.deepEqual(await settingsOf(cell), {
      kind: "refused",
      because: "AWS runs no qdrant for its customers; AWS runs no neo4j for its customers",
    });
  });
});

describe("The last whole run of rehearsals, in docs/matrix.md", () => {
  const results = JSON.parse(readFileSync(new URL("matrix.json", DOCS), "utf8")) as Result[];
  const page = readFileSync(new URL("matrix.md", DOCS), "utf8");

  it("has each cell, and none that failed", () => {
    assert.deepEqual(results.map(nameOf).sort(), allCells().map(nameOf).sort());
    assert.deepEqual(
      results.filter(({ outcome }) => outcome === "failed"),
      [],
    );
  });

  it("has each application drilled in production on each kind of cluster", () => {
    const drilled = results.filter(({ drills, profile }) => drills && profile === "production");
    const places = new Set(drilled.map(({ application, provider }) => `${application}/${provider}`));
    const expected = allCells()
      .filter(({ provider }) => ["eks", "gke", "aks", "kubeconfig"].includes(provider))
      .map(({ application, provider }) => `${application}/${provider}`);
    assert.deepEqual(places, new Set(expected));
  });

  it("says what its figures say", () => {
    const [, date] = / on (\d{4}-\d\d-\d\d)\./.exec(page) ?? [];
    assert.equal(page, markdown(results, date as string));
  });
});
