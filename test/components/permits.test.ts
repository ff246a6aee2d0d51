/** Add-ons that act on the cloud: whom the cloud takes them for, what it lets them do, and what they are told. */
import assert from "node:assert/strict";
import type { Values } from "../../config/addons/addon.ts";
import { find, ofType, type Registration } from "../support/mocks.ts";
import { AZURE_ZONE, byChallenges, DNS_SUBSCRIPTION, landAddons } from "../support/on-clouds.ts";

const RELEASE = "kubernetes:helm.sh/v3:Release";
const ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation";
const PROTECTED = ({ stack }: { stack: { profile: string } }) => {
  stack.profile = "production";
};

interface Statement {
  Action: string | string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, unknown>>;
}

const release = (landed: readonly Registration[], addon: string) => find(landed, RELEASE, `shop-addons-${addon}`);
const valuesOf = (landed: readonly Registration[], addon: string) => release(landed, addon).inputs.values as Values;
const statementsOf = (landed: readonly Registration[], addon: string): Statement[] =>
  JSON.parse(find(landed, "aws:iam/rolePolicy:RolePolicy", `shop-addons-${addon}-policy`).inputs.policy as string)
    .Statement;
const allowing = (statements: readonly Statement[], action: string) =>
  statements.filter(({ Action }) => [Action].flat().includes(action));

