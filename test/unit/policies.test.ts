/** Each policy: what it lets through, and what it says of what it does not. */
import assert from "node:assert/strict";
import { POLICY_NAMES, policies } from "../../config/policies.ts";
import { violationsIn } from "../../local/policies.ts";
import { judgingOf } from "../../policy/stack.ts";
import { unlessWaived } from "../../policy/waivers.ts";
import { violationsOf } from "../support/judged.ts";
import { object } from "../support/policies/case.ts";
import { onClouds } from "../support/policies/clouds.ts";
import { onObjects } from "../support/policies/objects.ts";
import { planOf, refuses } from "../support/shop.ts";

const cases = [...onObjects, ...onClouds];

describe("A policy", () => {
  for (const { policy, keeps, breaks, says, minor } of cases) {
    it(`${policy} lets through what keeps it`, () => {
      assert.deepEqual(violationsOf(policy, keeps, "production", minor), []);
    });

    it(`${policy} tells what breaks it`, () => {
      assert.deepEqual(violationsOf(policy, breaks, "production", minor), says);
    });
  }

  it("has cases, each of them", () => {
    assert.deepEqual(
      POLICY_NAMES.filter((name) => !cases.some(({ policy }) => policy === name)),
      [],
    );
  });

  it("is never stricter in dev than in production", () => {
    const order = ["disabled", "advisory", "mandatory"];
    for (const [name, { levels }] of Object.entries(policies)) {
      const strictness = [levels.dev, levels.staging, levels.production].map((level) => order.indexOf(level));
      assert.deepEqual(strictness, strictness.toSorted(), name);
      assert.equal(levels.production, "mandatory", name);
    }
  });

  it("says nothing of an API that is deprecated in a version far from the cluster's", () => {
    const endpoints = object("core/v1:Endpoints", { apiVersion: "v1", kind: "Endpoints" });
    assert.deepEqual(violationsOf("no-deprecated-apis", [endpoints], "production", 31), []);
    assert.equal(violationsOf("no-deprecated-apis", [endpoints], "production").length, 1);
  });

  it("is not troubled by what is not known yet", () => {
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    for (const { policy, breaks } of cases) {
      const members = breaks.map((broken) => ({
        ...broken,
        props: Object.fromEntries(Object.keys(broken.props).map((key) => [key, unknown])),
      }));
      assert.doesNotThrow(() => violationsOf(policy, members), policy);
    }
  });
});

describe("A waiver", () => {
  const violation = { resource: "shop-api", problem: "runs shop/api:latest" };
  const given = { policy: "pinned-images", reason: "the image is being rebuilt", until: "2026-12-31" };
  const said = (waivers: object[], today = "2026-11-22") =>
    unlessWaived("pinned-images", violation, { waivers: waivers as (typeof given)[], today });

  it("lets a resource through, or all of them, to the end of its last day", () => {
    assert.equal(said([given]), undefined);
    assert.equal(said([{ ...given, resource: "shop-api" }]), undefined);
    assert.equal(said([given], "2026-12-31"), undefined);
  });

  it("is of one policy, and of the resource that it names", () => {
    assert.equal(said([{ ...given, policy: "probes" }]), "shop-api runs shop/api:latest");
    assert.equal(said([{ ...given, resource: "shop-web" }]), "shop-api runs shop/api:latest");
  });

  it("counts no more once it is over, and says so", () => {
    assert.equal(
      said([given], "2027-01-01"),
      "shop-api runs shop/api:latest\n  waived   until 2026-12-31, which is over: the image is being rebuilt",
    );
  });

  it("is taken from the stack's config, with profile and version", () => {
    const config = new Map([
      ["landfall:profile", "dev"],
      ["landfall:policy", JSON.stringify({ waivers: [given] })],
      ["landfall:cluster", JSON.stringify({ provider: "eks", version: "1.35" })],
    ]);
    assert.deepEqual(judgingOf(config, new Date("2026-11-22T23:59:59Z")), {
      profile: "dev",
      waivers: [given],
      today: "2026-11-22",
      minor: 35,
    });
  });

  it("counts for nothing, in the strictest profile, where the config makes no sense", () => {
    for (const text of ["", "{", "[]", '"all"', '{"waivers":"all"}', '{"waivers":[{}]}', "null"]) {
      const config = new Map(["profile", "policy", "cluster"].map((key) => [`landfall:${key}`, text]));
      const { profile, waivers } = judgingOf(config);
      assert.deepEqual({ profile, waivers }, { profile: "production", waivers: [] }, text);
    }
  });

  it("may be in a stack file", () => {
    planOf(({ stack }) => {
      const days = ["2026-12-31", "2026-12-31T00:00:00Z", "2026-12-31 00:00:00 +0000 UTC"];
      stack.policy = { waivers: days.map((until) => ({ ...given, resource: "shop-api", until })) };
    });
  });
});

describe("A waiver is refused", () => {
  const waive =
    (change: object) =>
    ({ stack }: { stack: { policy?: object } }) => {
      stack.policy = {
        waivers: [{ policy: "probes", reason: "no probes in the image", until: "2027-01-31", ...change }],
      };
    };
  refuses([
    [
      "of a policy that there is not",
      waive({ policy: "prob" }),
      {
        path: "landfall:policy.waivers[0].policy",
        got: "prob",
        problem: 'there is no policy "prob"',
        allowed: POLICY_NAMES.join(", "),
        fix: 'did you mean "probes"?',
      },
    ],
    [
      "without a reason",
      waive({ reason: "because" }),
      {
        path: "landfall:policy.waivers[0].reason",
        got: "because",
        problem: "not valid",
        allowed: "a sentence that says why",
        fix: "write it in that form",
      },
    ],
    [
      "without an end",
      waive({ until: undefined }),
      {
        path: "landfall:policy.waivers[0].until",
        problem: "is missing",
        allowed: "a string",
        fix: "set it",
      },
    ],
    [
      "until a day that there is not",
      waive({ until: "2027-02-30" }),
      {
        path: "landfall:policy.waivers[0].until",
        got: "2027-02-30",
        problem: "not valid",
        allowed: "a date such as 2027-01-31",
        fix: "write it in that form",
      },
    ],
  ]);
});

describe("The engine's log of events", () => {
  it("is read for violations, without colors", () => {
    const event = (enforcementLevel: string, resourceUrn?: string) =>
      JSON.stringify({
        policyEvent: {
          policyName: "probes",
          message: "<{%fg 13%}>shop-api has no livenessProbe\n<{%reset%}>",
          enforcementLevel,
          resourceUrn,
        },
      });
    const log = [event("mandatory", "urn"), '{"summaryEvent":{}}', event("warning"), ""].join("\n");
    const message = "shop-api has no livenessProbe";
    assert.deepEqual(violationsIn(log), [
      { policy: "probes", level: "mandatory", message, urn: "urn" },
      { policy: "probes", level: "advisory", message, urn: undefined },
    ]);
  });
});
