import * as azure from "@pulumi/azure-native";
import type * as pulumi from "@pulumi/pulumi";
import type { Ground } from "./network.ts";

/** A domain that is answered for in the network only. */
export interface PrivateZone {
  id: pulumi.Output<string>;
  /** By which the network asks it. */
  link: azure.privatedns.VirtualNetworkLink;
}

/** The network's own domains, each made when the first store asks for it. */
export class PrivateZones {
  readonly #name: string;
  readonly #args: { resourceGroupName: pulumi.Input<string>; ground: Ground };
  readonly #opts: pulumi.CustomResourceOptions;
  readonly #zones = new Map<string, PrivateZone>();

  constructor(
    name: string,
    args: { resourceGroupName: pulumi.Input<string>; ground: Ground },
    opts: pulumi.CustomResourceOptions,
  ) {
    this.#name = name;
    this.#args = args;
    this.#opts = opts;
  }

  zone(domain: string): PrivateZone {
    const zone = this.#zones.get(domain) ?? this.#make(domain);
    this.#zones.set(domain, zone);
    return zone;
  }

  #make(domain: string): PrivateZone {
    const { resourceGroupName, ground } = this.#args;
    const zone = new azure.privatedns.PrivateZone(
      `${this.#name}-${domain}`,
      { resourceGroupName, privateZoneName: domain, location: "global" },
      this.#opts,
    );
    const link = new azure.privatedns.VirtualNetworkLink(
      `${this.#name}-${domain}-link`,
      {
        resourceGroupName,
        privateZoneName: zone.name,
        virtualNetworkLinkName: "network",
        location: "global",
        registrationEnabled: false,
        virtualNetwork: { id: ground.virtualNetworkId },
      },
      this.#opts,
    );
    return { id: zone.id, link };
  }
}
