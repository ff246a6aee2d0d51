/** What the policy pack says of everything that the applications register, wherever they land. */
import assert from "node:assert/strict";
import type { ProfileName } from "../../config/schema.ts";
import { allCells, type Cell, nameOf } from "../../local/rehearsal/matrix.ts";
import { readSettings } from "../../local/rehearsal/stack-file.ts";
import { violationsIn } from "../support/judged.ts";
import { landCell, landSettings } from "../support/landings.ts";

/** Where the datastores are on a cluster of each kind: in it where its cloud does not run them. */
const PLACES: Readonly<Record<string, Cell["mode"]>> = {
  kubeconfig: "bundled",
  eks: "managed",
  gke: "managed",
  aks: "managed",
};

async function saidOf(cells: readonly Cell[]): Promise<string[]> {
  const said = [];
  for (const cell of cells) {
    const registrations = (await landCell(cell)) ?? (await landCell({ ...cell, mode: "bundled" }));
    const violations = violationsIn(registrations ?? assert.fail(nameOf(cell)), cell.profile);
    said.push(...violations.map((violation) => `${nameOf(cell)}: ${violation}`));
  }
  return said;
}

describe("No policy is violated", function () {
  // The clouds' SDKs take a while to load on a busy machine.
  this.timeout("5m");

  const landings = (application: string, profile: ProfileName) =>
    allCells().filter(
      (cell) => cell.application === application && cell.profile === profile && PLACES[cell.provider] === cell.mode,
    );

  for (const application of [...new Set(allCells().map((cell) => cell.application))]) {
    it(`by ${application} in production, on every kind of cluster`, async () => {
      assert.deepEqual(await saidOf(landings(application, "production")), []);
    });
  }

  for (const profile of ["dev", "staging"] as const) {
    it(`by PyBase in ${profile}, but for what production alone asks for`, async () => {
      const said = await saidOf(
        landings("pybase", profile).filter(({ provider }) => !["gke", "aks"].includes(provider)),
      );
      assert.deepEqual(
        said.filter((violation) => !/: (deletion-protection|backups|audited-clusters): /.test(violation)),
        [],
      );
    });
  }

  for (const stack of ["eks", "aks"]) {
    it(`by the stack ${stack} with its add-ons`, async () => {
      const settings = readSettings(".", stack);
      assert.deepEqual(violationsIn(await landSettings(settings, stack), "production"), []);
    });
  }

  for (const edge of [{ kind: "gateway", gatewayClass: "eg" }, { kind: "istio" }]) {
    it(`by a way in of kind ${edge.kind}`, async () => {
      const settings = {
        ...readSettings(".", "production"),
        edge: { host: "pybase.example.com", tls: { issuer: "letsencrypt" }, ...edge },
      };
      assert.deepEqual(violationsIn(await landSettings(settings, "production"), "production"), []);
    });
  }
});
