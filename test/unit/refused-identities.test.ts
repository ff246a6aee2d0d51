import { SUBSCRIPTION } from "../support/clouds.ts";
import { AZURE_ZONE, byChallenges, landOn } from "../support/on-clouds.ts";
import { type Refusal, refuses, type Shop } from "../support/shop.ts";

const withAddons =
  (addons: object, change: (shop: Shop) => void = () => {}) =>
  (shop: Shop): void => {
    shop.stack.addons = addons;
    change(shop);
  };
const SOLVER = { path: "landfall:edge.tls.acme.solver", got: "dns01" };
const OF_THE_BUCKET = {
  problem: "it says something of a bucket that is not named",
  fix: "name the bucket; or remove it, for a bucket of the stack's own",
};
const NO_CLOUD = "a cluster by kubeconfig is in no cloud that the stack knows of";

describe("A mistake in what add-ons do with the cloud is refused:", () => {
  const refusals: Refusal[] = [
    [
      "an autoscaler where GKE has its own",
      landOn("gke", withAddons({ "cluster-autoscaler": true })),
      {
        path: "landfall:addons.cluster-autoscaler",
        problem: "GKE's own autoscaler sizes the node pools",
        fix: "remove it; landfall:cluster.nodePools.<name>.min and max say how far",
      },
    ],
    [
      "an autoscaler where AKS has its own",
      landOn("aks", withAddons({ "cluster-autoscaler": true })),
      {
        path: "landfall:addons.cluster-autoscaler",
        problem: "AKS' own autoscaler sizes the node pools",
        fix: "remove it; landfall:cluster.nodePools.<name>.min and max say how far",
      },
    ],
    [
      "AWS's controller on GKE",
      landOn("gke", withAddons({ "aws-load-balancer-controller": true })),
      {
        path: "landfall:addons.aws-load-balancer-controller",
        problem: "it makes load balancers of AWS; GKE makes Google's by itself",
        fix: "remove it; landfall:edge.class: gce asks for one",
      },
    ],
    [
      "AWS's controller on AKS",
      landOn("aks", withAddons({ "aws-load-balancer-controller": true })),
      {
        path: "landfall:addons.aws-load-balancer-controller",
        problem: "it makes load balancers of AWS; AKS makes Azure's by itself",
        fix: "remove it; a Service of type LoadBalancer asks for one",
      },
    ],
    [
      "records in zones that the stack does not name",
      landOn(
        "eks",
        withAddons({ "external-dns": true }, ({ stack }) => {
          delete stack.dns;
        }),
      ),
      {
        path: "landfall:dns.zones",
        problem: "is missing: external-dns changes the zones that the stack names, and no others",
        allowed: "zones by their domains, each as the cloud knows it",
        fix: "set it, such as { example.com: <zone> }",
      },
    ],
    [
      "records by nobody's service, where the cluster is in no cloud",
      withAddons({ "external-dns": true }),
      {
        path: "landfall:addons.external-dns.values.provider.name",
        problem: "is missing: the chart has no default for it",
        fix: "set it",
      },
    ],
    [
      "an autoscaler that is not told its cluster, where that is not the stack's",
      withAddons({ "cluster-autoscaler": { values: { awsRegion: "eu-west-1" } } }),
      {
        path: "landfall:addons.cluster-autoscaler.values.autoDiscovery.clusterName",
        problem: "is missing: the chart has no default for it",
        fix: "set it",
      },
    ],
    [
      "zones of a cluster that is in no cloud",
      ({ stack }) => {
        stack.dns = { zones: { "example.com": "Z0123456789ABCDEFGHIJ" } };
      },
      {
        path: "landfall:dns.zones",
        problem: NO_CLOUD,
        fix: "remove it; say the zones in landfall:addons.external-dns.values, or in the solver of landfall:edge.tls.acme",
      },
    ],
    [
      "a zone by another name than Route 53's",
      landOn("eks", ({ stack }) => {
        stack.dns.zones = { "example.com": "example.com" };
      }),
      {
        path: "landfall:dns.zones.example.com",
        got: "example.com",
        problem: "is no zone of Route 53",
        allowed: "the id of a hosted zone, such as Z0123456789ABCDEFGHIJ",
        fix: "aws route53 list-hosted-zones lists them",
      },
    ],
    [
      "a zone by another name than Cloud DNS'",
      landOn("gke", ({ stack }) => {
        stack.dns.zones = { "example.com": "example.com" };
      }),
      {
        path: "landfall:dns.zones.example.com",
        got: "example.com",
        problem: "is no zone of Cloud DNS",
        allowed: "the name of a managed zone of the project, such as example-com",
        fix: "gcloud dns managed-zones list --project my-project-123456 lists them",
      },
    ],
    [
      "a zone of Azure's that is another domain's",
      landOn("aks", ({ stack }) => {
        stack.dns.zones = { "example.org": AZURE_ZONE };
      }),
      {
        path: "landfall:dns.zones.example.org",
        got: AZURE_ZONE,
        problem: "is no zone of Azure DNS",
        allowed: `/subscriptions/${SUBSCRIPTION}/resourceGroups/<group>/providers/Microsoft.Network/dnszones/example.org`,
        fix: "az network dns zone list --query '[].id' lists them",
      },
    ],
    [
      "zones of several resource groups, for external-dns looks in one",
      landOn(
        "aks",
        withAddons({ "external-dns": true }, ({ stack }) => {
          const other = AZURE_ZONE.replace("names", "others").replace("example.com", "example.org");
          stack.dns.zones = { "example.com": AZURE_ZONE, "example.org": other };
        }),
      ),
      {
        path: "landfall:dns.zones",
        got: 2,
        problem: "are the resource groups that the zones are in; external-dns looks in one",
        allowed: "zones of one resource group",
        fix: "leave the others out, or move them",
      },
    ],
    [
      "challenges in zones of nobody's, where the cluster is in no cloud",
      byChallenges,
      {
        ...SOLVER,
        problem: NO_CLOUD,
        allowed: "http01; { dns01 } with the zone's service",
        fix: "name the service, such as { dns01: { route53: { region, hostedZoneID } } }",
      },
    ],
    [
      "challenges by a cert-manager that is not the stack's",
      landOn("eks", byChallenges),
      {
        ...SOLVER,
        problem: "cert-manager is not the stack's own, so that it has no identity that could change a zone",
        fix: "set landfall:addons.cert-manager: true",
      },
    ],
    [
      "challenges for a host that is in no zone",
      landOn(
        "eks",
        withAddons({ "cert-manager": true }, (shop) => {
          byChallenges(shop);
          shop.stack.edge.host = "shop.notexample.com";
        }),
      ),
      {
        ...SOLVER,
        problem: "shop.notexample.com is in no zone of landfall:dns.zones",
        allowed: "hosts in example.com",
        fix: "add the zone that shop.notexample.com is in",
      },
    ],
    [
      "Velero's word on a bucket that is not named",
      landOn("gke", withAddons({ velero: { prefix: "shop" } })),
      { path: "landfall:addons.velero.prefix", ...OF_THE_BUCKET },
    ],
    [
      "Velero's credentials for a bucket of the stack's own",
      landOn(
        "aks",
        withAddons({ velero: { credentials: { secret: "velero" } } }, ({ secrets }) => secrets.names.push("velero")),
      ),
      { path: "landfall:addons.velero.credentials", ...OF_THE_BUCKET },
    ],
    [
      "a bucket of Velero's without its provider",
      landOn("eks", withAddons({ velero: { bucket: "copies" } })),
      {
        path: "landfall:addons.velero.provider",
        problem: "is missing",
        allowed: "aws, which is any S3; gcp; azure",
        fix: "set it",
      },
    ],
  ];
  refuses(refusals);
});
