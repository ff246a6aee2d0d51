import assert from "node:assert/strict";
import { ConfigurationError } from "../../config/mistakes.ts";
import { errorOf, type Refusal, refuses, resolveWith } from "../support/shop.ts";

const POOL = { addresses: ["192.0.2.0/28"], mode: "l2" };

describe("A mistake in add-ons is refused:", () => {
  const refusals: Refusal[] = [
    [
      "an add-on without which another does not work",
      ({ stack }) => {
        stack.addons = { istiod: true };
      },
      {
        path: "landfall:addons.istiod",
        problem: "it does not work without istio-base",
        fix: "set landfall:addons.istio-base: true",
      },
    ],
    [
      "a value that the chart has no default for",
      ({ stack }) => {
        stack.addons = { karpenter: { values: { settings: {} } } };
      },
      {
        path: "landfall:addons.karpenter.values.settings.clusterName",
        problem: "is missing: the chart has no default for it",
        fix: "set it",
      },
    ],
    [
      "the application's namespace, which would go with the add-on",
      ({ stack }) => {
        stack.addons = { keda: { namespace: "shop" } };
      },
      {
        path: "landfall:addons.keda.namespace",
        got: "shop",
        problem: "it is the application's",
        allowed: "a namespace for add-ons alone, which is made and removed with them",
        fix: "leave it out, for keda",
      },
    ],
    [
      "a namespace of Kubernetes' own",
      ({ stack }) => {
        stack.addons = { "metrics-server": { namespace: "kube-system" } };
      },
      {
        path: "landfall:addons.metrics-server.namespace",
        got: "kube-system",
        problem: "it is Kubernetes' own",
        allowed: "a namespace for add-ons alone, which is made and removed with them",
        fix: "leave it out, for metrics-server",
      },
    ],
    [
      "a pool by BGP with nobody to tell",
      ({ stack }) => {
        stack.addons = { metallb: { pools: { wan: { ...POOL, mode: "bgp" } } } };
      },
      {
        path: "landfall:addons.metallb.pools.wan.mode",
        got: "bgp",
        problem: "there is no peer to announce it to",
        allowed: "l2; bgp with peers",
        fix: "add landfall:addons.metallb.peers: [{ name, myASN, peerASN, peerAddress }]",
      },
    ],
    [
      "a setting of BGP on the local network",
      ({ stack }) => {
        stack.addons = { metallb: { pools: { lan: { ...POOL, localPref: 100 } } } };
      },
      {
        path: "landfall:addons.metallb.pools.lan.localPref",
        got: 100,
        problem: "it means nothing with mode l2",
        fix: "remove it, or set mode: bgp",
      },
    ],
    [
      "a secret that is not set",
      ({ stack }) => {
        stack.addons = { keda: { secretValues: { "some.token": "token" } } };
      },
      {
        path: "landfall:secrets.token",
        problem: "is missing: landfall:addons needs it, and only you know it",
        fix: "npx pulumi config set --secret --path 'landfall:secrets.token' --stack test",
      },
    ],
    [
      "monitoring by a Prometheus that nobody names",
      ({ stack, app }) => {
        app.tiers.web.metrics = {};
        stack.monitoring = {};
      },
      {
        path: "landfall:monitoring.namespace",
        problem: "is missing: the NetworkPolicies let Prometheus in by it",
        allowed: "the namespace of Prometheus",
        fix: "set it, or let Landfall install Prometheus: landfall:addons.kube-prometheus-stack: true",
      },
    ],
  ];
  refuses(refusals);

  it("an add-on that there is not, with the one that was meant", () => {
    const [mistake] = errorOf(({ stack }) => {
      stack.addons = { "cert-manger": true };
    }).mistakes;
    assert.equal(mistake?.path, "landfall:addons.cert-manger");
    assert.equal(mistake?.fix, 'did you mean "cert-manager"?');
  });

  it("a setting that only another add-on has", () => {
    const [mistake] = errorOf(({ stack }) => {
      stack.addons = { keda: { pools: {} } };
    }).mistakes;
    assert.equal(mistake?.path, "landfall:addons.keda.pools");
    assert.equal(mistake?.problem, "unknown key");
  });

  for (const [what, addons, path] of [
    ["a mirror by HTTP", { mirror: "https://charts.example.com" }, "mirror"],
    ["a version that is a range", { keda: { version: ">=2" } }, "keda.version"],
    [
      "an address that is none",
      { metallb: { pools: { lan: { ...POOL, addresses: ["lan"] } } } },
      "metallb.pools.lan.addresses[0]",
    ],
    ["Velero without a bucket", { velero: { provider: "aws" } }, "velero.bucket"],
    ["Velero without a provider", { velero: { bucket: "copies" } }, "velero.provider"],
  ] as const) {
    it(what, () => {
      const { mistakes } = errorOf(({ stack }) => {
        stack.addons = addons;
      });
      assert.deepEqual(
        mistakes.map((it) => it.path),
        [`landfall:addons.${path}`],
      );
    });
  }

  it("charts that the folder lacks, all at once, with the commands that fetch them", () => {
    assert.throws(
      () =>
        resolveWith(
          ({ stack }) => {
            stack.addons = { mirror: "./charts", keda: true, "cert-manager": { version: "v1.0.0" } };
          },
          { archives: ["keda-1.0.0.tgz"], unpacked: { "cert-manager": "v1.21.2" } },
        ),
      (error: ConfigurationError) => {
        assert.ok(error instanceof ConfigurationError);
        assert.deepEqual(error.mistakes, [
          {
            path: "landfall:addons.mirror",
            got: "./charts",
            problem: "it lacks the chart of cert-manager: cert-manager-v1.0.0.tgz",
            allowed:
              "cert-manager-v1.0.0.tgz, or a folder cert-manager of that version; the one that is there is v1.21.2",
            fix: "helm pull oci://quay.io/jetstack/charts/cert-manager --version v1.0.0 --destination ./charts",
          },
          {
            path: "landfall:addons.mirror",
            got: "./charts",
            problem: "it lacks the chart of keda: keda-2.20.2.tgz",
            allowed: "keda-2.20.2.tgz, or the folder keda that it unpacks to",
            fix: "helm pull keda --repo https://kedacore.github.io/charts --version 2.20.2 --destination ./charts",
          },
        ]);
        return true;
      },
    );
  });
});
