import { at, isNot, isProps, isTrue, listAt, type Props } from "../subject.ts";
import { byType, when } from "./by-type.ts";

const ofAzure = (pool: Props) => [
  ...when(isTrue(pool.enableNodePublicIP), "has public addresses"),
  ...when(isNot(at(pool, "securityProfile", "enableSecureBoot")), "boots what nobody signed"),
];

export const hardenedMachines = byType({
  "aws:ec2/launchTemplate:LaunchTemplate": ({ props }) => [
    ...when(at(props, "metadataOptions", "httpTokens") !== "required", "answers for its role without a token"),
    ...when(Number(at(props, "metadataOptions", "httpPutResponseHopLimit") ?? 2) > 1, "answers for its role to pods"),
    ...listAt(props, "networkInterfaces")
      .filter((card) => isTrue(at(card, "associatePublicIpAddress")))
      .map(() => "has public addresses"),
  ],
  "gcp:container/nodePool:NodePool": ({ props: { nodeConfig } }) => [
    ...when(at(nodeConfig, "workloadMetadataConfig", "mode") !== "GKE_METADATA", "answers for its account to pods"),
    ...when(isNot(at(nodeConfig, "shieldedInstanceConfig", "enableSecureBoot")), "boots what nobody signed"),
  ],
  "gcp:container/cluster:Cluster": ({ props }) =>
    when(isNot(at(props, "privateClusterConfig", "enablePrivateNodes")), "has machines with public addresses"),
  "azure-native:containerservice:AgentPool": ({ props }) => ofAzure(props),
  "azure-native:containerservice:ManagedCluster": ({ props }) =>
    listAt(props, "agentPoolProfiles")
      .filter(isProps)
      .flatMap((pool) => ofAzure(pool).map((problem) => `pool ${pool.name} ${problem}`)),
});
