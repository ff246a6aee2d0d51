/** What npm run smoke makes of what it sees: words of pods, and answers through the way in. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer as createHttpsServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Ask } from "../../cloud/api-server.ts";
import type { Plan } from "../../config/plan.ts";
import { type Area, failure, ok, text, unknown, warning } from "../../local/checks.ts";
import { checkCertificates } from "../../local/smoke/certificates.ts";
import { checkEdge, type Door, parseDoor } from "../../local/smoke/edge.ts";
import type { Pod, Seen } from "../../local/smoke/seen.ts";
import { checkAutoscalers, checkServices } from "../../local/smoke/services.ts";
import { checkWorkloads } from "../../local/smoke/workloads.ts";
import { painter, widthOf, wrapped } from "../../local/terminal.ts";
import { certify, temporaryDirectory } from "../support/api-server.ts";
import { planOf } from "../support/shop.ts";

const HOST = "shop.example.com";
const NOTHING: Seen = {
  ...{ namespace: "shop", pods: [], deployments: [], statefulSets: [], daemonSets: [], replicaSets: [], jobs: [] },
  ...{ services: [], slices: [], claims: [], autoscalers: [], events: [], isSimulated: false },
};
const labels = { app: "web" };
const deployment = (replicas = 1) => ({
  metadata: { name: "web", uid: "d" },
  spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [] } } },
  status: {},
});

describe("npm run smoke tells of a pod that is not ready", () => {
  const podWith = (status: Pod["status"]): Seen => ({
    ...NOTHING,
    deployments: [deployment()],
    pods: [{ metadata: { name: "web-1", uid: "p", labels }, status }],
  });
  const said = (seen: Seen) => checkWorkloads(seen)[0]?.sentence.replace(/^0 of 1 pods are ready, .*?: /, "");
  const container = { name: "web", ready: false };

  it("why it crashes, with its last words", () => {
    const state = { waiting: { reason: "CrashLoopBackOff", message: "back-off 5m0s restarting" } };
    const lastState = { terminated: { exitCode: 3, reason: "Error", message: "no such\n  table" } };
    assert.equal(
      said(podWith({ containerStatuses: [{ ...container, state, lastState }] })),
      "pod web-1 waits in container web: CrashLoopBackOff: back-off 5m0s restarting; it ended with Error, exit code 3; no such table",
    );
  });

  it("that its image cannot be pulled", () => {
    const state = { waiting: { reason: "ImagePullBackOff", message: "not found" } };
    assert.equal(
      said(podWith({ containerStatuses: [{ ...container, state }] })),
      "pod web-1 waits in container web: ImagePullBackOff: not found",
    );
  });

  it("what the kubelet says where the container only is not ready", () => {
    const seen = podWith({ containerStatuses: [{ ...container, state: {} }] });
    seen.events = [
      { reason: "Unhealthy", message: "old", lastTimestamp: "2026-11-22T01:00:00Z", involvedObject: { uid: "p" } },
      {
        reason: "Unhealthy",
        message: "Readiness probe failed: 503",
        lastTimestamp: "2026-11-22T02:00:00Z",
        involvedObject: { uid: "p" },
      },
    ];
    assert.equal(said(seen), "pod web-1 is not ready: Unhealthy: Readiness probe failed: 503");
  });

  it("what keeps its pods from being made", () => {
    const seen: Seen = {
      ...podWith({}),
      pods: [],
      replicaSets: [
        { metadata: { name: "web-1", uid: "r", ownerReferences: [{ kind: "Deployment", name: "web", uid: "d" }] } },
      ],
      events: [{ reason: "FailedCreate", message: "exceeded quota", involvedObject: { uid: "r" } }],
    };
    assert.equal(said(seen), "FailedCreate: exceeded quota");
    const conditions = [{ type: "ReplicaFailure", status: "True", message: "exceeded quota: theirs" }];
    seen.deployments = [{ ...deployment(), status: { conditions } }];
    assert.equal(said(seen), "its pods cannot be made: exceeded quota: theirs");
  });

  it("of a schedule only by its last job", () => {
    const job = (name: string, creationTimestamp: string, type: string) => ({
      metadata: {
        name,
        uid: name,
        creationTimestamp,
        ownerReferences: [{ kind: "CronJob", name: "backup", uid: "c" }],
      },
      spec: {},
      status: { conditions: [{ type, status: "True", message: "deadline" }] },
    });
    const jobs = [job("b", "2026-11-22T02:00:00Z", "Complete"), job("a", "2026-11-22T01:00:00Z", "Failed")];
    assert.deepEqual(checkWorkloads({ ...NOTHING, jobs }), [ok("Job b", "it has ended well")]);
    const [failed] = checkWorkloads({ ...NOTHING, jobs: jobs.slice(1) });
    assert.equal(failed?.sentence, "it has failed: deadline");
  });

  it("takes nobody for a Service's failure where no replicas are asked for", () => {
    const service = { metadata: { name: "web", uid: "s" }, spec: { selector: labels } };
    const seen = { ...NOTHING, services: [service], deployments: [deployment(0)] };
    assert.equal(checkServices(seen)[0]?.outcome, "warning");
    assert.equal(checkServices({ ...seen, deployments: [deployment(1)] })[0]?.outcome, "failure");
    // What the API server says of a slice without any.
    const slices = [
      { metadata: { name: "web-1", uid: "e", labels: { "kubernetes.io/service-name": "web" } }, endpoints: null },
    ];
    assert.equal(checkServices({ ...seen, slices })[0]?.outcome, "warning");
  });

  it("of an autoscaler that it is at its most, and not that it is off", () => {
    const scaler = (conditions: object[]) => ({
      metadata: { name: "web", uid: "h" },
      spec: { minReplicas: 1, maxReplicas: 3, scaleTargetRef: { kind: "Deployment", name: "web" } },
      status: { currentReplicas: 3, conditions: conditions as never },
    });
    const outcome = (...conditions: object[]) =>
      checkAutoscalers({ ...NOTHING, autoscalers: [scaler(conditions)] })[0]?.outcome;
    assert.equal(outcome({ type: "ScalingLimited", status: "True", reason: "TooManyReplicas" }), "warning");
    assert.equal(outcome({ type: "ScalingActive", status: "False", reason: "ScalingDisabled" }), "ok");
    assert.equal(outcome({ type: "ScalingActive", status: "False", reason: "FailedGetResourceMetric" }), "failure");
    assert.equal(outcome(), "failure");
  });
});

describe("npm run smoke asks through the way in", () => {
  const directory = temporaryDirectory();
  let server: Server;
  let door: Door;
  let status: number;
  let seen: string[];

  before(async () => {
    const [cert, key] = ["cert.pem", "key.pem"].map((file) => join(directory.path, file)) as [string, string];
    const subject = ["-subj", "/CN=shop", "-addext", `subjectAltName=DNS:${HOST}`, "-days", "30"];
    const form = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"];
    execFileSync("openssl", ["req", ...form, ...subject, "-keyout", key, "-out", cert], { stdio: "pipe" });
    server = createHttpsServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
      const { servername } = request.socket as unknown as { servername: string };
      seen.push(`${request.headers.host} ${servername} ${request.url}`);
      response.writeHead(status);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    door = { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
  });
  beforeEach(() => {
    status = 200;
    seen = [];
  });
  after(() => {
    server.close();
    directory.remove();
  });

  const shop = (change?: (plan: Plan) => void) => {
    const plan = planOf();
    change?.(plan);
    return plan;
  };
  const ask = (answers: Record<string, unknown> = {}) =>
    (async (path: string) => answers[path.replace(/\?.*/, "")]) as Ask;
  const check = async (plan = shop(), given: Door | undefined = door) => {
    const [first] = await checkEdge(ask(), plan, NOTHING, given);
    return first ?? assert.fail();
  };
  const selfSigned = (plan: Plan) => Object.assign(plan.edge, { tls: { selfSigned: true } });

  it("by the route's host and path, and the certificate's name", async () => {
    const { outcome, what, sentence } = await check(shop(selfSigned));
    assert.deepEqual(seen, [`${HOST} ${HOST} /`]);
    assert.equal(outcome, "ok");
    assert.equal(what, `https://${HOST}/`);
    assert.match(
      sentence,
      /^200 of web at 127\.0\.0\.1:\d+, by a certificate that is its own authority, as the stack says$/,
    );
  });

  it("for a tier's health, where its own route leads there", async () => {
    const healthy = (plan: Plan) => {
      const [web] = plan.tiers;
      Object.assign(web as object, { readiness: { http: "/health" } });
    };
    await check(shop(healthy));
    const elsewhere = (plan: Plan) => {
      healthy(plan);
      plan.edge.routes.push({ ...plan.edge.routes[0], id: "other", path: "/health", service: "other" } as never);
    };
    await check(shop(elsewhere));
    assert.deepEqual(seen.slice(0, 1), [`${HOST} ${HOST} /health`]);
    assert.ok(seen.includes(`${HOST} ${HOST} /`));
  });

  it("and says what is wrong with the answer, or with the certificate", async () => {
    status = 503;
    assert.match((await check(shop(selfSigned))).sentence, /^503 of web/);
    status = 404;
    assert.equal((await check(shop(selfSigned))).outcome, "warning");
    status = 200;
    const distrusted = await check();
    assert.match(distrusted.sentence, /its certificate is not to be trusted: DEPTH_ZERO_SELF_SIGNED_CERT$/);
    assert.equal(distrusted.outcome, "warning");
    assert.equal((await check(shop((plan) => Object.assign(plan, { profileName: "production" })))).outcome, "failure");
  });

  it("and says where nobody answers, or that there is no address", async () => {
    const { outcome, sentence } = await check(shop(), { host: "127.0.0.1", port: 1 });
    assert.equal(outcome, "failure");
    assert.match(sentence, /^nobody answers at 127\.0\.0\.1:1: .*ECONNREFUSED/);
    const [none] = await checkEdge(ask(), shop(), NOTHING);
    assert.match(none?.sentence ?? "", /^the Ingress has no address/);
  });

  it("at the address that the edge's own object says", async () => {
    const answers = {
      "/apis/networking.k8s.io/v1/namespaces/shop/ingresses": {
        items: [{ status: { loadBalancer: { ingress: [{ ip: "127.0.0.9" }] } } }],
      },
    };
    const [first] = await checkEdge(ask(answers), shop(), NOTHING);
    assert.match(first?.sentence ?? "", /at 127\.0\.0\.9:443/);
  });

  it("at an address that is given as people write them", () => {
    assert.deepEqual(parseDoor("192.0.2.7"), { host: "192.0.2.7", port: 443 });
    assert.deepEqual(parseDoor("lb.example.com:8443"), { host: "lb.example.com", port: 8443 });
    assert.deepEqual(parseDoor("2001:db8::7"), { host: "2001:db8::7", port: 443 });
    assert.deepEqual(parseDoor("[2001:db8::7]:8443"), { host: "2001:db8::7", port: 8443 });
    for (const text of ["", "https://x", "a b", "x:y"]) assert.equal(parseDoor(text), undefined, text);
  });
});

