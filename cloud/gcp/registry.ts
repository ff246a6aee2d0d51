import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";

/** A Docker repository for the application's images, which the machines may read. */
export function createRegistry(
  name: string,
  region: string,
  reader: gcp.serviceaccount.Account,
  opts: pulumi.CustomResourceOptions,
): void {
  const repository = new gcp.artifactregistry.Repository(
    `${name}-images`,
    {
      repositoryId: name,
      location: region,
      format: "DOCKER",
      description: `Images of ${name}`,
      dockerConfig: { immutableTags: true },
    },
    opts,
  );
  new gcp.artifactregistry.RepositoryIamMember(
    `${name}-images-reader`,
    { repository: repository.name, location: region, role: "roles/artifactregistry.reader", member: reader.member },
    opts,
  );
}
