/** What a datastore of one server could have instead. */
import { offersTo } from "../../cloud/aws/offers.ts";
import { offers as azure } from "../../cloud/azure/offers.ts";
import { offers as gcp } from "../../cloud/gcp/offers.ts";
import { engines } from "../../components/datastores/engines.ts";
import type { BundledDatastore, Plan } from "../../config/plan.ts";

const OFFERS = [offersTo({ identity: true }), gcp, azure];

/** How it would outlive its only server, as far as its engine and the clouds have it. */
export function insteadOfOneServer({ declared, engine }: BundledDatastore): string {
  const ways = [
    ...(engines[engine].cluster ? [`set datastores.${declared}.servers`] : []),
    ...(OFFERS.some((offers) => offers[engine]) ? ["have a cloud run it (mode: managed)"] : []),
  ];
  return ways.length > 0
    ? ways.join(", or ")
    : "bring one that has several (mode: external), or see that what is put back from its backup is soon enough";
}

/** The one that a part of the application is, if it is one. */
export function bundledStore({ datastores }: Pick<Plan, "datastores">, name: string): BundledDatastore | undefined {
  return datastores.filter((store) => store.mode === "bundled").find((store) => store.name === name);
}
