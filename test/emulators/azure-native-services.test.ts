import assert from "node:assert/strict";
import { azureNative } from "../../local/emulators/azure-native/azure-native.ts";
import type { Values } from "../../local/emulators/rules.ts";
import { SUBSCRIPTION } from "../support/clouds.ts";
import { Emulated } from "../support/emulated.ts";

const type = (name: string) => `azure-native:${name}`;
const group = { resourceGroupName: "shop" };
const STREAM = "Microsoft-PrometheusMetrics";

describe("The emulated Azure Monitor", () => {
  let azure: Emulated;
  const make = (name: string, inputs: Values = {}) => azure.make(type(name), { ...group, ...inputs });
  const refuses = (name: string, inputs: Values, why: RegExp) =>
    azure.refuses(type(name), { ...group, ...inputs }, why);

  beforeEach(async () => {
    azure = new Emulated(azureNative, { subscriptionId: SUBSCRIPTION, location: "westeurope" });
    await make("resources:ResourceGroup");
  });
  afterEach(() => azure.forget());

  async function ruleOfMetrics() {
    const workspace = await make("monitor:AzureMonitorWorkspace", { azureMonitorWorkspaceName: "shop" });
    const endpoint = await make("monitor:DataCollectionEndpoint", { dataCollectionEndpointName: "shop" });
    return {
      endpoint,
      inputs: {
        dataCollectionRuleName: "shop",
        dataCollectionEndpointId: endpoint.id,
        dataSources: { prometheusForwarder: [{ name: "metrics", streams: [STREAM] }] },
        destinations: { monitoringAccounts: [{ name: "workspace", accountResourceId: workspace.id }] },
        dataFlows: [{ streams: [STREAM], destinations: ["workspace"] }],
      },
    };
  }

  it("refuses rules whose flows begin or end nowhere", async () => {
    const { inputs } = await ruleOfMetrics();
    await refuses(
      "monitor:DataCollectionRule",
      { ...inputs, dataFlows: [{ streams: ["Microsoft-Syslog"], destinations: ["workspace"] }] },
      /dataFlows\[0\].streams "Microsoft-Syslog" is not one of/,
    );
    await refuses(
      "monitor:DataCollectionRule",
      { ...inputs, dataFlows: [{ streams: [STREAM], destinations: ["elsewhere"] }] },
      /"elsewhere" is not one of workspace/,
    );
    await refuses(
      "monitor:DataCollectionRule",
      { ...inputs, dataCollectionEndpointId: undefined },
      /dataCollectionEndpointId is required for Microsoft-PrometheusMetrics/,
    );
    const destinations = { monitoringAccounts: [{ name: "workspace", accountResourceId: "/subscriptions/none" }] };
    await refuses(
      "monitor:DataCollectionRule",
      { ...inputs, destinations },
      /there is no such .*AzureMonitorWorkspace/,
    );
    await refuses(
      "monitor:DataCollectionRule",
      { ...inputs, dataCollectionRuleName: "a".repeat(45) },
      /does not match/,
    );
  });

  it("keeps what is used, and gives a resource either a rule or an endpoint", async () => {
    const { inputs, endpoint } = await ruleOfMetrics();
    const rule = await make("monitor:DataCollectionRule", inputs);
    await assert.rejects(endpoint.remove(), /still used by .*dataCollectionRules\/shop/);
    const identity = await make("managedidentity:UserAssignedIdentity", { resourceName: "shop" });
    const association = (more: Values) => ({ resourceUri: identity.id, associationName: "shop", ...more });
    const associate = (more: Values) => azure.make(type("monitor:DataCollectionRuleAssociation"), association(more));
    await assert.rejects(associate({}), /either a rule or an endpoint/);
    await assert.rejects(associate({ dataCollectionEndpointId: endpoint.id }), /configurationAccessEndpoint/);
    const { remove } = await associate({ dataCollectionRuleId: rule.id });
    await assert.rejects(rule.remove(), /still used by/);
    await remove();
    await rule.remove();
  });
});

describe("The emulated Key Vault", () => {
  let azure: Emulated;
  beforeEach(async () => {
    azure = new Emulated(azureNative, { subscriptionId: SUBSCRIPTION, location: "westeurope" });
    await azure.make(type("resources:ResourceGroup"), group);
  });
  afterEach(() => azure.forget());

  it("is always recoverable, and keeps the protection that it has", async () => {
    const properties = { tenantId: "mine", sku: { family: "A", name: "standard" }, softDeleteRetentionInDays: 90 };
    const vault = { ...group, vaultName: "shop-vault", properties };
    await azure.refusesEach(type("keyvault:Vault"), vault, [
      [{ vaultName: "shop--vault" }, /"shop--vault" does not match/],
      [{ properties: { ...properties, softDeleteRetentionInDays: 3 } }, /3 is not between 7 and 90/],
      [{ properties: { ...properties, enableSoftDelete: false } }, /is always on/],
      [{ properties: { ...properties, enablePurgeProtection: false } }, /cannot be switched off/],
    ]);
    const { change } = await azure.make(type("keyvault:Vault"), {
      ...vault,
      properties: { ...properties, enablePurgeProtection: true },
    });
    await assert.rejects(change({ properties }), /enablePurgeProtection cannot be switched off once it is on/);
    await assert.rejects(
      change({ properties: { ...properties, enablePurgeProtection: true, softDeleteRetentionInDays: 7 } }),
      /PropertyChangeNotAllowed/,
    );
  });
});
