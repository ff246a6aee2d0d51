import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Cloud, Permit } from "../../cloud/cloud.ts";
import { type Addon, type Values, valueAt } from "../../config/addons/addon.ts";
import { catalogue } from "../../config/addons/catalogue.ts";
import type { AddonNamespacePlan } from "../../config/addons/namespaces.ts";
import type { AddonPlan } from "../../config/addons.ts";
import { overlay } from "../../config/layers.ts";
import type { Plan } from "../../config/plan.ts";
import { ownerLabels } from "../labels.ts";

export interface AddonsArgs {
  plan: Plan;
  secrets: Record<string, pulumi.Output<string>>;
  cloud: Cloud;
}

/** How long a chart's pods may take to be ready, images pulled and all. */
const TIMEOUT_SECONDS = 600;

/** What the cluster lacked, each in a namespace of its own: installed before the application, removed after it. */
export class Addons extends pulumi.ComponentResource {
  constructor(name: string, args: AddonsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("landfall:addons:Addons", name, {}, opts);
    const { plan } = args;

    const namespaces = new Map(
      plan.addons.namespaces.map((wanted) => [wanted.name, namespace(name, plan, wanted, { parent: this })]),
    );
    const releases = new Map<string, k8s.helm.v3.Release>();
    for (const addon of plan.addons.list) {
      const into = namespaces.get(addon.namespace) as k8s.core.v1.Namespace;
      const after = addon.after.map((other) => releases.get(other) as k8s.helm.v3.Release);
      const permit = permitOf(name, args, addon, { parent: this });
      const dependsOn = [...after, ...(permit?.ready ?? [])];
      const installed = release(name, args, { ...addon, values: valuesOf(addon, permit) }, into, {
        parent: this,
        dependsOn,
      });
      releases.set(addon.name, installed);
      objects(name, args, addon, into, { parent: this, dependsOn: installed });
    }

    this.registerOutputs({});
  }
}

/** What the application waits for: the add-ons, if the stack has any. */
export function installAddons(name: string, args: AddonsArgs, opts?: pulumi.ComponentResourceOptions): Addons[] {
  return args.plan.addons.list.length > 0 ? [new Addons(name, args, opts)] : [];
}

function namespace(
  name: string,
  plan: Plan,
  { name: wanted, podSecurity, protect }: AddonNamespacePlan,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Namespace {
  const admitted = ["enforce", "audit", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, podSecurity]);
  return new k8s.core.v1.Namespace(
    `${name}-${wanted}-namespace`,
    { metadata: { name: wanted, labels: { ...ownerLabels(plan), ...Object.fromEntries(admitted) } } },
    { ...opts, protect },
  );
}

function permitOf(
  name: string,
  { cloud }: AddonsArgs,
  { name: addon, identity, namespace }: AddonPlan,
  opts: pulumi.ComponentResourceOptions,
): Permit | undefined {
  if (!identity) return undefined;
  const { permits: purpose, serviceAccount } = identity;
  return cloud.permit(`${name}-${addon}`, { purpose, serviceAccount, namespace }, opts);
}

/** The plan's values over those that the cloud brings. */
function valuesOf({ name, identity, values }: AddonPlan, permit: Permit | undefined): Values {
  if (!identity || !permit) return values;
  const { annotations, podLabels } = permit;
  const { standing }: Addon = catalogue[name];
  const { serviceAccount, paths } = identity;
  return [
    valueAt(paths.serviceAccount, { name: serviceAccount, ...(annotations ? { annotations } : {}) }),
    ...(podLabels ? [valueAt(paths.podLabels, podLabels)] : []),
    values,
  ].reduce<Values>((base, over) => overlay(base, over), standing?.(permit) ?? {});
}

function release(
  name: string,
  { secrets }: AddonsArgs,
  addon: AddonPlan,
  into: k8s.core.v1.Namespace,
  opts: pulumi.CustomResourceOptions,
): k8s.helm.v3.Release {
  return new k8s.helm.v3.Release(
    `${name}-${addon.name}`,
    {
      name: addon.name,
      namespace: into.metadata.name,
      chart: addon.chart,
      version: addon.version,
      repositoryOpts: addon.repository ? { repo: addon.repository } : undefined,
      values: Object.entries(addon.secretValues).reduce(
        (values, [path, secret]) => overlay(values, valueAt(path, secrets[secret])),
        addon.values,
      ),
      // Waits until everything is ready; what failed is taken back.
      atomic: true,
      timeout: TIMEOUT_SECONDS,
      maxHistory: 5,
    },
    opts,
  );
}

/** Custom resources that the chart leaves to its users, and Secrets that they name. */
function objects(
  name: string,
  { plan, secrets }: AddonsArgs,
  addon: AddonPlan,
  into: k8s.core.v1.Namespace,
  opts: pulumi.CustomResourceOptions,
): void {
  const metadata = { namespace: into.metadata.name, labels: ownerLabels(plan) };
  for (const { name: secret, type, data } of addon.secrets) {
    const stringData = Object.fromEntries(
      Object.entries(data).map(([key, from]) => [key, secrets[from] as pulumi.Output<string>]),
    );
    new k8s.core.v1.Secret(
      `${name}-${addon.name}-${secret}`,
      { metadata: { ...metadata, name: secret }, type, stringData },
      opts,
    );
  }
  for (const { apiVersion, kind, name: object, belongsToCluster, labels, spec, fields } of addon.objects) {
    const placed = belongsToCluster ? {} : { namespace: metadata.namespace };
    new k8s.apiextensions.CustomResource(
      `${name}-${addon.name}-${object}-${kind.toLowerCase()}`,
      {
        apiVersion,
        kind,
        metadata: { ...placed, labels: { ...metadata.labels, ...labels }, name: object },
        ...(spec ? { spec } : {}),
        ...fields,
      },
      opts,
    );
  }
}