describe("npm run smoke looks at certificates", () => {
  const now = Date.parse("2026-11-22T00:00:00Z");
  const look = (certificates: object[], secret?: object) => {
    const answers: Record<string, unknown> = {
      "/apis/cert-manager.io/v1/namespaces/shop/certificates": { items: certificates },
      "/api/v1/namespaces/shop/secrets/shop-tls": secret,
    };
    return checkCertificates((async (path: string) => answers[path]) as Ask, planOf(), now);
  };
  const issued = (status: object) => ({ metadata: { name: "shop-tls", namespace: "shop" }, spec: {}, status });
  const ready = [{ type: "Ready", status: "True" }];

  it("of cert-manager: issued, soon to end, expired, or why there is none", async () => {
    const sentences = await Promise.all(
      [
        { conditions: ready, notAfter: "2027-02-01T00:00:00Z" },
        { conditions: ready, notAfter: "2026-11-30T00:00:00Z" },
        { conditions: ready, notAfter: "2026-11-21T00:00:00Z" },
        { conditions: [{ type: "Ready", status: "False", reason: "DoesNotExist", message: "Issuing" }] },
      ].map(async (status) => {
        const [first] = await look([issued(status)]);
        return [first?.outcome, first?.sentence];
      }),
    );
    assert.deepEqual(sentences, [
      ["ok", "valid until 2027-02-01, 71 days"],
      ["warning", "valid until 2026-11-30, 8 days"],
      ["failure", "it expired on 2026-11-21"],
      ["failure", "it is not issued: DoesNotExist: Issuing"],
    ]);
  });

  it("of one's own Secret: there, expired, damaged or missing", async () => {
    const secret = (pem: string) => ({ data: { "tls.crt": Buffer.from(pem).toString("base64") } });
    const last = async (given?: object) => (await look([], given)).at(-1)?.outcome;
    assert.equal(await last(secret(certify().cert)), "ok");
    assert.equal(await last(secret(certify("20200101000000Z", "20210101000000Z").cert)), "failure");
    assert.equal(await last(secret("nothing")), "failure");
    assert.equal(await last(), "warning");
  });
});

