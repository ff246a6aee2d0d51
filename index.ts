/**
 * Landfall: takes an application and its datastores ashore.
 *
 *   stack file + application + profile ──► plan ──► cluster ──► application
 *
 * What is going to exist is decided, and checked, before the first resource: config/ does that, without Pulumi.
 * cloud/ knows the places to land, components/ turns the plan into resources.
 */
import { connect } from "./cloud/cloud.ts";
import { installAddons } from "./components/addons/addons.ts";
import { Application } from "./components/application.ts";
import { load } from "./config/load.ts";

// Node strips types in place, so its own stack traces are right. Pulumi's hook looks for source maps whenever it makes
// a promise, which takes half of the program's time.
Reflect.deleteProperty(Error, "prepareStackTrace");

const { plan, secrets } = await load();
const cloud = await connect(plan);

const addons = installAddons(
  `${plan.application}-addons`,
  { plan, secrets, cloud },
  { providers: [cloud.provider], dependsOn: cloud.ready },
);
const application = new Application(
  plan.application,
  { plan, secrets, cloud },
  { providers: [cloud.provider], dependsOn: addons },
);

export default {
  /** Namespace that everything runs in. */
  namespace: application.namespace,
  /** Where users reach the application. */
  url: application.url,
  /** Where the data of each datastore is, by which the next update knows that none is left behind. */
  datastores: plan.placed,
  /** By which the next update knows whether it lands on the same cluster. */
  ...(cloud.identity ? { cluster: cloud.identity } : {}),
  /** By which other stacks land on the cluster, and where pods reach its API server; none where it is somebody else's. */
  ...(cloud.kubeconfig ? { kubeconfig: cloud.kubeconfig, apiServer: cloud.apiServer } : {}),
};
