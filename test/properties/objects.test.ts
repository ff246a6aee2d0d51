/**
 * What lands for stack files that nobody thought of: objects that Kubernetes takes, all of them where they belong, that
 * keep the policies, and no setting that became a part of a program. Settings that are refused are taken out until there is a plan.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { mongodb } from "../../components/datastores/mongodb.ts";
import { postgres } from "../../components/datastores/postgres.ts";
import { redis } from "../../components/datastores/redis.ts";
import { writtenAs } from "../../components/secrets/secret-text.ts";
import { stackSchema } from "../../config/schema.ts";
import { APPLICATIONS, RUNS, repaired, SEED } from "../support/generated/attempts.ts";
import { hostileText, namesOf, valuesOf } from "../support/generated/settings.ts";
import { problemsIn } from "../support/generated/well-formed.ts";
import { mandatoryIn } from "../support/judged.ts";
import { landPlan } from "../support/landings.ts";

/** A cluster that is there already: it costs no cloud's SDK. */
const NEEDED = {
  cluster: { provider: "kubeconfig", context: "generated", storageClasses: { shared: "shared", fast: "fast" } },
};
const USUAL_EDGE = { kind: "ingress", host: "shop.example.com", tls: { secretName: "tls" } };

describe("What lands for any stack file", function () {
  this.timeout("20m");

  for (const application of APPLICATIONS) {
    it(`is well-formed, for ${application.name}`, async () => {
      let landed = 0;
      await fc.assert(
        fc.asyncProperty(valuesOf(stackSchema, namesOf(application)), async (generated) => {
          const settings = generated as { edge: object };
          const whole =
            repaired(application, settings, NEEDED) ?? repaired(application, settings, { ...NEEDED, edge: USUAL_EDGE });
          if (!whole) return;
          landed += 1;
          const registrations = await landPlan(whole.plan);
          const told = JSON.stringify(whole.settings);
          assert.deepEqual(problemsIn(registrations, whole.plan), [], told);
          assert.deepEqual(mandatoryIn(registrations, whole.plan.profileName), [], told);
        }),
        { seed: SEED, numRuns: Math.ceil(RUNS / 50) },
      );
      assert.ok(landed >= RUNS / 100, `only ${landed} landed`);
    });
  }
});

describe("The URL of a store", () => {
  const endpoint = { host: "db.example.com", port: 5432, username: "app", database: "shop", buckets: [], tls: true };

  for (const [name, engine] of Object.entries({ postgres, redis, mongodb })) {
    it(`of ${name} leads to it, whatever the password is`, () => {
      fc.assert(
        fc.property(
          hostileText.filter((text) => text.isWellFormed()),
          (password) => {
            const url = new URL(engine.url(endpoint, writtenAs(password).url));
            assert.equal(url.hostname, endpoint.host);
            assert.equal(decodeURIComponent(url.password), password);
          },
        ),
        { seed: SEED, numRuns: RUNS },
      );
    });

    it(`of ${name} leads to it, whatever the account and the database are called`, () => {
      fc.assert(
        fc.property(
          hostileText.filter((text) => text.isWellFormed() && text !== ""),
          (text) => {
            const url = new URL(engine.url({ ...endpoint, username: text, database: text }, writtenAs("p").url));
            assert.equal(url.hostname, endpoint.host);
            assert.equal(decodeURIComponent(url.username), text);
          },
        ),
        { seed: SEED, numRuns: RUNS },
      );
    });
  }
});
