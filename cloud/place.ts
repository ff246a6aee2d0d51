/** What a cloud says to the add-ons of a stack's own cluster there. Plain data, so that the plan can use it. */
import type { Place, Purpose, ZonePlan } from "../config/addons/identity.ts";

/** How zones of DNS are named there. */
export interface Zones {
  /** As the cloud calls its service. */
  title: string;
  /** For messages: what the zone of a domain may be called. */
  allowed(domain: string): string;
  /** For messages: what lists them. */
  fix: string;
  /** Undefined where that is no name of a zone of this domain. */
  planOf(domain: string, id: string): ZonePlan | undefined;
}

export interface CloudPlace {
  place: Place;
  zone: Zones;
  /** What add-ons have no business to do there, why, and what to do. */
  refused: Partial<Record<Purpose, { problem: string; fix: string }>>;
}
