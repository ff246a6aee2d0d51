import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import type { Drill } from "../../local/drills/drill.ts";
import { costOf } from "../../local/proofs/cost.ts";
import { type Proof, proved } from "../../local/proofs/proof.ts";
import type { ReportData } from "../../local/report/data.ts";
import { html, idOf } from "../../local/report/html.ts";
import { pictureOf } from "../../local/report/picture.ts";
import { reportHtml } from "../../local/report/report.ts";
import { writeReport } from "../../local/report/write.ts";
import { temporaryDirectory } from "../support/api-server.ts";
import { planFor } from "../support/pybase.ts";

const HOSTILE = `<script>alert("x")</script>&'`;

function capacityProof(subject = "Deployment/api"): Proof {
  const share = { used: 1, of: 4 };
  const rooms = [{ pool: "general", zone: "a", machines: 1, cpu: share, memory: share, pods: share }];
  const waiting = [{ subject, pods: 1, placed: 2, because: "Insufficient cpu" }];
  const least = { name: "at the fewest pods", pods: 3, waiting: [], waitedFirst: 0, rooms, added: {} };
  const detail = {
    pools: [{ name: "general", machine: "m6i.xlarge", least: 1, most: 3, zones: ["a"] }],
    scenarios: [least, { ...least, name: "at the most pods", waiting, added: { general: 1 } }],
    firstFull: { pool: "general", resource: "cpu", percent: 70 },
  };
  return proved(
    { name: "capacity", title: "All pods find a machine" },
    [{ severity: "failure", subject, sentence: "One pod found no machine.", fix: "raise the pool's max" }],
    detail,
  );
}

function drain(subject = "api"): Drill {
  const timelines = [
    {
      subject,
      floor: 1,
      steps: [
        { at: 0, ready: 2 },
        { at: 30, ready: 0 },
        { at: 45, ready: 2 },
      ],
    },
    { subject: "frontend", floor: 1, steps: [{ at: 0, ready: 2 }] },
  ];
  return proved(
    { name: "drain", title: "Each machine is drained", summary: "1 machine" },
    [{ severity: "failure", subject, sentence: "had 0 ready pods", fix: "a budget" }],
    { played: "At once.", seconds: 60, timelines, marks: [{ at: 30, what: `${subject} drained` }] },
  );
}

function data(over: Partial<ReportData> = {}): ReportData {
  const plan = planFor("production");
  const picture = pictureOf(plan);
  const parties = picture.nodes.map(({ name }) => name);
  const [first, ...others] = picture.links;
  assert.ok(first);
  return {
    stack: "production",
    application: "pybase",
    provider: "kubeconfig",
    when: "2026-11-21T12:00:00.000Z",
    acts: [{ title: "pulumi up, from nothing", changes: { created: 76 }, seconds: 44.4 }],
    proofs: [
      proved({ name: "cost", title: "What it costs" }, [], costOf(plan)),
      capacityProof(),
      proved({ name: "reachability", title: "As declared" }, [], {
        parties: parties.map((name) => ({ name, group: "own" })),
        connections: [
          { from: first.from, to: first.to, ports: "", more: "", missing: `TCP ${first.ports[0]}` },
          ...others.map(({ from, to, ports }) => ({ from, to, ports: `TCP ${ports[0]}`, more: "", missing: "" })),
          { from: "redis", to: "api", ports: "TCP 8000", more: "TCP 8000", missing: "" },
        ],
      }),
      proved({ name: "permissions", title: "No more than declared" }, [], {
        accounts: [{ account: "api", mayRead: ["configmaps"], token: true }],
      }),
      {
        name: "admission",
        title: "Let in",
        outcome: "skipped",
        because: "there is no API server",
        findings: [],
        detail: {},
      },
    ],
    drills: [drain(), { ...drain(), name: "load" }],
    kinds: { "kubernetes:apps/v1:Deployment": 4, "kubernetes:core/v1:Secret": 2 },
    picture,
    ...over,
  };
}

/** Elements of HTML without an end; those of SVG say so themselves. */
const VOID = ["meta"];