describe("Add-ons on EKS", function () {
  this.timeout("2m"); // AWS's SDK takes a while to load on a busy machine
  let landed: Registration[];
  before(async () => {
    landed = await landAddons(
      "eks",
      {
        "aws-load-balancer-controller": true,
        "cluster-autoscaler": true,
        "cert-manager": true,
        "external-dns": true,
        velero: true,
      },
      byChallenges,
    );
  });

  it("have a role each by Pod Identity, before their pods, and as long as they are there", () => {
    const associations = ofType(landed, ASSOCIATION).map(
      ({ inputs }) => `${inputs.namespace}/${inputs.serviceAccount} ${inputs.clusterName}`,
    );
    assert.deepEqual(associations, [
      "aws-load-balancer-controller/aws-load-balancer-controller shop-staging",
      "cert-manager/cert-manager shop-staging",
      "cluster-autoscaler/cluster-autoscaler shop-staging",
      "external-dns/external-dns shop-staging",
      "velero/velero shop-staging",
    ]);
    for (const { name, dependsOn } of ofType(landed, RELEASE)) assert.ok(dependsOn.includes(`${name}-identity`), name);
  });

  it("are nobody where the stack does not name them", async () => {
    assert.deepEqual(ofType(await landAddons("eks", { "cert-manager": true }), ASSOCIATION), []);
  });

  it("may change the load balancers of this cluster, and no others", () => {
    const statements = statementsOf(landed, "aws-load-balancer-controller");
    const owner = { "aws:ResourceTag/elbv2.k8s.aws/cluster": "shop-staging" };
    for (const action of ["DeleteLoadBalancer", "ModifyTargetGroup", "SetSubnets"]) {
      const [statement, ...others] = allowing(statements, `elasticloadbalancing:${action}`);
      assert.deepEqual([statement?.Condition, others], [{ StringEquals: owner }, []]);
    }
    const [groups] = allowing(statements, "ec2:DeleteSecurityGroup");
    assert.deepEqual(groups?.Condition, { StringEquals: owner });
    const [makes] = allowing(statements, "elasticloadbalancing:CreateLoadBalancer");
    assert.deepEqual(makes?.Condition, {
      StringEquals: { "aws:RequestTag/elbv2.k8s.aws/cluster": "shop-staging" },
    });
    for (const { Action } of statements) assert.ok([Action].flat().every((action) => !action.includes("*")));
    const { clusterName, region, vpcId, serviceAccount } = valuesOf(landed, "aws-load-balancer-controller");
    assert.deepEqual(
      { clusterName, region, vpcId, serviceAccount },
      {
        clusterName: "shop-staging",
        region: "eu-west-1",
        vpcId: "shop-staging-vpc-id",
        serviceAccount: { name: "aws-load-balancer-controller" },
      },
    );
  });

  it("may resize the machines of this cluster, and no others", () => {
    const resizes = allowing(statementsOf(landed, "cluster-autoscaler"), "autoscaling:SetDesiredCapacity");
    assert.deepEqual(
      resizes.map(({ Condition }) => Condition),
      [{ StringEquals: { "aws:ResourceTag/eks:cluster-name": "shop-staging" } }],
    );
    const { rbac, autoDiscovery, awsRegion } = valuesOf(landed, "cluster-autoscaler");
    assert.deepEqual(
      { rbac, autoDiscovery, awsRegion },
      {
        rbac: { serviceAccount: { name: "cluster-autoscaler" } },
        autoDiscovery: { clusterName: "shop-staging" },
        awsRegion: "eu-west-1",
      },
    );
  });

  it("may change records in the named zone, cert-manager only those of challenges", () => {
    const zone = ["arn:aws:route53:::hostedzone/Z0123456789ABCDEFGHIJ"];
    const [records] = allowing(statementsOf(landed, "external-dns"), "route53:ChangeResourceRecordSets");
    assert.deepEqual([records?.Resource, records?.Condition], [zone, undefined]);
    const [challenges] = allowing(statementsOf(landed, "cert-manager"), "route53:ChangeResourceRecordSets");
    assert.deepEqual(
      [challenges?.Resource, challenges?.Condition],
      [
        zone,
        {
          "ForAllValues:StringEquals": { "route53:ChangeResourceRecordSetsRecordTypes": ["TXT"] },
          "ForAllValues:StringLike": { "route53:ChangeResourceRecordSetsNormalizedRecordNames": ["_acme-challenge.*"] },
        },
      ],
    );
  });

  it("copy to a bucket of the stack's own, private, encrypted and versioned, and snapshot the driver's volumes", () => {
    const { configuration, serviceAccount } = valuesOf(landed, "velero");
    assert.deepEqual(serviceAccount, { server: { name: "velero" } });
    assert.deepEqual((configuration as Values).backupStorageLocation, [
      {
        name: "default",
        default: true,
        provider: "aws",
        bucket: "shop-addons-velero-1a2b3c",
        config: { region: "eu-west-1" },
      },
    ]);
    const setting = (type: string, what: string) =>
      find(landed, `aws:s3/${type[0]?.toLowerCase()}${type.slice(1)}:${type}`, `shop-addons-velero-${what}`).inputs;
    const { bucket: _, ...blocks } = setting("BucketPublicAccessBlock", "private");
    assert.ok(Object.values(blocks).length === 4 && Object.values(blocks).every((block) => block === true));
    assert.deepEqual(setting("BucketVersioning", "versioning").versioningConfiguration, { status: "Enabled" });
    assert.ok(setting("BucketServerSideEncryptionConfiguration", "encryption"));
    const statements = statementsOf(landed, "velero");
    const [objects] = allowing(statements, "s3:PutObject");
    assert.deepEqual(objects?.Resource, ["arn:aws:s3:::shop-addons-velero-1a2b3c/*"]);
    const [volumes] = allowing(statements, "ec2:CreateSnapshot");
    assert.deepEqual(volumes?.Condition, { StringEquals: { "aws:ResourceTag/ebs.csi.aws.com/cluster": "true" } });
    const [deletes] = allowing(statements, "ec2:DeleteSnapshot");
    assert.deepEqual(deletes?.Condition, { Null: { "aws:ResourceTag/velero.io/backup": "false" } });
  });

  it("keep their copies where the profile keeps data", async () => {
    const type = "aws:s3/bucket:Bucket";
    assert.equal(find(landed, type, "shop-addons-velero-bucket").protect, false);
    const production = await landAddons("eks", { velero: true }, PROTECTED);
    assert.equal(find(production, type, "shop-addons-velero-bucket").protect, true);
  });
});

