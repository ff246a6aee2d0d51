import assert from "node:assert/strict";
import { isWithin, representatives } from "../../local/proofs/reachability/addresses.ts";
import { AuthorizationPolicies } from "../../local/proofs/reachability/istio.ts";
import type { End } from "../../local/proofs/reachability/network-policies.ts";
import { partiesOf } from "../../local/proofs/reachability/parties.ts";
import {
  ALL_PORTS,
  describePorts,
  difference,
  includes,
  intersection,
  tcp,
  union,
} from "../../local/proofs/reachability/ports.ts";
import { witnesses } from "../../local/proofs/reachability/selectors.ts";
import { Snapshot } from "../../local/proofs/snapshot.ts";

describe("sets of ports", () => {
  it("join what touches, and keep protocols apart", () => {
    assert.equal(
      describePorts(union(tcp(80, 81, 83), [{ protocol: "UDP", from: 81, to: 90 }])),
      "TCP 80-81, 83; UDP 81-90",
    );
  });

  it("lose what another has", () => {
    assert.equal(describePorts(difference(ALL_PORTS, tcp(80))), "TCP 1-79, 81-65535; every UDP port; every SCTP port");
    assert.deepEqual(difference(tcp(80, 443), ALL_PORTS), []);
    assert.equal(describePorts(ALL_PORTS), "every port");
  });

  it("share what both have", () => {
    const range = [{ protocol: "TCP" as const, from: 8000, to: 8100 }];
    assert.equal(describePorts(intersection(range, tcp(80, 8000, 8100, 8101))), "TCP 8000, 8100");
  });
});

describe("address ranges", () => {
  it("are of IPv4 and IPv6, which have nothing of each other", () => {
    assert.ok(isWithin("10.1.2.3", { cidr: "10.0.0.0/8" }));
    assert.ok(!isWithin("10.1.2.3", { cidr: "10.0.0.0/8", except: ["10.1.2.0/24"] }));
    assert.ok(isWithin("2001:db8::1", { cidr: "2001:db8::/32" }));
    assert.ok(isWithin("64:ff9b::192.0.2.1", { cidr: "64:ff9b::c000:0/112" }));
    assert.ok(!isWithin("::1", { cidr: "0.0.0.0/0" }));
  });

  it("are stood for by one address of each part that they cut the whole into", () => {
    assert.deepEqual(representatives([{ cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] }, { cidr: "fd00::/8" }]), [
      "0.0.0.0",
      "10.0.0.0",
      "10.1.0.0",
      "10.2.0.0",
      "11.0.0.0",
      "0:0:0:0:0:0:0:0",
      "fd00:0:0:0:0:0:0:0",
      "fe00:0:0:0:0:0:0:0",
    ]);
  });

  it("that are none are refused", () => {
    for (const cidr of ["10.0.0.0/33", "host/8", "10.0.0/8"]) {
      assert.throws(() => isWithin("10.0.0.1", { cidr }), /is no address range/);
    }
  });
});

describe("addresses that are called by name", () => {
  const store = (name: string, cidr: string) => ({
    kind: "addresses" as const,
    name,
    group: "addresses" as const,
    blocks: [{ cidr }],
  });
  const namesOf = (...sides: ReturnType<typeof store>[]) => {
    const declared = sides.map((to) => ({ from: { kind: "anybody" as const }, to, ports: tcp(5432) }));
    return partiesOf(new Snapshot([]), "shop", declared).map(({ name }) => name);
  };

  it("go by the names of all that share them", () => {
    const names = namesOf(store("postgres", "10.8.0.0/20"), store("redis", "10.8.0.0/20"));
    assert.ok(names.includes("postgres, redis"), String(names));
    assert.ok(!names.includes("postgres"), String(names));
  });

  it("go by one name where another's are more", () => {
    const names = namesOf(store("postgres", "10.8.0.0/20"), store("API server", "10.0.0.0/8"));
    assert.ok(names.includes("postgres") && names.includes("API server"), String(names));
    assert.ok(!names.some((name) => name.includes(",")), String(names));
  });
});