/** The elements in order. @throws where one is not closed, or another is */
function elementsOf(page: string): { name: string; attributes: string }[] {
  const open: string[] = [];
  const found: { name: string; attributes: string }[] = [];
  const body = page.replace(/^<!doctype html>/, "").replace(/<style>[\s\S]*?<\/style>/, "");
  for (const [, end, name = "", attributes = "", closed] of body.matchAll(
    /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z][a-zA-Z0-9-]*="[^"<>]*")*)\s*(\/?)>/g,
  )) {
    if (end) assert.equal(open.pop(), name, `</${name}> ends another`);
    else {
      found.push({ name, attributes });
      if (!closed && !VOID.includes(name)) open.push(name);
    }
  }
  assert.deepEqual(open, [], "what is open at the end");
  const left = body.replace(/<\/?[a-z][a-z0-9]*(?:\s+[a-zA-Z][a-zA-Z0-9-]*="[^"<>]*")*\s*\/?>/g, "");
  assert.doesNotMatch(left, /[<>]/, "something is markup and no element");
  return found;
}

describe("The report of a rehearsal", () => {
  const page = reportHtml(data());

  it("is well-formed, and each id in it is there once", () => {
    const ids = elementsOf(page).flatMap(({ attributes }) => /\sid="([^"]*)"/.exec(attributes)?.[1] ?? []);
    assert.deepEqual(
      ids.filter((id, index) => ids.indexOf(id) !== index),
      [],
    );
    const links = [...page.matchAll(/href="#([^"]*)"/g)].map(([, id]) => id as string);
    assert.ok(links.length > 10);
    assert.deepEqual(
      links.filter((id) => !ids.includes(id)),
      [],
    );
  });

  it("needs nothing beside itself: no script, no file, no address", () => {
    assert.doesNotMatch(page, /<(script|link|img|iframe|object|embed|base|form)\b/);
    assert.doesNotMatch(page, /\s(src|srcset|action|on\w+)=|url\((?!#)|@import/);
    const targets = [...page.matchAll(/href="([^"]*)"/g)].map(([, target]) => target as string);
    assert.ok(targets.every((target) => target.startsWith("#")));
    assert.match(page, /Content-Security-Policy" content="default-src 'none'/);
  });

  it("escapes what comes from the cluster, wherever it comes", () => {
    const hostile = { from: HOSTILE, to: "api", ports: HOSTILE };
    const attacked = reportHtml(
      data({
        stack: HOSTILE,
        application: HOSTILE,
        acts: [{ title: HOSTILE, changes: { [HOSTILE]: 1 } }],
        kinds: { [HOSTILE]: 1 },
        picture: {
          nodes: [HOSTILE, "api"].map((name) => ({ name, kind: "tier", detail: HOSTILE })),
          links: [{ ...hostile, ports: [HOSTILE] }],
        },
        proofs: [
          capacityProof(HOSTILE),
          proved({ name: "reachability", title: HOSTILE }, [], {
            parties: [HOSTILE, "api"],
            connections: [hostile],
          }),
          proved({ name: HOSTILE, title: HOSTILE }, [], { [HOSTILE]: [{ [HOSTILE]: HOSTILE }], list: [HOSTILE] }),
        ],
      }),
    );
    assert.doesNotMatch(attacked, /<script/);
    assert.ok(attacked.includes("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;"));
    elementsOf(attacked);
  });

  it("has its parts in order, as test/support/report-parts.json has them (UPDATE_GOLDEN=1 writes it)", () => {
    const golden = new URL("../support/report-parts.json", import.meta.url);
    const parts = [...page.matchAll(/<(h1|h2|h3|caption|summary)[^>]*>(.*?)<\/\1>/g)].map(
      ([, name, text = ""]) => `${name}: ${text.replace(/<[^>]*>/g, "").trim()}`,
    );
    if (process.env.UPDATE_GOLDEN) writeFileSync(golden, `${JSON.stringify(parts, undefined, 2)}\n`);
    assert.deepEqual(parts, JSON.parse(readFileSync(golden, "utf8")));
  });

  it("begins with the verdict and with failures, each with its fix", () => {
    assert.match(page, /Not ready: something has to be fixed/);
    assert.match(page, /3 of 7 proofs and drills passed<\/strong>, 1 skipped/);
    const found = /<ol class="findings">([\s\S]*?)<\/ol>/.exec(page)?.[1] ?? "";
    assert.match(
      found,
      /^<li id="finding-capacity-1" class="failure">.*Deployment\/api.*failure[\s\S]*raise the pool&#39;s max/,
    );
    const passed = data().proofs.filter(({ outcome }) => outcome === "passed");
    assert.match(reportHtml(data({ proofs: passed, drills: [] })), /Ready, as far as a rehearsal can tell/);
  });

  it("draws every part and connection of the application, and says them in words", () => {
    const { nodes, links } = pictureOf(planFor("production"));
    assert.equal(page.match(/<g class="node /g)?.length, nodes.length);
    assert.equal(page.match(/<g class="link"/g)?.length, links.length);
    assert.match(page, /<th scope="row">frontend<\/th><td>api<\/td><td>8000<\/td>/);
    assert.match(page, /class="node external" id="part-postgres"/);
    assert.match(page, /class="node bundled" id="part-search"/);
  });

  it("tells by sign and word what is reached as declared, what beyond it, and what is not", () => {
    assert.match(page, /<td class="extra" title="redis reaches api on 8000, which nothing declares">/);
    assert.match(page, /<td class="missing" title="\S[^"]* does not reach [^"]*, as is declared">/);
    assert.match(page, /<span class="hidden">frontend reaches api on 8000, as is declared<\/span>/);
  });

  it("says how much room there is, and in the scheduler's words what found none", () => {
    assert.match(page, /<td>1 \(1 added\) of 3<\/td>/);
    assert.match(page, /1 of 4, 25 %/);
    assert.match(page, /<td>1 of 3 pods<\/td><td>Insufficient cpu<\/td>/);
  });

  it("draws ready pods over time against what must stay, and says who was ready all the time", () => {
    const [figure = ""] = /<figure id="timeline-drain-api">[\s\S]*?<\/figure>/.exec(page) ?? [];
    assert.match(figure, /<path class="ready" d="M26 8H291V58H423\.5V8H556"/);
    assert.match(figure, /class="floor" x1="26" x2="556" y1="33"/);
    assert.match(figure, /0 to 2 ready, 1 at the fewest .*✕/);
    assert.match(page, /As many pods ready all the time: frontend\./);
    assert.match(page, /1 · 30 s<\/th><td>api drained/);
    assert.match(page, /href="#proof-load"/);
  });

  it("lays thirty parts out without one upon another", () => {
    const names = Array.from({ length: 30 }, (_, index) => `part-${index}`);
    const nodes = names.map((name) => ({ name, kind: "tier" as const, detail: "web, 1 pod" }));
    const links = names
      .slice(1)
      .map((to, index) => ({ from: names[Math.floor(index / 3)] as string, to, ports: [80] }));
    const drawn = reportHtml(data({ picture: { nodes, links } }));
    const places = [...drawn.matchAll(/transform="translate\(([\d.]+) ([\d.]+)\)"/g)].map(([, x, y]) => [
      Number(x),
      Number(y),
    ]);
    assert.equal(places.length, 30);
    for (const [index, [x = 0, y = 0]] of places.entries()) {
      const near = places.filter(
        ([a = 0, b = 0], other) => other !== index && Math.abs(a - x) < 80 && Math.abs(b - y) < 54,
      );
      assert.deepEqual(near, []);
    }
  });

  it("is drawn from what the network lets through where there is no plan, and without details that it does not know", () => {
    const bare = reportHtml(data({ picture: undefined }));
    assert.match(bare, /id="part-redis"/);
    const odd = [
      proved({ name: "reachability", title: "x" }, [], { matrix: 1 }),
      proved({ name: "capacity", title: "x" }, [], undefined),
      proved({ name: "cost", title: "x" }, [], null),
      proved({ name: "single-points", title: "x" }, [], ["a", "b"]),
    ];
    elementsOf(reportHtml(data({ picture: undefined, proofs: odd })));
  });
});

describe("Writing a report", () => {
  const directory = temporaryDirectory();
  after(() => directory.remove());

  it("puts the page beside what the rehearsal left", () => {
    const json = directory.write("eks-pybase.report.json", JSON.stringify(data()));
    const written = writeReport(json);
    assert.equal(written, json.replace(/json$/, "html"));
    assert.equal(readFileSync(written, "utf8"), reportHtml(data()));
  });
});

describe("Markup", () => {
  it("escapes values, leaves markup as it is, and leaves nothing for what is left out", () => {
    assert.equal(
      html`<b title="${'"'}">${["a<", html`<i>${1}</i>`, undefined, false]}</b>`.text,
      '<b title="&quot;">a&lt;<i>1</i></b>',
    );
  });

  it("is linked by words of letters, digits and dashes", () => {
    assert.equal(idOf("capacity", "without eu-west-1a", "<x>"), "capacity-without-eu-west-1a-x");
  });
});
