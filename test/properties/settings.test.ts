/**
 * Stack files that nobody thought of: each becomes a plan, or mistakes that say where and what to do.
 *
 * The seed is fixed; `LANDFALL_PROPERTY_RUNS=20000 LANDFALL_PROPERTY_SEED=7 npx mocha 'test/properties/*.test.ts'` looks
 * further.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type ApplicationFile, stackSchema } from "../../config/schema.ts";
import { APPLICATIONS, attempt, RUNS, SEED } from "../support/generated/attempts.ts";
import { hostileValue, mutated, mutation, namesOf, valuesOf } from "../support/generated/settings.ts";

/** No stack file keeps anybody waiting. */
const SLOWEST_MILLISECONDS = 5000;

describe("A stack file becomes a plan, or mistakes that can be put right", function () {
  this.timeout("10m");
  const check = (applications: readonly ApplicationFile[], settings: fc.Arbitrary<unknown>, runs: number) =>
    fc.assert(
      fc.property(fc.constantFrom(...applications), settings, (application, given) => {
        const started = performance.now();
        const outcome = attempt(application, given);
        assert.ok(performance.now() - started < SLOWEST_MILLISECONDS, "it took too long");
        if ("plan" in outcome) return;
        assert.ok(outcome.mistakes.length > 0);
        for (const { path, problem, fix } of outcome.mistakes) {
          assert.match(path, /^(landfall:|apps\/)/);
          assert.ok(problem.length > 0 && fix.length > 0, path);
        }
      }),
      { seed: SEED, numRuns: runs },
    );

  for (const application of APPLICATIONS) {
    it(`made from the schema, for ${application.name}, with up to three places changed`, () => {
      const settings = valuesOf(stackSchema, namesOf(application));
      const changed = fc
        .tuple(settings, fc.array(mutation, { maxLength: 3 }))
        .map(([value, mutations]) => mutations.reduce(mutated, value));
      check([application], changed, Math.ceil(RUNS / APPLICATIONS.length));
    });
  }

  it("of anything at all", () => check(APPLICATIONS, hostileValue, Math.ceil(RUNS / 5)));
});
