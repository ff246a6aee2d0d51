import assert from "node:assert/strict";
import { NetworkPolicies } from "../../local/proofs/reachability/network-policies.ts";
import type { Protocol } from "../../local/proofs/reachability/ports.ts";
import { type Attempt, askCyclonus, lets } from "../support/cyclonus.ts";
import { CORPUS, ENDS, NAMESPACES } from "../support/policy-corpus.ts";

describe("the evaluator of NetworkPolicies", () => {
  for (const { says, policies, open, shut } of CORPUS) {
    it(says, () => {
      const judge = new NetworkPolicies(policies, NAMESPACES);
      assert.deepEqual(
        [...open, ...shut].filter((line) => lets(judge, attempt(line))),
        open,
      );
    });
  }

  it("agrees with Cyclonus on every connection of the corpus, but where Cyclonus errs", async function () {
    this.timeout("10m"); // it may have to be built
    const ports: [Protocol, number][] = [
      ...[1, 53, 80, 5432, 5433, 7999, 8000, 8079, 8080, 8081, 9187].map((port): [Protocol, number] => ["TCP", port]),
      ["UDP", 53],
      ["UDP", 5432],
      ["SCTP", 80],
    ];
    const known = Object.values(ENDS).filter(({ pod }) => !pod?.hostNetwork); // which Cyclonus does not know
    const attempts = known.flatMap((from) =>
      known.flatMap((to) => ports.map(([protocol, port]): Attempt => ({ from, to, protocol, port }))),
    );
    const cases = CORPUS.map((one) => ({
      ...one,
      attempts,
      judge: new NetworkPolicies(one.policies, NAMESPACES),
    }));
    const answers = await askCyclonus(cases);
    const differing = cases.filter(({ judge }, index) =>
      attempts.some((one, number) => lets(judge, one) !== answers[index]?.[number]),
    );
    assert.deepEqual(
      differing.map(({ says }) => says),
      cases.flatMap(({ says, cyclonusErrs }) => (cyclonusErrs ? [says] : [])),
    );
  });

  it("takes a policy without types for one of ingress, and of egress where it has rules for it", () => {
    const policy = (spec: object) => ({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "untyped", namespace: "shop" },
      spec: { podSelector: {}, ...spec },
    });
    const bare = new NetworkPolicies([policy({})], NAMESPACES);
    assert.deepEqual(
      ["web → internet 443", "internet → web 80"].map((line) => lets(bare, attempt(line))),
      [true, false],
    );
    const both = new NetworkPolicies([policy({ egress: [{ ports: [{ port: 80 }] }] })], NAMESPACES);
    assert.deepEqual(
      ["web → internet 443", "web → internet 80"].map((line) => lets(both, attempt(line))),
      [false, true],
    );
  });
});

function attempt(line: string): Attempt {
  const [, from, to, port, protocol = "TCP"] = /^(\S+) → (\S+) (\d+)(?:\/(\w+))?$/.exec(line) ?? [];
  const [sender, receiver] = [ENDS[from as string], ENDS[to as string]];
  assert.ok(sender && receiver, line);
  return { from: sender, to: receiver, port: Number(port), protocol: protocol as Protocol };
}
