/** What of a stack's capacity its owner has to know. */
import type { Plan } from "../../config/plan.ts";
import type { CapacityDetail, Scenario, Waiting } from "./capacity.ts";
import type { Finding } from "./proof.ts";
import { bundledStore, insteadOfOneServer } from "./servers.ts";

/** Above it, a pool has hardly a machine left for what nobody foresaw. */
const NEARLY_FULL_PERCENT = 90;

export function findingsOf(plan: Plan, detail: CapacityDetail): Finding[] {
  const { cluster, profileName } = plan;
  const [least, most, ...losses] = detail.scenarios as [Scenario, Scenario, ...Scenario[]];
  const own = cluster.provider === "kubeconfig" || cluster.provider === "stack";
  const production = profileName === "production";
  const always = new Set(least.waiting.map(({ subject }) => subject));
  return [
    ...least.waiting.map((waiting) => atLeast(waiting)),
    ...most.waiting.filter(({ subject }) => !always.has(subject)).map((waiting) => atMost(waiting, own)),
    ...nearlyFull(detail, own),
    ...oneZone(detail, losses, production),
    ...eachOnce(losses.filter(({ rooms }) => rooms.length > 0))
      .filter(({ waiting: { subject } }) => !always.has(subject))
      .map(({ zones, waiting }) => inLoss(plan, zones, waiting)),
  ];
}

/** What waits in the same way whichever of several zones is gone. */
function eachOnce(losses: readonly Scenario[]): { zones: string[]; waiting: Waiting }[] {
  const all = losses.flatMap(({ zone, waiting }) => waiting.map((one) => ({ zone: zone as string, waiting: one })));
  const alike = Map.groupBy(all, ({ waiting }) => JSON.stringify(waiting));
  return [...alike.values()].map((same) => ({
    zones: same.map(({ zone }) => zone),
    waiting: (same[0] as (typeof same)[number]).waiting,
  }));
}

const QUOTA = "raise the quota, or leave it out: it is then the sum of everything at its largest";

function atLeast({ subject, pods, placed, because, refused }: Waiting): Finding {
  return {
    severity: "failure",
    subject,
    sentence: `${pods} of its ${pods + placed} pods found no machine even at the fewest: ${because}.`,
    fix: refused
      ? QUOTA
      : "raise landfall:cluster.nodePools.<pool>.max or take a larger machine, or lower the tier's resources.requests",
  };
}

function atMost({ subject, pods, placed, because, refused }: Waiting, own: boolean): Finding {
  return {
    severity: own && !refused ? "warning" : "failure",
    subject,
    sentence: `With every autoscaler at its most, ${pods} of its ${pods + placed} pods found no machine: ${because}.`,
    fix: refused
      ? QUOTA
      : own
        ? "see that your machines have more room than the rehearsal's, or that an autoscaler adds some"
        : "raise landfall:cluster.nodePools.<pool>.max, or lower autoscale.max of the tier",
  };
}

function nearlyFull({ firstFull, scenarios }: CapacityDetail, own: boolean): Finding[] {
  if (own || !firstFull || firstFull.percent < NEARLY_FULL_PERCENT || scenarios[1]?.waiting.length) return [];
  const { pool, resource, percent } = firstFull;
  return [
    {
      severity: "warning",
      subject: `pool ${pool}`,
      sentence: `With every autoscaler at its most, pods ask for ${percent} % of the ${resource} that the pool has when it is grown as far as it may.`,
      fix: `raise landfall:cluster.nodePools.${pool}.max`,
    },
  ];
}

/** A zone without which there is no machine. */
function oneZone({ pools }: CapacityDetail, losses: readonly Scenario[], production: boolean): Finding[] {
  return losses
    .filter(({ rooms }) => rooms.length === 0)
    .map(({ zone }) => ({
      severity: production ? "failure" : "warning",
      subject: pools.map(({ name }) => `pool ${name}`).join(", "),
      sentence: `All machines are in ${zone}: when it is gone, everything is.`,
      fix: "give the cluster three zones",
    }));
}

const anyOf = new Intl.ListFormat("en", { type: "disjunction" });

function inLoss(plan: Plan, zones: readonly string[], { subject, pods, placed, because }: Waiting): Finding {
  const without = `Without ${anyOf.format(zones)}`;
  const all = pods + placed;
  if (placed > 0) {
    return {
      severity: "warning",
      subject,
      sentence: `${without}, ${placed} of its ${all} pods run until the zone is back, or its machines are removed: ${because}.`,
      fix: "see that as many carry the load; more replicas over the other zones make up for it",
    };
  }
  const alone = all === 1;
  const store = bundledStore(plan, subject.slice(subject.indexOf("/") + 1));
  const none = alone ? "its only pod does not run" : `none of its ${all} pods runs`;
  return {
    severity: plan.profileName === "production" && !alone ? "failure" : "warning",
    subject,
    sentence: `${without}, ${none} until the zone is back: ${because}.`,
    fix: !alone
      ? "spread its pool over several zones, or let it run on another pool too"
      : store
        ? insteadOfOneServer(store, plan.cluster)
        : "give it a volume that all zones reach",
  };
}