describe("Add-ons on GKE", function () {
  this.timeout("2m");
  const POOL = "projects/123456789012/locations/global/workloadIdentityPools/my-project-123456.svc.id.goog";
  const principal = (addon: string) => `principal://iam.googleapis.com/${POOL}/subject/ns/${addon}/sa/${addon}`;
  let landed: Registration[];
  before(async () => {
    landed = await landAddons("gke", { "cert-manager": true, "external-dns": true, velero: true }, byChallenges);
  });

  it("may change the named zone, ExternalDNS look for it too, by who their pods are", () => {
    const grants = ofType(landed, "gcp:dns/dnsManagedZoneIamMember:DnsManagedZoneIamMember");
    assert.deepEqual(
      grants.map(({ inputs }) => inputs),
      ["cert-manager", "external-dns"].map((addon) => ({
        project: "my-project-123456",
        managedZone: "example-com",
        role: "roles/dns.admin",
        member: principal(addon),
      })),
    );
    const looks = find(landed, "gcp:projects/iAMMember:IAMMember", "shop-addons-external-dns-zones").inputs;
    assert.deepEqual(looks, {
      project: "my-project-123456",
      role: "roles/dns.reader",
      member: principal("external-dns"),
    });
    assert.ok(release(landed, "external-dns").dependsOn.includes("shop-addons-external-dns-example-com"));
    assert.deepEqual(valuesOf(landed, "external-dns").serviceAccount, { name: "external-dns" });
  });

  it("copy to a bucket of the stack's own as an account that may snapshot, and sign as nobody else", () => {
    const email = "shop-addons-velero@my-project-123456.iam.gserviceaccount.com";
    const member = `serviceAccount:${email}`;
    const { configuration, serviceAccount } = valuesOf(landed, "velero");
    assert.deepEqual(serviceAccount, {
      server: { name: "velero", annotations: { "iam.gke.io/gcp-service-account": email } },
    });
    assert.deepEqual((configuration as Values).backupStorageLocation, [
      {
        name: "default",
        default: true,
        provider: "gcp",
        bucket: "shop-addons-velero-bucket-1a2b3c4",
        config: { serviceAccount: email },
      },
    ]);
    const bucket = find(landed, "gcp:storage/bucket:Bucket", "shop-addons-velero-bucket").inputs;
    assert.deepEqual([bucket.publicAccessPrevention, bucket.versioning], ["enforced", { enabled: true }]);
    const role = find(landed, "gcp:projects/iAMCustomRole:IAMCustomRole", "shop-addons-velero-snapshots").inputs;
    assert.equal(role.roleId, "shop_addons_velero_bucket_1a2b3c4");
    assert.ok(
      (role.permissions as string[]).every((permission) => /^compute\.(disks|snapshots|zones)\./.test(permission)),
    );
    const account = `projects/my-project-123456/serviceAccounts/${email}`;
    assert.deepEqual(
      ofType(landed, "gcp:serviceaccount/iAMMember:IAMMember").map(({ inputs }) => inputs),
      [
        { serviceAccountId: account, role: "roles/iam.workloadIdentityUser", member: principal("velero") },
        { serviceAccountId: account, role: "roles/iam.serviceAccountTokenCreator", member },
      ],
    );
    const objects = find(landed, "gcp:storage/bucketIAMMember:BucketIAMMember", "shop-addons-velero-objects").inputs;
    assert.deepEqual([objects.role, objects.member], ["roles/storage.objectUser", member]);
  });
});

