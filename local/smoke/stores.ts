/** Whether each datastore takes a value and gives it back: asked by a pod that has what a tier has. */
import { engines } from "../../components/datastores/engines.ts";
import type { Trial } from "../../components/datastores/trials/trial.ts";
import type { Registry } from "../../config/images.ts";
import { asksWho } from "../../config/managed.ts";
import type { DatastorePlan, Plan } from "../../config/plan.ts";
import { type Check, failure, ok, unknown } from "../checks.ts";
import type { Cluster } from "../teardown/cluster.ts";
import { finished, type Job, jobsOf } from "../teardown/jobs.ts";
import { latest, reasonOf, shortened } from "./reasons.ts";
import { isOwnedBy, type Seen, see } from "./seen.ts";
import { type Client, PATIENCE_SECONDS, trialJob } from "./trial-job.ts";

export async function checkStores(
  cluster: Cluster,
  plan: Plan,
  seen: Seen,
  { isReadOnly, registry }: { isReadOnly: boolean; registry?: Registry },
): Promise<Check[]> {
  return Promise.all(
    plan.datastores.map(async (store) => {
      const what = `Datastore ${store.declared}`;
      if (isReadOnly) return unknown(what, "nothing was written to it: --read-only");
      if (seen.isSimulated) return unknown(what, "its machines are simulated: no server runs, so none was written to");
      if (asksWho(store))
        return unknown(what, "it knows its clients by who they are, and no client here is one of them");
      const { trial } = engines[store.engine];
      if (!trial) return unknown(what, `nothing here speaks to a ${store.engine}`);
      const client = clientOf(plan, seen, store, trial);
      if (!client) {
        return unknown(
          what,
          `no tier that runs has ${trial.needs.join(", ")} of it in its environment, which a client needs`,
        );
      }
      return tryStore(cluster, {
        what,
        namespace: plan.namespace,
        client,
        job: trialJob(store, trial, client, registry),
      });
    }),
  );
}

/** A tier that has all of it; rather one that nobody is led to. */
export function clientOf(plan: Plan, seen: Seen, store: DatastorePlan, trial: Trial): Client | undefined {
  const tiers = plan.tiers.filter(({ kind }) => kind !== "job");
  const byRank = tiers.toSorted((a, b) => Number(a.port !== undefined) - Number(b.port !== undefined));
  for (const tier of byRank) {
    const deployment = seen.deployments.find(({ metadata }) => metadata.name === tier.name);
    const variables = trial.needs.map((field) => {
      const found = Object.entries(tier.env).find(
        ([, value]) => value.kind === "datastore" && value.datastore === store.name && value.field === field,
      );
      return [`STORE_${field.toUpperCase()}`, found?.[0]] as const;
    });
    if (!deployment || variables.some(([, variable]) => variable === undefined)) continue;
    return { tier, deployment, variables: Object.fromEntries(variables) as Record<string, string> };
  }
  return undefined;
}

interface Attempt {
  what: string;
  namespace: string;
  client: Client;
  job: object;
}

export async function tryStore(cluster: Cluster, { what, namespace, client, job }: Attempt): Promise<Check> {
  const started = await cluster.send<Job>("POST", jobsOf(namespace), job);
  const name = started?.metadata.name as string;
  try {
    const end = await finished(cluster, namespace, name, PATIENCE_SECONDS + 10);
    if (end && end.failed === undefined) {
      return ok(what, `it took a value from a pod like those of ${client.tier.name}, and gave it back`);
    }
    const why = await wordsOf(cluster, namespace, name);
    return failure(
      what,
      `it did not take a value from a pod like those of ${client.tier.name} and give it back: ${why}`,
      `see that its server runs, and what ${client.tier.name} says of it`,
    );
  } finally {
    await cluster.send("DELETE", `${jobsOf(namespace)}/${name}?propagationPolicy=Background`);
  }
}

/** What its client said last, else why it has none. */
async function wordsOf({ ask }: Cluster, namespace: string, name: string): Promise<string> {
  const seen = await see(ask, namespace);
  const job = seen.jobs.find(({ metadata }) => metadata.name === name);
  if (!job) return "its job is gone";
  const pods = seen.pods.filter((pod) => isOwnedBy(pod, job.metadata.uid));
  const said = pods.flatMap(({ status }) => status?.containerStatuses?.[0]?.state?.terminated?.message ?? []);
  if (said[0] !== undefined) return shortened(said[0]);
  if (pods.length > 0) return reasonOf(seen, pods, []);
  const event = latest(seen, [job.metadata.uid]);
  return event ? shortened(`${event.reason}: ${event.message}`) : "no pod was made for it";
}
