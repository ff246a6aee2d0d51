/**
 * NetworkPolicies that are easily misread, with what they let through. The rules are those of
 * https://kubernetes.io/docs/concepts/services-networking/network-policies and of the API's own reference.
 */
import type { End, Pod } from "../../local/proofs/reachability/network-policies.ts";
import type { ClusterObject } from "../../local/proofs/snapshot.ts";

const NAMESPACE_LABELS: Record<string, Record<string, string>> = {
  shop: { "kubernetes.io/metadata.name": "shop", env: "production", team: "a" },
  staging: { "kubernetes.io/metadata.name": "staging", env: "staging", team: "a" },
  plain: { "kubernetes.io/metadata.name": "plain" },
};

export const NAMESPACES: ClusterObject[] = Object.entries(NAMESPACE_LABELS).map(([name, labels]) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
}));

const NAMED: Pod["namedPorts"] = [
  { name: "sql", protocol: "TCP", number: 5432 },
  { name: "metrics", protocol: "TCP", number: 9187 },
  { name: "dns", protocol: "UDP", number: 53 },
];

function pod(namespace: string, labels: Record<string, string>, address: string, over: Partial<Pod> = {}): End {
  const plain = { namespace, labels, serviceAccount: "default", namedPorts: [], hostNetwork: false };
  return { pod: { ...plain, ...over }, addresses: [address] };
}

/** In the namespace `shop` unless the name says otherwise. */
export const ENDS: Record<string, End> = {
  web: pod("shop", { app: "web", tier: "front" }, "10.1.0.1"),
  db: pod("shop", { app: "db", tier: "back" }, "10.1.0.2", { namedPorts: NAMED }),
  bare: pod("shop", {}, "10.1.0.3"),
  node: pod("shop", { app: "web" }, "10.9.0.1", { hostNetwork: true }),
  "staging/web": pod("staging", { app: "web", tier: "front" }, "10.1.1.1"),
  "staging/db": pod("staging", { app: "db", tier: "back" }, "10.1.1.2", {
    namedPorts: [{ name: "sql", protocol: "TCP", number: 5433 }],
  }),
  "plain/bare": pod("plain", {}, "10.1.2.1"),
  internet: { addresses: ["203.0.113.7"] },
  private: { addresses: ["10.0.5.9"] },
  metadata: { addresses: ["169.254.169.254"] },
  six: { addresses: ["2001:db8::7"] },
};

export interface Case {
  says: string;
  policies: ClusterObject[];
  /** Connections, as `web → db 5432` or `web → db 53/UDP`. */
  open: string[];
  shut: string[];
  /** What Cyclonus 0.5.6 takes otherwise, with the source that says it errs. */
  cyclonusErrs?: string;
}

let made = 0;
/** @param spec for the pods of `shop`; all of them unless it selects some */
function policy(spec: object, namespace = "shop"): ClusterObject {
  made += 1;
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: `policy-${made}`, namespace },
    spec: { podSelector: {}, ...spec },
  };
}

const app = (name: string) => ({ matchLabels: { app: name } });
const where = (key: string, operator: string, ...values: string[]) => ({
  matchExpressions: [{ key, operator, ...(values.length > 0 ? { values } : {}) }],
});
const ingress = (rules: object[], selector: object = {}) =>
  policy({ podSelector: selector, policyTypes: ["Ingress"], ingress: rules });
const egress = (rules: object[], selector: object = {}) =>
  policy({ podSelector: selector, policyTypes: ["Egress"], egress: rules });
const from = (...peers: object[]) => ({ from: peers });
const to = (...peers: object[]) => ({ to: peers });

