import assert from "node:assert/strict";
import { fromFolder, fromRegistry } from "../../config/images.ts";
import { clusterOf, onAks, onEks, onGke, SUBSCRIPTION } from "../support/clouds.ts";
import { planOf, refuses, type Shop } from "../support/shop.ts";

const ACCOUNT = "123456789012";
const SECRET = (region: string) => `arn:aws:secretsmanager:${region}:${ACCOUNT}:secret:ecr-pullthroughcache/hub-AbCdEf`;
const VAULT = `/subscriptions/${SUBSCRIPTION}/resourceGroups/keys/providers/Microsoft.KeyVault/vaults/keys`;
const PASSWORD = (project: string) => ({
  username: "shop",
  passwordSecretVersion: `projects/${project}/secrets/hub/versions/1`,
});

const ECR = { account: ACCOUNT, imageCache: { "docker.io": SECRET("eu-west-1") } };
const OPEN = ["public.ecr.aws", "quay.io", "registry.k8s.io"];
const hostsOf = ({ imageCaches }: { imageCaches: { host: string }[] }) => imageCaches.map(({ host }) => host);

describe("Copies of public images", () => {
  it("are kept of registries that want no account, and of those that have one", () => {
    assert.deepEqual(hostsOf(clusterOf("eks", onEks())), []);
    assert.deepEqual(hostsOf(clusterOf("eks", onEks({ account: ACCOUNT, imageCache: true }))), OPEN);
    assert.deepEqual(hostsOf(clusterOf("eks", onEks(ECR))), ["docker.io", ...OPEN]);
    assert.deepEqual(hostsOf(clusterOf("gke", onGke({ imageCache: true }))), ["docker.io", "ghcr.io", ...OPEN]);
    assert.deepEqual(hostsOf(clusterOf("aks", onAks({ imageCache: true }))), ["ghcr.io", ...OPEN]);
  });

  const imagesOf = (change: (shop: Shop) => void) => {
    const { tiers, datastores } = planOf(change);
    const db = datastores.find(({ name }) => name === "db");
    return [tiers[0]?.image, db?.mode === "bundled" ? db.image : undefined];
  };
  const [tier, db] = imagesOf(() => {});

  it("are where the images of tiers and stores are pulled from", () => {
    const path = (image: string | undefined) => image?.replace(/^docker\.io\//, "");
    const at = (registry: string) => [`${registry}/${path(tier)}`, `${registry}/${path(db)}`];
    assert.deepEqual(imagesOf(onEks(ECR)), at(`${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/shop-staging/docker`));
    const gke = "europe-west4-docker.pkg.dev/my-project-123456/shop-staging-docker";
    assert.deepEqual(imagesOf(onGke({ imageCache: true })), at(gke));
  });

  it("take nothing from a registry that the cloud keeps none of", () => {
    assert.deepEqual(imagesOf(onAks({ imageCache: true })), [tier, db]);
    const change = ({ stack }: Shop) => (stack.tiers = { web: { image: "registry.example.com/shop/web:2" } });
    assert.equal(imagesOf(onEks(ECR, change))[0], "registry.example.com/shop/web:2");
  });

  it("have a registry on AKS to be in", () => {
    assert.equal(clusterOf("aks", onAks({ imageCache: true })).containerRegistry, "new");
    assert.equal(
      clusterOf("aks", onAks({ imageCache: true, containerRegistry: "private" })).containerRegistry,
      "private",
    );
  });

  it("are told to charts whose images are all of one registry", () => {
    const { addons } = planOf(
      onGke({ imageCache: true }, ({ stack }) => {
        stack.addons = { "cert-manager": true, traefik: true, "kube-prometheus-stack": true };
      }),
    );
    const values = Object.fromEntries(addons.list.map((addon) => [addon.name, addon.values]));
    const registry = "europe-west4-docker.pkg.dev/my-project-123456/shop-staging";
    assert.equal(values["cert-manager"]?.imageRegistry, `${registry}-quay`);
    assert.deepEqual(values.traefik?.image, { registry: `${registry}-docker/library` });
    assert.equal(values["kube-prometheus-stack"]?.global, undefined);
  });
});

describe("An image whose registry is copied", () => {
  const COPIES = { "docker.io": "copies.example.com/hub", "quay.io": "copies.example.com/quay" };
  const pulled: [what: string, image: string, expected: string][] = [
    ["comes from the copies", "quay.io/team/api:1", "copies.example.com/quay/team/api:1"],
    ["is of Docker Hub where it names no registry", "team/api:1", "copies.example.com/hub/team/api:1"],
    ["is an official one without an owner", "nginx:1.29", "copies.example.com/hub/library/nginx:1.29"],
    ["stays where it is otherwise", "ghcr.io/team/api:1", "ghcr.io/team/api:1"],
  ];
  for (const [what, image, expected] of pulled) {
    it(`${what}: ${image}`, () => assert.equal(fromRegistry(image, COPIES), expected));
  }

  it("comes with its chart's folder, or stays", () => {
    assert.equal(fromFolder("docker.io/library", COPIES), "copies.example.com/hub/library");
    assert.equal(fromFolder("ghcr.io", COPIES), undefined);
    assert.equal(fromFolder(undefined, COPIES), undefined);
    assert.equal(fromFolder(undefined, "mirror.example.com"), "mirror.example.com");
  });
});

describe("Copies of public images are refused:", () => {
  refuses([
    [
      "beside a mirror",
      onGke({ imageCache: true }, ({ stack }) => (stack.registry = "mirror.example.com/proxy")),
      {
        path: "landfall:registry",
        got: "mirror.example.com/proxy",
        problem: "every image comes from there, and so none from landfall:cluster.imageCache",
        fix: "remove one of the two",
      },
    ],
    [
      "on EKS without an account",
      onEks({ imageCache: true }),
      {
        path: "landfall:cluster.account",
        problem: "is missing, and the names of the copies that landfall:cluster.imageCache asks for begin with it",
        allowed: "an account number of 12 digits",
        fix: "set it to what `aws sts get-caller-identity --query Account` prints",
      },
    ],
    [
      "with a secret of another region",
      onEks({ account: ACCOUNT, imageCache: { "docker.io": SECRET("us-east-1") } }),
      {
        path: "landfall:cluster.imageCache.docker.io",
        got: SECRET("us-east-1"),
        problem: "is elsewhere, and ECR reads secrets of its own region and account only",
        allowed: `arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:ecr-pullthroughcache/…`,
        fix: `make the secret in eu-west-1 of ${ACCOUNT}`,
      },
    ],
    [
      "with a secret of another project",
      onGke({ imageCache: { "docker.io": PASSWORD("other-project") } }),
      {
        path: "landfall:cluster.imageCache.docker.io.passwordSecretVersion",
        got: "projects/other-project/secrets/hub/versions/1",
        problem: "is in another project, where this stack gives nobody a role",
        allowed: "projects/my-project-123456/secrets/…/versions/…",
        fix: "make the secret in my-project-123456",
      },
    ],
    [
      "in a registry that is somebody else's",
      onAks({
        imageCache: true,
        containerRegistry: VAULT.replace("Microsoft.KeyVault/vaults", "Microsoft.ContainerRegistry/registries"),
      }),
      {
        path: "landfall:cluster.containerRegistry",
        got: VAULT.replace("Microsoft.KeyVault/vaults", "Microsoft.ContainerRegistry/registries"),
        problem: "is not this stack's, and landfall:cluster.imageCache makes rules in the registry",
        allowed: "new, private",
        fix: "remove one of the two",
      },
    ],
  ]);
});
