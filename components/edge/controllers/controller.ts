import type { Features, Route } from "../../../config/routes.ts";
import type { Capabilities, Context, CustomObject } from "../capabilities.ts";

/** Routes of the same features: one Ingress. */
export interface Group {
  id: string;
  features: Features;
  routes: Route[];
}

/** What a controller is told beside an Ingress's rules. */
export interface Settings {
  annotations: Record<string, string>;
  objects?: CustomObject[];
}

/** Annotations of the settings that are given. */
export function annotationsOf(settings: Record<string, string | undefined>, prefix = ""): Record<string, string> {
  const given = Object.entries(settings).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(given.map(([key, value]) => [prefix + key, value]));
}

/** An ingress controller: how it is told what the Ingress API has no words for. */
export interface Controller extends Capabilities {
  /** Ingress classes that it usually goes by. */
  classes: readonly string[];
  /** Where its connections come from: pods of its namespace, or a load balancer's addresses where those are known. */
  comesFrom: "namespace" | "addresses" | readonly string[];
  /**
   * How routes of different features are told apart: `many` Ingresses that the controller puts together, a master and
   * its minions (`mergeable`), or not at all (`one`), where settings belong to Services.
   */
  ingresses: "many" | "mergeable" | "one";
  /** Whether it knows its class by the annotation that came before `ingressClassName`. */
  classByAnnotation?: true;
  /** Why nobody should start with it today. */
  retired?: string;
  /** Settings of an Ingress. */
  ingress(group: Group, context: Context): Settings;
  /** Settings of a Service that routes lead to. */
  service?(service: ServiceOfRoutes, context: Context): Settings;
}

export interface ServiceOfRoutes {
  name: string;
  features: Features;
  /** Path of the tier's readiness check. */
  healthPath?: string;
}
