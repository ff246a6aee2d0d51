import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Cloud } from "../../cloud/cloud.ts";
import { asksWho } from "../../config/managed.ts";
import { MOVE_RESOURCES, type MovePlan } from "../../config/moves.ts";
import type { DatastorePlan, Plan } from "../../config/plan.ts";
import { type Account, createAccount } from "../access.ts";
import { labelsOf } from "../labels.ts";
import type { Namespace } from "../namespace.ts";
import { allowLinks } from "../network.ts";
import { containerSecurity, podSecurity, pulled, scratch } from "../pod.ts";
import type { SecretValue } from "../secrets/secret-text.ts";
import type { Secrets, StoredSecret } from "../secrets/secrets.ts";
import type { Connection } from "./datastore.ts";
import type { Endpoint, Transfer } from "./engine.ts";
import { engines } from "./engines.ts";

export interface MoveArgs {
  plan: Plan;
  move: MovePlan;
  namespace: Namespace;
  cloud: Cloud;
  from: Connection;
  to: Connection;
  secrets: Secrets;
}

interface Metadata {
  namespace: pulumi.Output<string>;
  labels: Record<string, string>;
}

/** A copy of many gigabytes takes its time; Pulumi gives a job ten minutes unless it is told. */
const PATIENCE = "24h";

/** Copies all that one store has to another, then compares the two. The update waits for both, and fails with them. */
export class Move extends pulumi.ComponentResource {
  constructor(name: string, args: MoveArgs, opts: pulumi.ComponentResourceOptions) {
    super("landfall:datastores:Move", name, {}, opts);
    const { plan, move, namespace, cloud, from, to } = args;

    const metadata = { namespace: namespace.namespaceName, labels: labelsOf(plan, move.name) };
    const inside = { parent: this, deletedWith: namespace.takesAlong, dependsOn: namespace };
    const network = allowLinks(name, { plan, component: move.name, namespace: metadata.namespace }, inside);
    const datastores = [move.from, move.to].filter(asksWho);
    const account = createAccount(name, { plan, namespace, cloud, component: move.name, datastores }, inside);
    const pod = { ...args, metadata, account, passwords: passwords(name, args, metadata, inside) };

    const { copy, verify } = engines[move.to.engine].transfer as Transfer;
    // Each stage has a job of its own, for a job that has run does not run again; by a fixed name, for an engine that is
    // killed does not know what it was making.
    const step = (title: string, script: string, before: pulumi.Resource[]) =>
      new k8s.batch.v1.Job(
        `${name}-${move.stage}-${title}`,
        {
          metadata: { ...metadata, name: `${move.name}-${move.stage}-${title}` },
          spec: {
            backoffLimit: 2,
            template: {
              metadata: { labels: { ...metadata.labels, ...account.podLabels } },
              spec: podSpec(pod, title, script),
            },
          },
        },
        { ...inside, dependsOn: [namespace, network, ...before], customTimeouts: { create: PATIENCE } },
      );
    const stillRunning = move.graceSeconds > 0 ? `sleep ${move.graceSeconds}\n` : "";
    const copied = step("copy", `${stillRunning}${copy}`, [...from.ready, ...to.ready]);
    step("verify", verify, [copied]);

    this.registerOutputs({});
  }
}

function passwords(
  name: string,
  { from, to, secrets }: MoveArgs,
  metadata: Metadata,
  opts: pulumi.CustomResourceOptions,
): StoredSecret["envFrom"] {
  const values: Record<string, SecretValue> = {};
  for (const [side, connection] of Object.entries({ FROM: from, TO: to })) {
    if (!connection.has("password")) continue;
    const field = connection.field("password");
    if (field.secret) values[`${side}_PASSWORD`] = field.value;
  }
  return Object.keys(values).length > 0 ? secrets.store(`${name}-secret`, { metadata, values }, opts).envFrom : [];
}

function podSpec(
  args: MoveArgs & { account: Account; passwords: StoredSecret["envFrom"] },
  title: string,
  script: string,
): k8s.types.input.core.v1.PodSpec {
  const { plan, move, namespace, account, from, to } = args;
  const { volumes, volumeMounts } = scratch(["/tmp"]);
  const authorities = [
    { side: "from", connection: from },
    { side: "to", connection: to },
  ].flatMap(({ side, connection: { certificates } }) =>
    certificates ? [{ name: `${side}-certificates`, configMap: { name: certificates } }] : [],
  );
  return {
    restartPolicy: "Never",
    serviceAccountName: account.serviceAccount.metadata.name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    imagePullSecrets: namespace.imagePullSecrets,
    securityContext: podSecurity(plan.confinement, move.image.uid, move.image.gid),
    containers: pulled(plan, [
      {
        name: title,
        image: move.image.reference,
        command: ["sh", "-euc", script],
        env: [{ name: "HOME", value: "/tmp" }, ...sideOf("FROM", move.from, from), ...sideOf("TO", move.to, to)],
        envFrom: args.passwords,
        resources: MOVE_RESOURCES,
        securityContext: containerSecurity,
        volumeMounts: [
          ...volumeMounts,
          ...authorities.map(({ name }) => ({ name, mountPath: `/etc/landfall/${name}`, readOnly: true })),
        ],
      },
    ]),
    volumes: [...volumes, ...authorities],
  };
}

/** What the scripts know a store by. */
export function sideOf(
  side: "FROM" | "TO",
  store: DatastorePlan,
  { endpoint, certificates, field }: Connection,
): k8s.types.input.core.v1.EnvVar[] {
  const { fields, urlHoldsPassword } = engines[store.engine];
  const of = (text: (endpoint: Endpoint) => string) => endpoint.apply(text);
  const url = fields.includes("url") && !urlHoldsPassword ? field("url") : undefined;
  const values: Record<string, pulumi.Input<string>> = {
    HOST: of(({ host }) => host),
    PORT: of(({ port }) => String(port)),
    USERNAME: of(({ username }) => username),
    DATABASE: of(({ database }) => database),
    BUCKETS: of(({ buckets }) => buckets.join(" ")),
    TLS: of(({ tls }) => String(tls)),
    CA: certificates ? `/etc/landfall/${side.toLowerCase()}-certificates/${store.declared}.pem` : "",
    ACCESS: asksWho(store) ? "identity" : "password",
    ...(url && !url.secret ? { URL: url.value } : {}),
  };
  return Object.entries(values).map(([name, value]) => ({ name: `${side}_${name}`, value }));
}
