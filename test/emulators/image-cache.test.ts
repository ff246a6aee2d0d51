import assert from "node:assert/strict";
import { aws } from "../../local/emulators/aws/aws.ts";
import { azureNative } from "../../local/emulators/azure-native/azure-native.ts";
import { gcp } from "../../local/emulators/gcp/gcp.ts";
import { SUBSCRIPTION } from "../support/clouds.ts";
import { Emulated } from "../support/emulated.ts";

describe("Copies of public images in the emulated AWS", () => {
  const RULE = "aws:ecr/pullThroughCacheRule:PullThroughCacheRule";
  let cloud: Emulated;
  beforeEach(() => {
    cloud = new Emulated(aws, { region: "eu-west-1" });
  });
  afterEach(() => cloud.forget());

  it("are refused of a registry that ECR does not know or has no account at, and under a prefix too long", async () => {
    const rule = { ecrRepositoryPrefix: "shop/quay", upstreamRegistryUrl: "quay.io" };
    await cloud.refusesEach(RULE, rule, [
      [{ upstreamRegistryUrl: "docker.io" }, /"docker.io" is not one of public.ecr.aws/],
      [{ upstreamRegistryUrl: "registry-1.docker.io" }, /credentialArn is required for registry-1.docker.io/],
      [{ credentialArn: "arn:aws:secretsmanager:eu-west-1:1:secret:hub" }, /credentialArn .* does not match/],
      [{ ecrRepositoryPrefix: "a-shop-with-a-long-name/docker-hub" }, /34 is not between 2 and 30/],
    ]);
    const { change } = await cloud.make(RULE, rule);
    await assert.rejects(cloud.make(RULE, rule, "again"), /AlreadyExists/);
    assert.deepEqual(await change({ ecrRepositoryPrefix: "shop/other" }), ["ecrRepositoryPrefix"]);
  });

  it("have tags for AWS only where a role sets them", async () => {
    await cloud.refusesEach(
      "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
      { prefix: "shop/quay", appliedFors: ["PULL_THROUGH_CACHE"] },
      [
        [{ appliedFors: ["PULL"] }, /"PULL" is not one of/],
        [{ imageTagMutability: "NEVER" }, /"NEVER" is not one of/],
        [{ resourceTags: { team: "shop" } }, /customRoleArn is required for tags/],
      ],
    );
  });
});

