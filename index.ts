/**
 * Landfall: takes an application and its datastores ashore.
 *
 *   stack file + application + profile ──► plan ──► cluster ──► application
 *
 * What is going to exist is decided, and checked, before the first resource: config/ does that, without Pulumi.
 * cloud/ knows the places to land, components/ turns the plan into resources.
 */
import { connect } from "./cloud/cloud.ts";
import { Application } from "./components/application.ts";
import { load } from "./config/load.ts";

const loaded = await load();
const cloud = await connect(loaded);

const application = new Application(
  loaded.plan.application,
  { plan: loaded.plan, secrets: loaded.secrets, cloud },
  { providers: [cloud.provider] },
);

/** Namespace that everything runs in. */
export const namespace = application.namespace;

/** Where users reach the application. */
export const url = application.url;
