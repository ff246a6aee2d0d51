import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Protection } from "../../components/protection.ts";
import { find, record } from "../support/mocks.ts";

describe("The protection of a stack", () => {
  it("is itself protected, and stands after everything that it is given, and what that is made of", async () => {
    const seen = await record(() => {
      const whole = new pulumi.ComponentResource("landfall:test:Whole", "whole");
      const part = new pulumi.ComponentResource("landfall:test:Part", "part", {}, { parent: whole });
      new k8s.core.v1.ConfigMap("inside", {}, { parent: part });
      const other = new k8s.core.v1.ConfigMap("beside");
      new Protection("shop-protection", [whole, other]);
    });
    const { protect, custom, dependsOn } = find(seen, "landfall:application:Protection", "shop-protection");
    assert.deepEqual([protect, custom], [true, false]);
    assert.deepEqual(
      dependsOn.toSorted().filter((name) => ["beside", "inside"].includes(name)),
      ["beside", "inside"],
    );
  });
});
