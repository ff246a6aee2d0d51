import type { Addon, AddonContext, AddonObject } from "./addon.ts";

const V1BETA1 = "metallb.io/v1beta1";

/** https://metallb.io/configuration/ */
export const metallb = {
  title: "MetalLB",
  chart: "metallb",
  repository: "https://metallb.github.io/metallb",
  version: "0.16.2",
  source: "Go module go.universe.tf/metallb v0.16.2, charts/metallb",
  namespace: "metallb-system",
  podSecurity: "privileged", // its speakers answer on the node's own network
  groups: ["metallb.io"],
  // FRR is what speaks BGP; by layer 2 the speakers do without.
  values: ({ settings }) => ({ frrk8s: { enabled: (settings.peers ?? []).length > 0 } }),
  images: {
    repositories: {
      "controller.image.repository": "quay.io/metallb/controller",
      "speaker.image.repository": "quay.io/metallb/speaker",
      "frr-k8s.frrk8s.image.repository": "quay.io/metallb/frr-k8s",
      "frr-k8s.frrk8s.frr.image.repository": "quay.io/frrouting/frr",
    },
  },
  objects: (context) => [...pools(context), ...peers(context)],
  secrets: ({ settings: { peers = [] } }) =>
    peers.flatMap(({ name, password }) =>
      password ? [{ name: secretOf(name), type: "kubernetes.io/basic-auth", data: { password: password.secret } }] : [],
    ),
} as const satisfies Addon;

function pools({ settings: { pools = {} } }: AddonContext): AddonObject[] {
  return Object.entries(pools).flatMap(
    ([name, { addresses, mode, autoAssign = true, avoidBuggyIPs = false, ...over }]) => {
      const pool: AddonObject = {
        apiVersion: V1BETA1,
        kind: "IPAddressPool",
        name,
        spec: { addresses, autoAssign, avoidBuggyIPs },
      };
      const kind = mode === "bgp" ? "BGPAdvertisement" : "L2Advertisement";
      return [pool, { apiVersion: V1BETA1, kind, name, spec: { ipAddressPools: [name], ...over } }];
    },
  );
}

function peers({ settings: { peers = [] } }: AddonContext): AddonObject[] {
  return peers.map(({ name, password, myASN, peerASN, peerAddress, ...peer }) => ({
    apiVersion: "metallb.io/v1beta2",
    kind: "BGPPeer",
    name,
    spec: {
      myASN,
      peerASN,
      peerAddress,
      ...peer,
      ...(password ? { passwordSecret: { name: secretOf(name) } } : {}),
    },
  }));
}

function secretOf(peer: string): string {
  return `${peer}-password`;
}
