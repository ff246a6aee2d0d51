import assert from "node:assert/strict";
import type { Link, Peer } from "../../config/plan.ts";
import { planFor } from "../support/pybase.ts";
import { planOf } from "../support/shop.ts";

/**
 * Criterion 6 of PyBase's document, for both ends of each connection. Its "workers" of MinIO and Meilisearch are those
 * that its list of outgoing connections names. The migration is the API's pod before the API.
 */
const TABLE: [to: string, ports: number[], from: string[]][] = [
  ["api", [8000], ["ingress", "frontend"]],
  ["frontend", [8080], ["ingress"]],
  ["postgres", [5432], ["api", "api-migrate", "extraction-worker", "search-worker"]],
  ["redis", [6379], ["api", "api-migrate", "extraction-worker", "search-worker"]],
  ["objects", [9000, 9001], ["api", "api-migrate", "extraction-worker", "ingress"]],
  ["search", [7700], ["api", "api-migrate", "search-worker"]],
  ["extraction-worker", [], []],
  ["search-worker", [], []],
];

const nameOf = (peer: Peer) => {
  switch (peer.kind) {
    case "pods":
      return peer.component;
    case "edge":
      return "ingress";
    case "monitoring":
      return "prometheus";
    case "addresses":
      return peer.cidrs.join("+");
  }
};
const connections = (links: readonly Link[]) =>
  links.flatMap(({ from, to, ports }) => ports.map((port) => `${nameOf(from)} > ${nameOf(to)}:${port}`)).sort();

describe("Who may talk to whom in PyBase", () => {
  it("is the document's table, no more and no less", () => {
    const documented = TABLE.flatMap(([to, ports, from]) =>
      from.flatMap((client) => ports.map((port) => `${client} > ${to}:${port}`)),
    );
    assert.deepEqual(connections(planFor("dev").links), documented.sort());
  });

  it("says each connection once", () => {
    const all = connections(planFor("dev").links);
    assert.equal(new Set(all).size, all.length);
  });

  it("leads to an external store's addresses on its own port, and from nobody else", () => {
    const { links } = planFor("production");
    const outside = links.filter(({ to }) => to.kind === "addresses");
    assert.deepEqual(
      connections(outside),
      ["10.0.12.0/24:5432", "10.0.13.0/24:6379"]
        .flatMap((store) =>
          ["api", "api-migrate", "extraction-worker", "search-worker"].map((tier) => `${tier} > ${store}`),
        )
        .sort(),
    );
  });

  it("lets the ingress controller in from its own namespace: the class's name unless the stack says otherwise", () => {
    const namespaces = (settings: object) =>
      planFor("dev", settings).links.flatMap(({ from }) => (from.kind === "edge" ? [from.namespace] : []));
    assert.deepEqual([...new Set(namespaces({}))], ["traefik"]);
    assert.deepEqual([...new Set(namespaces({ edge: { class: "nginx" } }))], ["nginx"]);
    assert.deepEqual([...new Set(namespaces({ edge: { class: "nginx", controllerNamespace: "edge" } }))], ["edge"]);
  });
});

describe("Who may talk to whom", () => {
  it("follows from uses alone: a tier that uses nothing reaches nothing, and nothing reaches a worker", () => {
    assert.deepEqual(connections(planOf().links), [
      "ingress > web:8080",
      "jobs > db:5432",
      "jobs > queue:6379",
      "web > db:5432",
    ]);
  });

  it("leaves a web tier without a route unreachable from outside", () => {
    const { links, edge } = planOf(({ app }) => delete app.tiers.web.route);
    assert.deepEqual(edge.routes, []);
    assert.deepEqual(connections(links), ["jobs > db:5432", "jobs > queue:6379", "web > db:5432"]);
  });

  it("does not lead a migration to the tiers that its tier calls", () => {
    const { links } = planOf(({ app }) => {
      app.tiers.shop = {
        ...structuredClone(app.tiers.web),
        route: "/shop",
        uses: ["web", "db"],
        env: {},
        migrate: ["up"],
      };
    });
    assert.deepEqual(
      connections(links).filter((connection) => connection.startsWith("shop-migrate")),
      ["shop-migrate > db:5432"],
    );
  });

  it("opens to the ingress controller only the ports that a store exposes", () => {
    const { links } = planOf(({ app }) => (app.datastores.files = { engine: "objectstore", expose: { api: "files" } }));
    assert.deepEqual(
      connections(links).filter((connection) => connection.startsWith("ingress")),
      ["ingress > files:9000", "ingress > web:8080"],
    );
  });
});
