import assert from "node:assert/strict";
import type { Values } from "../../config/addons/addon.ts";
import { ADDON_NAMES, catalogue } from "../../config/addons/catalogue.ts";
import type { Charts } from "../../config/addons/mirror.ts";
import type { Peer, Plan } from "../../config/plan.ts";
import { resolve } from "../../config/resolve.ts";
import { addonOf, planWith } from "../support/addons.ts";
import { planOf, resolveWith } from "../support/shop.ts";
import { harborInputs } from "../support/watched.ts";

const BGP = { name: "router", myASN: 64500, peerASN: 64501, peerAddress: "192.0.2.1" };
const values = (plan: Plan, name: (typeof ADDON_NAMES)[number]) => addonOf(plan, name).values;
const at = (tree: Values, path: string) =>
  path.split(".").reduce<unknown>((inner, key) => (inner as Values)?.[key], tree);
const peersOf = ({ edge }: Plan): Peer[] => edge.peers;

describe("Add-ons", () => {
  it("are off unless the stack names them, and where it says false", () => {
    assert.deepEqual(planOf().addons, { namespaces: [], list: [] });
    assert.deepEqual(planWith({ keda: false, velero: false }).addons.list, []);
  });

  it("come from their public repository in the catalogue's version", () => {
    const { chart, repository, version, namespace } = addonOf(planWith({ traefik: true }), "traefik");
    assert.deepEqual(
      { chart, repository, version, namespace },
      {
        chart: "traefik",
        repository: "https://traefik.github.io/charts",
        version: catalogue.traefik.version,
        namespace: "traefik",
      },
    );
    assert.equal(
      addonOf(planWith({ "cert-manager": true }), "cert-manager").chart,
      "oci://quay.io/jetstack/charts/cert-manager",
    );
  });

  it("come from an OCI mirror by the same name and version", () => {
    const { chart, repository, version } = addonOf(
      planWith({ mirror: "oci://mirror.example.com/charts", traefik: { version: "40.0.0" } }),
      "traefik",
    );
    assert.deepEqual(
      { chart, repository, version },
      {
        chart: "oci://mirror.example.com/charts/traefik",
        repository: undefined,
        version: "40.0.0",
      },
    );
  });

  it("come from a folder as an archive, or unpacked where that is of the version", () => {
    const from = (charts: Charts, addon: object | true = true) =>
      resolveWith(({ stack }) => (stack.addons = { mirror: "./charts", traefik: addon }), charts).addons.list[0]?.chart;
    const { version } = catalogue.traefik;
    assert.equal(from({ archives: [`traefik-${version}.tgz`], unpacked: {} }), `./charts/traefik-${version}.tgz`);
    assert.equal(from({ archives: [], unpacked: { traefik: version } }), "./charts/traefik");
    assert.equal(from({ archives: [], unpacked: { traefik: "1.2.3" } }, { version: "v1.2.3" }), "./charts/traefik");
  });

  it("take the stack's values over the secure ones, and its secrets by name", () => {
    const plan = planWith(
      {
        "kube-prometheus-stack": {
          values: { prometheus: { prometheusSpec: { retention: "30d", ruleSelectorNilUsesHelmValues: true } } },
          secretValues: { "grafana.adminPassword": "grafana" },
        },
      },
      ({ secrets }) => secrets.names.push("grafana"),
    );
    const spec = at(values(plan, "kube-prometheus-stack"), "prometheus.prometheusSpec") as Values;
    assert.equal(spec.retention, "30d");
    assert.equal(spec.ruleSelectorNilUsesHelmValues, true);
    assert.equal(spec.serviceMonitorSelectorNilUsesHelmValues, false);
    assert.deepEqual(addonOf(plan, "kube-prometheus-stack").secretValues, { "grafana.adminPassword": "grafana" });
    assert.deepEqual(
      plan.secrets.filter(({ name }) => name === "grafana").map(({ outside }) => outside),
      ["landfall:addons needs it, and only you know it"],
    );
  });

  it("pull their images from the stack's registry", () => {
    const plan = planWith({ keda: true, velero: { provider: "aws", bucket: "copies" } }, ({ stack }) => {
      stack.registry = "mirror.example.com/proxy";
    });
    assert.equal(at(values(plan, "keda"), "global.image.registry"), "mirror.example.com/proxy");
    assert.equal(at(values(plan, "velero"), "image.repository"), "mirror.example.com/proxy/velero/velero");
    const [plugin] = values(plan, "velero").initContainers as { image: string }[];
    assert.match(plugin?.image ?? "", /^mirror\.example\.com\/proxy\/velero\/velero-plugin-for-aws:/);
  });

  it("are read by the Prometheus that is installed with them, after which they come", () => {
    const alone = planWith({ "cert-manager": true });
    assert.equal(at(values(alone, "cert-manager"), "prometheus.servicemonitor"), undefined);
    const both = planWith({ "cert-manager": true, "kube-prometheus-stack": true });
    assert.equal(at(values(both, "cert-manager"), "prometheus.servicemonitor.enabled"), true);
    assert.deepEqual(
      both.addons.list.map(({ name }) => name),
      ["kube-prometheus-stack", "cert-manager"],
    );
    assert.deepEqual(addonOf(both, "cert-manager").after, ["kube-prometheus-stack"]);
  });

  it("that build upon each other come in order, in one namespace as lax as its laxest needs", () => {
    const { list, namespaces } = planWith({
      "istio-base": true,
      "istio-cni": true,
      "istio-ingressgateway": true,
      istiod: true,
    }).addons;
    assert.deepEqual(
      list.map(({ name }) => name),
      ["istio-base", "istiod", "istio-cni", "istio-ingressgateway"],
    );
    assert.deepEqual(namespaces, [{ name: "istio-system", podSecurity: "privileged", protect: false }]);
    const archiving = planWith({ "plugin-barman-cloud": true, "cloudnative-pg": true, "cert-manager": true }).addons;
    const { after, namespace } = archiving.list.find(({ name }) => name === "plugin-barman-cloud") ?? assert.fail();
    assert.deepEqual([after.toSorted(), namespace], [["cert-manager", "cloudnative-pg"], "cnpg-system"]);
  });

  it("protect the namespaces that hold keys and metrics, where the profile protects data", () => {
    const { namespaces } = planWith({ "sealed-secrets": true, keda: true }, ({ stack }) => {
      stack.profile = "production";
    }).addons;
    assert.deepEqual(
      namespaces.map(({ name, protect }) => [name, protect]),
      [
        ["keda", false],
        ["sealed-secrets", true],
      ],
    );
  });

  it("name the namespace of the ingress controller and the class that the edge asks for, said once", () => {
    const plan = planWith({ haproxy: { namespace: "way-in" } }, ({ stack }) => {
      Object.assign(stack.edge, { class: "outside", controller: "haproxy" });
    });
    assert.deepEqual(peersOf(plan), [{ kind: "edge", namespace: "way-in" }]);
    assert.equal(at(values(plan, "haproxy"), "controller.ingressClassResource.name"), "outside");
    assert.equal(addonOf(plan, "haproxy").brings.ingressClass, "outside");
    const beside = planWith({ haproxy: true });
    assert.equal(addonOf(beside, "haproxy").brings.ingressClass, "haproxy");
    assert.deepEqual(peersOf(beside), [{ kind: "edge", namespace: "traefik" }]);
  });

  it("make the gateway class that Envoy Gateway leaves to its users", () => {
    const plan = planWith({ "envoy-gateway": { namespace: "gateways" } }, ({ stack }) => {
      Object.assign(stack.edge, { kind: "gateway", gatewayClass: "mine", implementation: "envoy" });
    });
    assert.deepEqual(addonOf(plan, "envoy-gateway").objects, [
      {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "GatewayClass",
        name: "mine",
        belongsToCluster: true,
        spec: { controllerName: "gateway.envoyproxy.io/gatewayclass-controller" },
      },
    ]);
    assert.deepEqual(peersOf(plan), [{ kind: "edge", namespace: "gateways" }]);
  });

  it("let KEDA in from where it is installed", () => {
    const plan = planWith({ keda: { namespace: "scalers" } }, ({ app }) => {
      delete app.tiers.web.autoscale;
      app.tiers.jobs.events = { max: 3, triggers: [{ redisList: { from: "queue", list: "todo", length: 5 } }] };
    });
    const from = plan.links.map((link) => link.from).filter(({ kind }) => kind === "keda");
    assert.deepEqual(from, [{ kind: "keda", namespace: "scalers" }]);
  });

  it("let CloudNativePG in from where it is installed", () => {
    const plan = planWith({ "cloudnative-pg": { namespace: "operators" } }, ({ app }) => {
      app.datastores.db.servers = 3;
    });
    const db = plan.datastores.find(({ name }) => name === "db");
    assert.equal(db?.mode === "bundled" && db.operator?.namespace, "operators");
  });

  it("have the application watched by the Prometheus that is installed, without another word", () => {
    const inputs = harborInputs();
    const { monitoring, ...settings } = inputs.settings as Values;
    assert.ok(monitoring);
    const given = { ...inputs, settings: { ...settings, addons: { "kube-prometheus-stack": { namespace: "watch" } } } };
    const plan = resolve({ ...given, secrets: { stackSecretLength: 44, names: [] } });
    assert.equal(plan.monitoring?.namespace, "watch");
    assert.ok(plan.monitoring?.targets.length);
    assert.equal(planWith({ "kube-prometheus-stack": true }).monitoring, undefined);
  });

  it("announce MetalLB's pools on the local network or to its peers, and start FRR for peers alone", () => {
    const l2 = addonOf(
      planWith({
        metallb: { pools: { lan: { addresses: ["192.0.2.10-192.0.2.50"], mode: "l2", interfaces: ["eth1"] } } },
      }),
      "metallb",
    );
    assert.deepEqual(l2.values, { frrk8s: { enabled: false } });
    assert.deepEqual(l2.objects, [
      {
        apiVersion: "metallb.io/v1beta1",
        kind: "IPAddressPool",
        name: "lan",
        spec: { addresses: ["192.0.2.10-192.0.2.50"], autoAssign: true, avoidBuggyIPs: false },
      },
      {
        apiVersion: "metallb.io/v1beta1",
        kind: "L2Advertisement",
        name: "lan",
        spec: { ipAddressPools: ["lan"], interfaces: ["eth1"] },
      },
    ]);
    const bgp = addonOf(
      planWith(
        {
          metallb: {
            pools: { wan: { addresses: ["198.51.100.0/28"], mode: "bgp", localPref: 100 } },
            peers: [{ ...BGP, password: { secret: "bgp" } }],
          },
        },
        ({ secrets }) => secrets.names.push("bgp"),
      ),
      "metallb",
    );
    assert.deepEqual(bgp.values, { frrk8s: { enabled: true } });
    assert.deepEqual(bgp.objects.slice(1), [
      {
        apiVersion: "metallb.io/v1beta1",
        kind: "BGPAdvertisement",
        name: "wan",
        spec: { ipAddressPools: ["wan"], localPref: 100 },
      },
      {
        apiVersion: "metallb.io/v1beta2",
        kind: "BGPPeer",
        name: "router",
        spec: { myASN: 64500, peerASN: 64501, peerAddress: "192.0.2.1", passwordSecret: { name: "router-password" } },
      },
    ]);
    assert.deepEqual(bgp.secrets, [
      { name: "router-password", type: "kubernetes.io/basic-auth", data: { password: "bgp" } },
    ]);
  });

  it("copy the application's namespace with Velero, and keep copies as long as is said", () => {
    const velero = {
      provider: "aws",
      bucket: "copies",
      config: { region: "eu-west-1" },
      credentials: { secret: "velero" },
      retentionDays: 7,
    };
    const plan = planWith({ velero }, ({ secrets }) => secrets.names.push("velero"));
    const { configuration, schedules, credentials } = values(plan, "velero");
    assert.deepEqual(configuration, {
      backupStorageLocation: [
        { name: "default", default: true, provider: "aws", bucket: "copies", config: { region: "eu-west-1" } },
      ],
      volumeSnapshotLocation: [{ name: "default", provider: "aws", config: {} }],
    });
    assert.deepEqual(schedules, {
      shop: { schedule: "0 2 * * *", template: { includedNamespaces: ["shop"], ttl: "168h0m0s" } },
    });
    assert.deepEqual(credentials, { useSecret: true });
    assert.deepEqual(addonOf(plan, "velero").secretValues, { "credentials.secretContents.cloud": "velero" });
  });
});

describe("The catalogue of add-ons", () => {
  for (const name of ADDON_NAMES) {
    it(`has ${name} with a version, a source and add-ons that there are`, () => {
      const { version, source, repository, requires = [], groups } = catalogue[name];
      assert.match(version, /^v?\d+\.\d+\.\d+$/);
      assert.match(source, /\w/);
      assert.match(repository, /^(https|oci):\/\/\S+[^/]$/);
      for (const other of requires) assert.ok(other in catalogue, other);
      for (const group of groups) {
        const others = ADDON_NAMES.filter((other) => catalogue[other].groups.includes(group));
        assert.deepEqual(others, [name]);
      }
    });
  }
});
