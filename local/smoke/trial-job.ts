/** The pod that writes a value to a datastore and reads it back, as a client of it that is there. */
import { randomBytes } from "node:crypto";
import { engines } from "../../components/datastores/engines.ts";
import type { Trial } from "../../components/datastores/trials/trial.ts";
import { containerSecurity, scratch } from "../../components/pod.ts";
import { BACKUP_RESOURCES } from "../../config/backup-resources.ts";
import { fromRegistry, type Registry } from "../../config/images.ts";
import type { DatastorePlan, TierPlan } from "../../config/plan.ts";
import type { Deployment, Template } from "./seen.ts";

/** A client's image may have to be pulled, and a managed store may be waking up. */
export const PATIENCE_SECONDS = 180;

/** A tier that uses a datastore. */
export interface Client {
  tier: TierPlan;
  deployment: Deployment;
  /** Of the tier's environment, by what the trial calls them. */
  variables: Record<string, string>;
}

/** Never true, so that a pod with the tier's labels is in none of its Services. */
const NEVER_READY = "landfall.dev/never-ready";

/** The tier's pod (labels, account, environment, certificates), with the store's client in the place of the program. */
export function trialJob(store: DatastorePlan, trial: Trial, { deployment, variables }: Client, registry?: Registry) {
  const { metadata, spec } = deployment.spec.template;
  const [container] = spec.containers;
  const image = trial.image ?? serverImage(store);
  const { volumes, volumeMounts } = scratch(["/tmp"]);
  const kept = keptOf(spec, container);
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      generateName: `${store.name.slice(0, 40)}-smoke-`,
      labels: { "app.kubernetes.io/managed-by": "landfall", "app.kubernetes.io/component": "smoke" },
    },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: PATIENCE_SECONDS,
      ttlSecondsAfterFinished: PATIENCE_SECONDS,
      template: {
        metadata,
        spec: {
          restartPolicy: "Never",
          readinessGates: [{ conditionType: NEVER_READY }],
          ...kept.pod,
          securityContext: {
            ...(spec.securityContext as object),
            ...{ runAsUser: image.uid, runAsGroup: image.gid, fsGroup: image.gid },
          },
          containers: [
            {
              name: "smoke",
              image: fromRegistry(image.reference, registry),
              command: ["sh", "-euc", `${named(variables)}\n${trial.script}`],
              ...kept.container,
              env: [
                ...((container?.env as object[] | undefined) ?? []),
                { name: "HOME", value: "/tmp" },
                { name: "MARK", value: randomBytes(8).toString("hex") },
              ],
              resources: BACKUP_RESOURCES,
              securityContext: containerSecurity,
              terminationMessagePolicy: "FallbackToLogsOnError",
              volumeMounts: [...volumeMounts, ...kept.mounts],
            },
          ],
          volumes: [...volumes, ...kept.volumes],
        },
      },
    },
  };
}

const CERTIFICATES_VOLUME = "store-certificates";

/** What of the tier's pod a client needs; its scratch volumes, claims and probes it does not. */
function keptOf(spec: Template["spec"], container: Record<string, unknown> | undefined) {
  const pick = (from: Record<string, unknown> | undefined, keys: readonly string[]) =>
    Object.fromEntries(keys.flatMap((key) => (from?.[key] === undefined ? [] : [[key, from[key]]])));
  const isKept = ({ name }: { name: string }) => name === CERTIFICATES_VOLUME;
  return {
    pod: pick(spec, [
      "serviceAccountName",
      "automountServiceAccountToken",
      "enableServiceLinks",
      "imagePullSecrets",
      "nodeSelector",
      "tolerations",
    ]),
    container: pick(container, ["envFrom"]),
    volumes: ((spec.volumes as { name: string }[] | undefined) ?? []).filter(isKept),
    mounts: ((container?.volumeMounts as { name: string }[] | undefined) ?? []).filter(isKept),
  };
}

/** The tier's variables under the trial's names. */
function named(variables: Record<string, string>): string {
  return Object.entries(variables)
    .map(([name, variable]) => `export ${name}="$${variable}"`)
    .join("\n");
}

function serverImage({ engine, ...store }: DatastorePlan) {
  const { images } = engines[engine];
  const version = "version" in store && store.version !== undefined ? store.version : "";
  return (images[version] ?? Object.values(images)[0]) as NonNullable<(typeof images)[string]>;
}