describe("Add-ons on AKS", function () {
  this.timeout("2m");
  const ROLE = /roleDefinitions\/(.+)$/;
  const assigned = (name: string) => {
    const { inputs } = find(landed, "azure-native:authorization:RoleAssignment", name);
    const subscriptionOf = (id: unknown) => /^\/subscriptions\/([^/]+)/.exec(String(id))?.[1];
    // A role of another subscription would not be known at the scope.
    if (subscriptionOf(inputs.scope))
      assert.equal(subscriptionOf(inputs.roleDefinitionId), subscriptionOf(inputs.scope));
    return [ROLE.exec(inputs.roleDefinitionId as string)?.[1], inputs.scope, inputs.principalId];
  };
  let landed: Registration[];
  before(async () => {
    landed = await landAddons("aks", { "cert-manager": true, "external-dns": true, velero: true }, (shop) => {
      byChallenges(shop);
      PROTECTED(shop);
    });
  });

  it("are identities that their service accounts stand for, by label and annotation", () => {
    const federations = ofType(landed, "azure-native:managedidentity:FederatedIdentityCredential");
    assert.deepEqual(
      federations.map(({ inputs }) => inputs.subject),
      ["cert-manager:cert-manager", "external-dns:external-dns", "velero:velero"].map(
        (account) => `system:serviceaccount:${account}`,
      ),
    );
    const { serviceAccount, podLabels } = valuesOf(landed, "external-dns");
    assert.deepEqual(serviceAccount, {
      name: "external-dns",
      annotations: { "azure.workload.identity/client-id": "client of shop-addons-external-dns-identity" },
    });
    assert.deepEqual(podLabels, { "azure.workload.identity/use": "true" });
    const { dependsOn } = release(landed, "external-dns");
    for (const before of ["federation", "example.com", "names"]) {
      assert.ok(dependsOn.includes(`shop-addons-external-dns-${before}`), before);
    }
  });

  it("may change the named zone, ExternalDNS look for it too", () => {
    const DNS_ZONE_CONTRIBUTOR = "befefa01-2a29-4197-83a8-272ff33ce314";
    const READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
    for (const addon of ["cert-manager", "external-dns"]) {
      const principal = `principal of shop-addons-${addon}-identity`;
      assert.deepEqual(assigned(`shop-addons-${addon}-example.com`), [DNS_ZONE_CONTRIBUTOR, AZURE_ZONE, principal]);
    }
    assert.deepEqual(assigned("shop-addons-external-dns-names"), [
      READER,
      `/subscriptions/${DNS_SUBSCRIPTION}/resourceGroups/names`,
      "principal of shop-addons-external-dns-identity",
    ]);
  });

  it("copy to a container that has no key and no public address, kept by Azure too", () => {
    const { inputs, protect } = find(landed, "azure-native:storage:StorageAccount", "shop-addons-velero-account");
    const { publicNetworkAccess, allowSharedKeyAccess, allowBlobPublicAccess } = inputs;
    assert.deepEqual(
      { publicNetworkAccess, allowSharedKeyAccess, allowBlobPublicAccess, protect },
      { publicNetworkAccess: "Disabled", allowSharedKeyAccess: false, allowBlobPublicAccess: false, protect: true },
    );
    const [role, scope] = assigned("shop-addons-velero-objects");
    assert.deepEqual([role, scope], ["ba92f5b4-2d11-453d-a403-e96b0029c9fe", "shop-addons-velero-container-id"]);
    const lock = find(landed, "azure-native:authorization:ManagementLockByScope", "shop-addons-velero-lock");
    assert.equal(lock.inputs.scope, "shop-addons-velero-account-id");
    const { configuration } = valuesOf(landed, "velero");
    const [location] = (configuration as { backupStorageLocation: Values[] }).backupStorageLocation;
    assert.deepEqual(location, {
      name: "default",
      default: true,
      provider: "azure",
      bucket: "velero",
      config: {
        subscriptionId: "0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f",
        resourceGroup: "shop-production",
        storageAccount: inputs.accountName,
        storageAccountURI: `https://${inputs.accountName}.blob.core.windows.net`,
        useAAD: "true",
      },
    });
  });

  it("snapshot volumes by the driver, beside the cluster's resources, with the labels that Velero looks for", () => {
    assert.deepEqual(assigned("shop-addons-velero-snapshots"), [
      "7efff54f-a5b4-42b5-a1c5-5411624893ce",
      "shop-production-group-id",
      "principal of shop-production-control-plane",
    ]);
    const { inputs } = find(
      landed,
      "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass",
      "shop-addons-velero-velero-volumesnapshotclass",
    );
    const { metadata, ...rest } = inputs as { metadata: { labels: Record<string, string>; namespace?: string } };
    assert.equal(metadata.labels["velero.io/csi-volumesnapshot-class"], "true");
    assert.equal(metadata.namespace, undefined);
    assert.deepEqual(rest, {
      apiVersion: "snapshot.storage.k8s.io/v1",
      kind: "VolumeSnapshotClass",
      driver: "disk.csi.azure.com",
      deletionPolicy: "Retain",
      parameters: { incremental: "true", resourceGroup: "shop-production" },
    });
  });
});
