/** A shop that lands on a cloud's cluster, with stores that the cloud runs. */
import assert from "node:assert/strict";
import type { ClusterPlan } from "../../cloud/clouds.ts";
import type { ManagedDatastore } from "../../config/plan.ts";
import { planOf, type Shop } from "./shop.ts";

export const SUBSCRIPTION = "0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f";
export const ADMINISTRATORS = "0a1b2c3d-0000-4000-8000-00000000ad31";

type Change = (shop: Shop) => void;

/** Settings of the cluster, over the fewest that there must be. */
const on =
  (fewest: object) =>
  (settings: object = {}, change: Change = () => {}): Change =>
  (shop) => {
    shop.stack.cluster = { ...fewest, ...settings };
    change(shop);
  };

export const onEks = on({ provider: "eks", region: "eu-west-1" });
export const onGke = on({ provider: "gke", project: "my-project-123456", region: "europe-west4" });
export const onAks = on({
  provider: "aks",
  subscription: SUBSCRIPTION,
  location: "westeurope",
  administrators: [ADMINISTRATORS],
});

const NETWORKS = `/subscriptions/${SUBSCRIPTION}/resourceGroups/theirs/providers/Microsoft.Network`;

/** A network in Azure that a stack names, and does not make. */
export const AZURE_SITE = {
  provider: "azure",
  subscription: SUBSCRIPTION,
  location: "westeurope",
  virtualNetworkId: `${NETWORKS}/virtualNetworks/theirs`,
  subnets: {
    postgres: { name: "databases", cidr: "10.8.0.0/24" },
    endpoints: { name: "endpoints", cidr: "10.8.1.0/24" },
  },
  privateZoneIds: {
    "privatelink.redis.azure.net": `${NETWORKS}/privateDnsZones/privatelink.redis.azure.net`,
  },
  oidcIssuer: "https://oidc.example.com/theirs/",
} as const;

/** Somebody else's cluster, with Azure's stores beside it. */
export const besideAzure = (settings: object = {}): Change =>
  on({ provider: "kubeconfig", context: "test", cloud: { ...AZURE_SITE, ...settings } })();

export const inProduction: Change = ({ stack }) => {
  stack.profile = "production";
};

/** The cluster that is planned after `change`, which has it from this provider. */
export function clusterOf<Provider extends ClusterPlan["provider"]>(
  provider: Provider,
  change: Change,
): Extract<ClusterPlan, { provider: Provider }> {
  const { cluster } = planOf(change);
  assert.equal(cluster.provider, provider);
  return cluster as Extract<ClusterPlan, { provider: Provider }>;
}

/** Lets the cloud run the shop's stores and these beside them, which the web tier then uses. */
export const allManaged =
  (beside: Record<string, object>): Change =>
  ({ app, stack }) => {
    Object.assign(app.datastores, beside);
    app.tiers.web.uses = ["db", "queue", ...Object.keys(beside)];
    stack.datastores = Object.fromEntries(app.tiers.web.uses.map((name: string) => [name, { mode: "managed" }]));
  };

/** Lets the cloud of a cluster run one store, of `engine` where the shop has no such store. */
export const oneManaged =
  (land: Change) =>
  (name: string, placement: object = {}, engine?: object): Change =>
  (shop) => {
    land(shop);
    if (engine) shop.app.datastores[name] = engine;
    shop.stack.datastores = { [name]: { mode: "managed", ...placement } };
  };

/** By name, the stores that are planned after `change`, all of which the cloud runs. */
export function managedOf(change: Change): Record<string, ManagedDatastore> {
  const { datastores } = planOf(change);
  return Object.fromEntries(
    datastores.map((store) => {
      assert.ok(store.mode === "managed");
      return [store.name, store];
    }),
  );
}

/** Who is let through, after `change`, to where the cloud hands out credentials. */
export function linksToCredentials(change: Change) {
  return planOf(change).links.filter(({ to }) => to.kind === "addresses" && to.name === "credentials");
}
