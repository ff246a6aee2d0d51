import type { Features, Route } from "../../config/routes.ts";
import type { Tls, TlsForm } from "../../config/schema/edge.ts";

/** What may be declared of a route or of all of them, by the key that declares it; `rateLimit` is both limits on one. */
export const FEATURES = [
  "rateLimit.perMinute",
  "rateLimit.perHour",
  "rateLimit",
  "timeoutSeconds",
  "retries",
  "websockets",
  "cors",
  "responseHeaders",
  "redirectHttps",
] as const;
export type Feature = (typeof FEATURES)[number];

/** What a controller, a gateway or a mesh can do, so that a plan refuses what it cannot. */
export interface Capabilities {
  /** For people. */
  title: string;
  can: readonly Feature[];
  tls: readonly TlsForm[];
  /** Those that are a matter of the Service, and so the same for all routes to one tier. */
  perService?: readonly Exclude<Feature, "redirectHttps" | `rateLimit.${string}`>[];
  /** Particulars that are not a matter of yes or no. */
  refuses?: (routes: readonly Route[]) => Refusal[];
}

export interface Refusal {
  route: Route;
  feature: Feature;
  got: unknown;
  problem: string;
  allowed: string;
  fix: string;
}

/** A custom resource of the edge, as plain data. */
export interface CustomObject {
  apiVersion: string;
  kind: string;
  /** Its name after the application's; left out, the application's. Fixed, for other objects call it by name. */
  suffix?: string;
  /** @default the application's */
  namespace?: string;
  /** Instead of the name that the suffix makes. */
  name?: string;
  spec: Record<string, unknown>;
}

/** What all objects of an edge are made for. */
export interface Context {
  application: string;
  namespace: string;
  /** Left out: what the controller does by itself. */
  redirectHttps?: boolean;
  tls: Tls;
  hosts: string[];
}

/** Certificates that are a Secret in the cluster. */
export const IN_CLUSTER: readonly TlsForm[] = ["issuer", "secretName", "acme", "selfSigned"];

/** How long a connection that stays open may be idle. */
export const WEBSOCKET_SECONDS = 3600;

/** Refuses header values that would not survive the notation that the controller has for them. */
export function refuseHeaderValues(routes: readonly Route[], allowed: RegExp, words: string): Refusal[] {
  return routes.flatMap((route) =>
    Object.entries(route.features.responseHeaders ?? {}).flatMap(([header, value]): Refusal[] =>
      allowed.test(value)
        ? []
        : [
            {
              route,
              feature: "responseHeaders",
              got: value,
              problem: `the controller's notation cannot hold this value of ${header}`,
              allowed: words,
              fix: "change the value, or answer with this header in the application",
            },
          ],
    ),
  );
}

export function limitsOf({ rateLimit }: Features): { requests: number; unit: "minute" | "hour" }[] {
  const { perMinute, perHour } = rateLimit ?? {};
  return [
    ...(perMinute === undefined ? [] : [{ requests: perMinute, unit: "minute" as const }]),
    ...(perHour === undefined ? [] : [{ requests: perHour, unit: "hour" as const }]),
  ];
}
