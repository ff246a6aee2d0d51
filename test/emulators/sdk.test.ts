import assert from "node:assert/strict";
import { mismatches, Sdk, UNKNOWN } from "../../local/emulators/sdk.ts";
import { parseProperties } from "../../local/emulators/type-expression.ts";

describe("The types of an SDK's declarations", () => {
  it("are read with what is required, comments left out", () => {
    const body = `
      /** Range; such as 10.0.0.0/16 { not a type } */
      cidr: pulumi.Input<string>;
      tags?: pulumi.Input<{
          [key: string]: pulumi.Input<string>;
      } | undefined>;
      zones?: pulumi.Input<pulumi.Input<string>[] | undefined>;
      mode?: pulumi.Input<string | enums.network.Mode | undefined>;
      kind: pulumi.Input<"Custom">;
      config?: pulumi.Input<inputs.eks.ClusterVpcConfig | undefined>;
      policy?: pulumi.Input<string | inputs.iam.PolicyDocument | undefined>;
      code?: pulumi.Input<pulumi.asset.Archive | undefined>;`;
    assert.deepEqual(parseProperties(body), {
      cidr: { required: true, shape: { kind: "string" } },
      tags: { required: false, shape: { kind: "map", of: { kind: "string" } } },
      zones: { required: false, shape: { kind: "list", of: { kind: "string" } } },
      mode: { required: false, shape: { kind: "reference", name: "enums.network.Mode", open: true } },
      kind: { required: true, shape: { kind: "string", allowed: ["Custom"] } },
      config: { required: false, shape: { kind: "reference", name: "inputs.eks.ClusterVpcConfig" } },
      policy: {
        required: false,
        shape: { kind: "either", of: [{ kind: "string" }, { kind: "reference", name: "inputs.iam.PolicyDocument" }] },
      },
      code: { required: false, shape: { kind: "anything" } },
    });
  });

  const TOKENS = {
    aws: ["aws:eks/cluster:Cluster", "aws:rds/instance:Instance", "aws:ec2/securityGroup:SecurityGroup"],
    gcp: ["gcp:container/cluster:Cluster", "gcp:sql/databaseInstance:DatabaseInstance"],
    "azure-native": ["azure-native:containerservice:ManagedCluster", "azure-native:network:VirtualNetwork"],
  };
  for (const [cloud, tokens] of Object.entries(TOKENS)) {
    it(`are whole for ${cloud}: every nested type and enumeration is found`, () => {
      const sdk = new Sdk(cloud);
      const seen = new Set<string>();
      const visit = (shape: unknown): void => {
        if (typeof shape !== "object" || shape === null) return;
        const { kind, name } = shape as { kind?: string; name?: string };
        if (kind === "reference" && name && !seen.has(name)) {
          seen.add(name);
          if (name.startsWith("enums.")) assert.ok(sdk.enumeration(name).length > 0, name);
          else visit(sdk.fields(name));
        }
        for (const inner of Object.values(shape)) visit(inner);
      };
      for (const token of tokens) {
        const resource = sdk.resource(token);
        assert.ok(resource, token);
        const required = Object.values(resource.inputs).filter(({ required }) => required);
        assert.ok(Object.keys(resource.outputs).length >= required.length);
        visit(resource.inputs);
      }
      assert.ok(seen.size >= 20, `${seen.size} nested types`);
    });
  }
});

describe("Inputs of a resource", () => {
  const sdk = new Sdk("aws");
  const cluster = (inputs: Record<string, unknown>) =>
    mismatches(sdk, sdk.resource("aws:eks/cluster:Cluster")?.inputs ?? {}, inputs).map(
      ({ property, reason }) => `${property} ${reason.split(";")[0]}`,
    );
  const good = { roleArn: "arn:aws:iam::123456789012:role/eks", vpcConfig: { subnetIds: ["subnet-1", "subnet-2"] } };

  it("are in order when they are", () => assert.deepEqual(cluster(good), []));

  it("are in order when they are not known yet", () => {
    assert.deepEqual(cluster({ roleArn: UNKNOWN, vpcConfig: { subnetIds: [UNKNOWN] }, tags: UNKNOWN }), []);
  });

  it("are refused where one is missing, unknown or of another type, however deep", () => {
    assert.deepEqual(cluster({ vpcConfig: { subnetIds: ["subnet-1", 3], subnets: [] }, version: 1.36, tags: ["a"] }), [
      "roleArn is required, and missing",
      "vpcConfig.subnetIds[1] is 3, not a string",
      "vpcConfig.subnets is no property here",
      "version is 1.36, not a string",
      "tags is a list, not a mapping",
    ]);
  });

  it("may have values that the SDK does not know, but for a cloud whose SDK knows them all", () => {
    const instance = { instanceClass: "db.m99.large" };
    assert.deepEqual(mismatches(sdk, sdk.resource("aws:rds/instance:Instance")?.inputs ?? {}, instance), []);
    const azure = new Sdk("azure-native", true);
    const pool = { resourceGroupName: "group", resourceName: "cluster", osType: "Plan9" };
    const fields = azure.resource("azure-native:containerservice:AgentPool")?.inputs ?? {};
    assert.deepEqual(
      mismatches(azure, fields, pool).map(({ property, reason }) => `${property} ${reason}`),
      ['osType is "Plan9", not one of Linux, Windows'],
    );
  });
});

describe("A type or a function that there is not", () => {
  const sdk = new Sdk("aws");
  it("is none", () => {
    assert.equal(sdk.resource("aws:eks/clutser:Clutser"), undefined);
    assert.equal(sdk.arguments("aws:index/getNothing:getNothing"), undefined);
    assert.ok(sdk.arguments("aws:index/getAvailabilityZones:getAvailabilityZones")?.state);
  });
});
