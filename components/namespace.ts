import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ApiServerAddresses } from "../cloud/cloud.ts";
import type { Plan } from "../config/plan.ts";
import { REGISTRY } from "../config/secrets.ts";
import { allowControlPlane, injectionOf } from "./edge/mesh.ts";
import { ownerLabels } from "./labels.ts";
import type { SecretText } from "./secrets/secret-text.ts";
import type { Secrets } from "./secrets/secrets.ts";
import { vaultStore } from "./secrets/vault-store.ts";

export interface NamespaceArgs {
  plan: Plan;
  secrets: Secrets;
  apiServer: ApiServerAddresses;
}

/** Address of NodeLocal DNSCache, which runs on the node's own network and so in no namespace. */
const NODE_LOCAL_DNS = "169.254.20.10/32";

/**
 * The application's namespace: Pod Security *restricted* enforced, a quota and a limit range, and every connection
 * denied but DNS and the API server. Nothing runs in it before all of that stands.
 */
export class Namespace extends pulumi.ComponentResource {
  /** Its name, once it exists. */
  readonly namespaceName: pulumi.Output<string>;
  /** What every pod pulls its images with. */
  readonly imagePullSecrets?: { name: pulumi.Output<string> }[];
  /**
   * For `deletedWith`: what lies in it goes with it. None where it is protected: a destroy past the protection takes
   * what would go with it out of the state, and leaves it running.
   */
  readonly takesAlong?: k8s.core.v1.Namespace;

  constructor(name: string, args: NamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("landfall:kubernetes:Namespace", name, {}, opts);
    const { plan, apiServer, secrets } = args;

    const namespace = this.namespace(name, plan);
    this.namespaceName = namespace.metadata.name;
    if (!plan.profile.protectData) this.takesAlong = namespace;
    const metadata = { namespace: this.namespaceName, labels: ownerLabels(plan) };
    const inside = { parent: this, deletedWith: this.takesAlong };

    new k8s.core.v1.ResourceQuota(`${name}-quota`, { metadata, spec: { hard: hard(plan) } }, inside);
    new k8s.core.v1.LimitRange(`${name}-limits`, { metadata, spec: { limits: [DEFAULT_RESOURCES] } }, inside);
    new k8s.networking.v1.NetworkPolicy(
      `${name}-default-deny`,
      { metadata, spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } },
      inside,
    );
    new k8s.networking.v1.NetworkPolicy(
      `${name}-allow-dns-and-api-server`,
      { metadata, spec: { podSelector: {}, policyTypes: ["Egress"], egress: dnsAndApiServer(apiServer) } },
      inside,
    );

    const store = vaultStore(name, plan, metadata, inside);
    if (plan.registryCredentials) {
      const values = { [DOCKER_CONFIG]: dockerConfig(plan.registryCredentials) };
      const secret = secrets.store(
        `${name}-registry`,
        { metadata, type: "kubernetes.io/dockerconfigjson", values },
        store ? { ...inside, dependsOn: store } : inside,
      );
      this.imagePullSecrets = [{ name: secret.at(DOCKER_CONFIG).name }];
    }
    allowControlPlane(name, { plan, metadata }, inside);

    this.registerOutputs({ namespaceName: this.namespaceName });
  }

  private namespace(name: string, plan: Plan): k8s.core.v1.Namespace {
    const enforced = ["enforce", "audit", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "restricted"]);
    const longestGrace = Math.max(...plan.tiers.map((tier) => tier.terminationGracePeriodSeconds));
    return new k8s.core.v1.Namespace(
      `${name}-namespace`,
      {
        metadata: {
          name: plan.namespace,
          labels: { ...ownerLabels(plan), ...Object.fromEntries(enforced), ...injectionOf(plan) },
        },
      },
      {
        parent: this,
        protect: plan.profile.protectData,
        // Running work may take its whole grace period to finish.
        customTimeouts: { delete: `${longestGrace + 600}s` },
      },
    );
  }
}

/** For a container that states none; every one of Landfall's own does. */
const DEFAULT_RESOURCES = {
  type: "Container",
  default: { cpu: "500m", memory: "512Mi" },
  defaultRequest: { cpu: "100m", memory: "128Mi" },
};

function hard({ quota }: Plan): Record<string, string> {
  return {
    "requests.cpu": quota.requests.cpu,
    "requests.memory": quota.requests.memory,
    "limits.cpu": quota.limits.cpu,
    "limits.memory": quota.limits.memory,
    "requests.storage": quota.storage,
    pods: String(quota.pods),
  };
}

function dnsAndApiServer({
  cidrs,
  ports,
}: ApiServerAddresses): k8s.types.input.networking.v1.NetworkPolicyEgressRule[] {
  return [
    {
      to: [
        { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } },
        { ipBlock: { cidr: NODE_LOCAL_DNS } },
      ],
      ports: [
        { protocol: "UDP", port: 53 },
        { protocol: "TCP", port: 53 },
      ],
    },
    {
      to: pulumi.output(cidrs).apply((all) => all.map((cidr) => ({ ipBlock: { cidr } }))),
      ports: ports.map((port) => ({ protocol: "TCP", port })),
    },
  ];
}

const DOCKER_CONFIG = ".dockerconfigjson";

function dockerConfig({ server, username }: { server: string; username: string }): SecretText {
  return {
    secret: REGISTRY,
    write: ({ json, basicAuth }) => {
      const account = `"username":${JSON.stringify(username)},"password":${json},"auth":"${basicAuth(username)}"`;
      return `{"auths":{${JSON.stringify(server)}:{${account}}}}`;
    },
  };
}