describe("witnesses of a selector", () => {
  it("have each value that it lists, and no more labels than it asks for", () => {
    const matchExpressions = [
      { key: "app", operator: "In", values: ["a", "b"] },
      { key: "tier", operator: "Exists" },
      { key: "old", operator: "DoesNotExist" },
    ];
    assert.deepEqual(witnesses({ matchLabels: { team: "x" }, matchExpressions }), [
      { team: "x", app: "a", tier: "any" },
      { team: "x", app: "b", tier: "any" },
    ]);
  });

  it("are none where nothing can match", () => {
    const matchExpressions = [{ key: "app", operator: "DoesNotExist" }];
    assert.deepEqual(witnesses({ matchLabels: { app: "a" }, matchExpressions }), []);
  });
});

const object = (kind: string, name: string, namespace: string | undefined, rest: object = {}, labels = {}) => ({
  apiVersion: kind === "Namespace" ? "v1" : "security.istio.io/v1",
  kind,
  metadata: { name, namespace, labels },
  ...rest,
});
const MESHED = object("Namespace", "shop", undefined, {}, { "istio-injection": "enabled" });

function end(namespace: string, app: string): End {
  const pod = { namespace, labels: { app }, serviceAccount: app, namedPorts: [], hostNetwork: false };
  return { pod, addresses: [] };
}
const [api, db, stranger] = [end("shop", "api"), end("shop", "db"), end("other", "api")];

/** @param specs of policies in the pods' namespace */
function into(from: End, to: End, ...specs: object[]): string {
  const policies = specs.map((spec, index) => object("AuthorizationPolicy", `policy-${index}`, "shop", { spec }));
  const { ports } = new AuthorizationPolicies(new Snapshot([MESHED, ...policies])).into(from, to);
  return describePorts(ports.filter(({ protocol }) => protocol === "TCP"));
}

const ALL = "every TCP port";
const ofDb = { selector: { matchLabels: { app: "db" } } };
const fromApi = { from: [{ source: { serviceAccounts: ["shop/api"] } }] };

describe("Istio's AuthorizationPolicies", () => {
  it("let everything in where there are none", () => assert.equal(into(api, db), ALL));

  it("let nothing in where one has no rules", () => assert.equal(into(api, db, {}), ""));

  it("let everything in where one has an empty rule", () => assert.equal(into(stranger, db, { rules: [{}] }), ALL));

  it("add up", () => {
    const allow = { ...ofDb, rules: [{ ...fromApi, to: [{ operation: { ports: ["5432"] } }] }] };
    assert.equal(into(api, db, {}, allow), "TCP 5432");
    assert.equal(into(stranger, db, {}, allow), "");
    assert.equal(into(db, api, {}, allow), "");
  });

  it("guard what they select, and nothing else", () => {
    assert.equal(into(api, db, { selector: { matchLabels: { app: "api" } } }), ALL);
  });

  it("know accounts by name in their own namespace, by principal, by namespace and by star", () => {
    const by = (source: object) => [api, stranger].map((from) => into(from, db, { rules: [{ from: [{ source }] }] }));
    assert.deepEqual(by({ serviceAccounts: ["api"] }), [ALL, ""]);
    assert.deepEqual(by({ principals: ["cluster.local/ns/shop/sa/api"] }), [ALL, ""]);
    assert.deepEqual(by({ principals: ["*/sa/api"] }), [ALL, ALL]);
    assert.deepEqual(by({ namespaces: ["oth*"] }), ["", ALL]);
    assert.deepEqual(by({ notNamespaces: ["other"] }), [ALL, ""]);
    assert.deepEqual(by({ namespaces: ["shop"], notPrincipals: ["*/sa/api"] }), ["", ""]);
  });

  it("deny before they allow", () => {
    const deny = { action: "DENY", rules: [{ to: [{ operation: { ports: ["5432"] } }] }] };
    assert.equal(into(api, db, { rules: [{}] }, deny), "TCP 1-5431, 5433-65535");
  });

  it("count as letting through what only a request decides", () => {
    const operation = { methods: ["GET"], ports: ["80"] };
    assert.equal(into(api, db, { rules: [{ to: [{ operation }] }] }), "TCP 80");
    assert.equal(into(api, db, { action: "DENY", rules: [{ to: [{ operation }] }] }), ALL);
  });

  it("hold for the whole mesh from its root namespace, and for nobody outside", () => {
    const policy = object("AuthorizationPolicy", "nothing", "istio-system", { spec: {} });
    const policies = new AuthorizationPolicies(new Snapshot([MESHED, policy]));
    assert.ok(!includes(policies.into(api, db).ports, "TCP", 80));
    assert.ok(includes(policies.into(api, stranger).ports, "TCP", 80));
  });
});