describe("What checks have found", () => {
  const areas: Area[] = [
    { title: "One", checks: [ok("a", "fine"), warning("b", "so so", "do it")] },
    { title: "Empty", checks: [] },
    { title: "Two", checks: [failure("c", "broken ".repeat(12).trim(), "mend it"), unknown("d", "who knows")] },
  ];

  it("is told in lines as wide as the terminal, with the sum at the end", () => {
    assert.equal(
      text("dev", areas, undefined, 60),
      `One
  ✓ a: fine
  ! b: so so
      fix: do it

Two
  ✗ c: broken broken broken broken broken broken broken
    broken broken broken broken broken
      fix: mend it
  ? d: who knows

dev: 1 in order, 1 failure, 1 warning, 1 that cannot be asked here`,
    );
  });

  it("has colours at a terminal only, and none with NO_COLOR", () => {
    assert.equal(painter({ isTTY: true }, {})("x", "red"), "\x1b[31mx\x1b[0m");
    assert.equal(painter({ isTTY: true }, { NO_COLOR: "1" })("x", "red"), "x");
    assert.equal(painter({ isTTY: false }, {})("x", "red"), "x");
  });

  it("is as wide as a terminal that is narrower than what is easily read", () => {
    assert.equal(widthOf({ isTTY: true, columns: 72 }), 72);
    assert.equal(widthOf({ isTTY: true, columns: 300 }), 110);
    assert.equal(widthOf({ isTTY: false, columns: 40 }), 110);
    assert.deepEqual(wrapped("aa bbbb c", "  ", 7), ["  aa", "  bbbb", "  c"]);
  });
});