export const CORPUS: Case[] = [
  {
    says: "without a policy everything is open",
    policies: [],
    open: ["web → db 5432", "internet → db 1", "db → metadata 80", "web → db 53/UDP"],
    shut: [],
  },
  {
    says: "a policy without rules closes its direction only",
    policies: [ingress([])],
    open: ["web → plain/bare 80", "web → internet 443"],
    shut: ["staging/web → web 80", "bare → web 80", "internet → db 5432"],
  },
  {
    says: "policyTypes of both without rules close both",
    policies: [policy({ policyTypes: ["Ingress", "Egress"] })],
    open: ["staging/web → plain/bare 80"],
    shut: ["web → db 5432", "web → internet 443", "internet → web 80"],
  },
  {
    says: "policyTypes of Egress alone leave the way in open",
    policies: [policy({ policyTypes: ["Egress"] })],
    open: ["internet → web 80", "staging/web → db 5432"],
    shut: ["web → db 5432"],
  },
  {
    says: "rules of a direction that policyTypes leave out are without effect",
    policies: [policy({ policyTypes: ["Ingress"], ingress: [{}], egress: [] })],
    open: ["web → internet 443", "internet → web 80"],
    shut: [],
  },
  {
    says: "an empty ingress rule lets everybody in, by every port",
    policies: [ingress([{}])],
    open: ["internet → web 1", "plain/bare → db 65535", "web → db 53/UDP"],
    shut: [],
  },
  {
    says: "an empty list of peers is everybody, too",
    policies: [ingress([{ from: [], ports: [{ port: 80 }] }])],
    open: ["internet → web 80", "plain/bare → web 80"],
    shut: ["internet → web 443"],
  },
  {
    says: "an empty list of ports is every port",
    policies: [ingress([{ from: [{ podSelector: app("web") }], ports: [] }])],
    open: ["web → db 1", "web → db 53/UDP"],
    shut: ["bare → db 1"],
  },
  {
    says: "an empty pod selector of a peer is every pod of the policy's namespace, and nobody outside",
    policies: [ingress([from({ podSelector: {} })])],
    open: ["bare → web 80", "db → web 80"],
    shut: ["staging/web → web 80", "internet → web 80", "plain/bare → web 80"],
  },
  {
    says: "an empty namespace selector is every pod of the cluster, and no address",
    policies: [ingress([from({ namespaceSelector: {} })])],
    open: ["plain/bare → web 80", "staging/web → web 80", "bare → web 80"],
    shut: ["internet → web 80", "private → web 80"],
  },
  {
    says: "an empty namespace selector with a pod selector is such pods of every namespace",
    policies: [ingress([from({ namespaceSelector: {}, podSelector: app("web") })])],
    open: ["web → db 5432", "staging/web → db 5432"],
    shut: ["plain/bare → db 5432", "bare → db 5432"],
  },
  {
    says: "two selectors in one peer are both asked for",
    policies: [ingress([from({ namespaceSelector: { matchLabels: { env: "staging" } }, podSelector: app("web") })])],
    open: ["staging/web → db 5432"],
    shut: ["staging/db → db 5432", "web → db 5432"],
  },
  {
    says: "two selectors in two peers are either",
    policies: [
      ingress([from({ namespaceSelector: { matchLabels: { env: "staging" } } }, { podSelector: app("web") })]),
    ],
    open: ["staging/web → db 5432", "staging/db → db 5432", "web → db 5432"],
    shut: ["bare → db 5432", "plain/bare → db 5432"],
  },
  {
    says: "a pod selector alone means pods of the policy's namespace",
    policies: [ingress([from({ podSelector: app("web") })])],
    open: ["web → db 5432"],
    shut: ["staging/web → db 5432"],
  },
  {
    says: "a policy guards its own namespace only",
    policies: [policy({ policyTypes: ["Ingress"] }, "staging")],
    open: ["internet → web 80"],
    shut: ["web → staging/web 80"],
  },
  {
    says: "the namespace's own name is a label of it",
    policies: [ingress([from({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "plain" } } })])],
    open: ["plain/bare → web 80"],
    shut: ["staging/web → web 80", "db → web 80"],
  },
  {
    says: "In needs one of the values",
    policies: [ingress([from({ podSelector: where("app", "In", "web", "cache") })])],
    open: ["web → db 5432"],
    shut: ["bare → db 5432"],
  },
  {
    says: "NotIn is met by another value",
    policies: [ingress([from({ podSelector: where("tier", "NotIn", "back") })], app("web"))],
    open: ["web → web 80"],
    shut: ["db → web 80"],
    cyclonusErrs:
      "takes a pod without the label for one that does not match: k8s.io/apimachinery, labels.Requirement.Matches",
  },
  {
    says: "NotIn is met without the label",
    policies: [ingress([from({ podSelector: where("tier", "NotIn", "back") })])],
    open: ["bare → db 5432", "web → db 5432"],
    shut: ["db → web 80"],
    cyclonusErrs:
      "takes a pod without the label for one that does not match: k8s.io/apimachinery, labels.Requirement.Matches",
  },
  {
    says: "Exists needs the label, whatever its value",
    policies: [ingress([from({ podSelector: where("tier", "Exists") })])],
    open: ["web → db 5432", "db → web 80"],
    shut: ["bare → db 5432"],
  },
  {
    says: "DoesNotExist is met without the label only",
    policies: [ingress([from({ podSelector: where("tier", "DoesNotExist") })])],
    open: ["bare → db 5432"],
    shut: ["web → db 5432"],
  },
  {
    says: "matchLabels and matchExpressions are both asked for",
    policies: [ingress([from({ podSelector: { ...app("web"), ...where("tier", "In", "back") } })])],
    open: [],
    shut: ["web → db 5432", "db → web 80"],
  },
  {
    says: "several expressions are all asked for",
    policies: [
      ingress([
        from({
          podSelector: {
            matchExpressions: [
              { key: "app", operator: "Exists" },
              { key: "tier", operator: "In", values: ["front"] },
            ],
          },
        }),
      ]),
    ],
    open: ["web → db 5432"],
    shut: ["db → web 80", "bare → web 80"],
  },
  {
    says: "expressions select namespaces as well",
    policies: [ingress([from({ namespaceSelector: where("env", "In", "staging", "test") })])],
    open: ["staging/db → web 80"],
    shut: ["plain/bare → web 80", "db → web 80"],
  },
  {
    says: "a namespace without the label is one that DoesNotExist selects",
    policies: [ingress([from({ namespaceSelector: where("env", "DoesNotExist") })])],
    open: ["plain/bare → web 80"],
    shut: ["staging/web → web 80", "db → web 80"],
  },
  {
    says: "expressions select the pods that a policy guards",
    policies: [ingress([], where("tier", "In", "back"))],
    open: ["db → web 80"],
    shut: ["web → db 5432"],
  },
  {
    says: "a policy that selects nobody closes nothing",
    policies: [ingress([], app("nobody"))],
    open: ["internet → web 80", "web → db 5432"],
    shut: [],
  },
  {
    says: "policies add up: what one allows no other takes away",
    policies: [ingress([]), ingress([from({ podSelector: app("web") })], app("db"))],
    open: ["web → db 5432"],
    shut: ["bare → db 5432", "bare → web 80"],
  },
  {
    says: "ports of one policy are not ports of the peers of another",
    policies: [
      ingress([{ from: [{ podSelector: app("web") }], ports: [{ port: 5432 }] }], app("db")),
      ingress(
        [{ from: [{ namespaceSelector: { matchLabels: { env: "staging" } } }], ports: [{ port: 9187 }] }],
        app("db"),
      ),
    ],
    open: ["web → db 5432", "staging/web → db 9187"],
    shut: ["web → db 9187", "staging/web → db 5432"],
  },
  {
    says: "rules of one policy are on their own likewise",
    policies: [
      ingress([
        { from: [{ podSelector: app("web") }], ports: [{ port: 5432 }] },
        { from: [{ podSelector: {} }], ports: [{ port: 9187 }] },
      ]),
    ],
    open: ["web → db 5432", "bare → db 9187"],
    shut: ["bare → db 5432"],
  },
  {
    says: "both ends have to allow: the sender does not",
    policies: [ingress([from({ podSelector: app("web") })], app("db")), egress([], app("web"))],
    open: [],
    shut: ["web → db 5432"],
  },
  {
    says: "both ends have to allow: the receiver does not",
    policies: [egress([to({ podSelector: app("db") })], app("web")), ingress([], app("db"))],
    open: [],
    shut: ["web → db 5432", "bare → db 5432"],
  },
  {
    says: "both ends have to allow the same port",
    policies: [
      egress([{ to: [{ podSelector: app("db") }], ports: [{ port: 5432 }] }], app("web")),
      ingress([{ from: [{ podSelector: app("web") }], ports: [{ port: 9187 }] }], app("db")),
    ],
    open: [],
    shut: ["web → db 5432", "web → db 9187"],
  },
  {
    says: "a protocol that is left out is TCP",
    policies: [ingress([{ ports: [{ port: 53 }] }])],
    open: ["web → db 53"],
    shut: ["web → db 53/UDP"],
  },
  {
    says: "a protocol without a port is all ports of it",
    policies: [ingress([{ ports: [{ protocol: "UDP" }] }])],
    open: ["web → db 53/UDP", "internet → db 1/UDP"],
    shut: ["web → db 53", "web → db 53/SCTP"],
  },
  {
    says: "SCTP is neither TCP nor UDP",
    policies: [ingress([{ ports: [{ protocol: "SCTP", port: 80 }] }])],
    open: ["web → db 80/SCTP"],
    shut: ["web → db 80", "web → db 80/UDP"],
  },
  {
    says: "endPort ends a range, itself included",
    policies: [ingress([{ ports: [{ port: 8000, endPort: 8080 }] }])],
    open: ["web → db 8000", "web → db 8079", "web → db 8080"],
    shut: ["web → db 7999", "web → db 8081", "web → db 8000/UDP"],
  },
  {
    says: "a range of one port is that port",
    policies: [ingress([{ ports: [{ port: 8000, endPort: 8000 }] }])],
    open: ["web → db 8000"],
    shut: ["web → db 7999", "web → db 8001"],
  },
  {
    says: "a named port is the receiver's",
    policies: [ingress([{ ports: [{ port: "sql" }] }])],
    open: ["web → db 5432"],
    shut: ["web → db 9187", "web → web 5432"],
  },
  {
    says: "a named port in egress is the receiver's, too, and another with another receiver",
    policies: [egress([{ to: [{ namespaceSelector: {} }], ports: [{ port: "sql" }] }], app("web"))],
    open: ["web → db 5432", "web → staging/db 5433"],
    shut: ["web → db 5433", "web → staging/db 5432", "web → bare 5432"],
  },
  {
    says: "a named port of another protocol is none",
    policies: [ingress([{ ports: [{ port: "dns" }, { port: "sql", protocol: "UDP" }] }])],
    open: [],
    shut: ["web → db 53", "web → db 53/UDP", "web → db 5432", "web → db 5432/UDP"],
  },
  {
    says: "a named port of its own protocol is open",
    policies: [ingress([{ ports: [{ port: "dns", protocol: "UDP" }] }])],
    open: ["web → db 53/UDP"],
    shut: ["web → db 53"],
  },
  {
    says: "an address has no named ports",
    policies: [egress([{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ port: "sql" }] }])],
    open: [],
    shut: ["web → internet 5432", "web → private 5432"],
  },
  {
    says: "an ipBlock is a range",
    policies: [egress([to({ ipBlock: { cidr: "203.0.113.0/29" } })])],
    open: ["web → internet 443"],
    shut: ["web → private 443", "web → metadata 80"],
  },
  {
    says: "except takes a range out",
    policies: [egress([to({ ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8", "169.254.0.0/16"] } })])],
    open: ["web → internet 443"],
    shut: ["web → private 443", "web → metadata 80", "web → six 443"],
  },
  {
    says: "what one block takes out another may give back",
    policies: [
      egress([
        to(
          { ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8", "169.254.0.0/16"] } },
          { ipBlock: { cidr: "10.0.5.9/32" } },
        ),
      ]),
    ],
    open: ["web → private 5432", "web → internet 443"],
    shut: ["web → metadata 80"],
  },
  {
    says: "everything of IPv4 includes the clouds' metadata",
    policies: [egress([to({ ipBlock: { cidr: "0.0.0.0/0" } })])],
    open: ["web → metadata 80", "web → internet 443", "web → private 1"],
    shut: ["web → six 443"],
  },
  {
    says: "IPv6 has ranges of its own",
    policies: [egress([to({ ipBlock: { cidr: "2001:db8::/64" } })])],
    open: ["web → six 443"],
    shut: ["web → internet 443"],
  },
  {
    says: "an ipBlock lets in from addresses",
    policies: [ingress([from({ ipBlock: { cidr: "203.0.113.7/32" } })])],
    open: ["internet → web 80"],
    shut: ["private → web 80", "staging/web → web 80"],
  },
  {
    says: "an ipBlock with a pod's address is that pod",
    policies: [egress([to({ ipBlock: { cidr: "10.1.0.2/32" } })], app("web"))],
    open: ["web → db 5432"],
    shut: ["web → bare 80"],
  },
  {
    says: "a range with bits beyond its mask is the range",
    policies: [egress([to({ ipBlock: { cidr: "203.0.113.99/24" } })])],
    open: ["web → internet 443"],
    shut: ["web → private 443"],
  },
  {
    says: "a pod on its node's network is guarded by nobody",
    policies: [policy({ policyTypes: ["Ingress", "Egress"] })],
    open: ["node → internet 443", "internet → node 80", "staging/web → node 80"],
    shut: ["node → web 80"],
  },
  {
    says: "a pod on its node's network is known by the node's address, not by its labels",
    policies: [ingress([from({ podSelector: app("web") })], app("db"))],
    open: ["web → db 5432"],
    shut: ["node → db 5432"],
  },
  {
    says: "a pod on its node's network comes in by the node's address",
    policies: [ingress([from({ ipBlock: { cidr: "10.9.0.0/16" } })], app("db"))],
    open: ["node → db 5432"],
    shut: ["web → db 5432"],
  },
  {
    says: "a policy that lets out to anybody by one port",
    policies: [egress([{ ports: [{ port: 53, protocol: "UDP" }] }])],
    open: ["web → internet 53/UDP", "web → db 53/UDP", "web → metadata 53/UDP"],
    shut: ["web → db 53", "web → internet 443"],
  },
  {
    says: "default deny with DNS and one way through is that way",
    policies: [
      policy({ policyTypes: ["Ingress", "Egress"] }),
      egress([
        { to: [{ namespaceSelector: { matchLabels: { env: "staging" } } }], ports: [{ port: 53, protocol: "UDP" }] },
      ]),
      egress([{ to: [{ podSelector: app("db") }], ports: [{ port: 5432 }] }], app("web")),
      ingress([{ from: [{ podSelector: app("web") }], ports: [{ port: 5432 }] }], app("db")),
    ],
    open: ["web → db 5432", "web → staging/db 53/UDP", "bare → staging/db 53/UDP"],
    shut: ["bare → db 5432", "web → db 53/UDP", "web → internet 443", "web → staging/db 53"],
  },
];
