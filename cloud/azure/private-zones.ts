import * as azure from "@pulumi/azure-native";
import type * as pulumi from "@pulumi/pulumi";
import type { Site } from "./site.ts";

/** A domain that is answered for in the network only. */
export interface PrivateZone {
  id: pulumi.Input<string>;
  /** By which the network asks it; left out where it did before. */
  link?: azure.privatedns.VirtualNetworkLink;
}

/** The network's own domains, each made when the first store asks for it, unless the network has it. */
export class PrivateZones {
  readonly #site: Site;
  readonly #opts: pulumi.CustomResourceOptions;
  readonly #zones = new Map<string, PrivateZone>();

  constructor(site: Site, opts: pulumi.CustomResourceOptions) {
    this.#site = site;
    this.#opts = opts;
    for (const [domain, id] of Object.entries(site.privateZoneIds ?? {})) this.#zones.set(domain, { id });
  }

  zone(domain: string): PrivateZone {
    const zone = this.#zones.get(domain) ?? this.#make(domain);
    this.#zones.set(domain, zone);
    return zone;
  }

  #make(domain: string): PrivateZone {
    const { name, resourceGroupName, virtualNetworkId } = this.#site;
    const zone = new azure.privatedns.PrivateZone(
      `${name}-${domain}`,
      { resourceGroupName, privateZoneName: domain, location: "global" },
      this.#opts,
    );
    const link = new azure.privatedns.VirtualNetworkLink(
      `${name}-${domain}-link`,
      {
        resourceGroupName,
        privateZoneName: zone.name,
        virtualNetworkLinkName: "network",
        location: "global",
        registrationEnabled: false,
        virtualNetwork: { id: virtualNetworkId },
      },
      this.#opts,
    );
    return { id: zone.id, link };
  }
}
