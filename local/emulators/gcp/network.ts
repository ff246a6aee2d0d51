/** VPC networks. Rules by https://cloud.google.com/vpc/docs/subnets, /nat/docs and /vpc/docs/private-services-access */
import { lengthOf, overlap } from "../addresses.ts";
import { badPattern, badRange, failures, notOneOf, outside } from "../checks.ts";
import type { Context, Rules, Values } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { named, RFC1035 } from "./common.ts";
import { ACCOUNT, requireService } from "./iam.ts";

export const NETWORK = "gcp:compute/network:Network";
export const SUBNETWORK = "gcp:compute/subnetwork:Subnetwork";
export const ADDRESS = "gcp:compute/globalAddress:GlobalAddress";
export const CONNECTION = "gcp:servicenetworking/connection:Connection";
const ROUTER = "gcp:compute/router:Router";

/** Of Google's own, and such as lead nowhere: https://cloud.google.com/vpc/docs/subnets#prohibited-ranges */
const PROHIBITED = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "255.255.255.255/32"];

interface Subnetwork extends Values {
  network: string;
  ipCidrRange: string;
  secondaryIpRanges?: { rangeName: string; ipCidrRange: string }[];
}

export const network: Record<string, Rules> = {
  [NETWORK]: enabled(
    "compute",
    named(({ name }) => `global/networks/${name}`, {
      immutable: ["autoCreateSubnetworks", "mtu"],
      check: ({ routingMode }) => failures(notOneOf("routingMode", routingMode, ["REGIONAL", "GLOBAL"])),
    }),
  ),

  [SUBNETWORK]: {
    ...named(({ region, name }) => `regions/${region}/subnetworks/${name}`),
    immutable: ["name", "network", "region", "purpose", "project"],
    references: { network: { to: NETWORK } },
    check(inputs) {
      const { ipCidrRange, secondaryIpRanges = [] } = inputs as Subnetwork;
      return failures(
        badPattern("name", inputs.name, RFC1035),
        ...rangeFailures("ipCidrRange", ipCidrRange),
        ...secondaryIpRanges.flatMap(({ ipCidrRange, rangeName }, index) => [
          ...rangeFailures(`secondaryIpRanges[${index}].ipCidrRange`, ipCidrRange),
          badPattern(`secondaryIpRanges[${index}].rangeName`, rangeName, RFC1035),
        ]),
      );
    },
    create(inputs, context) {
      checkFree(rangesIn(inputs as Subnetwork), (inputs as Subnetwork).network, context);
      return named(({ region, name }) => `regions/${region}/subnetworks/${name}`).create(inputs, context);
    },
    update(before, inputs) {
      const [old, wanted] = [before.inputs as Subnetwork, inputs as Subnetwork];
      if (lengthOf(wanted.ipCidrRange) > lengthOf(old.ipCidrRange)) {
        throw new CloudError(`Error 400: the range of ${before.id} can be expanded, not shrunk, invalid`);
      }
      return before.outputs;
    },
  },

  [ROUTER]: named(({ region, name }) => `regions/${region}/routers/${name}`, {
    immutable: ["network", "region"],
    references: { network: { to: NETWORK } },
  }),

  "gcp:compute/routerNat:RouterNat": {
    autoname: { property: "name", maxLength: 63 },
    immutable: ["name", "router", "region"],
    references: { router: { to: ROUTER, by: "name" } },
    check: ({ natIpAllocateOption, natIps, minPortsPerVm, maxPortsPerVm, ...rest }) =>
      failures(
        notOneOf("natIpAllocateOption", natIpAllocateOption, ["AUTO_ONLY", "MANUAL_ONLY"]),
        natIpAllocateOption === "MANUAL_ONLY" && !natIps && { property: "natIps", reason: "are missing" },
        // https://cloud.google.com/nat/docs/ports-and-addresses
        powerOfTwo("minPortsPerVm", minPortsPerVm, rest.enableDynamicPortAllocation === true),
        powerOfTwo("maxPortsPerVm", maxPortsPerVm, true),
        rest.enableDynamicPortAllocation === true &&
          rest.enableEndpointIndependentMapping === true && {
            property: "enableEndpointIndependentMapping",
            reason: "cannot be had together with dynamic port allocation",
          },
      ),
    create: ({ region, router, name }, { settings }) => ({
      id: `${settings.project}/${region}/${router}/${name}`,
      outputs: {},
    }),
  },

  "gcp:compute/firewall:Firewall": named(({ name }) => `global/firewalls/${name}`, {
    immutable: ["network", "direction"],
    references: { network: { to: NETWORK }, targetServiceAccounts: { to: ACCOUNT, by: "email" } },
    check: ({ direction, sourceRanges = [], allows = [] }) =>
      failures(
        notOneOf("direction", direction, ["INGRESS", "EGRESS"]),
        ...(sourceRanges as string[]).map((range, index) => badRange(`sourceRanges[${index}]`, range)),
        ...(allows as { ports?: string[] }[]).flatMap(({ ports = [] }) =>
          ports.map((port) => badPattern("allows.ports", port, /^\d{1,5}(-\d{1,5})?$/)),
        ),
      ),
  }),

  [ADDRESS]: {
    ...named(({ name }) => `global/addresses/${name}`),
    immutable: ["name", "address", "prefixLength", "purpose", "network", "addressType"],
    references: { network: { to: NETWORK } },
    check: ({ name, purpose, addressType, prefixLength, network, address }) =>
      failures(
        badPattern("name", name, RFC1035),
        notOneOf("purpose", purpose, ["VPC_PEERING", "PRIVATE_SERVICE_CONNECT"]),
        notOneOf("addressType", addressType, ["INTERNAL", "EXTERNAL"]),
        outside("prefixLength", prefixLength, 8, 29),
        purpose === "VPC_PEERING" &&
          (prefixLength === undefined || network === undefined) && {
            property: "purpose",
            reason: "VPC_PEERING needs a network and a prefixLength",
          },
        badPattern("address", address, /^\d{1,3}(\.\d{1,3}){3}$/),
        typeof prefixLength === "number" && badRange("address", `${address ?? "10.0.0.0"}/${prefixLength}`),
      ),
    create(inputs, context) {
      const { network, address = "10.219.0.0", prefixLength } = inputs as Record<string, string>;
      checkFree([`${address}/${prefixLength}`], network as string, context);
      return named(({ name }) => `global/addresses/${name}`).create(inputs, context);
    },
  },

  [CONNECTION]: {
    immutable: ["network", "service"],
    references: { network: { to: NETWORK }, reservedPeeringRanges: { to: ADDRESS, by: "name" } },
    check: ({ service }) => failures(notOneOf("service", service, ["servicenetworking.googleapis.com"])),
    create({ network, service, reservedPeeringRanges }, context) {
      requireService(context, "servicenetworking");
      const used = context.world.all(CONNECTION).find(({ inputs }) => inputs.network === network);
      if (used)
        throw new CloudError(`Error 400: cannot modify allocated ranges in CreateConnection, ${network} has one`);
      if ((reservedPeeringRanges as string[]).length === 0) throw new CloudError("Error 400: no range is reserved");
      return { id: `${network}:${service}`, outputs: { peering: "servicenetworking-googleapis-com" } };
    },
  },
};