describe("Copies of public images in the emulated Google Cloud", () => {
  const REPOSITORY = "gcp:artifactregistry/repository:Repository";
  let cloud: Emulated;
  beforeEach(async () => {
    cloud = new Emulated(gcp, { project: "my-project-123456", region: "europe-west4" });
    for (const api of ["artifactregistry", "secretmanager"]) {
      await cloud.make("gcp:projects/service:Service", { service: `${api}.googleapis.com` });
    }
  });
  afterEach(() => cloud.forget());

  it("are in repositories of their own mode, made once the account's password can be read", async () => {
    const remote = {
      repositoryId: "shop-docker",
      location: "europe-west4",
      format: "DOCKER",
      mode: "REMOTE_REPOSITORY",
      remoteRepositoryConfig: {
        dockerRepository: { publicRepository: "DOCKER_HUB" },
        upstreamCredentials: {
          usernamePasswordCredentials: {
            username: "shop",
            passwordSecretVersion: "projects/my-project-123456/secrets/hub/versions/1",
          },
        },
      },
    };
    await cloud.refusesEach(REPOSITORY, remote, [
      [{ mode: "STANDARD_REPOSITORY" }, /remoteRepositoryConfig is for repositories of mode REMOTE_REPOSITORY/],
      [{ remoteRepositoryConfig: undefined }, /remoteRepositoryConfig is for repositories of mode REMOTE_REPOSITORY/],
      [{ dockerConfig: { immutableTags: true } }, /dockerConfig is for standard repositories/],
      [{}, /Artifact Registry's service agent may not access .*hub/],
    ]);
    const agent = await cloud.make("gcp:projects/serviceIdentity:ServiceIdentity", {
      service: "artifactregistry.googleapis.com",
    });
    await cloud.make("gcp:secretmanager/secretIamMember:SecretIamMember", {
      secretId: "hub",
      role: "roles/secretmanager.secretAccessor",
      member: agent.outputs.member,
    });
    const { change } = await cloud.make(REPOSITORY, remote);
    assert.deepEqual(await change({ repositoryId: "other" }), ["repositoryId"]);
  });
});

describe("Copies of public images in the emulated Azure", () => {
  const type = (name: string) => `azure-native:containerregistry:${name}`;
  let cloud: Emulated;
  const inRegistry = { resourceGroupName: "shop", registryName: "shop1" };
  beforeEach(async () => {
    cloud = new Emulated(azureNative, { subscriptionId: SUBSCRIPTION, location: "westeurope" });
    await cloud.make("azure-native:resources:ResourceGroup", { resourceGroupName: "shop" });
    await cloud.make(type("Registry"), { ...inRegistry, sku: { name: "Standard" } });
  });
  afterEach(() => cloud.forget());

  const RULE = {
    ...inRegistry,
    cacheRuleName: "cache-hub",
    sourceRepository: "docker.io/*",
    targetRepository: "hub/*",
  };
  const CREDENTIALS = {
    ...inRegistry,
    credentialSetName: "account-hub",
    loginServer: "docker.io",
    identity: { type: "SystemAssigned" },
    authCredentials: [
      {
        name: "Credential1",
        usernameSecretIdentifier: "https://keys.vault.azure.net/secrets/user",
        passwordSecretIdentifier: "https://keys.vault.azure.net/secrets/token",
      },
    ],
  };

  it("are not zonal or private in a registry that is not Premium", async () => {
    const registry = { ...inRegistry, registryName: "shop2", sku: { name: "Standard" } };
    await cloud.refusesEach(type("Registry"), registry, [
      [{ publicNetworkAccess: "Disabled" }, /only a Premium registry can be private/],
      [{ zoneRedundancy: "Enabled" }, /is said of Premium registries only/],
    ]);
  });

  it("want an account at Docker Hub, which the registry may read", async () => {
    await cloud.refuses(type("CacheRule"), RULE, /credentialSetResourceId is required for docker.io/);
    const [credential] = CREDENTIALS.authCredentials;
    const authCredentials = [{ ...credential, passwordSecretIdentifier: "token" }];
    await cloud.refuses(type("CredentialSet"), { ...CREDENTIALS, authCredentials }, /"token" does not match/);
    const { id, outputs, remove } = await cloud.make(type("CredentialSet"), CREDENTIALS);
    const rule = { ...RULE, credentialSetResourceId: id };
    await cloud.refuses(type("CacheRule"), rule, /CredentialSetUnhealthy/);
    await cloud.make("azure-native:authorization:RoleAssignment", {
      principalId: (outputs.identity as { principalId: string }).principalId,
      principalType: "ServicePrincipal",
      roleDefinitionId: `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6`,
      scope: `/subscriptions/${SUBSCRIPTION}/resourceGroups/keys/providers/Microsoft.KeyVault/vaults/keys`,
    });
    await cloud.refusesEach(type("CacheRule"), rule, [
      [{ cacheRuleName: "hub" }, /"hub" does not match/],
      [{ sourceRepository: "registry.example.com/*" }, /"registry.example.com" is not one of/],
      [{ targetRepository: "hub/one" }, /has a wildcard where the source has one/],
    ]);
    await cloud.make(type("CacheRule"), rule);
    await cloud.refuses(type("CacheRule"), { ...rule, cacheRuleName: "cache-two" }, /CacheRuleOverlaps/);
    await assert.rejects(remove(), /still used by .*cacheRules\/cache-hub/);
  });
});
