import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { type RemoteRegistry, repositoryOf } from "./image-cache-plan.ts";
import type { GkePlan } from "./plan.ts";

/** In seconds: a copy that is older goes, unless it is one of the newest. */
const THIRTY_DAYS = "2592000s";
const KEPT_COPIES = 10;

export interface ImageCacheArgs {
  plan: GkePlan;
  /** What the machines run as. */
  reader: gcp.serviceaccount.Account;
  /** The APIs that it is made with. */
  services: pulumi.Resource[];
}

/** Repositories of Artifact Registry that fetch what they lack from public registries, and keep it. */
export class ImageCache extends pulumi.ComponentResource {
  constructor(name: string, { plan, reader, services }: ImageCacheArgs, opts?: pulumi.ComponentResourceOptions) {
    super("landfall:gcp:ImageCache", `${name}-image-cache`, {}, opts);
    const early = { parent: this, dependsOn: services };
    const granted = this.letIn(name, plan, early);
    for (const remote of plan.imageCaches) {
      const { name: repository } = this.repository(name, remote, plan, {
        parent: this,
        dependsOn: [...services, ...granted],
      });
      new gcp.artifactregistry.RepositoryIamMember(
        `${name}-${remote.host}-cache-reader`,
        { repository, location: plan.region, role: "roles/artifactregistry.reader", member: reader.member },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }

  /** Has Artifact Registry read the passwords of the accounts. */
  private letIn(name: string, { imageCaches, project }: GkePlan, opts: pulumi.CustomResourceOptions) {
    const versions = imageCaches.flatMap(({ account }) => account?.passwordSecretVersion ?? []);
    if (versions.length === 0) return [];
    const agent = new gcp.projects.ServiceIdentity(
      `${name}-registry-agent`,
      { service: "artifactregistry.googleapis.com" },
      opts,
    );
    const secretIds = new Set(versions.map((version) => version.split("/")[3] as string));
    return [...secretIds].map(
      (secretId) =>
        new gcp.secretmanager.SecretIamMember(
          `${name}-registry-agent-${secretId}`,
          { project, secretId, role: "roles/secretmanager.secretAccessor", member: agent.member },
          opts,
        ),
    );
  }

  private repository(name: string, remote: RemoteRegistry, { region }: GkePlan, opts: pulumi.CustomResourceOptions) {
    const { host, account } = remote;
    return new gcp.artifactregistry.Repository(
      `${name}-${host}-cache`,
      {
        repositoryId: repositoryOf(remote),
        location: region,
        format: "DOCKER",
        mode: "REMOTE_REPOSITORY",
        description: `Copies of ${host}`,
        remoteRepositoryConfig: {
          description: host,
          ...(host === "docker.io"
            ? { dockerRepository: { publicRepository: "DOCKER_HUB" } }
            : { commonRepository: { uri: `https://${host}` } }),
          upstreamCredentials: account && { usernamePasswordCredentials: account },
        },
        cleanupPolicies: [
          { id: "old", action: "DELETE", condition: { olderThan: THIRTY_DAYS } },
          { id: "newest", action: "KEEP", mostRecentVersions: { keepCount: KEPT_COPIES } },
        ],
      },
      opts,
    );
  }
}