function rangeFailures(property: string, cidr: string) {
  const prohibited = PROHIBITED.find((range) => overlap(range, cidr));
  return [
    badRange(property, cidr),
    prohibited !== undefined && { property, reason: `"${cidr}" is in ${prohibited}, which no subnet may have` },
    typeof cidr === "string" && lengthOf(cidr) > 29 && { property, reason: `"${cidr}": the smallest range is a /29` },
  ];
}

function powerOfTwo(property: string, value: unknown, needed: boolean) {
  if (typeof value !== "number" || !needed || Number.isInteger(Math.log2(value))) return undefined;
  return { property, reason: `is ${value}, no power of 2, as dynamic port allocation wants it` };
}

function rangesIn({ ipCidrRange, secondaryIpRanges = [] }: Subnetwork): string[] {
  return [ipCidrRange, ...secondaryIpRanges.map(({ ipCidrRange }) => ipCidrRange)];
}

/** All ranges that the network has in use or set apart. */
export function rangesOf(network: string, { world }: Context): string[] {
  const subnets = world.all(SUBNETWORK).filter(({ inputs }) => inputs.network === network);
  const addresses = world.all(ADDRESS).filter(({ inputs }) => inputs.network === network);
  const clusters = world.all("gcp:container/cluster:Cluster").filter(({ inputs }) => inputs.network === network);
  return [
    ...subnets.flatMap(({ inputs }) => rangesIn(inputs as Subnetwork)),
    ...addresses.map(({ inputs }) => `${inputs.address}/${inputs.prefixLength}`),
    ...clusters.flatMap(({ inputs }) => (inputs.privateClusterConfig as Values)?.masterIpv4CidrBlock as string),
  ].filter((range) => range !== undefined);
}

/** @throws CloudError where a range is in use, or two of them overlap */
export function checkFree(ranges: readonly string[], network: string, context: Context): void {
  const used = rangesOf(network, context);
  for (const [index, range] of ranges.entries()) {
    const conflict = [...used, ...ranges.slice(0, index)].find((other) => overlap(other, range));
    if (conflict) throw new CloudError(`Error 400: Invalid IPCidrRange: ${range} conflicts with existing ${conflict}`);
  }
}

/** A type whose API has to be switched on. */
export function enabled(service: string, rules: Rules): Rules {
  return {
    ...rules,
    async create(inputs, context) {
      requireService(context, service);
      return rules.create(inputs, context);
    },
  };
}
