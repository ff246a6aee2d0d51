import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { EksPlan } from "./plan.ts";

/** Images that no tag names any more are kept for so long. */
const UNTAGGED_DAYS = 14;

/** Registries of the application's own images: tags stay what they are, and every image is scanned. */
export function createRepositories(
  name: string,
  { repositories, deletionProtection }: EksPlan,
  opts: pulumi.CustomResourceOptions,
): void {
  for (const repository of repositories) {
    const logical = `${name}-${repository.replaceAll("/", "-")}`;
    const made = new aws.ecr.Repository(
      `${logical}-repository`,
      {
        name: repository,
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [{ encryptionType: "AES256" }],
        forceDelete: !deletionProtection,
      },
      { ...opts, protect: deletionProtection },
    );
    new aws.ecr.LifecyclePolicy(
      `${logical}-lifecycle`,
      {
        repository: made.name,
        policy: JSON.stringify({
          rules: [
            {
              rulePriority: 1,
              description: "Images without a tag",
              selection: {
                tagStatus: "untagged",
                countType: "sinceImagePushed",
                countUnit: "days",
                countNumber: UNTAGGED_DAYS,
              },
              action: { type: "expire" },
            },
          ],
        }),
      },
      opts,
    );
  }
}
