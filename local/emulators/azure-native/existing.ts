/** What a stack says that it finds in Azure. */
import type { Entity, Found } from "../rules.ts";
import { GROUP } from "./arm.ts";

export function existing({ zones }: Found): Entity[] {
  return zones.flatMap((zone) =>
    zone.cloud === "azure"
      ? [
          entity(GROUP, `/subscriptions/${zone.subscription}/resourceGroups/${zone.resourceGroup}`, zone.resourceGroup),
          entity("azure-native:dns:Zone", zone.id, zone.domain),
        ]
      : [],
  );
}

function entity(type: string, id: string, name: string): Entity {
  return { type, id, inputs: {}, outputs: { name }, foreign: true };
}
