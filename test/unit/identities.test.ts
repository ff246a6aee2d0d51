/** Add-ons that act on the cloud: what the plan says of them, by the stack's word alone. */
import assert from "node:assert/strict";
import { certificateObjects } from "../../components/edge/certificates.ts";
import type { Values } from "../../config/addons/addon.ts";
import type { AddonName } from "../../config/addons/catalogue.ts";
import type { Plan } from "../../config/plan.ts";
import { addonOf, planWith } from "../support/addons.ts";
import { AZURE_ZONE, byChallenges, DNS_SUBSCRIPTION, type Landing, landOn } from "../support/on-clouds.ts";
import type { Shop } from "../support/shop.ts";

const on = (provider: Landing, name: AddonName, change?: (shop: Shop) => void, settings: unknown = true) =>
  addonOf(planWith({ [name]: settings }, landOn(provider, change)), name);

/** The solvers of the edge's Issuer. */
function solversOf(plan: Plan): unknown {
  const issuer = certificateObjects(plan, 1).find(({ kind }) => kind === "Issuer");
  assert.ok(issuer);
  return (issuer.spec as { acme: Values }).acme.solvers;
}

describe("An add-on that acts on the cloud", () => {
  it("asks for its identity on the stack's own cluster, and on no other", () => {
    assert.deepEqual(on("eks", "external-dns").identity, {
      permits: "dns",
      serviceAccount: "external-dns",
      paths: { serviceAccount: "serviceAccount", podLabels: "podLabels" },
    });
    const elsewhere = planWith({ "external-dns": { values: { provider: { name: "cloudflare" } } } });
    assert.equal(addonOf(elsewhere, "external-dns").identity, undefined);
    const told = planWith({ velero: { provider: "aws", bucket: "copies" } }, landOn("eks"));
    assert.equal(addonOf(told, "velero").identity, undefined);
  });

  it("is told the cluster's name and region on EKS, which nobody types", () => {
    const { clusterName, region } = on("eks", "aws-load-balancer-controller").values;
    assert.deepEqual([clusterName, region], ["shop-staging", "eu-west-1"]);
    const { autoDiscovery, awsRegion } = on("eks", "cluster-autoscaler").values;
    assert.deepEqual([autoDiscovery, awsRegion], [{ clusterName: "shop-staging" }, "eu-west-1"]);
    const named = on("eks", "cluster-autoscaler", ({ stack }) => {
      stack.cluster.name = "harbour";
    });
    assert.deepEqual(named.values.autoDiscovery, { clusterName: "harbour" });
  });

  it("keeps to the stack's values where they say otherwise", () => {
    const { values } = on("eks", "aws-load-balancer-controller", undefined, { values: { region: "us-east-1" } });
    assert.equal(values.region, "us-east-1");
  });

  it("changes records in the stack's zones only, by the cloud's own names of them", () => {
    const zonesIn = (provider: Landing) => {
      const {
        provider: cloud,
        domainFilters,
        txtOwnerId,
        extraArgs,
        secretConfiguration,
      } = on(provider, "external-dns").values;
      return { cloud, domainFilters, txtOwnerId, extraArgs, secretConfiguration };
    };
    const common = { domainFilters: ["example.com"], txtOwnerId: "shop-staging" };
    assert.deepEqual(zonesIn("eks"), {
      ...common,
      cloud: { name: "aws" },
      extraArgs: { "zone-id-filter": ["Z0123456789ABCDEFGHIJ"] },
      secretConfiguration: undefined,
    });
    assert.deepEqual(zonesIn("gke"), {
      ...common,
      cloud: { name: "google" },
      extraArgs: { "google-project": "my-project-123456", "zone-id-filter": ["example-com"] },
      secretConfiguration: undefined,
    });
    const { secretConfiguration, ...azure } = zonesIn("aks");
    assert.deepEqual(azure, { ...common, cloud: { name: "azure" }, extraArgs: undefined });
    const { data, ...mount } = secretConfiguration as { data: Record<string, string> };
    assert.deepEqual(mount, { enabled: true, mountPath: "/etc/kubernetes" });
    assert.deepEqual(JSON.parse(data["azure.json"] as string), {
      cloud: "AzurePublicCloud",
      subscriptionId: DNS_SUBSCRIPTION,
      resourceGroup: "names",
      useWorkloadIdentityExtension: true,
    });
  });

  it("looks for hosts where the edge has them, after the kinds that it watches", () => {
    const { addons } = planWith(
      { "external-dns": true, "envoy-gateway": true },
      landOn("eks", ({ stack }) => {
        Object.assign(stack.edge, { kind: "gateway" });
      }),
    );
    assert.deepEqual(
      addons.list.map(({ name }) => name),
      ["envoy-gateway", "external-dns"],
    );
    assert.deepEqual(addons.list[1]?.values.sources, ["service", "ingress", "gateway-httproute"]);
    assert.deepEqual(on("eks", "external-dns").values.sources, ["service", "ingress"]);
  });

  it("answers challenges where the edge asks for that, and has no identity else", () => {
    assert.equal(on("eks", "cert-manager").identity, undefined);
    assert.equal(on("eks", "cert-manager").values.extraArgs, undefined);
    const asked = on("eks", "cert-manager", byChallenges);
    assert.equal(asked.identity?.permits, "challenges");
    assert.deepEqual(asked.values.extraArgs, ["--issuer-ambient-credentials"]);
  });

  it("has certificates got in the zone that the host is in, without a credential", () => {
    const solver = (provider: Landing) => solversOf(planWith({ "cert-manager": true }, landOn(provider, byChallenges)));
    const selector = { dnsZones: ["example.com"] };
    assert.deepEqual(solver("eks"), [
      { selector, dns01: { route53: { region: "eu-west-1", hostedZoneID: "Z0123456789ABCDEFGHIJ" } } },
    ]);
    assert.deepEqual(solver("gke"), [
      { selector, dns01: { cloudDNS: { project: "my-project-123456", hostedZoneName: "example-com" } } },
    ]);
    assert.deepEqual(solver("aks"), [
      {
        selector,
        dns01: {
          azureDNS: {
            subscriptionID: DNS_SUBSCRIPTION,
            resourceGroupName: "names",
            hostedZoneName: "example.com",
            environment: "AzurePublicCloud",
          },
        },
      },
    ]);
  });

  it("copies to a bucket of the stack's own by the cloud's plugin, volumes as the cloud lets it", () => {
    const velero = (provider: Landing, settings: unknown = true) => {
      const { values, objects } = on(provider, "velero", undefined, settings);
      const [plugin] = values.initContainers as { image: string }[];
      const { configuration, snapshotsEnabled, credentials } = values;
      return { plugin: plugin?.image.split(":")[0], configuration, snapshotsEnabled, credentials, objects };
    };
    assert.deepEqual(velero("eks"), {
      plugin: "docker.io/velero/velero-plugin-for-aws",
      configuration: {
        volumeSnapshotLocation: [{ name: "default", provider: "aws", config: { region: "eu-west-1" } }],
      },
      snapshotsEnabled: true,
      credentials: { useSecret: false },
      objects: [],
    });
    assert.deepEqual(velero("gke").configuration, {
      volumeSnapshotLocation: [{ name: "default", provider: "gcp", config: {} }],
    });
    assert.deepEqual(velero("eks", { snapshotConfig: false }).configuration, { volumeSnapshotLocation: [] });
    assert.deepEqual(velero("aks"), {
      plugin: "docker.io/velero/velero-plugin-for-microsoft-azure",
      configuration: { volumeSnapshotLocation: [], features: "EnableCSI" },
      snapshotsEnabled: false,
      credentials: { useSecret: false },
      objects: [
        {
          apiVersion: "snapshot.storage.k8s.io/v1",
          kind: "VolumeSnapshotClass",
          name: "velero",
          belongsToCluster: true,
          labels: { "velero.io/csi-volumesnapshot-class": "true" },
          fields: {
            driver: "disk.csi.azure.com",
            deletionPolicy: "Retain",
            parameters: { incremental: "true", resourceGroup: "shop-staging" },
          },
        },
      ],
    });
  });

  it("has the zones of the stack, each as its cloud knows it", () => {
    const zones = (provider: Landing) => planWith({}, landOn(provider)).zones;
    const domain = "example.com";
    assert.deepEqual(zones("eks"), [
      { domain, cloud: "aws", hostedZone: "Z0123456789ABCDEFGHIJ", region: "eu-west-1" },
    ]);
    assert.deepEqual(zones("gke"), [
      { domain, cloud: "gcp", managedZone: "example-com", project: "my-project-123456" },
    ]);
    assert.deepEqual(zones("aks"), [
      { domain, cloud: "azure", id: AZURE_ZONE, resourceGroup: "names", subscription: DNS_SUBSCRIPTION },
    ]);
  });
});
